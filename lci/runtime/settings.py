"""What is configured: environment variables over config.toml over defaults. Loaded once, passed down."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from lci.core.conversation import BUILTIN_ANALYST, Approval, Language
from lci.core.protocols import CodeProtocol
from lci.errors import ConfigUnreadable
from lci.models.providers import provider_of

OPENAI_URL = "https://api.openai.com/v1"
DEFAULT_OPENAI_MODEL = "gpt-5.5"


class ModelSettings(BaseModel):
    """One configured model; `name` is the server's name for it, empty for the first the server lists."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str = ""
    label: str = ""
    provider: str = ""
    base_url: str = OPENAI_URL
    api_key: SecretStr = SecretStr("")
    #: Azure's older addresses need one; `name` is the deployment then.
    api_version: str = ""
    #: Sent with every request.
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    window_tokens: int | None = None
    #: None leaves the length of an answer to the server.
    max_output_tokens: int | None = None
    temperature: float | None = None
    reasoning_effort: str | None = None
    sees_images: bool = False
    #: The id of a model that looks at pictures for this one.
    vision_model: str = ""
    #: None finds out.
    protocol: CodeProtocol | None = None
    #: Empty follows the environment, `none` uses no proxy; never used for this machine.
    proxy: str = ""
    #: Certificates to trust instead of the system's.
    ca_file: str = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be repeated to anyone."""
        values = (self.api_key, *self.headers.values())
        return tuple(value.get_secret_value() for value in values)


class _File(BaseModel):
    """What config.toml may say. The key names are frozen."""

    model_config = ConfigDict(extra="forbid")

    model: str | None = None
    instructions: str | None = None
    language: Language | None = None
    isolation: Literal["required", "auto", "off"] | None = None
    approval: Approval | None = None
    environment: str | None = None
    cells_per_turn: int | None = None
    failures_in_a_row: int | None = None
    cell_seconds: float | None = None
    memory_gb: float | None = None
    workspace_gb: float | None = None
    processes: int | None = None
    cpu_seconds: int | None = None
    kernel_idle_minutes: float | None = None
    kernels: int | None = None
    warm_kernels: int | None = None
    models: list[ModelSettings] = Field(default_factory=list)


class Settings(BaseSettings):
    """All settings in force; `LCI_*` variables, `OPENAI_API_KEY` and `OPENAI_BASE_URL` win over the file."""

    model_config = SettingsConfigDict(env_prefix="LCI_", frozen=True, extra="ignore")

    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("local-code-interpreter")))
    model: str = ""
    instructions: str = ""
    language: Language = "en"
    isolation: Literal["required", "auto", "off"] = "auto"
    approval: Approval = "auto"
    #: The Python of new conversations by its path; empty is the app's own.
    environment: str = ""
    cells_per_turn: int = 25
    failures_in_a_row: int = 4
    #: Seconds after which a person is asked whether to wait for a cell; it ends where nobody can be. 0: never.
    cell_seconds: float = 120
    #: What one conversation's code may use; 0 memory is four fifths of the machine's, 0 elsewhere is no limit.
    memory_gb: float = 0
    workspace_gb: float = 20
    processes: int = 512
    cpu_seconds: int = 0
    #: Minutes after which an unused kernel is ended, and how many may be up at once; 0 is never, and no limit.
    kernel_idle_minutes: float = 60
    kernels: int = 8
    #: Kernels kept ready for new conversations; only the app with its page does.
    warm_kernels: int = 1
    models: list[ModelSettings] = Field(default_factory=list)
    openai_api_key: SecretStr = Field(default=SecretStr(""), validation_alias="OPENAI_API_KEY")
    openai_base_url: str = Field(default="", validation_alias="OPENAI_BASE_URL")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the base class's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments over the environment; what the file says comes in as arguments where neither says anything."""
        return init_settings, env_settings

    @property
    def configured_models(self) -> tuple[ModelSettings, ...]:
        """The models of the file, and the one that `OPENAI_*` and `LCI_MODEL` describe, first."""
        key, url = self.openai_api_key.get_secret_value(), self.openai_base_url
        if not key and not url:
            return tuple(self.models)
        if any(model.id == self.model for model in self.models):
            return tuple(self.models)
        name = "" if self.model == BUILTIN_ANALYST else self.model
        if not name and not url:
            name = DEFAULT_OPENAI_MODEL
        from_environment = ModelSettings(
            id=name or "openai",
            name=name,
            label=name,
            provider="OpenAI" if not url or "api.openai.com" in url else "OpenAI-compatible",
            base_url=url or OPENAI_URL,
            api_key=self.openai_api_key,
        )
        return (from_environment, *self.models)

    @property
    def default_model(self) -> str:
        """The model of new conversations; the built-in analyst when nothing else is there."""
        known = [model.id for model in self.configured_models]
        if self.model in (*known, BUILTIN_ANALYST):
            return self.model
        return known[0] if known else BUILTIN_ANALYST

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every key in force, for redaction."""
        keys = (self.openai_api_key.get_secret_value(), *(key for model in self.models for key in model.secrets))
        return tuple(key for key in keys if len(key) >= 6)


def load_settings(**overrides: Any) -> Settings:
    """The settings in force. Raises `ConfigUnreadable`; makes no folder and changes nothing."""
    first = Settings(**overrides)
    path = config_path(first.home)
    file = {name: value for name, value in _read(path).items() if name not in first.model_fields_set}
    merged = {**file, **overrides}
    try:
        settings = Settings(**merged)
        return settings.model_copy(update={"models": [_with_key(model) for model in settings.models]})
    except ValidationError as error:
        raise ConfigUnreadable(path=str(path), reason=_first_reason(error)) from None


def _with_key(model: ModelSettings) -> ModelSettings:
    """`model` with the key of its provider's usual variable, if it has none; sent nowhere else than there."""
    provider = provider_of("", model.base_url)
    if model.api_key.get_secret_value() or provider is None or not provider.key_variable:
        return model
    return model.model_copy(update={"api_key": SecretStr(os.environ.get(provider.key_variable, ""))})


def config_path(home: Path) -> Path:
    """Where config.toml lies."""
    return home / "config.toml"


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigUnreadable(path=str(path), reason=type(error).__name__) from None
    try:
        parsed = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigUnreadable(path=str(path), reason=str(error)) from None
    except ValidationError as error:
        raise ConfigUnreadable(path=str(path), reason=_first_reason(error)) from None
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        path.chmod(0o600)
    return parsed.model_dump(exclude_none=True)


def _first_reason(error: ValidationError) -> str:
    # Only place and message: the input itself may be a key.
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
