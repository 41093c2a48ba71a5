"""Well-known models as of a date: windows, abilities, prices. Shipped, never downloaded, and only an estimate."""

from __future__ import annotations

import functools
import importlib.resources
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lci.core.turns import Usage

#: What makers and gateways add to a model's name.
_DATED = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|latest|preview)$")


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens, as the maker asked on `date`."""

    prompt: float
    completion: float
    cached: float
    date: str

    def cost(self, usage: Usage) -> float:
        """What `usage` costs, roughly: tiers and discounts are not known."""
        fresh = usage.prompt_tokens - usage.cached_tokens
        spent = fresh * self.prompt + usage.cached_tokens * self.cached + usage.completion_tokens * self.completion
        return spent / 1_000_000


@dataclass(frozen=True, slots=True)
class KnownModel:
    """One model of the registry; None for what it does not say."""

    name: str
    window_tokens: int | None
    tools: bool | None
    sees_images: bool | None
    price: Price | None


@functools.lru_cache(maxsize=256)
def known_model(name: str) -> KnownModel | None:
    """The model that goes by this name, with or without a maker before it and a date after it."""
    registry = _registry()
    models: Mapping[str, Any] = registry["models"]
    for candidate in _candidates(name):
        if candidate in models:
            return _entry(candidate, models[candidate], str(registry["date"]))
    return None


@functools.cache
def _registry() -> dict[str, Any]:
    text = importlib.resources.files("lci.models.data").joinpath("registry.json").read_text("utf-8")
    registry: dict[str, Any] = json.loads(text)
    return registry


def _candidates(name: str) -> list[str]:
    bare = name.strip().lower().partition(":")[0].partition("@")[0]
    last = bare.rpartition("/")[2]
    names = [bare, last]
    while (shorter := _DATED.sub("", names[-1])) != names[-1]:
        names.append(shorter)
    return [*names, *(f"{candidate}-latest" for candidate in names)]


def _entry(name: str, entry: Mapping[str, Any], date: str) -> KnownModel:
    price = None
    if "prompt" in entry and "completion" in entry:
        price = Price(entry["prompt"], entry["completion"], entry.get("cached", entry["prompt"]), date)
    return KnownModel(name, entry.get("window") or None, entry.get("tools"), entry.get("images"), price)
