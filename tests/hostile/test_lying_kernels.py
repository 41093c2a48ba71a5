"""Kernels that lie: whatever they send, the message is dropped or the look fails; the turn and the next one go on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lci.core.inspection import PageRequest
from lci.core.outputs import StreamOutput
from lci.runtime.conversation.interpreter import Interpreter
from tests.examples import halved

pytestmark = pytest.mark.kernel

Open = Callable[..., Interpreter]

#: `say(socket, header, parent, metadata, content)` signs anything and sends it.
_LYING = """
import json, sys
kernel = get_ipython().kernel
session, iopub, looks = kernel.session, kernel.iopub_socket, sys.modules['_lci_inspection']
parent = json.dumps(kernel.get_parent()['header'], default=str).encode()
def header(kind): return json.dumps({'msg_type': kind, 'msg_id': '1', 'username': '', 'session': ''}).encode()
def say(*parts, socket=iopub, idents=(b'x',), sign=True):
    signature = session.sign(list(parts)[:4]) if sign else b'forged'
    socket.send_multipart([*idents, b'<IDS|MSG>', signature, *parts])
"""
#: Frames that are no message.
_FRAMES = {
    "no-json": "say(b'no', b'no', b'no', b'no')",
    "not-utf8": "say(header('stream'), parent, b'{}', b'\\xff\\xfe')",
    "empty-frames": "say(b'', b'', b'', b'')",
    "too-few-frames": "say(header('stream')); iopub.send_multipart([b'<IDS|MSG>']); iopub.send_multipart([b''])",
    "no-delimiter": "iopub.send_multipart([b'a', b'b', b'c'])",
    "wrong-signature": "say(header('stream'), parent, b'{}', b'{}', sign=False)",
    "header-without-fields": "say(b'{}', parent, b'{}', b'{}')",
    "header-is-a-list": "say(b'[]', parent, b'{}', b'{}')",
    "header-is-null": "say(b'null', b'null', b'null', b'null')",
    "type-is-a-list": "say(b'{\"msg_type\": [], \"msg_id\": {}}', parent, b'{}', b'{}')",
    "date-is-nonsense": 'say(b\'{"msg_type": "stream", "msg_id": 1, "date": {}}\', parent, b\'{}\', b\'{}\')',
    "parent-is-a-list": "say(header('status'), b'[1]', b'{}', b'{}')",
    "parent-id-is-a-list": "say(header('status'), b'{\"msg_id\": []}', b'{}', b'{}')",
    "deep-header": "say(b'[' * 100_000, parent, b'{}', b'{}')",
}
#: Contents of messages that are signed and well framed, by their kind.
_CONTENTS = {
    "deep": ("display_data", '{"data": {"application/json": ' + "[" * 3_000),
    "deep-and-closed": ("display_data", '{"data": {"application/json": ' + "[" * 900 + "]" * 900 + "}}"),
    "huge-number": ("display_data", '{"data": {"application/json": ' + "9" * 5_000 + "}}"),
    "huge-exponent": ("display_data", '{"data": {"application/json": [1e999, NaN]}}'),
    "keys-of-a-bundle": ("display_data", '{"data": {"": null, "a": 1, "text/plain": []}}'),
    "keys-without-end": ("display_data", '{"data": {"' + "k" * 5_000 + '": null}}'),
    "content-is-a-number": ("status", "3"),
    "state-is-a-list": ("status", '{"execution_state": []}'),
    "omitted-is-huge": ("stream", '{"name": "stdout", "text": "", "lci": {"omitted": ' + "9" * 4000 + "}}"),
    "omitted-is-negative": ("stream", '{"name": "stdout", "text": "", "lci": {"omitted": -5}}'),
    "spool-of-another": ("stream", '{"name": "stdout", "text": "", "lci": {"spool": "../x"}}'),
    "count-is-huge": ("execute_result", '{"data": {}, "execution_count": ' + "9" * 4000 + "}"),
    "traceback-is-a-map": ("error", '{"ename": [], "evalue": {}, "traceback": {}}'),
    "surrogates": ("stream", '{"name": "stdout", "text": "\\ud800"}'),
    "surrogate-in-a-mime": ("display_data", '{"data": {"\\ud800": "\\udfff"}}'),
    "nul-characters": ("stream", '{"name": "stdout", "text": "a\\u0000b"}'),
}
_ON_IOPUB = _FRAMES | {
    name: f"say(header({kind!r}), parent, b'{{}}', {content.encode()!r})" for name, (kind, content) in _CONTENTS.items()
}
_REPLIES = {
    "content-is-a-list": "[]",
    "content-is-null": "null",
    "fields-of-wrong-types": '{"status": [], "execution_count": {}, "payload": 3}',
    "payload-of-numbers": '{"status": "ok", "payload": [3, null]}',
    "pages-of-wrong-types": '{"status": "ok", "payload": [{"source": "page", "data": 3}, {"source": "page"}]}',
    "count-is-huge": '{"status": "ok", "execution_count": ' + "9" * 4000 + "}",
    "deep": "[" * 3_000,
}
_ON_SHELL = {
    "no-json": "say(b'no', b'no', b'no', b'no', **shell)",
    "too-few-frames": "shell['socket'].send_multipart([*shell['idents'], b'<IDS|MSG>'])",
    "oversized": "say(header('execute_reply'), parent, b'{}', b'x' * 30_000_000, **shell)",
    "oversized-frames": "shell['socket'].send_multipart([*shell['idents'], *[b'x' * 1_000_000] * 60])",
    "flood": "for _ in range(30_000): say(b'no', b'no', b'no', b'no', **shell)",
} | {
    name: f"say(header('execute_reply'), parent, b'{{}}', {content.encode()!r}, **shell)"
    for name, content in _REPLIES.items()
}
_SHELL = """
shell = {'socket': kernel.shell_stream.socket if hasattr(kernel.shell_stream, 'socket') else kernel.shell_stream,
         'idents': kernel._parent_ident['shell'] if isinstance(kernel._parent_ident, dict) else kernel._parent_ident}
"""
#: What stands as the text of a look's answer; `repr` makes it an expression.
_TEXTS = {
    "no-json": "no json",
    "deep": "[" * 3_000,
    "deep-and-closed": "[" * 900 + "]" * 900,
    "huge-number": "9" * 5_000,
    "numbers-of-wrong-kinds": '[{"name": "a", "type": "b", "bytes": 1e999, "shape": ["x", {}, NaN], "columns": [[]]}]',
    "list-of-numbers": '[1, null, [], "x"]',
    "map-of-lists": '{"name": [], "columns": 3, "close": 3, "installed": {}, "files": 1, "rows": "x"}',
    "wrong-fields": '[{"name": 3, "type": null, "shape": 3, "columns": {}, "value": [], "bytes": "x", "table": 1}]',
    "columns-of-wrong-types": '{"columns": {"a": 3, "b": [null, {}]}, "close": [1, null], "files": [{}]}',
    "figures-of-wrong-types": '[{"axes": 3, "title": [], "findings": {}}, {"axes": [3], "findings": [[]]}]',
    "rows-of-wrong-types": '{"rows": 1e999, "data": [1, [2, 3], {}], "index": [1], "columns": [[], {}]}',
    "surrogates": '[{"name": "\\ud800", "type": "\\udfff", "value": "\\ud800"}]',
}
_IN_LOOKS = {name: repr(text) for name, text in _TEXTS.items()} | {
    "no-text": "None",
    "a-number": "3",
    "huge": "'\"' + 'x' * 40_000_000 + '\"'",
    "many": "json.dumps([{'name': 'a' * 1000, 'type': 'x' * 1000}] * 20_000)",
    "columns-without-end": "json.dumps({'columns': {'x' * 1000: ['y' * 1000] * 3000}, 'close': ['z'] * 100_000})",
}
_POISON = """
class Lie:
    def __init__(self): self.text = {lie}
lie = Lie()
for name in ('variables', 'page', 'failure_facts', 'figure_notes', 'save_tables'):
    setattr(looks, name, lambda *a, **k: lie)
"""


def check(live: Interpreter, status: str = "ok") -> None:
    """The lying turn ends as any other, the next cell runs, and what a person sees can be asked for."""
    turn = live.run("lie").turn
    assert turn.ending == "done", turn.problem
    assert turn.cells[0].status == status
    following = live.run("go on").turn
    assert following.ending == "done", following.problem
    assert following.cells[0].status == "ok"
    assert following.cells[0].outputs[-1] == StreamOutput("stdout", "next\n")


@pytest.mark.parametrize("lie", halved(_ON_IOPUB))
def test_a_lie_on_iopub_costs_no_turn(opened: Open, lie: str) -> None:
    """B32"""
    check(opened(_LYING + _ON_IOPUB[lie], "print('next')"))


@pytest.mark.parametrize("lie", halved(_ON_SHELL))
def test_a_lie_on_the_shell_costs_no_turn(opened: Open, lie: str) -> None:
    """B32"""
    live = opened(_LYING + _SHELL + _ON_SHELL[lie], "print('next')")
    turn = live.run("lie").turn
    assert turn.ending == "done", turn.problem
    following = live.run("go on").turn
    assert following.ending == "done", following.problem
    assert following.cells[0].status == "ok"
    assert following.cells[0].outputs[-1] == StreamOutput("stdout", "next\n")


@pytest.mark.parametrize("lie", halved(_IN_LOOKS))
def test_a_look_that_is_answered_with_a_lie_has_failed(opened: Open, lie: str) -> None:
    """B32"""
    poison = _LYING + _POISON.format(lie=_IN_LOOKS[lie])
    live = opened(poison + "\n1 / 0", "import matplotlib.pyplot as plt; plt.plot([1]); plt.show(); print('next')")
    check(live, "error")
    rows = PageRequest("a", 0, 100)
    live.kernel.page(rows)
    assert live.wait(lambda _: live.kernel.page(rows) is not None, 60)


_BY_DESCRIPTOR = """
import os, socket
def to_all(does):
    for number in os.listdir('/proc/self/fd'):
        try:
            each = socket.socket(fileno=os.dup(int(number)))
            each.setblocking(False)
            does(each)
        except OSError: pass
"""
_AGAINST_THE_CONNECTION = {
    "shut": "to_all(lambda each: each.shutdown(2))",
    "garbage": "to_all(lambda each: each.send(bytes([0x80]) * 100))",
    "a frame of a terabyte": "to_all(lambda each: each.send(bytes([2]) + (1 << 40).to_bytes(8, 'big')))",
}


@pytest.mark.parametrize("attempt", halved(_AGAINST_THE_CONNECTION))
def test_a_cell_that_breaks_its_kernels_connections_costs_that_kernel_at_most(opened: Open, attempt: str) -> None:
    """B32: past the kernel's own library; the kernel is connected to again, or ended and started anew."""
    live = opened(_BY_DESCRIPTOR + _AGAINST_THE_CONNECTION[attempt], *["print('next')"] * 3)
    for _ in range(3):
        turn = live.run("go").turn
        assert turn.ending == "done", turn.problem
    assert live.run("go on").turn.cells[-1].outputs[-1] == StreamOutput("stdout", "next\n")


def test_a_cell_whose_end_is_swallowed_can_be_stopped_as_one_that_never_ends(opened: Open) -> None:
    """B2, B32: a frame that claims a gigabyte holds back what follows on its connection."""
    frame = "to_all(lambda each: each.send(bytes([2]) + (1 << 30).to_bytes(8, 'big')))"
    live = opened(_BY_DESCRIPTOR + frame, "print('next')")
    live.submit("go")
    assert live.wait(lambda now: bool(now.turns and now.turns[-1].cells and now.turns[-1].cells[0].started_at), 60)
    live.stop()
    assert live.wait(lambda _: not live.busy, 60)
    # The stopped turn left its model's last word in the script.
    assert live.run("go on").turn.text == "done"
    assert live.run("go on").turn.cells[-1].outputs[-1] == StreamOutput("stdout", "next\n")
