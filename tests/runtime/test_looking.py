"""Models that cannot see ask one that can about a picture (B27), over real sockets."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import SecretStr

from lci.agent.protocols.fenced import fenced
from lci.agent.tools.inquire_image import INQUIRE_IMAGE
from lci.agent.tools.toolset import arguments_for
from lci.core.conversation import ConversationSettings
from lci.core.messages import Message, ToolCall
from lci.core.ports import CodeProtocol, RequestedCall
from lci.core.turns import ToolUse, Turn, Usage
from lci.runtime.config.settings import ModelSettings, Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedKernel
from lci.testing.server import Gate, Reply, ScriptedServer, chunk, code, error, raw_call, spoken, text
from tests.runtime.talks import FAST, behaviour

PROTOCOLS: tuple[CodeProtocol, ...] = ("tools", "schema", "fenced")
PLOT = "import matplotlib.pyplot as plt\nplt.figure(figsize=(4, 4))\nplt.plot([1, 2]); plt.show()"


class Pair:
    """An engine with a model that cannot see, `blind`, and one that can, `eyes`, each at a server of its own."""

    def __init__(self, home: Path, *, kernel: bool = False) -> None:
        self.home = home
        self.blind = ScriptedServer()
        self.eyes = ScriptedServer()
        self._kernel = kernel
        self._engines: list[Engine] = []

    def model(self, model_id: str, server: ScriptedServer, **fields: Any) -> ModelSettings:
        usual = {"name": model_id, "base_url": server.url, "api_key": SecretStr("none"), "window_tokens": 64_000}
        return ModelSettings.model_validate({"id": model_id, **usual, **fields})

    def opened(
        self, protocol: CodeProtocol = "tools", eyes: dict[str, Any] | None = None, sharing: Any = "full", **fields: Any
    ) -> Interpreter:
        """A conversation with the blind one; `fields` are its settings, `eyes` those of the other."""
        said = {"sees_images": False, "vision_model": "eyes", "protocol": protocol}
        models = [
            self.model("blind", self.blind, **{**said, **fields}),
            self.model("eyes", self.eyes, **{"sees_images": True, **(eyes or {})}),
        ]
        settings = Settings(home=self.home, model="blind", models=models)
        make = None if self._kernel else lambda workspace, settings, blobs: ScriptedKernel(behaviour)
        self._engines.append(Engine(settings, make_kernel=make))
        conversation = ConversationSettings(model="blind", approval="auto", sharing=sharing)
        return Interpreter(engine=self._engines[-1], settings=conversation, limits=FAST)

    def close(self) -> None:
        for engine in self._engines:
            engine.close()
        self.blind.close()
        self.eyes.close()


@pytest.fixture
def pair(home: Path) -> Iterator[Pair]:
    made = Pair(home)
    yield made
    made.close()


@pytest.fixture
def live_pair(home: Path) -> Iterator[Pair]:
    """The same with a real kernel."""
    made = Pair(home, kernel=True)
    yield made
    made.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.new("RGB", (60, 40), "red").save(path)
    return path


def asks(protocol: CodeProtocol, image: str = "photo.png", question: str = "What colour is it?") -> Reply:
    """The question, as the protocol has it."""
    source = f"inquire_image({json.dumps(image)}, {json.dumps(question)})"
    match protocol:
        case "tools":
            return raw_call(json.dumps({"image": image, "question": question}), name="inquire_image")
        case "schema":
            return spoken(json.dumps({"say": "", "code": source}))
        case "fenced":
            return spoken(f"```python\n{source}\n```\n")


def says(answer: str, protocol: CodeProtocol = "tools") -> Reply:
    return spoken(json.dumps({"say": answer, "code": ""}) if protocol == "schema" else answer)


def pictures(body: dict[str, Any]) -> list[Image.Image]:
    """The pictures of a request, in order."""
    found: list[Image.Image] = []
    for message in body["messages"]:
        content = message.get("content")
        for part in content if isinstance(content, list) else []:
            if part["type"] == "image_url":
                encoded = part["image_url"]["url"].partition("base64,")[2]
                found.append(Image.open(io.BytesIO(base64.b64decode(encoded))))
    return found


def tools(body: dict[str, Any]) -> list[str]:
    return [tool["function"]["name"] for tool in body.get("tools", [])]


def result(turn: Turn) -> str:
    """What the model was told when it asked, the only time it did."""
    (use,) = [step for step in turn.steps if isinstance(step, ToolUse)]
    assert use.name == "inquire_image"
    return use.result or ""


# --- asking -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_question_about_a_picture_is_answered_by_the_model_that_sees(
    pair: Pair, photo: Path, protocol: CodeProtocol
) -> None:
    """B27: in every protocol, with the one picture that was asked about."""
    pair.blind.add(asks(protocol), says("It is red.", protocol))
    pair.eyes.add(text("A plain RED square.", usage=(1_200, 8)))
    with pair.opened(protocol) as live:
        turn = live.run("Which colour?", [photo]).turn
    assert (turn.ending, turn.text, turn.cells) == ("done", "It is red.", ())
    assert result(turn) == "A plain RED square."

    (asked,) = pair.eyes.chats
    (sent,) = pictures(asked)
    assert sent.size == (60, 40)
    assert "tools" not in asked and "response_format" not in asked
    assert [part["text"] for part in asked["messages"][-1]["content"] if part["type"] == "text"] == [
        "What colour is it?"
    ]

    offered, told = pair.blind.chats
    assert tools(offered) == (["execute_code", "inquire_image"] if protocol == "tools" else [])
    assert "inquire_image(" in offered["messages"][0]["content"]
    assert '[Pictures for inquire_image: "photo.png"]' in offered["messages"][-1]["content"]
    assert "A plain RED square." in told["messages"][-1]["content"]
    assert pictures(offered) == pictures(told) == []


def test_what_looking_costs_is_counted_with_the_model_that_looked(pair: Pair, photo: Path) -> None:
    """B29: and it is listed as a request beside the conversation."""
    pair.blind.add(asks("tools"), says("It is red."))
    pair.eyes.add(text("Red.", usage=(1_200, 8)))
    with pair.opened() as live:
        turn = live.run("Which colour?", [photo]).turn
    assert turn.spent == (("blind", Usage(200, 40)), ("eyes", Usage(1_200, 8)))
    assert turn.usage == Usage(1_400, 48)
    assert turn.last_usage == Usage(100, 20)
    (aside,) = turn.asides
    assert (aside.model, aside.body is not None) == ("eyes", True)
    assert [sent.model for sent in turn.requests] == ["blind", "blind"]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("inquire_image", '{"image": "a.png", "question": "what?"}'),
        ("functions.inquire_image", '{"path": "a.png", "prompt": "what?"}'),
        ("execute_code", json.dumps({"code": 'inquire_image("a.png", "what?")'})),
        ("execute_code", json.dumps({"code": '# look\nprint(inquire_image("a.png", "what?"))'})),
        ("execute_code", json.dumps({"code": 'seen = inquire_image(question="what?", image="a.png")\n'})),
    ],
)
def test_a_question_is_understood_as_a_call_and_as_the_only_code(name: str, arguments: str) -> None:
    """B16, B27."""
    read = arguments_for(INQUIRE_IMAGE, RequestedCall(0, name, arguments))
    assert read in ({"image": "a.png", "question": "what?"}, {"path": "a.png", "prompt": "what?"})


def test_what_is_null_was_not_given() -> None:
    """B27: a question left open asks for a description, not about "None"."""
    call = RequestedCall(0, "inquire_image", '{"image": "a.png", "question": null}')
    assert arguments_for(INQUIRE_IMAGE, call) == {"image": "a.png"}


def test_a_call_is_told_as_code_with_its_texts_where_they_belong() -> None:
    """B16"""
    call = ToolCall("c", "inquire_image", '{"question": "what?", "image": "a.png"}')
    (message,) = fenced([Message("assistant", (call,))], [INQUIRE_IMAGE])
    assert 'inquire_image(question="what?", image="a.png")' in message.text


@pytest.mark.parametrize(
    "source",
    ['x = 1\ninquire_image("a.png", "what?")', "inquire_image", "'inquire_image(1)'", "inquire_image(", "x = 1"],
)
def test_code_that_does_more_is_run(source: str) -> None:
    """B27: as any other cell."""
    assert arguments_for(INQUIRE_IMAGE, RequestedCall(0, "execute_code", json.dumps({"code": source}))) is None


def test_a_question_left_out_asks_for_a_description(pair: Pair, photo: Path) -> None:
    """B27."""
    pair.blind.add(raw_call('{"image": "photo.png"}', name="inquire_image"), says("It is red."))
    pair.eyes.add(text("Red."))
    with pair.opened() as live:
        live.run("Which colour?", [photo])
    assert "Describe what the picture shows" in str(pair.eyes.chats[0]["messages"][-1])


def test_many_answered_looks_are_no_failures(pair: Pair, photo: Path) -> None:
    """B7, B27: only what could not be carried out counts towards the limit of failures."""
    pair.blind.add(*(asks("tools", question=f"What is at {number}?") for number in range(6)), says("All seen."))
    pair.eyes.add(*[text("Red.")] * 6)
    with pair.opened() as live:
        turn = live.run("Look everywhere", [photo]).turn
    assert (turn.ending, turn.text) == ("done", "All seen.")
    assert [step.answered for step in turn.steps if isinstance(step, ToolUse)] == [True] * 6


def test_looks_that_find_nothing_pause_the_turn(pair: Pair, photo: Path) -> None:
    """B7"""
    pair.blind.add(*(asks("tools", f"no{number}.png") for number in range(9)))
    with pair.opened() as live:
        turn = live.run("Look for it", [photo]).turn
    assert (turn.ending, turn.problem and turn.problem.code) == ("limit", "failures_limit")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_look_is_told_back_as_the_model_asked(pair: Pair, photo: Path, protocol: CodeProtocol) -> None:
    """B16, B30: so that it asks the same way again."""
    pair.blind.add(asks(protocol), says("It is red.", protocol))
    pair.eyes.add(text("Red."))
    with pair.opened(protocol) as live:
        live.run("Which colour?", [photo])
    (asked,) = [message for message in pair.blind.chats[-1]["messages"] if message["role"] == "assistant"]
    source = 'inquire_image("photo.png", "What colour is it?")'
    match protocol:
        case "tools":
            (call,) = asked["tool_calls"]
            said = json.loads(call["function"]["arguments"])
            assert said == {"image": "photo.png", "question": "What colour is it?"}
        case "schema":
            assert json.loads(asked["content"])["code"] == source
        case "fenced":
            assert asked["content"] == f"```python\n{source}\n```"


@pytest.mark.kernel
def test_a_look_among_other_code_is_told_how_it_is_done(live_pair: Pair, photo: Path) -> None:
    """B27"""
    source = "colour = inquire_image('photo.png', 'What?')\nprint(colour)"
    live_pair.blind.add(code(source), says("I see."))
    with live_pair.opened() as live:
        live.run("Which colour?", [photo], approve="auto")
    assert "send it as the only line of code" in live_pair.blind.chats[-1]["messages"][-1]["content"]


@pytest.mark.parametrize(("sees", "offered"), [(None, True), (True, True), (False, False)])
def test_a_model_that_was_named_to_look_is_asked_unless_it_is_known_not_to_see(
    pair: Pair, photo: Path, sees: bool | None, offered: bool
) -> None:
    """B27: whoever names it knows."""
    pair.blind.add(says("Fine."))
    with pair.opened(eyes={"sees_images": sees}) as live:
        live.run("Which colour?", [photo])
    assert ("inquire_image" in tools(pair.blind.chats[0])) is offered


def test_several_pictures_are_asked_about_in_one_answer(pair: Pair, photo: Path, tmp_path: Path) -> None:
    """B27: each request shows its own picture only."""
    other = tmp_path / "other 表.png"
    Image.new("RGB", (30, 30), "blue").save(other)
    calls = [
        {"index": at, "id": f"c{at}", "function": {"name": "inquire_image", "arguments": json.dumps({"image": name})}}
        for at, name in enumerate([photo.name, other.name])
    ]
    pair.blind.add(Reply([chunk({"tool_calls": calls}), chunk(finish="tool_calls")]), says("Red and blue."))
    pair.eyes.add(text("Red."), text("Blue."))
    with pair.opened() as live:
        turn = live.run("Which colours?", [photo, other]).turn
    assert [[picture.size for picture in pictures(body)] for body in pair.eyes.chats] == [[(60, 40)], [(30, 30)]]
    assert [message["content"].partition("\n\n[")[0] for message in pair.blind.chats[1]["messages"][-2:]] == [
        "Red.",
        "Blue.",
    ]
    assert turn.text == "Red and blue."


# --- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_picture_that_is_not_there_is_answered_with_those_that_are(
    pair: Pair, photo: Path, protocol: CodeProtocol
) -> None:
    """B27: nobody is asked."""
    pair.blind.add(asks(protocol, "figure 7"), says("I see.", protocol))
    with pair.opened(protocol) as live:
        turn = live.run("Which colour?", [photo]).turn
    assert turn.text == "I see."
    assert result(turn) == 'There is no picture "figure 7". Pictures you can ask about: "photo.png".'
    assert (pair.eyes.chats, turn.asides) == ([], ())


@pytest.mark.parametrize("arguments", ["", "{}", '{"image": "photo', "[1]", '"photo.png"', "photo.png"])
def test_a_question_that_cannot_be_understood_is_answered_with_the_pictures(
    pair: Pair, photo: Path, arguments: str
) -> None:
    """B16, B27: never that there is no such tool."""
    pair.blind.add(raw_call(arguments, name="inquire_image"), says("I see."))
    with pair.opened() as live:
        turn = live.run("Which colour?", [photo]).turn
    assert turn.text == "I see."
    assert 'Pictures you can ask about: "photo.png".' in result(turn)
    assert pair.eyes.chats == []


FAILURES = {
    "an error": (error(500, "no"), "overloaded"),
    "a wrong key": (error(401, "Incorrect API key", "invalid_api_key"), "key_rejected"),
    "nothing": (text(""), "empty"),
    "half an answer": (Reply([chunk({"content": "A re"})], done=False), "stream_cut"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_model_that_does_not_look_is_told_of_and_the_turn_goes_on(pair: Pair, photo: Path, failure: str) -> None:
    """B27, B17."""
    reply, reason = FAILURES[failure]
    pair.blind.add(asks("tools"), says("I cannot tell."))
    pair.eyes.add(reply)
    with pair.opened() as live:
        turn = live.run("Which colour?", [photo]).turn
    assert (turn.ending, turn.problem, turn.text) == ("done", None, "I cannot tell.")
    assert result(turn).startswith("The picture could not be looked at (")
    assert reason in result(turn)
    assert len(pair.eyes.chats) == 1


def test_a_server_that_takes_no_pictures_is_not_believed_without_them(pair: Pair, photo: Path) -> None:
    """B27: an answer to the words alone would be made up."""
    pair.blind.add(asks("tools"), says("I cannot tell."))
    pair.eyes.add(error(400, "This model does not support image input"), text("A lovely cat."))
    with pair.opened() as live:
        turn = live.run("Which colour?", [photo]).turn
        pair.blind.add(says("As before."))
        live.run("And now?")
    assert "could not be looked at" in result(turn)
    assert "lovely cat" not in str(pair.blind.chats)
    assert turn.text == "I cannot tell."
    # It turned out not to see: it is not offered any more.
    assert tools(pair.blind.chats[-1]) == ["execute_code"]


def test_a_very_long_answer_about_a_picture_is_cut(pair: Pair, photo: Path) -> None:
    """B27."""
    pair.blind.add(asks("tools"), says("Long."))
    pair.eyes.add(text("".join(f"{number} " for number in range(3_000))))
    with pair.opened() as live:
        assert len(result(live.run("Read it.", [photo]).turn)) == 4_000


def test_stop_ends_a_look_at_once(pair: Pair, photo: Path) -> None:
    """B2, B27: and no further request follows."""
    pair.blind.add(asks("tools"), says("never"))
    pair.eyes.add(Reply([chunk({"content": "A re"}), Gate("never")]))
    with pair.opened() as live:
        live.files.attach_path(photo)
        live.submit("Which colour?", ["photo.png"])
        assert pair.eyes.wait_for(lambda server: len(server.requests) == 1, 60)
        live.stop()
        assert live.wait(lambda now: now.running is None, 30)
        assert pair.eyes.wait_for(lambda server: server.disconnects == 1)
        assert live.snapshot().turns[-1].ending == "stopped"
    assert (len(pair.blind.chats), len(pair.eyes.chats)) == (1, 1)


# --- when it is offered -----------------------------------------------------------------------------------------------

NOT_OFFERED: dict[str, dict[str, Any]] = {
    "the model sees by itself": {"sees_images": True},
    "no other is named": {"vision_model": ""},
    "the one named does not exist": {"vision_model": "gone"},
    "it is named itself": {"vision_model": "blind"},
    "the one named cannot see": {"eyes": {"sees_images": False}},
    "values are not shared": {"sharing": "schema"},
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("reason", NOT_OFFERED)
def test_looking_is_not_offered_where_it_is_no_use(
    pair: Pair, photo: Path, reason: str, protocol: CodeProtocol
) -> None:
    """B27: and who asks all the same gets an answer, not a picture."""
    pair.blind.add(asks(protocol), says("Fine.", protocol))
    with pair.opened(protocol, **NOT_OFFERED[reason]) as live:
        turn = live.run("Which colour?", [photo]).turn
    assert turn.text == "Fine."
    first = pair.blind.chats[0]
    assert tools(first) == (["execute_code"] if protocol == "tools" else [])
    assert "inquire_image" not in json.dumps(first)
    assert (pair.eyes.chats, turn.asides) == ([], ())


# --- figures ----------------------------------------------------------------------------------------------------------


@pytest.mark.kernel
def test_the_models_own_figures_can_be_asked_about(live_pair: Pair) -> None:
    """B27: under the numbers the model is told."""
    two = PLOT + "\nplt.figure(figsize=(2, 2))\nplt.plot([2, 1]); plt.show()"
    live_pair.blind.add(
        raw_call(json.dumps({"code": two})), asks("tools", "Figure 2", "Does it rise?"), says("It falls.")
    )
    live_pair.eyes.add(text("It falls."))
    with live_pair.opened() as live:
        turn = live.run("Plot", approve="auto").turn
    assert (turn.ending, result(turn)) == ("done", "It falls.")
    (sent,) = pictures(live_pair.eyes.chats[0])
    assert max(sent.size) < 300
    told = live_pair.blind.chats[1]["messages"][-1]["content"]
    assert "[figure 2 shown to the user]" in told
    assert '[Pictures for inquire_image: "figure 1", "figure 2"]' in told


@pytest.mark.kernel
def test_figures_keep_their_numbers_beside_charts_that_are_no_pictures(live_pair: Pair) -> None:
    """B27: an interactive chart counts, and cannot be looked at."""
    chart = "display({'application/vnd.plotly.v1+json': {'data': [], 'layout': {}}}, raw=True)\n"
    live_pair.blind.add(raw_call(json.dumps({"code": chart + PLOT})), asks("tools", "figure 2"), says("A line."))
    live_pair.eyes.add(text("A line."))
    with live_pair.opened() as live:
        turn = live.run("Plot", approve="auto").turn
    told = live_pair.blind.chats[1]["messages"][-1]["content"]
    assert "[figure 2 shown to the user]" in told
    assert '[Pictures for inquire_image: "figure 2"]' in told
    assert result(turn) == "A line."


@pytest.mark.kernel
def test_a_file_and_a_figure_are_looked_at_by_one_line_of_code(live_pair: Pair, photo: Path) -> None:
    """B27: with a model that knows no tools."""
    live_pair.blind.add(
        spoken(f"```python\n{PLOT}\n```\n"),
        asks("fenced", "figure 1", "What?"),
        asks("fenced", "photo.png", "What?"),
        says("Seen."),
    )
    live_pair.eyes.add(text("A line."), text("Red."))
    with live_pair.opened("fenced") as live:
        turn = live.run("Plot", [photo], approve="auto").turn
    assert (turn.ending, turn.text, len(turn.cells)) == ("done", "Seen.", 1)
    assert [step.result for step in turn.steps if isinstance(step, ToolUse)] == ["A line.", "Red."]
    assert all(isinstance(step, ToolUse) for step in turn.steps[1:3])
