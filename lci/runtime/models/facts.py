"""What was found out about models: abilities that were tried, windows that servers named; kept in the data folder."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from lci.core.ports import CodeProtocol
from lci.models.providers import without_credentials
from lci.replacing import PRIVATE, replaced
from lci.runtime.config.settings import ModelSettings

log = logging.getLogger("lci")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model was seen to do when it was tried, None for what could not be told.

    `window_tokens` is the server's own word.
    """

    tools: bool | None = None
    usage: bool | None = None
    schema: bool | None = None
    vision: bool | None = None
    window_tokens: int | None = None

    @property
    def protocol(self) -> CodeProtocol | None:
        """The best protocol that the model was seen to keep to; None while nothing was tried."""
        if self.tools:
            return "tools"
        if self.schema:
            return "schema"
        return "fenced" if self.tools is False else None


@dataclass(frozen=True, slots=True)
class Trial:
    """What is known of one model; `tried_at` is in seconds since the epoch.

    One that is `shelved` was saved though its trial failed: no conversation begins with it by itself.
    """

    capabilities: Capabilities | None = None
    tried_at: float | None = None
    learned_window: int | None = None
    shelved: bool = False


_FILE = TypeAdapter(dict[str, Trial])


class ModelFacts:
    """One entry for each model of each address, in `models.json`. From any thread.

    What cannot be read or written is not known: it can be found out again.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / "models.json"
        self._lock = threading.Lock()
        self._entries: dict[str, Trial] | None = None

    def of(self, model: ModelSettings) -> Trial:
        """What is known of that model; nothing of one whose address or name is another now."""
        with self._lock:
            return self._read().get(_key(model), Trial())

    def tried(self, model: ModelSettings, capabilities: Capabilities) -> None:
        """Keep what a trial showed, with its time; the model is on the shelf no longer."""
        self._change(model, capabilities=capabilities, tried_at=time.time(), shelved=False)

    def shelve(self, model: ModelSettings) -> None:
        """Keep that the model was saved though its trial failed, until one succeeds."""
        self._change(model, shelved=True)

    def shelved_ids(self, models: Iterable[ModelSettings]) -> tuple[str, ...]:
        """Which of `models` are on the shelf."""
        return tuple(model.id for model in models if self.of(model).shelved)

    def learned(self, model: ModelSettings, window_tokens: int) -> None:
        """Keep the window that a server named when it was exceeded."""
        self._change(model, learned_window=window_tokens)

    def _change(self, model: ModelSettings, **facts: object) -> None:
        with self._lock:
            entries = self._read()
            entries[_key(model)] = replace(entries.get(_key(model), Trial()), **facts)  # type: ignore[arg-type]  # its own fields
            self._write(entries)

    def _read(self) -> dict[str, Trial]:
        if self._entries is None:
            try:
                self._entries = _FILE.validate_json(self._path.read_bytes())
            except FileNotFoundError:
                self._entries = {}
            except (OSError, ValidationError) as error:
                log.warning("models.json cannot be read: %s", type(error).__name__)
                self._entries = {}
        return self._entries

    def _write(self, entries: dict[str, Trial]) -> None:
        text = json.dumps({key: asdict(trial) for key, trial in entries.items()}, indent=1)
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with replaced(self._path, PRIVATE) as file:
                file.write(text.encode())
        except OSError as error:
            log.warning("models.json cannot be written: %s", type(error).__name__)


def _key(model: ModelSettings) -> str:
    return f"{without_credentials(model.base_url.strip())} {model.name} {model.api_version}".strip()
