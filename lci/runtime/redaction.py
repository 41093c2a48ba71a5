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
