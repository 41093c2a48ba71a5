"""What the rooms hand to one another are values: nothing that holds one can change it under another's hands."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

import lci.agent
import lci.core
import lci.storage
import lci.workspace

#: What is gathered piece by piece by one owner.
GATHERED = {
    "lci.agent.model_call.Answer",
    "lci.agent.model_call.Writing",
    "lci.workspace.chart_specs.Loads",
    "lci.workspace.xml_records.Records",
    "lci.workspace.xml_records._Element",
}


def module_names() -> Iterator[str]:
    for room in (lci.agent, lci.core, lci.storage, lci.workspace):
        yield from (each.name for each in pkgutil.walk_packages(room.__path__, f"{room.__name__}."))


def loaded_anew(name: str) -> ModuleType:
    """The module beside the one that is in use: loading it changes nothing elsewhere."""
    importlib.import_module(name)
    found = importlib.util.find_spec(name)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def is_value(kind: type) -> bool:
    """A dataclass, or what would be one: fields without anything that fills them."""
    fields = vars(kind).get("__annotations__", {})
    is_open = not getattr(kind, "_is_protocol", False) and any(name not in vars(kind) for name in fields)
    return dataclasses.is_dataclass(kind) or is_open


@pytest.mark.parametrize("name", list(module_names()))
def test_values_are_frozen_and_take_no_other_field(name: str) -> None:
    """A log of a hundred thousand events is held in memory, and read by several threads at once."""
    for _, kind in inspect.getmembers(loaded_anew(name), inspect.isclass):
        if kind.__module__ == name and is_value(kind):
            assert dataclasses.is_dataclass(kind), kind
            frozen = kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
            assert frozen or f"{name}.{kind.__name__}" in GATHERED, kind
            assert "__slots__" in vars(kind), kind
