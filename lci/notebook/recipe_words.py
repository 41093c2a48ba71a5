"""What is said of a notebook that ran on other files: what differed, what changed; in three languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecipeWords:
    """The sentences as plain text.

    `differences` has one for each kind of difference, `arguments` what those of a call of pandas are about; in both
    `{file}` is the new file. `terms` are what differences are said with: units, the order of day and month.
    """

    ran: str
    instead: str
    left_out: str
    changed: str
    heads: tuple[str, str, str, str]
    unchanged: str
    more: str
    failed: str
    stopped: str
    noted: str
    written: str
    in_table: str
    differences: Mapping[str, str]
    arguments: Mapping[str, str]
    terms: Mapping[str, str]
    #: What of an output changed that is no line of text.
    changes: Mapping[str, str]


_ENGLISH = RecipeWords(
    ran="Run again",
    instead="`{new}` in place of `{old}`.",
    left_out="What was written about the earlier files is left out, for its numbers were theirs.",
    changed="What changed",
    heads=("cell", "output", "before", "now"),
    unchanged="Every output is as before.",
    more="{count:,} more lines differ.",
    failed="Cell {number} failed, and those after it did not run: {error}",
    stopped="Nothing was run, for its numbers could be wrong.",
    noted="Mind this:",
    written="Written to {folder}",
    in_table="{sentence} (table “{table}”)",
    differences={
        "unreadable": "“{file}” cannot be read as a table.",
        "kind": "“{file}” is of another kind than “{old}”: {now}, not {was}.",
        "table": "“{file}” has no table “{was}”.",
        "missing": "“{file}” has no column “{column}”.",
        "renamed": "The column “{was}” is called “{now}” in “{file}”.",
        "type": "The column “{column}” holds {now} in “{file}”, and {was} in “{old}”.",
        "written": "“{file}” is written otherwise, and the code would read it wrongly: {argument} is {now}, not {was}.",
        "more": "“{file}” has more tables: {now}.",
        "order": "The columns of “{file}” stand in another order than those of “{old}”.",
        "uncompared": "“{old}” is no table, so what “{file}” holds was not compared with it.",
        "new": "“{file}” has another column, “{column}”.",
        "values": "The column “{column}” has values in “{file}” that were not seen in “{old}”: {now}.",
        "unit": "The column “{column}” holds moments in {now} in “{file}”, and in {was} in “{old}”.",
        "gap": "“{file}” has no rows for these days of “{column}”: {now}.",
        "ambiguous": "Day and month of “{column}” in “{file}” could be the other way round: they are read {now}.",
        "ambiguous_before": "Day and month of “{column}” in “{old}” could be the other way round: they are read {was}.",
    },
    arguments={
        "decimal": "the decimal sign", "thousands": "the thousands separator", "sep": "the delimiter",
        "encoding": "the encoding", "date_format": "the form of dates", "skiprows": "the lines above the table",
        "header": "the line of the header", "quotechar": "the quotation mark", "function": "the reader",
        "none": "the usual one",
    },
    terms={
        "s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds",
        "day first": "day first", "month first": "month first",
    },
    changes={
        "picture": "(another picture)", "error": "(another error)", "page": "(another page)",
        "rest": "(further lines differ)",
    },
)  # fmt: skip
_JAPANESE = RecipeWords(
    ran="再実行",
    instead="`{old}` の代わりに `{new}` を使用。",
    left_out="以前のファイルについての文章は、数値がそのファイルのものなので省きました。",
    changed="変わったところ",
    heads=("セル", "出力", "以前", "今回"),
    unchanged="すべての出力が以前と同じです。",
    more="ほかに {count:,} 行が異なります。",
    failed="セル {number} が失敗し、以降は実行されていません: {error}",
    stopped="数値を誤るおそれがあるため、何も実行していません。",
    noted="ご注意:",
    written="書き出し先: {folder}",
    in_table="{sentence}（表「{table}」）",
    differences={
        "unreadable": "「{file}」は表として読めません。",
        "kind": "「{file}」は「{old}」と種類が異なります（{was} ではなく {now}）。",
        "table": "「{file}」に表「{was}」がありません。",
        "missing": "「{file}」に列「{column}」がありません。",
        "renamed": "列「{was}」は「{file}」では「{now}」という名前です。",
        "type": "列「{column}」は「{file}」では {now}、「{old}」では {was} です。",
        "written": "「{file}」は書き方が異なり、コードは誤って読みます: {argument}が {was} ではなく {now} です。",
        "more": "「{file}」には表が増えています: {now}。",
        "order": "「{file}」の列の順序は「{old}」と異なります。",
        "uncompared": "「{old}」は表ではないため、「{file}」の内容は比べていません。",
        "new": "「{file}」には列「{column}」が増えています。",
        "values": "列「{column}」に「{old}」になかった値があります: {now}。",
        "unit": "列「{column}」の時刻の単位は「{file}」では{now}、「{old}」では{was}です。",
        "gap": "「{file}」には列「{column}」の次の日の行がありません: {now}。",
        "ambiguous": "「{file}」の列「{column}」は月と日が逆かもしれません。{now}として読みます。",
        "ambiguous_before": "「{old}」の列「{column}」は月と日が逆かもしれません。{was}として読みます。",
    },
    arguments={
        "decimal": "小数点", "thousands": "桁区切り", "sep": "区切り文字", "encoding": "文字コード",
        "date_format": "日付の形式", "skiprows": "表の上の行", "header": "見出しの行", "quotechar": "引用符",
        "function": "読み方", "none": "通常のもの",
    },
    terms={
        "s": "秒", "ms": "ミリ秒", "us": "マイクロ秒", "ns": "ナノ秒", "day first": "日が先", "month first": "月が先",
    },
    changes={
        "picture": "（図が異なります）", "error": "（エラーが異なります）", "page": "（表示が異なります）",
        "rest": "（以降の行が異なります）",
    },
)  # fmt: skip
_CHINESE = RecipeWords(
    ran="重新运行",
    instead="用 `{new}` 代替 `{old}`。",
    left_out="关于先前文件的文字已省略，因为其中的数字属于那些文件。",
    changed="有何变化",
    heads=("单元格", "输出", "之前", "现在"),
    unchanged="所有输出与之前相同。",
    more="另有 {count:,} 行不同。",
    failed="单元格 {number} 运行失败，其后的未运行：{error}",
    stopped="未运行任何代码，因为数字可能有误。",
    noted="请注意：",
    written="已写入 {folder}",
    in_table="{sentence}（表“{table}”）",
    differences={
        "unreadable": "“{file}”不能作为表读取。",
        "kind": "“{file}”与“{old}”类型不同：是 {now}，不是 {was}。",
        "table": "“{file}”中没有表“{was}”。",
        "missing": "“{file}”中没有列“{column}”。",
        "renamed": "列“{was}”在“{file}”中叫“{now}”。",
        "type": "列“{column}”在“{file}”中是 {now}，在“{old}”中是 {was}。",
        "written": "“{file}”与“{old}”写法不同，代码会读错：{argument}是 {now}，不是 {was}。",
        "more": "“{file}”多了表：{now}。",
        "order": "“{file}”的列顺序与“{old}”不同。",
        "uncompared": "“{old}”不是表，因此没有比较“{file}”的内容。",
        "new": "“{file}”多了一列“{column}”。",
        "values": "列“{column}”中有“{old}”里没有的值：{now}。",
        "unit": "列“{column}”的时间单位在“{file}”中是{now}，在“{old}”中是{was}。",
        "gap": "“{file}”中列“{column}”缺少以下日期的行：{now}。",
        "ambiguous": "“{file}”中列“{column}”的日和月可能相反：按{now}读取。",
        "ambiguous_before": "“{old}”中列“{column}”的日和月可能相反：按{was}读取。",
    },
    arguments={
        "decimal": "小数点", "thousands": "千位分隔符", "sep": "分隔符", "encoding": "编码", "date_format": "日期格式",
        "skiprows": "表上方的行", "header": "标题行", "quotechar": "引号", "function": "读取方式", "none": "通常的",
    },
    terms={"s": "秒", "ms": "毫秒", "us": "微秒", "ns": "纳秒", "day first": "日在前", "month first": "月在前"},
    changes={
        "picture": "（图不同）", "error": "（错误不同）", "page": "（页面不同）", "rest": "（其后的行不同）",
    },
)  # fmt: skip


def recipe_words(language: str) -> RecipeWords:
    """The sentences of that language; English where there are none in it."""
    return {"ja": _JAPANESE, "zh": _CHINESE}.get(language, _ENGLISH)
