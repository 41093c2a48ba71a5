"""B16: what weak models write instead of a call is understood where it can be, in every protocol."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from lci.agent.protocols.forms import FORMS
from lci.agent.tools.code_calls import CodeCall, understood
from lci.core.ports import AnswerFinished, ModelProfile, TextPiece

PROFILE = ModelProfile("m", "M", "Test")
READERS = {
    "tools, proven": replace(PROFILE, protocol="tools", protocol_proven=True),
    "tools": replace(PROFILE, protocol="tools"),
    "schema": replace(PROFILE, protocol="schema"),
    "fenced": replace(PROFILE, protocol="fenced"),
}
RUN = "print(df.shape)"
TWO = "import pandas as pd\npd.read_csv('a.csv')"


def written(source: str, **more: object) -> str:
    return json.dumps({**more, "code": source})


def named(source: str, name: str = "execute_code", given: str = "arguments") -> str:
    return json.dumps({"name": name, given: {"code": source}})


#: The answer, and the code that is meant; what a model that uses tools writes in a block is to be read.
CALLS: dict[str, tuple[str, str]] = {
    "an object of code": (written(RUN), RUN),
    "an object of code over lines": (json.dumps({"code": TWO}, indent=2), TWO),
    "an object with words": (written(RUN, say="Let me look."), RUN),
    "an object with its language": (written(RUN, language="python"), RUN),
    "an object with a thought": (written(RUN, thought="The shape first."), RUN),
    "an object behind words": (f"I will look at the shape.\n{written(RUN)}", RUN),
    "an object before words": (f"{written(RUN)}\nThe shape is (3, 2).", RUN),
    "an object with raw line breaks": ('{"code": "import pandas as pd\npd.read_csv(\'a.csv\')"}', TWO),
    "an object with braces in its code": (written('print("{")'), 'print("{")'),
    "a call": (named(RUN), RUN),
    "a call over lines": (json.dumps(json.loads(named(TWO)), indent=1), TWO),
    "a call of parameters": (named(RUN, given="parameters"), RUN),
    "a call of an input": (json.dumps({"tool": "python", "tool_input": RUN}), RUN),
    "a call as an action": (json.dumps({"action": "python", "action_input": {"code": RUN}}), RUN),
    "a call within a function": (json.dumps({"type": "function", "function": json.loads(named(RUN))}), RUN),
    "a call with its arguments as text": (json.dumps({"name": "python", "arguments": written(RUN)}), RUN),
    "a call by another name": (named(RUN, "run_python"), RUN),
    "a call with functions before": (named(RUN, "functions.execute_code"), RUN),
    "a call in a block": (f"```json\n{named(RUN)}\n```", RUN),
    "an object in a block": (f"```json\n{written(RUN)}\n```", RUN),
    "a call in a block behind words": (f"Let me see.\n\n```json\n{named(TWO)}\n```\n", TWO),
    "a call in a block before an invention": (f"```json\n{named(RUN)}\n```\nOutput: (3, 2)", RUN),
    "a call in a block of its own": (f"```tool_call\n{named(RUN)}\n```", RUN),
    "a marked call": (f"<tool_call>\n{named(RUN)}\n</tool_call>", RUN),
    "a marked call on one line": (f"<tool_call>{named(RUN)}</tool_call>", RUN),
    "a marked call behind words": (f"I look:\n<tool_call>\n{named(RUN)}\n</tool_call>", RUN),
}
BLOCKS: dict[str, tuple[str, str]] = {
    "a block": (f"So:\n```python\n{RUN}\n```", RUN),
    "a block with an invented result": (f"```python\n{RUN}\n```\n\nOutput:\n```\n(3, 2)\n```\nSo 3 rows.", RUN),
    "a block with an invented result as code": (f"```python\n{RUN}\n```\n\n```python\n(3, 2)\n```", RUN),
    "two blocks": (f"```python\n{RUN}\n```\nthen\n```python\nprint(1)\n```", RUN),
    "an unlabelled block": (f"So:\n```\n{RUN}\n```", RUN),
    "an unlabelled block with an invented result": (f"```\n{RUN}\n```\nIt prints (3, 2).", RUN),
    "an unlabelled example first": (
        f"An example (not to run):\n```\nimport os; os.remove('x')\n```\n```python\n{RUN}\n```",
        RUN,
    ),
    "an unlabelled block and then data": (f"```\n{RUN}\n```\nResult:\n```\n3 2\n```", RUN),
    "other code first": (f"```sql\nSELECT 1\n```\n```python\n{RUN}\n```", RUN),
    "a block that is not closed": (f"```python\n{RUN}", RUN),
    "a block of Gemini": (f"```tool_code\n{RUN}\n```", RUN),
    "a block with a title": (f'```python title="a.py"\n{RUN}\n```', RUN),
    "a block of tildes": (f"~~~py\n{RUN}\n~~~", RUN),
}
NOTHING = {
    "words": "The table has three rows.",
    "words in braces": "{braces} are no code.",
    "data as JSON": '{"rows": 3, "columns": ["a", "b"]}',
    "data as JSON over lines": '{\n  "rows": 3,\n  "nested": {"a": 1}\n}\nThat is all.',
    "data in a block": '```json\n{"rows": 3}\n```',
    "data that has code": '{"code": "DE", "name": "Germany"}',
    "a country's code alone": '{"code": "DE"}',
    "JSON that breaks off": '{"rows": [1, 2',
    "a tool that is none": named(RUN, "web_search"),
    "another language": "```r\nprint(1)\n```",
    "an unlabelled listing": "```\nname  rows\nsales 3\n```",
}


def read(text: str, profile: ModelProfile, size: int) -> tuple[str, str | None]:
    """What is said, and the code that would run, of an answer in pieces of `size`."""
    reader = FORMS[profile.protocol].reader(profile)
    events = []
    for at in range(0, len(text), size):
        if reader.complete:
            break
        events += reader.read([TextPiece(text[at : at + size])])
    if not reader.complete:
        events += reader.read([AnswerFinished("stop")])
    said = "".join(event.text for event in events if isinstance(event, TextPiece))
    (finish,) = [event for event in events if isinstance(event, AnswerFinished)]
    calls = [understood(call) for call in finish.calls]
    sources = [call.source for call in calls if isinstance(call, CodeCall)]
    return said, sources[0] if sources else None


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("protocol", READERS)
@pytest.mark.parametrize("case", [*CALLS, *BLOCKS])
def test_what_is_meant_as_code_runs_and_what_is_invented_beneath_it_is_dropped(
    case: str, protocol: str, size: int
) -> None:
    text, source = (CALLS | BLOCKS)[case]
    said, ran = read(text, READERS[protocol], size)
    if protocol == "tools, proven" and case in BLOCKS:
        assert (said, ran) == (text, None)
        return
    assert ran == source
    assert "(3, 2)" not in said


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("protocol", ["tools, proven", "tools", "fenced"])
@pytest.mark.parametrize("case", NOTHING)
def test_what_is_not_meant_as_code_is_said_as_it_is(case: str, protocol: str, size: int) -> None:
    assert read(NOTHING[case], READERS[protocol], size) == (NOTHING[case], None)
