"""B16: what models make of the one tool, whole and while it is being written."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import example, given, strategies as st

from lci.agent.tools.code_calls import CodeCall, Unusable, code_so_far, is_code_tool, understood
from lci.core.ports import RequestedCall

FENCED = "```python\nprint(1)\n```"


def meaning(arguments: str, name: str = "execute_code") -> CodeCall | Unusable:
    return understood(RequestedCall(0, name, arguments))


@pytest.mark.parametrize(
    ("arguments", "source"),
    [
        ('{"code": "print(1)"}', "print(1)"),
        ('{"code": "a = 1\nb = 2"}', "a = 1\nb = 2"),
        ('{\n  "code": "a = 1\n\tb"\n}', "a = 1\n\tb"),
        (json.dumps({"code": FENCED}), "print(1)"),
        (json.dumps({"code": "```\nprint(1)\nprint(2)"}), "print(1)\nprint(2)"),
        (FENCED, "print(1)"),
        (json.dumps(json.dumps({"code": "print(1)"})), "print(1)"),
        (json.dumps("print(1)"), "print(1)"),
        ('{"source": "x"}', "x"),
        ('{"script": "x"}', "x"),
        ('{"input": "x"}', "x"),
        ('{"language": "python", "code": "x"}', "x"),
        ('{"code": ["import os", "os.getcwd()"]}', "import os\nos.getcwd()"),
        ('{"code": ["import os\\n", "os.getcwd()"]}', "import os\nos.getcwd()"),
        ("print(1)\nprint(2)", "print(1)\nprint(2)"),
        ('import re\nre.compile("\\d")', 'import re\nre.compile("\\d")'),
        ('  {"code": "x"}\n', "x"),
        ('{"code": "\\ud83d\\ude00"}', "😀"),
        ('{"code": "a\\ud800b"}', "a\ufffdb"),
    ],
)
def test_code_is_found_in_whatever_form_it_comes(arguments: str, source: str) -> None:
    assert meaning(arguments) == CodeCall(source)


@pytest.mark.parametrize(
    ("arguments", "reason", "detail"),
    [
        ("", "no_code", ""),
        (" \n", "no_code", ""),
        ('{"code": ""}', "no_code", ""),
        ('{"code": "  \\n"}', "no_code", ""),
        ('{"code": []}', "no_code", ""),
        ("{}", "no_code_key", ""),
        ("null", "no_code_key", ""),
        ("[1, 2]", "no_code_key", ""),
        ('{"query": "x", "limit": 3}', "no_code_key", "limit, query"),
        ('{"code": 5}', "no_code_key", "code"),
        ('{"code": "print(1)', "malformed_arguments", ""),
        ('{code: "print(1)"}', "malformed_arguments", ""),
        ("please run this", "malformed_arguments", ""),
        ("[" * 100_000, "malformed_arguments", ""),
        ("-" * 100_000 + "1", "malformed_arguments", ""),
        ("1+" * 50_000 + "1", "malformed_arguments", ""),
    ],
)
def test_a_call_without_usable_code_says_why(arguments: str, reason: str, detail: str) -> None:
    assert meaning(arguments) == Unusable(reason, detail)


@pytest.mark.parametrize(
    "name", ["execute_code", "python", "functions.execute_code", "code_interpreter", "Functions.Python", " exec "]
)
def test_the_code_tool_is_known_by_the_names_models_were_trained_on(name: str) -> None:
    assert is_code_tool(name)
    assert meaning('{"code": "x"}', name) == CodeCall("x")


@pytest.mark.parametrize("name", ["web_search", "", "functions.browser", "executes_code"])
def test_another_tool_is_unknown_and_named(name: str) -> None:
    assert meaning('{"code": "x"}', name) == Unusable("unknown_tool", name)


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ("", ""),
        ("{", ""),
        ('{"co', ""),
        ('{"code"', ""),
        ('{"code": "', ""),
        ('{"code": "pri', "pri"),
        ('{"code": "a\\', "a"),
        ('{"code": "a\\n', "a\n"),
        ('{"code": "\\u30', ""),
        ('{"code": "\\u3042', "あ"),
        ('{"code": "x\\ud83d', "x"),
        ('{"code": "x\\ud83d\\ude', "x"),
        ('{"code": "x\\ud83d\\ude00', "x😀"),
        ('{"source": "pri', "pri"),
        ('{"code": ["a", "b', "a\nb"),
        ('{\n"code": "a = 1\nb', "a = 1\nb"),
        ('{"code": "``', ""),
        ('{"code": "```py', ""),
        ('{"code": "```py\\nprint', "print"),
        ('{"code": "```py\\nprint\\n``', "print"),
        ('{"code": "```py\\nprint\\n```"}', "print"),
        ('{"query": "x', ""),
        ("print(1)", ""),
        ("{" * 1000, ""),
    ],
)
def test_code_shows_while_its_arguments_are_written(arguments: str, shown: str) -> None:
    assert code_so_far(arguments) == shown


@given(st.text(), st.booleans())
@example('print("\\u3042")\n\t# 😀 \\', True)
@example('print("\\u3042")\n\t# 😀 \\', False)
@example("```python\nx = {}\n\n```", True)
@example("```python\nprint('```')\n`` `\n", True)
@example("`", True)
def test_code_only_grows_while_it_is_written_and_ends_whole(code: str, ascii_only: bool) -> None:
    arguments = json.dumps({"code": code}, ensure_ascii=ascii_only)
    whole = code_so_far(arguments)
    shown = ""
    for end in range(len(arguments)):
        grown = code_so_far(arguments[:end])
        assert grown.startswith(shown)
        shown = grown
    assert whole.startswith(shown)
    assert meaning(arguments) == (CodeCall(whole) if whole.strip() else Unusable("no_code"))
    if not code.lstrip().startswith("```"):
        assert whole == code


@given(st.text(alphabet='`\n a}"py', max_size=24))
def test_fences_never_make_shown_code_shrink(code: str) -> None:
    arguments = json.dumps({"code": code})
    shown = [code_so_far(arguments[:end]) for end in range(len(arguments) + 1)]
    assert all(later.startswith(earlier) for earlier, later in pairwise(shown))


@given(st.text())
def test_no_arguments_make_understanding_fail(arguments: str) -> None:
    assert isinstance(meaning(arguments), CodeCall | Unusable)
    assert isinstance(code_so_far(arguments), str)
