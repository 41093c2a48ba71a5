"""Log lines without keys and without conversation ids, whatever an exception quotes."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

_CONVERSATION_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


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
    found = tuple(secrets)
    for handler in logging.getLogger("lci").handlers:
        if isinstance(handler.formatter, Redacting):
            handler.formatter.also(found)
