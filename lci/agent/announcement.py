"""The one reminder to do the work that an answer ends by announcing."""

from __future__ import annotations

import json
import re

from lci.agent.turn_context import TurnContext
from lci.core import events as e
from lci.core.ids import new_call_id
from lci.core.messages import CHECK_TOOL
from lci.core.turns import Prose, ToolUse

_ARGUMENTS = json.dumps({"announced": True})
_REMINDER = (
    "Your answer ends by announcing work that was not done. Do it now, with code; if nothing is left to do, say the "
    "result. What you have said stays on the user's screen: do not repeat it."
)
_WORK = (
    r"load|read|open|look|check|inspect|examine|explore|compute|calculate|count|analy[sz]e|plot|draw|create|run|start|"
    r"begin|proceed|clean|merge|group|summari[sz]e|verify|fix|try"
)
_ANNOUNCED = re.compile(
    r"\A(?:(?:now|next|first|then|okay|ok|sure|great|to do (?:this|that|so))[,.!:]?\s+)*"
    r"(?:i(?:'ll|’ll| will| am going to|'m going to|’m going to)|let me|let's|let’s)\s+"
    rf"(?:(?:now|first|next|start by|begin by|go ahead and|then|also|quickly)\s+)*(?:{_WORK})(?:ing)?\b[^?:]*:?\s*\Z"
    r"|\A[^?？]*(?:これから|では|次に|まず|それでは)[^。?？]*"
    r"(?:読み込み|確認し|計算し|実行し|調べ|分析し|作成し|集計し)(?:ます|てみます)[。.:：…]*\Z"
    r"|\A(?:好的?[，,。]?)?(?:接下来|首先|现在|下面)?[，,]?(?:我(?:将|会|先|来|现在|要)|让我(?:们)?)[^。?？]*"
    r"(?:读取|加载|查看|检查|计算|分析|绘制|运行|统计)[^?？]*\Z",
    re.IGNORECASE | re.DOTALL,
)


def announces(text: str) -> bool:
    """Whether the last sentence promises work on the data that has not been done; an offer or a question does not."""
    sentences = re.split(r"(?<=[.!?。！？])\s+|\n+|(?<=[。！？])", text.strip())
    last = next((each.strip(" *_`") for each in reversed(sentences) if each.strip()), "")
    return bool(_ANNOUNCED.match(last))


def reminder(context: TurnContext) -> list[e.Event]:
    """What reminds the model of it, as a call with its result, once in a turn; nothing where all is well."""
    turn = context.turn
    reminded = any(
        isinstance(step, ToolUse) and (step.name, step.arguments) == (CHECK_TOOL, _ARGUMENTS) for step in turn.steps
    )
    texts = [step.text for step in turn.steps if isinstance(step, Prose) and step.round == turn.rounds]
    if reminded or not context.model.profile.is_ai or not texts or not announces(texts[-1]):
        return []
    call_id = new_call_id()
    return [e.ToolStarted(call_id, CHECK_TOOL, _ARGUMENTS), e.ToolFinished(call_id, _REMINDER, answered=True)]
