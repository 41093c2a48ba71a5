"""A table's profile."""

from __future__ import annotations

from lci.wording.profile_words import ProfileWords

PROFILE = ProfileWords(
    title="Profile",
    ask="Count every row",
    counting="Counting every row… {done} of {columns} columns",
    tabs=("Statistics", "Distributions", "Associations", "Quality"),
    exact="Every row counted: {rows}.",
    estimated="Every row counted: {rows}. Distinct values and quartiles are estimates.",
    heads=("column", "type", "missing %", "distinct", "min", "25 %", "median", "75 %", "max", "mean", "std. dev."),
    no_values="no values",
    missing="{count} missing",
    distinct="{count} distinct",
    distinct_about="about {count} distinct",
    more_columns="Show more columns",
    associations_help="How strongly two columns go together, over every row in which both have a value: "
    "0 is not at all, 1 wholly; of numbers also −1, the one falls as the other rises.",
    no_associations="No two columns can be compared: numbers, and texts of 2 to 50 different values can.",
    association_heads=("columns", "strength", "rows", "measure"),
    measures={
        "correlation": "Pearson’s correlation",
        "cramers_v": "Cramér’s V, corrected",
        "correlation_ratio": "correlation ratio",
    },
    columns_left_out="{count} further columns were not compared.",
    nothing_odd="Nothing odd was found in {rows}.",
    findings={
        "duplicate_rows": "Equal to an earlier row in every column: {rows}.",
        "empty": "“{column}” has no value at all.",
        "missing": "“{column}” is missing in {rows} ({share}).",
        "constant": "“{column}” has one value only, {example}.",
        "unique": "“{column}” has another value in every row: an identifier?",
        "mixed": "“{column}” holds numbers and other texts; the fewer of them in {rows}, such as {example}.",
        "numbers_as_text": "“{column}” holds numbers as text in {rows}, such as {example}.",
        "dates_as_text": "“{column}” holds dates as text in {rows}, such as {example}.",
        "padded": "“{column}” begins or ends with a blank in {rows}.",
        "spellings": "“{column}” has spellings in {rows} that differ only in case or blanks, such as {example}.",
        "far_out": "“{column}” has values far from the others in {rows}, such as {example}.",
    },
    example="“{text}”",
    show_rows="Show rows",
    columns_checked="The first {checked} of {columns} columns were looked at one by one.",
)
