"""One preview asked for, as a value, and the warnings and reader expressions that answer it.

Every warning code with its facts (`lci.wording` writes the sentences):

    wrong_extension          ending, content     the content is not what the ending says; it was read by its content
    no_preview               format              a known or unknown kind of which only name and size can be shown
    text_shortened           shown_bytes, bytes  only the beginning of the text is shown
    long_line                bytes               no line ends within the first megabytes, so it is shown as text
    mixed_encoding           encoding, lines     bytes that do not fit the encoding are shown as replacement characters
    nul_bytes                count               NUL characters in the part that was read
    header_only              columns             a header without a row beneath it
    no_header                columns             the first row is data; the columns are numbered from 0
    title_rows_above_header  rows                lines skipped before the header
    duplicate_columns        names               header names that occur more than once, joined with ", "
    ragged_rows              rows, first_row, columns, longest   rows with fewer or more cells than the header
    columns_added            rows, columns, added  rows longer than the header: the cells beyond it got names of ours
    fixed_width              columns             columns stand at fixed places in each line
    comment_lines            mark                lines that begin with it are passed over
    two_row_header           names               two rows name the columns; each name is made of both
    units_below_header       units               the row beneath the header that says the units is passed over
    several_tables           tables, names       tables below the first, by what stands above them
    notes_below_table        lines, first        remarks at the end that belong to no row
    types_of_first_rows      rows                types were found in the first rows only
    values_of_first_rows     rows                ranges and distinct values are those of the first rows only
    digits_lost              names               integers with gaps, too long for the floats that pandas makes of them
    mixed_types              names               columns of numbers and texts, read as text
    numbers_rewritten        names               numbers that may be names: 1.10, 2E10
    ambiguous_dates          names, order        day and month could be the other way round
    missing_words            names, words        words read as missing values
    words_kept               names, words        words that usually mean a missing value, kept as values
    unclosed_quote           (none)              a quote that never closes: quotes are read as plain characters
    decimal_comma            names               columns of numbers with a decimal comma
    thousands_separator      names, separator    columns of numbers grouped in thousands
    types_of_another_pandas  pandas              types are those of that version, which the kernel's Python has
    call_fails_there         pandas, error       the call that reads it raises that in the kernel's Python
    folder_read_apart        pandas, folder      the call of the folder returns something else in the kernel's Python
    kinds_refused            names               columns that cannot be read as the person says
    leading_zeros            names               digits that lose their zeros when read as numbers (codes, postcodes)
    many_columns             columns             more columns than fit on a screen
    estimated_rows           rows                the number of rows is an estimate from the bytes read
    rows_not_counted         (none)              counting would take too long; the number of rows is unknown
    tables_left_out          shown, tables, names  more sheets or tables than are shown
    members_left_out         shown, members      more members of an archive than are listed
    empty_sheets             names               sheets without a cell
    nested_elements          names               elements of XML records that hold further ones, which no column shows
    element_attributes       names               attributes, as element@attribute, which no column shows
    repeated_names           names               what a record has more than once, by one name: one of them is read
    loose_text               names               elements with text between others or outside records, in no column
    reader_missing           package             the package that reads such files is not installed
    pages                    pages, shown        pages of a document, and how many of them the text is from
    no_text_in_pages         (none)              pages that are pictures: there is no text in them
    index_levels             names               columns that pandas makes the frame's index
    hidden_sheets            names               sheets that the program hides
    sheets_read_plainly      names               sheets, of many or large ones, without a look at codes, dates and words
    formulas_without_results cells               formulas whose results the file does not hold
    values_shortened         characters          cells longer than this are cut in the preview

What is odd about others than a workbook's first sheet has their names beside its facts, as `sheets`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lci.core.files import AS_FOUND, Reading
from lci.core.remarks import Remark
from lci.errors import Fact

WARNING_CODES = (
    "wrong_extension",
    "no_preview",
    "text_shortened",
    "long_line",
    "mixed_encoding",
    "nul_bytes",
    "header_only",
    "no_header",
    "title_rows_above_header",
    "duplicate_columns",
    "ragged_rows",
    "columns_added",
    "fixed_width",
    "comment_lines",
    "two_row_header",
    "units_below_header",
    "several_tables",
    "notes_below_table",
    "types_of_first_rows",
    "values_of_first_rows",
    "digits_lost",
    "mixed_types",
    "numbers_rewritten",
    "ambiguous_dates",
    "missing_words",
    "words_kept",
    "unclosed_quote",
    "decimal_comma",
    "thousands_separator",
    "types_of_another_pandas",
    "call_fails_there",
    "folder_read_apart",
    "kinds_refused",
    "leading_zeros",
    "many_columns",
    "estimated_rows",
    "rows_not_counted",
    "tables_left_out",
    "members_left_out",
    "empty_sheets",
    "nested_elements",
    "element_attributes",
    "repeated_names",
    "loose_text",
    "reader_missing",
    "pages",
    "no_text_in_pages",
    "index_levels",
    "hidden_sheets",
    "sheets_read_plainly",
    "formulas_without_results",
    "values_shortened",
)

#: More columns than this are worth a warning.
MANY_COLUMNS = 200
#: The number of last rows in a preview.
TAIL_ROWS = 5
#: Sheets or tables shown of one file.
TABLES_SHOWN = 50
#: Of those beyond it, so many are named.
_TABLES_NAMED = 500
#: Names in a list.
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Request:
    """What to preview, and how the person says it is to be read."""

    path: Path
    name: str
    size: int
    rows: int = 1000
    reading: Reading = AS_FOUND

    @property
    def ending(self) -> str:
        """The last ending in lower case, with its dot, or an empty text."""
        return Path(self.name).suffix.lower()

    @property
    def inner_ending(self) -> str:
        """The ending beneath a compression's: `.csv` of `sales.csv.gz`."""
        suffixes = [suffix.lower() for suffix in Path(self.name).suffixes]
        return suffixes[-2] if len(suffixes) > 1 else ""


def warning(code: str, **facts: Fact) -> Remark:
    """A warning of one of `WARNING_CODES`."""
    return Remark(code, facts)


def listed(names: Sequence[str]) -> str:
    """The first of these names, and whether there are more."""
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")


def left_out(names: Sequence[str], shown: Sequence[str]) -> list[Remark]:
    """The warning that some tables of a file are not shown, with their names; none where all are."""
    others = [name for name in names if name not in set(shown)]
    if not others:
        return []
    named = ", ".join(others[:_TABLES_NAMED]) + (", …" if len(others) > _TABLES_NAMED else "")
    return [warning("tables_left_out", shown=len(names) - len(others), tables=len(names), names=named)]


def literal(text: str) -> str:
    """`text` as a Python string literal in double quotes."""
    return json.dumps(text, ensure_ascii=False)


def call(function: str, name: str, **arguments: str) -> str:
    """The expression that reads `name`; the arguments are Python source already."""
    parts = [literal(name), *(f"{key}={value}" for key, value in arguments.items())]
    return f"{function}({', '.join(parts)})"


def column_warnings(names: list[str]) -> list[Remark]:
    """What is odd about these column names."""
    warnings = []
    seen: set[str] = set()
    twice = list(dict.fromkeys(name for name in names if name and (name in seen or seen.add(name))))  # type: ignore[func-returns-value]
    if twice:
        warnings.append(warning("duplicate_columns", names=", ".join(twice[:20])))
    if len(names) > MANY_COLUMNS:
        warnings.append(warning("many_columns", columns=len(names)))
    return warnings
