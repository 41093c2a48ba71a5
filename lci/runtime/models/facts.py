"""What was found out about models: abilities that were tried, windows that servers named; kept in the data folder."""

from __future__ import annotations

import json
import logging
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from lci.models.addresses import without_credentials
from lci.models.capabilities import Capabilities
from lci.replacing import PRIVATE, replaced
from lci.runtime.config.settings import ModelSettings

log = logging.getLogger("lci")


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of one model; `tried_at` is in seconds since the epoch."""

    capabilities: Capabilities | None = None
    tried_at: float | None = None
    learned_window: int | None = None


_FILE = TypeAdapter(dict[str, Found])


class ModelFacts:
    """One entry for each model of each address, in `models.json`. From any thread.

    What cannot be read or written is not known: it can be found out again.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / "models.json"
        self._lock = threading.Lock()
        self._entries: dict[str, Found] | None = None

    def of(self, model: ModelSettings) -> Found:
        """What is known of that model; nothing of one whose address or name is another now."""
        with self._lock:
            return self._read().get(_key(model), Found())

    def tried(self, model: ModelSettings, capabilities: Capabilities) -> None:
        """Keep what a trial showed, with its time."""
        self._change(model, capabilities=capabilities, tried_at=time.time())

    def learned(self, model: ModelSettings, window_tokens: int) -> None:
        """Keep the window that a server named when it was exceeded."""
        self._change(model, learned_window=window_tokens)

    def _change(self, model: ModelSettings, **facts: object) -> None:
        with self._lock:
            entries = self._read()
            entries[_key(model)] = replace(entries.get(_key(model), Found()), **facts)  # type: ignore[arg-type]  # its own fields
            self._write(entries)

    def _read(self) -> dict[str, Found]:
        if self._entries is None:
            try:
                self._entries = _FILE.validate_json(self._path.read_bytes())
            except FileNotFoundError:
                self._entries = {}
            except (OSError, ValidationError) as error:
                log.warning("models.json cannot be read: %s", type(error).__name__)
                self._entries = {}
        return self._entries

    def _write(self, entries: dict[str, Found]) -> None:
        text = json.dumps({key: asdict(found) for key, found in entries.items()}, indent=1)
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with replaced(self._path, PRIVATE) as file:
                file.write(text.encode())
        except OSError as error:
            log.warning("models.json cannot be written: %s", type(error).__name__)


def _key(model: ModelSettings) -> str:
    return f"{without_credentials(model.base_url.strip())} {model.name} {model.api_version}".strip()
