"""Keys: saved ones lie in the system's keyring, or in config.toml; none gets to a child's environment or into a log."""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import logging
import os
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_SERVICE = "local-code-interpreter"
#: What stands in config.toml for a key that is in the keyring.
_MARK = "keyring:"

_ENDINGS = ("_API_KEY", "_TOKEN", "_SECRET", "_PASSWORD")

# Fields of /proc/self/stat counted after the command's closing bracket (proc(5): env_start is 50, env_end 51).
_ENV_START, _ENV_END = 50 - 3, 51 - 3
_CONVERSATION_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


def kept_key(model_id: str, key: str) -> str:
    """Put `key` into the keyring and return what stands for it; without a keyring, the key itself."""
    if not key or key.startswith(_MARK):
        return key
    return _in_keyring(lambda it: it.set_password(_SERVICE, model_id, key) or _MARK + model_id, otherwise=key)


def key_behind(written: str) -> str:
    """The key that config.toml means; empty when the keyring does not give it."""
    if not written.startswith(_MARK):
        return written
    name = written.removeprefix(_MARK)
    return _in_keyring(lambda it: it.get_password(_SERVICE, name) or "", otherwise="")


def forget_key(written: str) -> None:
    """Take the key that config.toml means out of the keyring, if it is there."""
    if written.startswith(_MARK):
        _in_keyring(lambda it: it.delete_password(_SERVICE, written.removeprefix(_MARK)) or "", otherwise="")


def _in_keyring(work: Callable[[Any], str], *, otherwise: str) -> str:
    """What `work` does with the keyring; `otherwise` where there is no real one, or it refuses."""
    if importlib.util.find_spec("keyring") is None:
        return otherwise
    keyring = importlib.import_module("keyring")
    try:
        # Its stand-ins for a system without one have no priority.
        return work(keyring) if keyring.get_keyring().priority >= 1 else otherwise
    except keyring.errors.KeyringError:
        return otherwise


def forget_environment_secrets() -> tuple[str, ...]:
    """Drop keys from the environment once settings have them; the names dropped.

    On Linux the block the process was started with, which `/proc/<pid>/environ` shows to every process of the same
    user, is overwritten too (B31).
    """
    dropped = [name for name in os.environ if name.upper().endswith(_ENDINGS)]
    for name in dropped:
        del os.environ[name]
    if sys.platform == "linux":
        _wipe_initial_block()
    return tuple(dropped)


def _wipe_initial_block() -> None:
    # Each variable is put again first: that moves it off the block, to which `environ` still points.
    for name, value in list(os.environb.items()):
        os.environb[name] = value
    try:
        fields = Path("/proc/self/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        start, end = int(fields[_ENV_START]), int(fields[_ENV_END])
    except (OSError, IndexError, ValueError):
        return
    if 0 < start < end:
        ctypes.memset(start, 0, end - start)


class Redacting(logging.Formatter):
    """Formats as usual, then takes out what must not be on a disk; traces of exceptions included."""

    def __init__(self, secrets: Iterable[str], pattern: str) -> None:
        super().__init__(pattern)
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        """The line to write."""
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, "[key]")
        return _CONVERSATION_ID.sub("[conversation]", text)

    def also(self, secrets: Iterable[str]) -> None:
        """Take these out too from now on."""
        self._secrets += [secret for secret in secrets if secret and secret not in self._secrets]


def redact_also(secrets: Iterable[str]) -> None:
    """Have every log of the app leave these out from now on: keys that came after it was opened."""
    late = tuple(secrets)
    for handler in logging.getLogger("lci").handlers:
        if isinstance(handler.formatter, Redacting):
            handler.formatter.also(late)
