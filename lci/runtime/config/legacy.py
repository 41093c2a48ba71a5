"""The configuration file of the project this one grew from, `config.json`, read as it is (B46)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lci.errors import ConfigUnreadable

NAME = "config.json"
_OPENAI_URL = "https://api.openai.com/v1"
#: Whose models can look at pictures for the others.
_SEEING = "GPT-4V"


class _Model(BaseModel):
    model_name: str = ""
    available: bool = False


class _Legacy(BaseModel):
    """Everything in it may be missing but what tells it from other programs' files."""

    model_config = ConfigDict(protected_namespaces=())

    api_type: Literal["open_ai", "openai", "azure"] = Field(default="open_ai", alias="API_TYPE")
    api_base: str = Field(default="", alias="API_base")
    api_version: str = Field(default="", alias="API_VERSION")
    api_key: str = Field(alias="API_KEY")
    model: dict[str, _Model]
    model_context_window: dict[str, int] = Field(default_factory=dict)


def legacy_models(folders: Iterable[Path]) -> list[dict[str, Any]]:
    """The fields of the models that the first such file describes; none for a file of another program.

    Raises `ConfigUnreadable` for one that is ours and wrong, without repeating what it holds.
    """
    for folder in folders:
        path = folder / NAME
        content = _read(path)
        if content is not None:
            try:
                return _models(_Legacy.model_validate(content))
            except ValidationError as error:
                raise ConfigUnreadable(path=str(path), reason=first_reason(error)) from None
    return []


def first_reason(error: ValidationError) -> str:
    """Place and message of what is wrong first: the input itself may be a key."""
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"


def _read(path: Path) -> dict[str, Any] | None:
    """The file's content if it is one of ours: many programs have a file of this name."""
    try:
        content: object = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or not isinstance(content.get("model"), dict) or "API_KEY" not in content:
        return None
    return content


def _models(legacy: _Legacy) -> list[dict[str, Any]]:
    usable = {role: model.model_name for role, model in legacy.model.items() if model.available and model.model_name}
    is_azure = legacy.api_type == "azure"
    models: list[dict[str, Any]] = []
    for role, name in usable.items():
        if name in [other["id"] for other in models]:
            continue
        models.append(
            {
                "id": name,
                "name": name,
                "label": role,
                "provider": "Azure OpenAI" if is_azure else "OpenAI" if not legacy.api_base else "OpenAI-compatible",
                "base_url": legacy.api_base or _OPENAI_URL,
                "api_key": legacy.api_key,
                "api_version": legacy.api_version if is_azure else "",
                "window_tokens": legacy.model_context_window.get(name),
                "sees_images": True if role == _SEEING else None,
                "vision_model": usable.get(_SEEING, "") if usable.get(_SEEING) != name and role != _SEEING else "",
            }
        )
    return models
