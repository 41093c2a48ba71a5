"""Numbers of a text that claim nothing of data: they name, date, count off or quote (B57).

The principle: exempt is what a reader would not look for in an output because it is a name of something (a version, a
step, a row's label), a point in time, a place in an order, a convention (p < 0.05), or a count of the things that the
answer itself lays out. A measured or counted value never is, however small.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal, TypeAlias

from lci.core.grounding.numbers import Number, narrow

#: `code` and `name` quote, `time` dates, `order` counts off, `convention` is the trade's, `count` enumerates; `asked`
#: stands in the question, `chosen` in the code that ran.
Reason: TypeAlias = Literal["code", "name", "time", "order", "convention", "count", "asked", "chosen"]

_MONTHS = (
    r"(?:Jan(?:uary|uar|vier)?|Feb(?:ruary|ruar)?|févr(?:ier)?|Mar(?:ch|s)?|März|Apr(?:il)?|avril|May|Mai|June?|Juni|"
    r"juin|July?|Juli|juillet|Aug(?:ust)?|août|Sept?(?:ember)?|septembre|O[ck]t(?:ober)?|octobre|Nov(?:ember)?|novembre|"
    r"De[cz](?:ember)?|décembre)"
)
_FILES = (
    r"(?:csv|tsv|txt|md|xlsx?|ods|json|jsonl|ndjson|parquet|feather|arrow|png|jpe?g|svg|gif|webp|pdf|html?|xml|ya?ml|toml|"
    r"py|ipynb|zip|gz|bz2|xz|zst|tar|db|sqlite|duckdb|dta|sav|h5|hdf5|nc|mat|npz|npy|pkl|docx?|pptx?|log|sql|geojson|shp|"
    r"kml|avro|dat)"
)
#: What is named by the number behind it: "cluster 2", "Zeile 17", クラスタ1.
_LABELS = (
    r"(?:row|column|col|line|step|cell|figure|fig\.|table|section|chapter|part|page|phase|class|cluster|group|bin|fold|"
    r"answer|example|case|sheet|file|chart|plot|scenario|trial|experiment|test|model|"
    r"level|grade|id|index|item|point|question|option|task|node|sensor|station|store|shop|batch|sample|subject|patient|"
    r"customer|user|order|product|invoice|room|zone|region|district|season|round|episode|week|month|day|hour|quarter|"
    r"year|version|channel|component|PC|factor|axis|lag|window|horizon|threshold|seed|alpha|Spalte|Zeile|Schritt|"
    r"Abbildung|Tabelle|Klasse|Gruppe|Woche|Tag|Monat|ligne|colonne|étape|tableau|classe|groupe)"
)
_EAST_LABELS = (
    r"(?:列|行|図|表|图|步骤|步驟|ステップ|クラスタ|クラスター|クラス|グループ|組|组|类别|类|聚类|簇|分组|級|级|章|項目|"
    r"番号|编号|ID)"
)
#: What an answer lays out itself, and may count.
_ENUMERATED = (
    r"(?:steps?|parts?|points?|things?|charts?|plots?|graphs?|figures?|panels?|tables?|files?|sheets?|columns?|variables?|"
    r"fields?|features?|metrics?|measures?|categories|category|groups?|classes|types?|kinds?|ways?|options?|methods?|"
    r"approaches|reasons?|findings?|observations?|questions?|answers?|tests?|models?|sections?|lines?|bars?|segments?|"
    r"clusters?|components?|dimensions?|levels?|assumptions?|scenarios?|datasets?|data sets?|formats?|stages?|key|main|"
    r"Schritte|Spalten|Gruppen|Diagramme|étapes|colonnes|graphiques|groupes)"
)
_EAST_ENUMERATED = (
    r"(?:つ|個の|点の|種類|類|枚|段階|列|項目|ステップ|グループ|変数|カテゴリ|図|表|ファイル|"
    r"个(?:步骤|部分|方面|要点|原因|类别|组|图|表|文件|变量|字段|指标|列|方法)|種|种|张|步|列|类|组|點|点(?:[：:。，]|です))"
)
_SMALL = r"(?<![\d.,$€£¥%-])(?:[1-9]|1[0-2])"
_DAY = r"\d{1,2}(?:st|nd|rd|th|er)?\.?"
_LEVEL = r"(?:0?\.05|0?\.01|[51]\s?[%％])"

#: The exempt parts of a text by reason; within one of them nothing else is looked for.
_PATTERNS: tuple[tuple[Reason, str], ...] = (
    ("code", r"(?ms)^ {0,3}(`{3,}+|~{3,}+)[^\n]*\n.*?(?:^ {0,3}\1[`~]*+[^\S\n]*$|\Z)"),
    ("code", r"(?<!`)(`{1,9})(?!`)[^\n]{0,400}?[^`\n]\1(?!`)"),
    # Addresses, links, tags, files.
    ("name", r"https?://[^\s)>\]]+|www\.[^\s)>\]]+|(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.]+"),
    ("name", r"\[[^\[\]\n]*\]\([^()\n]*\)|<[A-Za-z/!][^<>\n]*>"),
    ("name", rf"(?i)(?<![\w.])[\w/\-]+(?:\.[\w\-]+)*?\.{_FILES}\b"),
    # Quotations with a letter in them.
    ("name", r"“(?=[^”\n]{0,80}[^\W\d])[^”\n]{1,80}”|„[^“”\n]{1,80}[“”]|«(?=[^»\n]{0,80}[^\W\d])[^»\n]{1,80}»"),
    ("name", r"「(?=[^」\n]{0,80}[^\W\d])[^」\n]{1,80}」|『[^』\n]{1,80}』|《[^》\n]{1,80}》"),
    (
        "name",
        r"(?<![\w\"])\"(?=[^\"\n]{0,80}[^\W\d])[^\"\n]{1,80}\"(?!\w)|(?<![\w'])'(?=[^'\n]{0,80}[A-Za-z_])[^'\n]{1,60}'(?!\w)",
    ),
    # Dates and times.
    ("time", r"(?a)\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?\b"),
    ("time", r"\b\d{1,2}([-/.])\d{1,2}\1\d{2,4}\b|\b(?:19|20)\d{2}[-/](?:0[1-9]|1[0-2])\b(?![-/\d])"),
    ("time", rf"\b{_DAY}(?:\s?[–-]\s?{_DAY})? (?:of )?{_MONTHS}\b\.?(?:,? \d{{4}})?"),
    ("time", rf"\b{_MONTHS}\b\.? {_DAY}(?!\d)(?:\s?[–-]\s?\d{{1,2}}\b)?(?:,? \d{{4}}\b)?"),
    ("time", rf"\b{_MONTHS}\b\.?,? ['’]?\d{{2,4}}\b"),
    ("time", r"\d{4}\s?年(?:度|代)?(?:\s?\d{1,2}\s?月)?(?:\s?\d{1,2}\s?[日号])?|[〇零一二三四五六七八九]{4}年"),
    ("time", r"\d{1,2}\s?月(?:\s?\d{1,2}\s?[日号])?(?![数間间])|(?<![\d.])\d{1,2}\s?日(?![間间元数目])"),
    (
        "time",
        r"(?a)\b\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[ap]\.?m\b\.?)?|\b\d{1,2}\s?(?:[ap]m\b|[ap]\.m\.|Uhr\b|o['’]clock)",
    ),
    (
        "time",
        r"\d{1,2}\s?[時时](?![間间])(?:\s?\d{1,2}\s?分)?(?:\s?\d{1,2}\s?秒)?|\b(?:1[5-9]|20)\d0['’]?s\b|['’]\d0s\b",
    ),
    # Versions, telephone numbers, identifiers.
    (
        "name",
        r"\b(?:[Vv]|[Vv]ersions?\s|Python\s|pandas\s|[Nn]um[Pp]y\s|scipy\s|バージョン\s?|版本\s?)v?\d+(?:\.\d+)*\b",
    ),
    ("name", r"\b\d+\.\d{1,2}\.\d{1,2}(?:\.\d+)*\b|\b\d+(?:-\d+){2,}\b"),
    ("name", r"\+\d{1,3}[ (-]\d[\d ()-]{5,}\d|\(?\b\d{2,5}\)?[- ]\d{2,4}-\d{3,4}\b"),
    ("name", r"\b[A-Za-z]\w*[-_]\d[\w.-]*|\b[A-Za-z]+\d[\w.]*|\b\d+(?:_\w+)+|\b\d+[A-Za-z]+\d\w*|\b\dD\b"),
    # Places in an order.
    ("order", r"(?m)^[^\S\n]*+[>#*_| \t]*+\(?\d{1,3}(?:[.)](?=[\s*_])|[．、）])"),
    ("order", r"\b\d+(?:st|nd|rd|th|er|ère|ème|º|ª)\b|#\s?\d+\b|\b(?:No|Nr|Nos)\.? \d+\b|[№n]°\s?\d+"),
    ("order", r"第\s?\d+|第[一二三四五六七八九十百]+|\d+\s?(?:番目|位(?!置)|つ目|回目|人目|番(?!号))"),
    ("order", r"(?i)\b(?:top|first|last|bottom|past|next|previous|letzten|ersten|premiers|derniers)[- ]\d+\b"),
    ("order", r"(?:上位|トップ|下位|最初の|最後の|直近|過去|前(?![年回])|后|最近)\s?\d+"),
    # Names with a number behind or within.
    ("name", rf"(?i)(?<![a-z]){_LABELS}(?:\s(?:no\.?|number|#)?\s?|\s?[:=#]\s?)\d+(?![\d.,]*\d)(?!\s?%)"),
    ("name", rf"{_EAST_LABELS}\s?\d+(?![\d.,%％万億人个個件名円元台本只朵家])"),
    ("name", r"\b\d+[- ](?:fold(?= cross)|nearest|means|grams?\b|bit\b)"),
    ("name", r"\b\d+-(?:day|week|month|year|hour|minute|second|point|period|step|way|bin|quarter)s?\b"),
    # Conventions of statistics.
    (
        "convention",
        r"\b9[059](?:\.\d+)?\s?(?:%|per ?cent)(?=[- ](?:confidence|CI\b|credib|predict|interval|Konfidenz|level))",
    ),
    ("convention", r"9[059](?:\.\d+)?\s?[%％](?=の?(?:信頼|置信|予測|预测|水準|水平))"),
    (
        "convention",
        r"[Pp](?:[- ]?values?|値|值)?\s?(?:[<>≤≥＜]|is (?:less than|below|under|above)|が?は?)\s?"
        r"0?\.(?:1|05|01|001|0001)(?!\d)",
    ),
    ("convention", rf"(?:α|[Aa]lpha|\\alpha)\s?(?:=|of)\s?0?\.\d+|(?:level|threshold|cutoff)(?: of)? {_LEVEL}(?!\d)"),
    (
        "convention",
        rf"(?<![\d.]){_LEVEL}(?=[- ](?:level|threshold|significance|cutoff)|の?(?:有意水準|显著性?水平|水準|水平))",
    ),
    # Counts of what the answer itself lays out.
    ("count", rf"{_SMALL}(?=(?: [A-Za-z-]{{2,14}}){{0,2}} {_ENUMERATED}\b)"),
    ("count", rf"{_SMALL}\s?(?={_EAST_ENUMERATED})"),
)
_ENDLESS = re.compile(r"[A-Za-z0-9_.+/@=,:'’-]{200,}|\d{200,}")
_SPANS = tuple((reason, re.compile(pattern)) for reason, pattern in _PATTERNS)

#: Years: those of our days by themselves, others behind a word that says so.
_YEAR = re.compile(r"(?:19|20)\d{2}")
_ANY_YEAR = re.compile(r"1[0-9]{3}|2[01]\d{2}")
_BEFORE_YEAR = re.compile(
    r"\b(?:in|since|until|till|before|after|by|from|to|of|year|between|and|seit|bis|im Jahr|en|depuis|jusqu'en)\s$"
)
_NO_YEAR_AFTER = re.compile(
    r"\s?(?:[%％°€$£¥円元人名件個个台]|(?:USD|EUR|kg|km|ms|rows?|records|units|points|people|passengers|customers|orders)\b)"
)


class Exemptions:
    """The exempt parts of one text."""

    def __init__(self, text: str) -> None:
        # What nobody reads as words or numbers would be looked through from each of its places.
        self._text = _ENDLESS.sub(lambda run: " " * len(run[0]), narrow(text))
        spans: list[tuple[int, int, Reason]] = []
        for reason, pattern in _SPANS:
            spans += [(match.start(), match.end(), reason) for match in pattern.finditer(self._text)]
        self._spans = _outermost(spans)
        self._starts = [start for start, _, _ in self._spans]

    def reason(self, number: Number) -> Reason | None:
        """Why the number claims nothing; None where it does."""
        digits = next((at for at in range(number.start, number.end) if self._text[at].isdigit()), number.start)
        at = bisect_right(self._starts, digits) - 1
        if at >= 0 and digits < self._spans[at][1]:
            return self._spans[at][2]
        return "time" if self._is_year(number) else None

    def _is_year(self, number: Number) -> bool:
        if number.is_percent or _NO_YEAR_AFTER.match(self._text, number.end):
            return False
        if _YEAR.fullmatch(number.text):
            return True
        before = self._text[max(0, number.start - 12) : number.start]
        return _ANY_YEAR.fullmatch(number.text) is not None and _BEFORE_YEAR.search(before) is not None


def _outermost(spans: Sequence[tuple[int, int, Reason]]) -> list[tuple[int, int, Reason]]:
    """The spans without those that begin within another."""
    kept: list[tuple[int, int, Reason]] = []
    for span in sorted(spans, key=lambda each: (each[0], -each[1])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
        elif span[1] > kept[-1][1] and kept[-1][2] != "code":
            kept.append((kept[-1][1], span[1], span[2]))
    return kept
