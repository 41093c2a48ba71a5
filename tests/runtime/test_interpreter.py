from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lci.agent.limits import TurnLimits
from lci.agent.turn_context import Decision
from lci.core import events as e
from lci.core.conversation import ConversationSettings
from lci.core.files import Reading, Source
from lci.core.folding import folded
from lci.core.messages import ToolResult
from lci.core.outputs import StreamOutput
from lci.core.ports import AnswerFinished, CallPiece, KernelFacts, ModelRequest, RequestedCall
from lci.core.turns import Prose, Revision, ToolUse, Usage
from lci.errors import KeyRejected, NothingAsked, Overloaded, StreamCut
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversation.work import Queued, queued_with
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedKernel, ScriptedModel, calls, calls_tool, says
from lci.workspace.column_facts import TableFacts
from tests.runtime.conftest import behaviour

Make = Callable[..., Engine]
FAST = TurnLimits(retry_seconds=(0.01, 0.01, 0.01))


def test_a_turn_runs_its_code_and_answers(engine_with: Make) -> None:
    model = ScriptedModel([calls("print(1)", "Let me see."), says("It is 1.", usage=Usage(10, 2))])
    with Interpreter(engine=engine_with(model)) as live:
        outcome = live.run("What is it?")
    assert outcome.text == "Let me see.\n\nIt is 1."
    assert [cell.status for cell in outcome.turn.cells] == ["ok"]
    assert outcome.turn.usage.prompt_tokens >= 10
    assert model.requests[1].messages[-1].text == "print(1)"


def test_live_equals_replay_after_a_restart(engine_with: Make) -> None:
    """B1, B11: the stored log folds to the very snapshot the page saw."""
    model = ScriptedModel([calls("print(1)"), calls("raise x"), says("done")])
    engine = engine_with(model)
    live = Interpreter(engine=engine)
    live.run("go")
    seen = live.snapshot()
    live.close()
    assert folded(live.id, engine.store.log(live.id)) == seen


def test_a_conversation_opened_again_goes_on(engine_with: Make) -> None:
    """B11: and the model is told that memory is empty."""
    model = ScriptedModel([calls("x = 1"), says("one"), says("two")])
    engine = engine_with(model)
    first = Interpreter(engine=engine)
    first.run("start")
    first.close()
    with Interpreter(engine=engine, conversation_id=first.id, create=False) as again:
        outcome = again.run("go on")
    assert outcome.text == "two"
    told = model.requests[-1].messages[-1].text
    assert "every variable and import of earlier cells is gone" in told


def test_an_unfinished_turn_is_said_to_be_lost(engine_with: Make) -> None:
    engine = engine_with(ScriptedModel([]))
    with Interpreter(engine=engine) as live:
        pass
    entry = e.Recorded(1, 1.0, live.id, "t", e.SCHEMA, e.TurnStarted("hello"))
    engine.store.append(entry)
    engine.store.flush().result(10)
    with Interpreter(engine=engine, conversation_id=live.id) as again:
        assert again.snapshot().turns[-1].ending == "lost"


def test_stop_cancels_the_model_and_asks_nothing_more(engine_with: Make) -> None:
    """B2."""
    model = ScriptedModel([[*says("beginning")[:1], asyncio.Event()], says("never")])
    with Interpreter(engine=engine_with(model)) as live:
        live.submit("go")
        assert live.wait(lambda now: bool(now.turns and now.turns[-1].steps), 10)
        live.stop()
        assert live.wait(lambda now: now.running is None, 10)
        turn = live.snapshot().turns[-1]
    assert turn.ending == "stopped"
    assert turn.steps == (Prose("beginning", 1),)
    assert (len(model.requests), model.cancelled) == (1, 1)


def test_stop_interrupts_the_running_cell(engine_with: Make) -> None:
    """B2: the model is told with the next prompt."""
    model = ScriptedModel([calls("wait"), says("next")])
    kernel = ScriptedKernel(lambda source: [StreamOutput("stdout", "started"), asyncio.Event()])
    with Interpreter(engine=engine_with(model, lambda: kernel)) as live:
        live.submit("go")
        assert live.wait(lambda now: bool(now.turns and now.turns[-1].cells and now.turns[-1].cells[0].outputs), 10)
        live.stop()
        assert live.wait(lambda now: now.running is None, 10)
        assert live.snapshot().turns[-1].cells[0].status == "interrupted"
        live.run("again")
    text = "\n".join(message.text for message in model.requests[-1].messages)
    assert "The user interrupted this cell" in text
    assert "The user stopped the previous answer" in text


def test_whoever_waits_without_end_looks_up_now_and_then(engine_with: Make) -> None:
    """B2: Ctrl-C that comes just before the lock is waited for is acted upon only after it; nothing else may come."""
    looks = iter([False, False, True])
    with Interpreter(engine=engine_with(ScriptedModel([]))) as live:
        assert live.wait(lambda _: next(looks), None)


def test_the_queued_prompt_follows_and_a_later_one_joins_it(engine_with: Make) -> None:
    """EXPERIENCE: nothing typed is ever lost."""
    gate = asyncio.Event()
    model = ScriptedModel([[gate, *says("one")], says("two")])
    engine = engine_with(model)
    with Interpreter(engine=engine) as live:
        live.submit("first")
        live.submit("second")
        live.submit("third")
        assert [queued.prompt for queued in live.queued] == ["second\n\nthird"]
        engine.loop.call_soon_threadsafe(gate.set)
        assert live.wait(lambda now: len(now.turns) == 2 and now.running is None, 10)
        assert [turn.prompt for turn in live.snapshot().turns] == ["first", "second\n\nthird"]


def test_another_model_may_answer_one_turn(home: Path) -> None:
    """B45: quick questions go to the built-in analyst, whatever model answers the others."""
    profiles = {name: replace(ScriptedModel([]).profile, id=name) for name in ("mine", "other")}
    models = {name: ScriptedModel([says(f"I am {name}.")], profile) for name, profile in profiles.items()}
    engine = Engine(Settings(home=home, model="builtin-analyst"), make_model=lambda name: models[name])
    try:
        with Interpreter("mine", engine=engine) as live:
            live.submit("one question", model="other")
            assert live.wait(lambda now: now.running is None and bool(now.turns), 20)
            live.run("another")
            turns = live.snapshot().turns
            assert [(turn.model, turn.text) for turn in turns] == [("other", "I am other."), ("mine", "I am mine.")]
            assert live.snapshot().settings.model == "mine"
    finally:
        engine.close()


def test_words_for_another_model_join_no_others_in_the_queue() -> None:
    first, other, last = Queued("first"), Queued("second", model="other"), Queued("third")
    waiting = queued_with(queued_with(queued_with((), first), other), last)
    assert [(each.prompt, each.model) for each in waiting] == [("first", ""), ("second", "other"), ("third", "")]
    assert queued_with(waiting, Queued("fourth"))[-1].prompt == "third\n\nfourth"


def test_a_branch_asked_for_meanwhile_waits_behind_the_queued_words(engine_with: Make) -> None:
    """B22, EXPERIENCE: neither takes the place of the other."""
    gate = asyncio.Event()
    model = ScriptedModel([says("one"), [gate, *says("two")], says("three"), says("four")])
    engine = engine_with(model)
    with Interpreter(engine=engine) as live:
        first = live.run("first").turn
        live.submit("second")
        live.submit("third", ["a.csv"])
        live.regenerate(first.id)
        live.regenerate(first.id)
        engine.loop.call_soon_threadsafe(gate.set)
        assert live.wait(lambda now: len(now.turns) == 4 and now.running is None, 10)
        turns = live.snapshot().turns
        assert [(turn.prompt, turn.origin) for turn in turns[2:]] == [("third", "person"), ("first", "regenerate")]
        assert turns[2].attachments == ("a.csv",)
        assert turns[3].parent is None


def test_a_passing_failure_is_tried_again_in_sight(engine_with: Make) -> None:
    """B17: visible back-off; nothing runs twice."""
    model = ScriptedModel([[Overloaded(provider="Test", status=503)], [StreamCut(provider="Test")], says("fine")])
    engine = engine_with(model)
    seen: list[e.Event | e.UnknownEvent] = []
    with Interpreter(engine=engine, limits=FAST) as live:
        live.listen(lambda recorded: seen.append(recorded.event))
        outcome = live.run("go")
    assert outcome.text == "fine"
    retries = [event for event in seen if isinstance(event, e.RetryScheduled)]
    assert [(retry.attempt, retry.problem.code) for retry in retries] == [(1, "overloaded"), (2, "stream_cut")]


def test_a_lasting_failure_ends_the_turn_and_continue_goes_on_from_the_last_cell(engine_with: Make) -> None:
    """B12, B17."""
    model = ScriptedModel([calls("x = 1"), [KeyRejected(provider="Test")], says("now it works")])
    with Interpreter(engine=engine_with(model), limits=FAST) as live:
        outcome = live.run("go")
        assert outcome.turn.ending == "failed"
        assert outcome.turn.problem is not None
        assert outcome.turn.problem.code == "key_rejected"
        live.resume(outcome.turn.id)
        assert live.wait(lambda now: len(now.turns) == 2 and now.running is None, 10)
        assert live.outcome().text == "now it works"
    asked = model.requests[-1].messages
    assert [call.arguments for message in asked for call in message.calls] == ['{"code": "x = 1"}']


def test_a_text_cut_off_in_the_middle_is_kept_and_not_asked_again(engine_with: Make) -> None:
    """B17."""
    model = ScriptedModel([[*says("half")[:1], StreamCut(provider="Test")]])
    with Interpreter(engine=engine_with(model), limits=FAST) as live:
        outcome = live.run("go")
    assert (outcome.text, outcome.turn.ending, len(model.requests)) == ("half", "failed", 1)


def test_four_failures_in_a_row_pause_the_turn(engine_with: Make) -> None:
    """B7: the same error twice adds an instruction to change approach."""
    model = ScriptedModel([calls(f"raise {n}") for n in range(9)])
    with Interpreter(engine=engine_with(model)) as live:
        outcome = live.run("go")
    assert outcome.turn.ending == "limit"
    assert len(outcome.turn.cells) == 4
    assert "take another approach" in model.requests[2].messages[-1].text


def test_twenty_five_cells_pause_the_turn(engine_with: Make) -> None:
    """B7."""
    model = ScriptedModel([calls(f"print({n})") for n in range(40)])
    with Interpreter(engine=engine_with(model)) as live:
        outcome = live.run("go")
    assert (outcome.turn.ending, len(outcome.turn.cells)) == ("limit", 25)


def test_an_invented_tool_gets_an_answer(engine_with: Make) -> None:
    """B16."""
    model = ScriptedModel([calls_tool("web_search", '{"q": 1}'), says("sorry")])
    with Interpreter(engine=engine_with(model)) as live:
        outcome = live.run("go")
    (step, _) = outcome.turn.steps
    assert isinstance(step, ToolUse)
    assert "no tool 'web_search'" in (step.result or "")


def test_an_empty_answer_is_asked_once_more_and_then_said(engine_with: Make) -> None:
    model = ScriptedModel([says(), says()])
    with Interpreter(engine=engine_with(model)) as live:
        assert live.run("go").turn.ending == "empty"


def test_a_bug_of_ours_ends_the_turn_and_not_the_conversation(engine_with: Make) -> None:
    def broken(source: str) -> list[StreamOutput]:
        raise ZeroDivisionError

    kernel = ScriptedKernel(broken)
    model = ScriptedModel([calls("x"), says("still here")])
    with Interpreter(engine=engine_with(model, lambda: kernel)) as live:
        assert live.run("go").turn.ending == "crashed"
        assert live.run("again").text == "still here"


def test_files_have_their_preview_before_the_model_is_asked(engine_with: Make, tmp_path: Path) -> None:
    """B5: name, size, shape, types and a sample, and the call that reads it."""
    path = tmp_path / "my sales 表.csv"
    path.write_text("region;amount\nNorth;1,5\nSouth;2,5\n", encoding="utf-8")
    model = ScriptedModel([says("ok")])
    with Interpreter(engine=engine_with(model)) as live:
        live.run("hello", [path])
        assert (live.workspace.work / path.name).is_file()
    told = model.requests[0].messages[-1].text
    for fact in ('"my sales 表.csv"', "2 rows × 2 columns", "amount float64", 'sep=";"', 'decimal=","', "North"):
        assert fact in told, told
    assert model.requests[0].previews[0].reader is not None


def test_two_interpreters_cannot_write_one_conversation(engine_with: Make, home: Path) -> None:
    """B32: a lease each; here the second is another process, as another server would be."""
    import subprocess
    import sys

    engine = engine_with(ScriptedModel([says("hi")]))
    with Interpreter(engine=engine) as live:
        live.run("go")
        program = (
            "from pathlib import Path\nfrom lci.storage.store import SqliteStore\n"
            "from lci.errors import ConversationInUse\n"
            f"store = SqliteStore(Path({str(home)!r}))\n"
            f"try: store.lease({live.id!r})\nexcept ConversationInUse: print('in use')\nstore.close()"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
        )
    assert done.stdout == "in use\n"


def test_a_waiting_cell_runs_as_edited_or_not_at_all(engine_with: Make) -> None:
    """B23."""
    model = ScriptedModel([calls("original"), calls("second"), says("fine")])
    kernel = ScriptedKernel(lambda source: [StreamOutput("stdout", source)])
    engine = engine_with(model, lambda: kernel)
    with Interpreter(engine=engine) as live:
        live.change_settings(replace(live.snapshot().settings, approval="always"))

        def waiting() -> str:
            assert live.wait(lambda now: any(cell.status == "waiting" for turn in now.turns for cell in turn.cells), 10)
            return next(cell.id for cell in live.snapshot().turns[-1].cells if cell.status == "waiting")

        live.submit("go")
        first = waiting()
        live.decide(first, Decision(True, "edited"))
        assert live.wait(lambda now: now.cell(first) is not None and now.cell(first).status == "ok", 10)  # type: ignore[union-attr]
        live.decide(waiting(), Decision(False, reason="too risky"))
        assert live.wait(lambda now: now.running is None, 10)
    assert kernel.sources == ["edited"]
    assert "too risky" in model.requests[-1].messages[-1].text


def test_conversations_do_not_hold_each_other_up(engine_with: Make) -> None:
    """B32: one waits in a cell, the other answers."""
    stuck = ScriptedKernel(lambda source: [asyncio.Event()])
    kernels = [stuck]
    models = iter([calls("block"), says("quick")])
    model = ScriptedModel(models)
    engine = engine_with(model, lambda: kernels.pop() if kernels else ScriptedKernel(lambda s: []))
    with Interpreter(engine=engine) as first, Interpreter(engine=engine) as second:
        first.submit("block")
        assert first.wait(lambda now: bool(now.turns and now.turns[-1].cells), 10)
        assert second.run("quick?").text == "quick"
        first.stop()
        assert first.wait(lambda now: now.running is None, 10)


def test_edit_and_run_replaces_the_outputs_of_a_cell(engine_with: Make) -> None:
    """B21: the output is replaced, and the model is told who wrote what."""
    model = ScriptedModel([calls("old"), says("a"), says("b")])
    with Interpreter(engine=engine_with(model)) as live:
        cell = live.run("go").turn.cells[0]
        live.cells.run(cell.id, "new")
        assert live.wait(lambda now: now.cell(cell.id).outputs == (StreamOutput("stdout", "new"),), 10)  # type: ignore[union-attr]
        live.run("next")
    assert [json.loads(call.arguments)["code"] for m in model.requests[-1].messages for call in m.calls] == ["old"]
    (told,) = results(model.requests[-1])
    assert "The user edited this code" in told and told.index("new") < told.index("output")


def test_code_that_was_put_back_is_the_models_own_again(engine_with: Make) -> None:
    """B21"""
    model = ScriptedModel([calls("old"), says("a"), says("b")])
    with Interpreter(engine=engine_with(model)) as live:
        cell = live.run("go").turn.cells[0]
        for source in ("new", "old"):
            live.cells.run(cell.id, source)
            assert live.wait(lambda now: now.cell(cell.id).outputs == (StreamOutput("stdout", source),), 10)  # type: ignore[union-attr]  # noqa: B023
            assert live.wait(lambda _: not live.busy, 10)
        live.run("next")
    assert results(model.requests[-1]) == ["old"]


def test_code_edited_before_it_ran_is_not_told_as_the_models_own(engine_with: Make) -> None:
    """B21, B24."""
    model = ScriptedModel([calls("old"), says("a")])
    engine = engine_with(model)
    with Interpreter(engine=engine, settings=ConversationSettings(approval="always")) as live:
        live.listen(lambda recorded: edits(live, recorded.event))
        live.submit("go")
        assert live.wait(lambda now: bool(now.turns) and now.running is None, 10)
        cell = live.snapshot().turns[0].cells[0]
    assert (cell.source, cell.author, cell.revisions) == ("new", "person", (Revision("old", "model"),))
    log = engine.store.log(live.id)
    assert [r.event.author for r in log if isinstance(r.event, e.CellStarted)] == ["person"]
    assert [json.loads(call.arguments)["code"] for m in model.requests[-1].messages for call in m.calls] == ["old"]
    assert "The user edited this code" in results(model.requests[-1])[0]


def edits(live: Interpreter, event: object) -> None:
    if isinstance(event, e.ApprovalAsked):
        live.decide_soon(event.cell_id, Decision(True, "new"))


def results(request: ModelRequest) -> list[str]:
    return [part.text for m in request.messages for part in m.parts if isinstance(part, ToolResult)]


def test_many_threads_may_submit_and_read(engine_with: Make) -> None:
    model = ScriptedModel([says(str(n)) for n in range(20)])
    with Interpreter(engine=engine_with(model)) as live:
        threads = [threading.Thread(target=live.submit, args=(f"p{n}",)) for n in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert live.wait(lambda now: now.running is None and not live.queued, 10)
        turns = live.snapshot().turns
        assert 1 <= len(turns) <= 10
        assert all(turn.ending == "done" for turn in turns)


class SlowKernel(ScriptedKernel):
    """A kernel whose start takes until the test says so."""

    def __init__(self) -> None:
        super().__init__(lambda source: [asyncio.Event()])
        self.may_start = asyncio.Event()

    async def start(self) -> KernelFacts:
        await self.may_start.wait()
        return await super().start()


def test_stop_works_while_the_kernel_is_still_starting(engine_with: Make) -> None:
    """B2: the cell that waited for it never runs."""
    kernel = SlowKernel()
    model = ScriptedModel([calls("x = 1")])
    with Interpreter(engine=engine_with(model, lambda: kernel)) as live:
        live.submit("go")
        assert live.wait(lambda now: bool(now.turns and now.turns[-1].cells), 10)
        live.stop()
        assert live.wait(lambda now: now.running is None, 5)
        assert live.snapshot().turns[-1].ending == "stopped"
        assert kernel.sources == []


def test_a_listener_that_fails_leaves_no_turn_behind(engine_with: Make) -> None:
    def broken(recorded: e.Recorded) -> None:
        raise BrokenPipeError

    with Interpreter(engine=engine_with(ScriptedModel([says("one"), says("two")]))) as live:
        live.listen(broken)
        assert live.run("go").text == "one"
        assert live.run("again").text == "two"


def test_a_cell_that_runs_again_can_be_stopped_and_queues_a_prompt(engine_with: Make) -> None:
    """B2, B21."""
    runs: list[str] = []

    def once_quick(source: str) -> list[StreamOutput | asyncio.Event]:
        runs.append(source)
        return [] if len(runs) == 1 else [StreamOutput("stdout", "again"), asyncio.Event()]

    model = ScriptedModel([calls("x"), says("first"), says("second")])
    kernel = ScriptedKernel(once_quick)
    with Interpreter(engine=engine_with(model, lambda: kernel)) as live:
        cell = live.run("go").turn.cells[0]
        live.cells.run(cell.id, "y")
        assert live.wait(lambda now: bool(now.cell(cell.id).outputs), 10)  # type: ignore[union-attr]
        assert live.busy
        live.submit("next")
        assert live.queued
        live.stop()
        assert live.wait(lambda _: not live.busy, 10)
        assert live.snapshot().cell(cell.id).status == "interrupted"  # type: ignore[union-attr]


def test_another_branch_in_view_does_not_change_what_a_running_turn_sends(engine_with: Make) -> None:
    """B22."""
    gate = asyncio.Event()
    model = ScriptedModel([says("v1"), calls("x"), says("v2")])
    kernel = ScriptedKernel(lambda source: [StreamOutput("stdout", "out"), gate])
    engine = engine_with(model, lambda: kernel)
    with Interpreter(engine=engine) as live:
        first = live.run("question").turn
        live.regenerate(first.id)
        assert live.wait(lambda now: bool(now.turns[-1].cells and now.turns[-1].cells[0].outputs), 10)
        live.show_branch(first.id)
        engine.loop.call_soon_threadsafe(gate.set)
        assert live.wait(lambda now: now.running is None, 10)
    assert [message.role for message in model.requests[-1].messages] == ["system", "user", "assistant", "tool"]


def test_regenerating_during_a_turn_waits_and_still_makes_a_branch(engine_with: Make) -> None:
    """B22."""
    gate = asyncio.Event()
    model = ScriptedModel([says("one"), [gate, *says("two")], says("one again")])
    engine = engine_with(model)
    with Interpreter(engine=engine) as live:
        first = live.run("first").turn
        live.submit("second")
        live.regenerate(first.id)
        engine.loop.call_soon_threadsafe(gate.set)
        assert live.wait(lambda now: len(now.turns) == 3 and now.running is None, 10)
        again = live.snapshot().turns[-1]
    assert (again.origin, again.parent, again.prompt) == ("regenerate", None, "first")


def test_an_upload_during_a_cell_does_not_hide_what_the_cell_writes(engine_with: Make) -> None:
    """B5, B10."""
    gate = asyncio.Event()
    kernel = ScriptedKernel(lambda source: [StreamOutput("stdout", "started"), gate])
    engine = engine_with(ScriptedModel([calls("x"), says("done")]), lambda: kernel)
    with Interpreter(engine=engine) as live:
        live.submit("go")
        assert live.wait(lambda now: bool(now.turns and now.turns[-1].cells and now.turns[-1].cells[0].outputs), 10)
        (live.workspace.work / "made.csv").write_text("a\n1\n", "utf-8")
        live.files.attach_bytes("up.csv", b"b\n2\n")
        engine.loop.call_soon_threadsafe(gate.set)
        assert live.wait(lambda now: now.running is None, 10)
        turn = live.snapshot().turns[-1]
        assert [change.name for change in turn.changes] == ["made.csv"]
        assert live.snapshot().files["up.csv"].origin == "upload"


def test_looking_at_an_empty_conversation_leaves_nothing_behind(engine_with: Make, home: Path) -> None:
    """B33: fifty page loads, no folder, no lock, no entry."""
    engine = engine_with(ScriptedModel([]))
    opened = [Interpreter(engine=engine) for _ in range(50)]
    assert not list((home / "workspaces").glob("*"))
    assert not list((home / "leases").glob("*"))
    assert engine.store.summaries() == []
    for live in opened:
        live.close()


def test_nobody_to_ask_means_no_without_isolation(engine_with: Make) -> None:
    """B23, B39: an unattended run ends, and says why the cell did not run."""

    class Open(ScriptedKernel):
        async def start(self) -> KernelFacts:
            return replace(await super().start(), isolation="none")

    kernel = Open(behaviour)
    model = ScriptedModel([calls("print(1)"), says("understood")])
    with Interpreter(engine=engine_with(model, lambda: kernel)) as live:
        outcome = live.run("go")
        assert (outcome.text, kernel.sources) == ("understood", [])
        assert "Nobody is there" in model.requests[-1].messages[-1].text


@pytest.mark.kernel
def test_the_library_face_runs_the_built_in_analyst(tmp_path: Path) -> None:
    """B39, B45: `from lci import Interpreter`, the same engine without a browser, no key, no network."""
    import lci
    from lci.workspace.samples import sample

    with lci.Interpreter("builtin-analyst") as live:
        outcome = live.run("average body mass by species", files=[sample("penguins").path])
        assert outcome.turn.ending == "done"
        assert len(outcome.figures) == 1
        assert "5,076" in outcome.text
        path = live.notebook.export(tmp_path / "out.ipynb")
    assert path.read_text("utf-8").count("5076.01") >= 1


def test_nothing_of_an_answer_runs_after_a_cell_that_ended_the_kernel(engine_with: Make) -> None:
    """B4: the rest was written for a memory that is gone; it ran in the empty kernel."""
    sources = [json.dumps({"code": source}) for source in ("die", "print(df)")]
    both = tuple(RequestedCall(at, "execute_code", source) for at, source in enumerate(sources))
    pieces = [CallPiece(at, "execute_code", source) for at, source in enumerate(sources)]
    model = ScriptedModel([[*pieces, AnswerFinished("tool_calls", both, None)], says("I see.")])
    live = Interpreter(engine=engine_with(model))
    turn = live.run("go").turn
    assert [(cell.source, cell.status) for cell in turn.cells] == [("die", "died"), ("print(df)", "dropped")]
    assert turn.ending == "done"


def test_how_the_person_says_that_a_file_is_read_holds_everywhere(engine_with: Make) -> None:
    """B5, B20: for the long preview, the statistics, the model, after a restart, and once code changed the file."""
    model = ScriptedModel([says("yes"), calls("print(1)"), says("yes again")])
    engine = engine_with(model)
    reading = Reading(delimiter="|", kinds=(("b", "text"),))
    with Interpreter(engine=engine) as live:
        live.files.attach_bytes("a.csv", b"a;x|b\n1;2|3\n4;5|6\n")
        live.files.correct("a.csv", reading)
        live.run("How is it read?")
        note = "\n".join(message.text for message in model.requests[0].messages)
        assert 'pd.read_csv("a.csv", sep="|", dtype={"b": str})' in note
        assert "corrected how it is read" in note
        assert live.wait(lambda _: live.files.preview("a.csv", 10) is not None, 60)
        long = live.files.preview("a.csv", 10)
        assert long is not None
        assert [column.name for column in long.tables[0].columns] == ["a;x", "b"]
        source = Source("a.csv", reading)
        assert live.wait(lambda _: live.queries.facts("a", source) is not None, 60)
        facts = live.queries.facts("a", source)
        assert isinstance(facts, TableFacts)
        assert [column.name for column in facts.columns] == ["a;x", "b"]
        live.workspace.overwrite("a.csv", [b"a;x|b\n1;2|3\n"])
        live.run("And now?")
    with Interpreter(engine=engine, conversation_id=live.id, create=False) as again:
        file = again.snapshot().files["a.csv"]
        assert (file.reading, file.size) == (reading, 12)


def test_files_attached_before_are_told_with_the_next_question(engine_with: Make) -> None:
    """B5: whoever attached them; from a program the model was told their name and size alone."""
    model = ScriptedModel([says("one"), says("two"), says("three")])
    live = Interpreter(engine=engine_with(model))
    live.files.attach_bytes("sales.csv", b"region,amount\nnorth,1\n")
    live.run("go")
    assert live.snapshot().turns[-1].attachments == ("sales.csv",)
    assert "amount" in "".join(message.text for message in model.requests[-1].messages)
    live.files.attach_bytes("more.csv", b"a\n1\n")
    live.submit("again")
    assert live.wait(lambda now: len(now.turns) == 2 and now.running is None, 30)
    assert live.snapshot().turns[-1].attachments == ("more.csv",)
    live.run("once more")
    assert live.snapshot().turns[-1].attachments == ()


def test_an_empty_conversation_has_no_outcome(engine_with: Make) -> None:
    with pytest.raises(NothingAsked):
        Interpreter(engine=engine_with(ScriptedModel([]))).outcome()
