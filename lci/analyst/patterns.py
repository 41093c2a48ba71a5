"""The words by which a question is read, as patterns: the analyst's catalogue of English."""

from __future__ import annotations

import re

from lci.analyst.intents import How, Unit


def _any(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.I)


HELLO = re.compile(r"^\W*(hi|hello|hey|good (morning|afternoon|evening)|greetings)( there| all| analyst)?\W*$", re.I)
THANKS = re.compile(
    r"^\W*(thanks?( you)?|thx|cheers|great|nice|perfect|ok(ay)?)( very much| a lot| so much)?\W*$", re.I
)
HELP = re.compile(
    r"^\W*(help|what can (you|i|we) (do|ask|say)|what (are|is) (you|this)|who are you|how do (you|i) (work|use)"
    r"|are you (an? )?(ai|llm|gpt|chatgpt|model|human)).*$",
    re.I,
)
BEYOND = _any(
    r"logistic|polynomial|quadratic|multiple (linear )?regression|multivariate|ridge|lasso|random forest|neural|xgboost"
    r"|cluster(s|ing)?|k-?means|pca|classif\w+|forecast\w*|arima|t-?tests?|anova|chi-?squared?|join|merge|translate"
    r"|sentiment|map|3d|pivot|boxplots?|box plots?|violin|pie"
)
REGRESSION = _any(
    r"(linear )?regress\w*|fit (a|the) (straight )?line|line of best fit|best[- ]fit|linear (fit|model)|trend ?line|ols"
)
RELATION = _any(
    r"relation(ship)?s?|relate[sd]?|affects?|influences?|impacts?|effect|depends?( on)?|predicts?"
    r"|scatter ?(plot)?|correlat\w+|association|associated|explains?|drives?"
)
CORRELATIONS = _any(r"correlat\w+|heat ?map")
MISSING = _any(r"missing|nulls?|nans?|empty (values|cells)|incomplete|gaps in the (data|values)")
TREND = _any(
    r"trends?|over time|time series|over the (years|months|weeks|days|quarters)|through time|evol\w+|develop(ed|ment)?"
    r"|(changed?|grow\w*|rise|rising|rose|fall(ing)?|fell|increas\w+|decreas\w+) (over|since|by|per|each|from)|timeline"
    r"|(chang\w+|var(y|ies)|differs?) with time|when (was|were|is|are|did|does)"
)
OVERVIEW = _any(
    r"overview|summar(y|ise|ize)|describe|profile|explore|eda|what('s| is) in|look at|tell me about|introduc\w+"
    r"|structure|distributions|duplicates?|duplicated|insights?|analy[sz]e|about (this|the) (data|file|table)|inspect"
    r"|first look"
)
COLUMNS = _any(
    r"(what|which|list|show|name|print|all)( me)?( are)?( all)?( of)?( the)?"
    r" (columns|variables|fields|features|headers?)"
    r"|column names|data ?types|dtypes|schema|shape|how (big|large)"
    r"|(how many|number of) (rows|columns|records|observations|lines)|how many \w+ are (there|in)"
)
ROWS = re.compile(
    r"\b(?:(?P<end>first|last|top|head|tail)\b[^.\d]{0,12}?(?P<n>\d+)?\s*(?:rows?|lines?|records?)\b|(?P<bare>head|tail)\b)"
    r"|^\W*(?:show|print|display|see|view)( me)?( the)? (data|file|table|rows)\W*$",
    re.I,
)
BY = re.compile(
    r"\b(?:grouped by|group by|broken down by|split by|separately for|for each|for every|in each|of each"
    r"|within each|by each|by|per|across|between|among|for different)\b",
    re.I,
)
COUNT = _any(r"how many|number of|counts?( of)?|how often|frequency|frequencies")
TOP = re.compile(r"\b(?P<end>top|best|bottom|worst|largest|biggest|highest|lowest|smallest)\s+(?P<n>\d+)\b", re.I)
EXTREME = re.compile(
    r"\b(?:which|what)\b.*\b(?P<end>highest|largest|biggest|most|best|greatest|longest|heaviest|lowest|smallest|least"
    r"|worst|fewest|shortest|lightest)\b",
    re.I,
)
LOW = {"bottom", "worst", "lowest", "smallest", "least", "fewest", "shortest", "lightest"}
DIFFER = _any(r"compare|comparison|differ(s|ences?|ent)?|vary|varies|versus|vs")
VALUES = _any(r"distribut\w+|histogram|describe|unique|distinct|values|statistics?|stats|outliers?|range|look like")
UNITS: dict[Unit, re.Pattern[str]] = {
    "day": _any(r"dail?y|days?"),
    "week": _any(r"weekly|weeks?"),
    "month": _any(r"monthly|months?"),
    "quarter": _any(r"quarterly|quarters?"),
    "year": _any(r"yearly|annual(ly)?|years?"),
}
HOWS: dict[How, re.Pattern[str]] = {
    "median": _any(r"median"),
    "nunique": _any(r"(unique|distinct|different)"),
    "std": _any(r"standard deviations?|std|spread|variability"),
    "mean": _any(r"averages?|means?|avg|typical"),
    "sum": _any(r"totals?|sums?|overall|altogether"),
    "max": _any(r"max(imum)?|highest|largest|biggest|greatest"),
    "min": _any(r"min(imum)?|lowest|smallest"),
}
SUMMED = re.compile(
    r"(^|[^a-z])(sales?|revenue|amounts?|quantity|qty|profits?|costs?|units?|turnover|spend(ing)?|expenses?|orders?|sold"
    r"|visits|clicks|views|downloads|rainfall|precipitation)([^a-z]|$)|売上|金額|数量|销售|金额|数量",
    re.I,
)
WHAT_AFFECTS = re.compile(r"^\W*what\b.*\b(affects?|influences?|drives?|predicts?|explains?|depends?)\b", re.I)
SECOND_EXPLAINS = _any(r"on|against|vs|versus|as a function of|depends?|from|using|by|given|influenced|affected")
LEVEL = re.compile(r"price|rate|ratio|average|avg|mean|score|percent|share|per ", re.I)
EVERY = re.compile(r"\b(daily|weekly|monthly|quarterly|yearly|annual)\b", re.I)
FOLLOW_UP = re.compile(r"^\W*(and|now|then|also|what about|how about|same( thing)?|ok|again)\b[\s,]*", re.I)
LEADS_KEY = re.compile(r"^\W*(?:(?:by|per|for each|grouped by)\b)", re.I)
