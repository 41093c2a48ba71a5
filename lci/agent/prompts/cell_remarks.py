"""What was noticed of a cell, in sentences for the model; the facts come from a log and are believed no further."""

from __future__ import annotations

import json
from collections.abc import Mapping

from lci.core.outputs import Json
from lci.core.remarks import Remark

#: Why a kernel died.
_DEATHS = {
    "out_of_memory": "it ran out of memory",
    "unresponsive": "it did not obey the interrupt and had to be killed",
    "crashed": "it crashed in native code",
    "exited": "the code ended the process",
    "killed": "it was killed",
    "memory_limit": "it used more memory than is allowed; work on less data at a time",
    "disk_limit": "its files took more space than is allowed",
    "too_many_processes": "it started more processes than are allowed",
    "ended_elsewhere": "it ended on its server, which does not say why",
    "server_lost": "the connection to its server was lost",
    "cpu_limit": "the cell used more processor time than is allowed",
}


_FINDINGS = {
    "empty_axes": "axes with nothing in them",
    "no_x_label": "an x axis without a label",
    "no_y_label": "a y axis without a label",
    "series_without_values": "a series with no finite value",
    "x_ticks_overlap": "x tick labels that lie on one another",
    "y_ticks_overlap": "y tick labels that lie on one another",
    "texts_overlap": "texts that lie on one another or on another panel",
    "legend_too_long": "a legend with too many entries",
    "legend_covers_data": "a legend that covers the data",
    "missing_glyphs": "characters that no font here has and that show as boxes",
}


#: What needs no facts.
_SENTENCES = {
    "await_works": "An event loop runs here already: write `await …` at the top level of a cell, without asyncio.run.",
    "same_error_before": "The same error came before. Do not try the same again: inspect the data first, or take "
    "another approach.",
    "no_pip": "This Python has no pip: nothing can be installed into it.",
    "index_unreachable": "The package index cannot be reached: this machine seems to be offline. Nothing was "
    "installed; use what is already there.",
}

#: Characters of one figure's facts, and of one line about a failure.
_FIGURE_CHARS, _FACT_CHARS = 1_200, 4_000


def remark_text(remark: Remark) -> str:
    """One remark in a sentence or a few lines; empty for one that only a later version understands."""
    facts = remark.facts
    match remark.code:
        case "noted" | "reason":
            return str(facts.get("text", ""))
        case "death":
            cause = str(facts.get("cause") or "")
            return _DEATHS.get(cause, cause)
        case "tables_saved":
            saved = ", ".join(f"{name}: pd.read_parquet({path!r})" for name, path in facts.items())
            return f"tables saved before that: {saved}"
        case "time_limit":
            seconds = facts.get("seconds")
            limit = f"{seconds:g} s" if isinstance(seconds, int | float) else "the limit"
            return f"It ran longer than {limit}. Work on less data, or in smaller steps."
        case "failure_facts":
            return _failure(facts)
        case "tool_among_code":
            tool = facts.get("tool")
            return f"{tool} is no function of Python: send it as the only line of code, with texts in quotes."
        case "removed_name":
            return f"{facts.get('name')} was removed from this version; in its place: {facts.get('by')}."
        case "outside_files":
            return (
                f"Written outside the working directory, where the user does not find it: "
                f"{', '.join(_texts(facts.get('paths')))}. Write it by a plain name into the working directory."
            )
        case "figures":
            return "\n".join(
                f"[Figure {number} of this cell: {_panels(axes)}]"
                for number, axes in enumerate(_texts(facts.get("axes")), 1)
                if axes
            )
        case "figure_advice":
            return "\n".join(_advice(facts.get("findings")))
        case code:
            return _SENTENCES.get(code, "")


def _failure(facts: Mapping[str, Json]) -> str:
    objects, columns = facts.get("objects"), facts.get("columns")
    lines = (
        [_object(each) for each in objects if isinstance(each, Mapping)] if isinstance(objects, list | tuple) else []
    )
    # Entries of earlier versions have tables alone.
    labelled = [
        (f"Columns of {table}", names) for table, names in (columns if isinstance(columns, dict) else {}).items()
    ]
    labelled += [
        (label, facts.get(key))
        for key, label in (
            ("close", "Close names"),
            ("installed", "Installed for this or by a similar name"),
            ("files", "Files in the working directory"),
            ("folder", "The current folder is not the workspace, but"),
        )
        if facts.get(key)
    ]
    lines += [f"{label}: {json.dumps(names, ensure_ascii=False)}" for label, names in labelled]
    return "\n".join(line if len(line) <= _FACT_CHARS else f"{line[:_FACT_CHARS]} …" for line in lines)


def _object(facts: Mapping[str, Json]) -> str:
    kind, columns, sample = (facts.get(key) for key in ("type", "columns", "sample"))
    parts = [str(kind)] if kind else []
    if columns:
        label = "keys" if str(kind).startswith("dict") else "columns"
        parts.append(f"{label} {json.dumps(columns, ensure_ascii=False)}")
    parts += [f"e.g. {sample}"] if sample else []
    return f"{facts.get('name')}: {', '.join(parts)}"


def _panels(axes: str) -> str:
    """The facts of a figure, as JSON: as many panels, and series of one, as there is room for, and how many more."""
    try:
        panels = json.loads(axes)
    except ValueError:
        panels = None
    if len(axes) <= _FIGURE_CHARS or not isinstance(panels, list):
        return axes[:_FIGURE_CHARS]
    kept: list[str] = []
    for panel in panels:
        text = _as_json(panel)
        while len(text) > _FIGURE_CHARS and isinstance(panel, dict) and panel.get("series"):
            left = int(panel.get("series left out", 0)) + 1
            panel = {**panel, "series": panel["series"][:-1], "series left out": left}
            text = _as_json(panel)
        if kept and len(text) + sum(map(len, kept)) > _FIGURE_CHARS:
            break
        kept.append(text)
    left = len(panels) - len(kept)
    return f"[{', '.join(kept)}]" + (f", and {left} more" if left else "")


def _as_json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _advice(findings: Json) -> list[str]:
    lines = []
    for number, codes in enumerate(findings if isinstance(findings, list) else [], 1):
        named = dict.fromkeys(_FINDINGS[code] for code in _texts(codes) if code in _FINDINGS)
        if named:
            lines.append(
                f"[Figure {number} has {', '.join(named)}. Improve it once if it matters to the user, otherwise leave "
                "it: one more cell, no more.]"
            )
    return lines


def _texts(values: Json) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
