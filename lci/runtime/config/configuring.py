"""Changing config.toml: one model added, changed or taken out; comments, order and unknown keys stay as they are.

The file is written beside and put in place in one step, readable by its owner only. No error repeats a value. The
original project's config.json is never written: a model taken out that stands there is named as hidden here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tomlkit
from pydantic import SecretStr

from lci.core.conversation import BUILTIN_ANALYST
from lci.errors import StoreUnwritable
from lci.replacing import PRIVATE, replaced
from lci.runtime.config.keys import forget_key, kept_key
from lci.runtime.config.settings import ModelSettings, check_config, config_path, config_text, older_models


def save_model(home: Path, model: ModelSettings, *, replaces: str = "") -> None:
    """Write `model`, in place of the one with its id, or with the id `replaces` when it gets another.

    A key left empty keeps the one that is there, or in config.json. Its id is hidden no longer. Raises
    `ConfigUnreadable` and `StoreUnwritable`.
    """
    path = config_path(home)
    before = config_text(path)
    check_config(before, path)
    saved = model_key(before, replaces or model.id)
    new = model.api_key.get_secret_value() or ("" if saved else _older_key(home, replaces or model.id))
    key = kept_key(model.id, new) if new else saved
    if saved != key:
        forget_key(saved)
    written = model.model_copy(update={"api_key": SecretStr(key)})
    _replace(path, with_model(without_hidden(before, model.id), written, replaces=replaces))


def remove_model(home: Path, model_id: str) -> None:
    """Take the model out, with its key, or hide it when config.json has it; nothing happens when it is not there."""
    path = config_path(home)
    before = config_text(path)
    check_config(before, path)
    forget_key(model_key(before, model_id))
    after = without_model(before, model_id)
    is_older = any(model.id == model_id for model in older_models(home))
    _replace(path, with_hidden(after, model_id) if is_older else after)


def with_model(text: str, model: ModelSettings, *, replaces: str = "") -> str:
    """The configuration `text` with that model; keys that have their default value are left out."""
    document = tomlkit.parse(text)
    tables = document.setdefault("models", tomlkit.aot())
    table = next((table for table in tables if table.get("id") == (replaces or model.id)), None)
    if table is None:
        table = tomlkit.table() if isinstance(tables, tomlkit.items.AoT) else tomlkit.inline_table()
        table["id"] = model.id
        tables.append(table)
        # What was appended is a copy.
        table = tables[-1]
    values = _values(model)
    for name in ModelSettings.model_fields:
        if name not in values:
            table.pop(name, None)
        elif table.get(name) != values[name]:
            table[name] = values[name]
    return tomlkit.dumps(document)


def without_model(text: str, model_id: str) -> str:
    """The configuration `text` without that model; it is no longer the default either."""
    document = tomlkit.parse(text)
    tables = document.setdefault("models", tomlkit.aot())
    for index in reversed([at for at, table in enumerate(tables) if table.get("id") == model_id]):
        del tables[index]
    if not len(tables):
        document.remove("models")
    if document.get("model") == model_id:
        document.remove("model")
    return tomlkit.dumps(document)


def with_hidden(text: str, model_id: str) -> str:
    """The configuration `text` with that model of config.json left out."""
    document = tomlkit.parse(text)
    if "hidden" not in document:
        # A key of the file itself must stand before its first table.
        return f"hidden = {tomlkit.item([model_id]).as_string()}\n{text}"
    hidden: Any = document["hidden"]
    if model_id not in hidden:
        hidden.append(model_id)
    return tomlkit.dumps(document)


def without_hidden(text: str, model_id: str) -> str:
    """The configuration `text` with that model no longer left out."""
    document = tomlkit.parse(text)
    hidden: Any = document.get("hidden", [])
    if model_id not in hidden:
        return text
    hidden.remove(model_id)
    if not len(hidden):
        document.remove("hidden")
    return tomlkit.dumps(document)


def model_key(text: str, model_id: str) -> str:
    """What `text` says of that model's key; empty when nothing."""
    entries = tomlkit.parse(text).unwrap().get("models", [])
    return next((str(entry.get("api_key", "")) for entry in entries if entry.get("id") == model_id), "")


def free_id(name: str, taken: tuple[str, ...]) -> str:
    """An id for a new model: `name`, or that with a number when it is taken."""
    base = name.strip() or "model"
    ids = [base, *(f"{base}-{number}" for number in range(2, len(taken) + 4))]
    return next(each for each in ids if each not in (*taken, BUILTIN_ANALYST))


def _older_key(home: Path, model_id: str) -> str:
    """What config.json says of that model's key; empty when nothing."""
    return next((model.api_key.get_secret_value() for model in older_models(home) if model.id == model_id), "")


def _values(model: ModelSettings) -> dict[str, Any]:
    """What the file has to say of `model`, secrets in plain."""
    values = {"id": model.id} | model.model_dump(exclude_defaults=True, exclude_none=True)
    if "api_key" in values:
        values["api_key"] = model.api_key.get_secret_value()
    if "headers" in values:
        values["headers"] = tomlkit.inline_table()
        values["headers"].update({name: value.get_secret_value() for name, value in model.headers.items()})
    return values


def _replace(path: Path, text: str) -> None:
    """Put `text` in place of the file in one step. Raises `ConfigUnreadable` for a text that could not be read back."""
    check_config(text, path)
    # Behind a link it is the file that changes, not the link.
    target = path.resolve()
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replaced(target, PRIVATE) as file:
            file.write(text.encode())
    except OSError as error:
        raise StoreUnwritable(path=str(path), reason=type(error).__name__) from None
