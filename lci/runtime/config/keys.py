"""Where saved keys lie: in the system's keyring where there is one, otherwise in config.toml itself."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

_SERVICE = "local-code-interpreter"
#: What stands in config.toml for a key that is in the keyring.
_MARK = "keyring:"


def kept_key(model_id: str, key: str) -> str:
    """Put `key` into the keyring and return what stands for it; without a keyring, the key itself."""
    keyring = _keyring()
    if keyring is None or not key or key.startswith(_MARK):
        return key
    try:
        keyring.set_password(_SERVICE, model_id, key)
    except keyring.errors.KeyringError:
        return key
    return _MARK + model_id


def found_key(said: str) -> str:
    """The key that config.toml means; empty when the keyring does not give it."""
    if not said.startswith(_MARK):
        return said
    keyring = _keyring()
    if keyring is None:
        return ""
    try:
        return keyring.get_password(_SERVICE, said.removeprefix(_MARK)) or ""
    except keyring.errors.KeyringError:
        return ""


def forget_key(said: str) -> None:
    """Take the key that config.toml means out of the keyring, if it is there."""
    keyring = _keyring() if said.startswith(_MARK) else None
    if keyring is not None:
        try:
            keyring.delete_password(_SERVICE, said.removeprefix(_MARK))
        except keyring.errors.KeyringError:
            return


def _keyring() -> Any:
    """The keyring module with a real keyring behind it; None elsewhere."""
    if importlib.util.find_spec("keyring") is None:
        return None
    keyring = importlib.import_module("keyring")
    # Its stand-ins for a system without one have no priority.
    return keyring if keyring.get_keyring().priority >= 1 else None
