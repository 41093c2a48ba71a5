"""B16: an answer that ends by announcing work is reminded of it once."""

from __future__ import annotations

import pytest

from lci.agent.announcement import announces
from lci.core import events as e
from lci.testing.scripted import calls, says
from tests.agent.test_asides import Talk, of


@pytest.mark.parametrize(
    "text",
    [
        "I will now load the file.",
        "I'll start by reading the data",
        "Sure! Let me look at the columns first:",
        "The file has two sheets.\n\nNext, I will compute the totals.",
        "Let's plot the result.",
        "Okay. I'm going to analyze the sales by region.",
        "まずファイルを読み込みます。",
        "データを受け取りました。それでは売上を集計します。",
        "我将读取文件。",
        "好的，接下来我会计算每个地区的总额。",
        "让我先查看数据",
    ],
)
def test_a_promise_of_work_is_one(text: str) -> None:
    assert announces(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The total is 5.",
        "Let's start with the total: it is 5.",
        "Let me know if you want a chart.",
        "I will gladly compute the median, too, if you want?",
        "Shall I load the second sheet?",
        "I read the file and computed the totals.",
        "I'll be here if you need more.",
        "I will now load the file.\n\nThe total is 5.",
        "合計は5です。",
        "総額を集計しました。",
        "必要であれば中央値も計算できます。",
        "总额为5。",
        "如果需要，我可以计算中位数。",
        "我已读取文件并计算了总额。",
    ],
)
def test_results_offers_and_questions_are_none(text: str) -> None:
    assert not announces(text)


def test_the_model_is_reminded_once_and_goes_on() -> None:
    talk = Talk([says("I will now load the file."), calls("a"), says("Loaded: done."), says("never")])
    events = talk.turn()
    (reminded,) = of(e.ToolFinished, events)
    assert "announcing work" in reminded.result
    assert len(talk.model.requests) == 3
    assert of(e.TurnEnded, events)[0].ending == "done"
    stubborn = Talk([says("I will now load the file."), says("I will now load the file."), says("never")])
    assert of(e.TurnEnded, stubborn.turn())[0].ending == "done"
    assert len(stubborn.model.requests) == 2
