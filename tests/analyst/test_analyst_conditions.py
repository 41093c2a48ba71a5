"""B45: no condition of a question is dropped: the analyst applies it, or says what it did not understand."""

from __future__ import annotations

from pathlib import Path

import pytest

from lci.analyst.analyst import Answer, answer
from lci.analyst.intents import Unknown
from lci.analyst.understanding import understood
from lci.core.files import Preview, brief
from lci.core.messages import Message, TextPart
from lci.workspace.preview import preview
from lci.workspace.samples import sample

SHOPS = """order_id,date,region,shop,product,quality,unit_price,revenue,score
1,2023-01-05,North,A,pen,high,1.5,10,3
2,2023-02-06,South,B,ink,low,2.5,20,4
3,2024-02-07,IN,B,Old Pot,high,2.75,30,5
4,2024-03-07,North,C,pen,low,3.5,40,2
"""
JAPANESE = "日付,地域,売上\n2023-01-05,東京,10\n2023-02-06,大阪,20\n2024-03-07,東京,30\n"
GRADES = "student,year,grade,passed\nAnn,2021,88,yes\nBob,2021,54,no\nCid,2022,71,yes\nDee,2022,93,yes\n"

#: What the analyst does not do, and the words it must name.
CONDITIONS = {
    "penguins": [
        ("What is the average body mass of Gentoo penguins?", "Gentoo"),
        ("average body mass by species for females", "females"),
        ("mean flipper length of male Adelie penguins by island", "male Adelie"),
        ("How many penguins per species live on Biscoe?", "Biscoe"),
        ("How many Gentoo are there?", "Gentoo"),
        ("body mass by species in 2007", "2007"),
        ("Plot the trend of body mass since 2008", "since 2008"),
        ("average body mass by species where flipper length is above 200", "200"),
        ("average bill length by species excluding Chinstrap", "excluding Chinstrap"),
        ("Do a linear regression of body mass on flipper length for Adelie", "Adelie"),
        ("regress body mass on flipper length, without outliers", "without outliers"),
        ("regression of body mass on flipper length by species", "species"),
        ("correlations for male penguins only", "male"),
        ("correlations by species", "species"),
        ("Which columns have missing values for females?", "females"),
        ("missing values by island", "island"),
        ("Give me an overview of the Torgersen penguins", "Torgersen"),
        ("first 5 rows with the largest body mass", "first 5"),
        ("first 5 rows of Dream", "Dream"),
        ("Is body mass larger than average by species?", "larger than"),
        ("histogram of body mass between 3000 and 4000", "3000"),
        ("distribution of body mass of heavy penguins", "heavy"),
        ("average body mass and flipper length by species", "flipper length"),
        ("median and average body mass by species", "average"),
        ("average body mass by species, island and sex", "sex"),
        ("average body mass of the other species by island", "other"),
        ("Is there a significant difference in body mass between species?", "significant"),
        ("total body mass by species as a percentage", "percentage"),
        ("Compare body mass of males and females", "males"),
        ("Why is body mass higher by species?", "Why"),
        ("rolling average of body mass by year", "rolling"),
        ("average log of body mass by species", "log"),
        ("Gentooの体重の平均は?", "Gentoo"),
        ("2007年のbody massの平均をspeciesごとに", "2007年"),
        ("speciesごとのbody massの平均、オスだけ", "オスだけ"),
        ("Gentoo企鹅的平均body mass是多少？", "Gentoo"),
        ("按species统计2008年的平均body mass", "2008年"),
    ],
    "co2": [
        ("Plot the monthly trend of CO2 after 1990", "after 1990"),
        ("What was the average CO2 in 1975?", "1975"),
        ("average CO2 per year in the 1980s", "1980s"),
        ("How much did CO2 grow between 1960 and 2000?", "1960"),
        ("monthly trend of CO2 in January", "January"),
        ("average CO2 per year compared to the previous decade", "previous decade"),
        ("highest CO2 in summer", "summer"),
        ("Plot the monthly trend of CO2 this month", "month"),
        ("trend of CO2 for the last 10 years", "last 10"),
        ("1990年以降のCO2の月ごとの推移", "1990年"),
        ("1990年以后CO2的月度趋势", "1990年"),
    ],
    "shops": [
        ("total revenue in North", "North"),
        ("total revenue by shop in IN", "IN"),
        ("average unit price by region for shop A", "A"),
        ("total revenue of pen by region", "pen"),
        ("revenue of Old Pot by shop", "Old Pot"),
        ("total revenue by region for orders above 15", "15"),
        ("total revenue by region when unit price > 2", "> 2"),
        ("average score by region for high quality", "high"),
        ("average price of low by shop", "low"),
        ("total revenue by region last year", "last"),
        ("total revenue by region and shop in 2024", "2024"),
        ("monthly revenue from March", "March"),
        ("total revenue by region except the largest", "except"),
        ("top five shops by revenue", "five"),
        ("top 3 shops by revenue in South", "South"),
        ("total revenue by region, not North", "not North"),
        ("revenue growth by region", "growth"),
        ("revenue per day of the week by region", "week"),
        ("How many customers are there?", "customers"),
        ("cumulative revenue over time", "cumulative"),
        ("total revenue by region if the score is at least 3", "if"),
        ("difference in revenue between North and South", "North"),
        ("revenue over time without product pen", "without"),
        ("histogram of revenue on weekends", "weekends"),
        ("revenue vs score by shop", "shop"),
    ],
    "japanese": [
        ("東京の売上の合計は?", "東京"),
        ("average 売上 by 地域 in 2023", "2023"),
        ("total 売上 for 東京", "東京"),
        ("2023年の売上を地域ごとに", "2023年"),
        ("东京的总売上是多少", "东京"),
    ],
    "grades": [
        ("average grade for yes", "yes"),
        ("average grade by year of those who passed", "who"),
        ("grade of Ann", "Ann"),
        ("average grade in 2021", "2021"),
        ("How many students passed in 2021?", "2021"),
    ],
}  # fmt: skip
#: Questions in which everything is used: they must go on being answered.
USED = {
    "penguins": [
        "Do a linear regression of body mass on flipper length and plot it",
        "What is the average body mass by species?",
        "Which columns have missing values?",
        "Which species has the highest average body mass?",
        "Could you please show me a histogram of the flipper length?",
        "How many penguins are there for each island?",
        "How many penguins are there?",
        "Compare the bill length of different species",
        "How does flipper length relate to body mass?",
        "average body mass by species and sex",
        "What is the median bill depth per island?",
        "Show the first 10 rows of the table",
        "Give me an overview of penguins.csv",
        "describe the species",
        "What is the largest flipper length?",
        "AVERAGE BODY MASS BY SPECIES",
        "Plot A Histogram Of Body Mass",
        "Load the file and analyze the average body mass by species using a bar chart",
        "Can you help me understand how flipper length affects body mass?",
    ],
    "co2": [
        "Plot the monthly trend of CO2",
        "What is the average CO2 per year?",
        "Which values are missing, and why?",
        "How has CO2 changed over the years?",
        "When was CO2 highest?",
    ],
    "shops": [
        "total revenue by region",
        "top 2 shops by revenue",
        "Which product sells the most by revenue?",
        "monthly revenue by region",
        "How many orders per region?",
        "what is the average unit price for each shop?",
        "number of different products by region",
        "correlations between all numeric columns",
    ],
    "japanese": ["average 売上 by 地域", "total 売上 per month"],
    "grades": ["average grade by year", "what is the average grade?"],
}  # fmt: skip


@pytest.fixture(scope="module")
def previews(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Preview]:
    """As the app makes them: a few rows of each file."""
    folder = tmp_path_factory.mktemp("files")
    paths = {name: sample(name).path for name in ("penguins", "co2")}
    for name, content in (("shops", SHOPS), ("japanese", JAPANESE), ("grades", GRADES)):
        paths[name] = folder / f"{name}.csv"
        paths[name].write_text(content, encoding="utf-8")
    return {name: brief(preview(Path(path), path.name, 20)) for name, path in paths.items()}


def cases(table: dict[str, list[tuple[str, str]]]) -> list[tuple[str, str, str]]:
    return [(name, question, word) for name, questions in table.items() for question, word in questions]


def answered(question: str, file: Preview) -> Answer:
    return answer((Message("user", (TextPart(question),)),), (file,))


@pytest.mark.parametrize(("name", "question", "word"), cases(CONDITIONS))
def test_a_condition_is_never_dropped(previews: dict[str, Preview], name: str, question: str, word: str) -> None:
    """B45."""
    reading = understood(question, (previews[name],))
    assert isinstance(reading.intent, Unknown), reading.intent
    assert any(word in phrase for phrase in reading.intent.words), reading.intent.words
    given = answered(question, previews[name])
    assert given.source is None
    assert word.replace(">", "\\>") in given.text
    assert given.text.count("\n- ") == 3, "and what it can do"


@pytest.mark.parametrize(("name", "question"), [(name, q) for name, questions in USED.items() for q in questions])
def test_a_question_that_is_wholly_used_is_answered(previews: dict[str, Preview], name: str, question: str) -> None:
    """B45."""
    given = answered(question, previews[name])
    assert given.source is not None, given.text


def test_a_follow_up_on_a_declined_question_does_not_lose_its_condition(previews: dict[str, Preview]) -> None:
    """B45: "and by island?" after a question about Gentoo would be about all."""
    earlier = "average body mass by species for Gentoo"
    assert isinstance(understood("and by island?", (previews["penguins"],), earlier=earlier).intent, Unknown)
    reading = understood("and by island in 2007?", (previews["penguins"],), earlier="average body mass by species")
    assert reading.intent == Unknown(words=("2007",))


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("average body mass of Gentoo by sex", "I did not understand “Gentoo”"),
        ("Gentooの体重の平均は?", "がわかりません"),
        ("Gentoo企鹅的平均体重是多少？", "我不理解"),
    ],
)
def test_it_declines_in_the_language_of_the_question(
    previews: dict[str, Preview], question: str, sentence: str
) -> None:
    """B45."""
    assert sentence in answered(question, previews["penguins"]).text.split("\n")[0]
