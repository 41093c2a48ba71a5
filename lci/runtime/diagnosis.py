"""What `lci doctor` says of this machine: Python, kernel, isolation, models, fonts, the log and the disk."""

from __future__ import annotations

import asyncio
import dataclasses
import importlib.metadata
import platform
import shutil
import tempfile
from pathlib import Path
from typing import Any

from lci.errors import LciError, StorageProblem
from lci.kernels.environments import environments
from lci.kernels.isolation import expected_level, survey
from lci.kernels.jupyter import JupyterKernel
from lci.kernels.limits import usual_limits
from lci.kernels.process import KernelProcess
from lci.kernels.provisioners.plain import cjk_family
from lci.kernels.slots import Slot
from lci.runtime.config.settings import config_path, load_settings
from lci.storage.salvage import health
from lci.wording import explained, size


def diagnosis() -> dict[str, Any]:
    """The facts by name; starts one kernel to see it work. No key is in it."""
    settings = load_settings()
    level = expected_level(settings.isolation)

    async def try_kernel() -> str:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            slot = Slot(root / "work", root / "home", root / "overlay", root / "spool")
            kernel = JupyterKernel(KernelProcess(slot, policy=settings.isolation, home=root))
            try:
                facts = await kernel.start()
                return f"works, Python {facts.python}, isolation: {facts.isolation}"
            except LciError as error:
                return str(explained(error.problem))
            finally:
                await kernel.close()

    others = [f"{env.label} ({env.kind}): {env.name}" for env in environments() if env.name]
    disk = shutil.disk_usage(settings.home if settings.home.exists() else settings.home.parent)
    return {
        "python": platform.python_version(),
        "kernel": asyncio.run(try_kernel()),
        "isolation": {"level": level, "policy": settings.isolation}
        | {f"no {better}": reason for better, reason in survey().refusals(level)},
        "limits": dataclasses.asdict(usual_limits()),
        "environments": others,
        "models": [
            {"id": model.id, "base_url": model.base_url, "key": bool(model.api_key.get_secret_value())}
            for model in settings.configured_models
        ],
        "default_model": settings.default_model,
        "fonts": cjk_family() or "no font with Chinese, Japanese or Korean characters; on Debian: fonts-wqy-zenhei",
        "versions": {
            name: importlib.metadata.version(name)
            for name in ("streamlit", "openai", "jupyter_client", "ipykernel", "pandas", "nbformat", "duckdb")
        },
        "data_folder": str(settings.home),
        "log": _log_health(settings.home),
        "config": str(config_path(settings.home)),
        "disk_free_bytes": disk.free,
    }


def _log_health(home: Path) -> dict[str, int] | str:
    """What the log's own reading found; a sentence where it is no log at all."""
    if not (home / "lci.sqlite").exists():
        return "none yet"
    try:
        return dataclasses.asdict(health(home))
    except StorageProblem as error:
        return str(explained(error.problem))


def lines(fact: object) -> list[str]:
    """A fact of the diagnosis as a person reads it, a list with a line for each of its entries."""
    match fact:
        case dict():
            return [", ".join(_measured(name, value) for name, value in fact.items())]
        case list():
            return [line for each in fact for line in lines(each)] or ["none"]
        case _:
            return [str(fact)]


def _measured(name: str, value: Any) -> str:
    return f"{name.removesuffix('_bytes')} {size(value)}" if name.endswith("_bytes") else f"{name} {value}"
