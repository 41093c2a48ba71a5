"""Tables saved as files beside the data, under names that say what is in them and are no file's that was read."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath

from lci.analyst.compiling.frame import Frame, key_name, measure_names
from lci.analyst.joins import BETWEEN_FILES
from lci.analyst.plan import Rows, Summary
from lci.analyst.writing import literal, literals

#: Rows that a sheet of Excel holds below its heading.
SHEET_ROWS = 1_048_575
_NAME_CHARS = 60
#: Whole numbers are floats in a sheet.
_EXACT = 2**53
_ENDINGS = {"csv": ".csv", "excel": ".xlsx"}


def saving(plan: Summary | Rows, table: str, frame: Frame) -> list[str]:
    """The lines that save `table`, and print its name and how many rows it has; none where nothing is saved.

    An empty table is not saved. Columns that the code made for conditions are left out of rows.
    """
    if plan.saved is None:
        return []
    name = literal(file_name(plan))
    ours = [] if isinstance(plan, Summary) or plan.columns else list(frame.made.values())
    dropped = f".drop(columns={literals(ours)})" if ours else ""
    index = "" if isinstance(plan, Summary) else ", index=False"
    lines = [f"saved = {table}{dropped}"]
    if plan.saved == "csv":
        # Excel takes a CSV without this mark for one in the encoding of its own country.
        lines += [f'saved.to_csv({name}{index}, encoding="utf-8-sig")']
    else:
        lines += _fitting(plan, frame)
        lines += [
            "# What begins with = is a text here, no formula.",
            'as_texts = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}',
            f'with pd.ExcelWriter({name}, engine="xlsxwriter", engine_kwargs=as_texts) as workbook:',
            f"    saved.to_excel(workbook{index or ', merge_cells=False'})",
        ]
    lines += [f'print("saved as =", repr({name}))', 'print("rows saved =", len(saved))']
    return ["", f"if len({table}):", *(f"    {line}" for line in lines)]


def _fitting(plan: Summary | Rows, frame: Frame) -> list[str]:
    """The lines without which a sheet would hold the table not at all, or not exactly."""
    if isinstance(plan, Summary):
        return []
    lines = []
    if frame.source.rows is None or frame.source.rows > SHEET_ROWS:
        lines.append(f"saved = saved.head({SHEET_ROWS})  # a sheet holds no more")
    if frame.source.of_kind("number", "id", "year"):
        lines += [
            f'for column in saved.select_dtypes("integer"):  # {_EXACT} is the last that a cell holds exactly',
            f"    if saved[column].abs().max() > {_EXACT}:",
            "        saved = saved.assign(**{column: saved[column].astype(str)})",
        ]
    if frame.source.of_kind("date"):
        lines += [
            'for column in saved.select_dtypes("datetime"):  # the calendar of Excel begins in 1900',
            '    if (saved[column] < "1900-03-01").any():',
            "        saved = saved.assign(**{column: saved[column].astype(str)})",
        ]
    if any(column.form == "zoned" for column in frame.source.columns):
        lines += [
            'for column in saved.select_dtypes("datetimetz"):',
            '    times = saved[column].dt.tz_convert("UTC")',
            "    saved = saved.assign(**{column: times.dt.tz_localize(None)})",
        ]
    return lines


def file_name(plan: Summary | Rows) -> str:
    """The name of the file: that of the table, what is shown of it, and four digits that follow from the plan.

    So hardly another plan writes it, and no file of a person's is called so.
    """
    assert plan.saved is not None
    parts = [PurePosixPath(file).stem for file in plan.table.split(BETWEEN_FILES)]
    match plan:
        case Summary():
            parts += [*measure_names(plan.measures), "by", *map(key_name, plan.keys)]
        case Rows():
            parts += ["rows", *plan.columns]
    parts += [str(value) for each in plan.conditions for value in each.values]
    written = re.sub(r"\W+", "_", "_".join(parts))[:_NAME_CHARS].strip("_")
    return f"{written}_{hashlib.sha256(repr(plan).encode()).hexdigest()[:4]}{_ENDINGS[plan.saved]}"
