"""Which conversation a tab shows, and the process's registry. Only here are session keys named.

`st.session_state` holds the view of one tab; whatever would be a loss lies in the conversation.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar, cast

import streamlit as st

from lci.analyst import LANGUAGES
from lci.core.conversation import Conversation, ConversationSettings
from lci.core.ids import is_conversation_id
from lci.runtime.config.settings import load_settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversations import OpenConversations
from lci.runtime.engine import Engine
from lci.runtime.services import Services
from lci.ui.permits import Permits
from lci.ui.view import View
from lci.wording import read_by
from lci.workspace.selection import Selection

#: Turns drawn at least, at first; each click on "Show earlier" draws that many more.
WINDOW = 12
#: Turns that leave the window together: each that leaves moves all others, and the browser draws those anew.
_STEP = 6

#: Figures, charts and tables of one cell drawn at first; each click on "Show more" draws that many more.
OUTPUTS = 20

T = TypeVar("T")

#: Held by no widget.
_ABSENT = object()

#: Seconds for which each redraw says again what a box was given to hold.
_GIVEN_SECONDS = 2.0

permits = Permits()
_lock = threading.Lock()
_registry: OpenConversations | None = None
_folder = Path()


def registry() -> OpenConversations:
    """The process's registry, made on first use."""
    global _registry
    with _lock:
        if _registry is None or _registry.engine.closed:
            _registry = OpenConversations(Engine(load_settings()))
        return _registry


def services() -> Services:
    """What the process offers beside its conversations."""
    return registry().engine


def open_registry(
    registry: OpenConversations | None = None, notebook: Path | None = None, *, folder: Path | None = None
) -> OpenConversations:
    """Install the registry of this process; `notebook` is where `-n` points, typed paths begin in `folder`."""
    global _registry, _folder
    with _lock:
        _folder = folder or Path()
        _registry = registry or OpenConversations(Engine(load_settings()), notebook)
        return _registry


def folder() -> Path:
    """Where a relative path that a person types begins."""
    return _folder


def close_registry() -> None:
    """End every conversation and the engine."""
    global _registry
    with _lock:
        closing, _registry = _registry, None
    if closing is not None:
        closing.engine.close()


def language() -> str:
    """The language of whoever looks at this tab."""
    return _registry.engine.settings.language if _registry is not None else "en"


read_by(language)


def browser_language() -> str:
    """The language of the browser, as far as samples, questions and the built-in analyst speak it."""
    code = (st.context.locale or "").partition("-")[0].lower()
    return code if code in LANGUAGES else "en"


def addressed_id() -> str | None:
    """The conversation id in the address, if it has the right shape."""
    conversation_id = st.query_params.get("c")
    return conversation_id if conversation_id is not None and is_conversation_id(conversation_id) else None


def current() -> Interpreter:
    """The conversation of this tab; pages are drawn only when there is one."""
    conversation_id = addressed_id()
    assert conversation_id is not None
    return registry().get(conversation_id)


#: A page that can be led to.
Leading: TypeAlias = Literal["chat", "notebook"]


def lead_to(conversation_id: str, page: Leading = "chat") -> None:
    """Have this tab show that conversation from the next run on, on that page."""
    st.query_params["c"] = conversation_id
    st.session_state.window = WINDOW
    st.session_state.leads_to = page


def leads_to() -> Leading | None:
    """The page that is to show a conversation which was chosen; said once."""
    return cast("Leading | None", st.session_state.pop("leads_to", None))


def window() -> int:
    """How many turns are drawn."""
    return int(st.session_state.setdefault("window", WINDOW))


def hidden_turns(count: int) -> int:
    """How many of `count` turns, the oldest, are not drawn."""
    return max(0, count - window()) // _STEP * _STEP


def widen() -> None:
    """Draw more turns."""
    st.session_state.window = window() + WINDOW


def turns_since(now: Conversation, turn_id: str) -> int:
    """How many of the branch's last turns reach back to that one."""
    branch = [turn.id for turn in now.branch()]
    return len(branch) - branch.index(turn_id)


def jump_target() -> tuple[str, int, str, bool]:
    """Where to go: a class, the number of the jump, the line to mark there, and whether the page itself may scroll."""
    target: tuple[str, int, str, bool] = st.session_state.get("jump_target", ("", 0, "", False))
    return target


def jump_to(target: str, turns: int, line: str = "") -> None:
    """Have the element of that class, in one of the last `turns`, come into view with the next redraw, at that line."""
    st.session_state.jump_target = (target, jump_target()[1] + 1, line, True)
    st.session_state.window = max(window(), turns + _STEP)
    start_reading()


def show(target: str) -> None:
    """Have the element of that class, which is drawn anyway, come into view in the chat.

    The page stays where it is: on a phone it would go on to what lies below the composer.
    """
    st.session_state.jump_target = (target, jump_target()[1] + 1, "", False)


def open_receipt(key: str) -> None:
    """Have that receipt shown with the next redraw."""
    st.session_state.receipt = key
    start_reading()


def opened_receipt() -> str:
    """The receipt that this redraw shows; empty for none."""
    return str(st.session_state.pop("receipt", ""))


def drawn_of(count: int, key: str, at_once: int = OUTPUTS) -> int:
    """How many of `count` outputs are drawn: a page of hundreds of charts would never be done."""
    return min(count, int(st.session_state.get(f"drawn_{key}", at_once)))


def first_of(outputs: list[T], key: str, at_once: int = OUTPUTS) -> list[T]:
    """Those of `outputs` that are drawn."""
    return outputs[: drawn_of(len(outputs), key, at_once)]


def draw_more(key: str, at_once: int = OUTPUTS) -> None:
    """Draw more of them."""
    st.session_state[f"drawn_{key}"] = int(st.session_state.get(f"drawn_{key}", at_once)) + at_once


def start_reading() -> None:
    """The person opens something above: the pane stays where it is until the next prompt."""
    st.session_state.reading = True


def stop_reading() -> None:
    """Follow the end of the conversation again."""
    st.session_state.reading = False


def follows_end() -> bool:
    """Whether the chat pane keeps its end in sight."""
    return not st.session_state.get("reading", False)


def let_run(conversation_id: str) -> None:
    """Let scripts in HTML outputs of that conversation run in this tab."""
    st.session_state[f"permit_{conversation_id}"] = permits.give(conversation_id)


def permit(conversation_id: str) -> str | None:
    """What lets them run; None when nobody has."""
    given = st.session_state.get(f"permit_{conversation_id}")
    return str(given) if given is not None and permits.holds(conversation_id, str(given)) else None


def value(key: str, default: Any = None) -> Any:
    """What a widget of this tab holds."""
    return st.session_state.get(key, default)


def choice(key: str, choices: Sequence[T]) -> T | None:
    """The choice that a select box of this tab holds; None where it holds none of them.

    When the chosen one is drawn under another name, the box reports its former name as what was chosen.
    """
    held = st.session_state.get(key)
    return held if held in choices else None


def put(key: str, content: Any) -> None:
    """Set what a widget of this tab will hold, before it is drawn."""
    st.session_state[key] = content


def hold(key: str, content: Any) -> None:
    """Have a widget of this tab hold what the conversation holds, before it is drawn.

    Set only where it differs: what is set goes to the browser with the redraw, over a choice made there meanwhile.
    """
    if st.session_state.get(key, _ABSENT) != content:
        st.session_state[key] = content


def anew(key: str, content: object) -> str:
    """The key of a widget that begins with `content`: another one each time that is another.

    A widget that goes away for a moment reports what it began with when it is there again; of the key before, that is
    no answer to it.
    """
    number, before = st.session_state.get(f"{key}_begun", (0, _ABSENT))
    if content != before:
        number += 1
        st.session_state[f"{key}_begun"] = (number, content)
    return f"{key}_{number}"


def fill(key: str, text: str) -> None:
    """Have a box hold `text`, before it is drawn; what the person makes of it stays until it is to hold another.

    Of several redraws in a row the browser may see the last only: each of the first moments says the text again. Where
    it reports nevertheless what the box held before, or nothing, the text is put there again, however late that comes;
    so a box that was emptied holds it again, too.
    """
    filled, before, at = st.session_state.get(f"{key}_filled", (None, None, 0.0))
    held = st.session_state.get(key)
    if filled != text:
        before, at = held, time.monotonic()
    st.session_state[f"{key}_filled"] = (text, before, at)
    if filled != text or not held or held == before:
        st.session_state[key] = text
    elif time.monotonic() - at < _GIVEN_SECONDS:
        st.session_state[key] = held


def give_back(typed: str, *, after_turn: bool) -> None:
    """Have the composer hold these words again: at once, or when no turn runs any more."""
    if typed:
        st.session_state.given_back = (typed, after_turn, None)


def given_back(*, busy: bool) -> None:
    """Put words that were given back into the composer, before it is drawn.

    The end of a turn draws the page several times in a row, and of what these put there the browser may see the last
    only: so each does, for a moment.
    """
    typed, after_turn, until = st.session_state.get("given_back", ("", False, None))
    if not typed or (busy and after_turn):
        return
    now = time.monotonic()
    until = now + _GIVEN_SECONDS if until is None else until
    if now >= until:
        forget_given_back()
        return
    st.session_state.given_back = (typed, after_turn, until)
    st.session_state.prompt = typed


def forget_given_back() -> None:
    """The person has sent something: the composer is theirs again."""
    st.session_state.pop("given_back", None)


def fill_conversation_settings(conversation_id: str, settings: ConversationSettings) -> None:
    """Have the fields of "This conversation" show what is in force, unless that is what they began with.

    What a person has typed and not saved, sense or nonsense, stays there until something else is in force.
    """
    temperature = "" if settings.temperature is None else f"{settings.temperature:g}"
    answer = settings.max_output_tokens or 0
    in_force = (
        conversation_id,
        settings.instructions,
        temperature,
        settings.reasoning_effort,
        answer,
        settings.receipts,
    )
    # Widgets that were not drawn for a while have lost what they held.
    if st.session_state.get("conv_in_force") == in_force and "conv_temperature" in st.session_state:
        return
    st.session_state.conv_in_force = in_force
    st.session_state.conv_instructions = settings.instructions
    st.session_state.conv_temperature = temperature
    st.session_state.conv_effort = settings.reasoning_effort
    st.session_state.conv_answer = answer
    st.session_state.conv_receipts = settings.receipts


def typed_temperature() -> float | None:
    """The temperature that is asked for, None for the model's own. Raises `ValueError` for nonsense."""
    typed = str(st.session_state.get("conv_temperature") or "").strip().replace(",", ".")
    temperature = float(typed) if typed else None
    if temperature is not None and not 0 <= temperature <= 2:
        raise ValueError
    return temperature


def pick_file(name: str) -> None:
    """Have the Data tab show that file."""
    picks, _ = st.session_state.get("file_pick", (0, ""))
    st.session_state.file_pick = (picks + 1, name)


def file_picker(names: list[str]) -> tuple[str, int]:
    """Key of the Data tab's picker, and where the file in view stands among `names`.

    Each `pick_file` makes a new picker: what the browser still reports of the one before is then no answer to it, and
    the name on the screen is the name that is drawn.
    """
    picks, picked = st.session_state.get("file_pick", (0, ""))
    shown = st.session_state.get(f"file_{picks}", picked)
    if shown not in names:
        pick_file(names[-1])
        picks, shown = st.session_state.file_pick
    return f"file_{picks}", names.index(shown)


def looked_at(conversation_id: str, table: str) -> View:
    """What the Data page looks at of a table."""
    view = st.session_state.get(f"view_{conversation_id}_{table}")
    return view if isinstance(view, View) else View(Selection(table))


def look(conversation_id: str, view: View) -> None:
    """Have the Data page look at these rows of that table."""
    st.session_state[f"view_{conversation_id}_{view.selection.table}"] = view


def look_closer(name: str) -> None:
    """Have the Data page show that file."""
    st.session_state.data_file = st.session_state.looked_at = name


def page_of(variable: str) -> int:
    """The first row in view of a table in memory."""
    return int(st.session_state.get(f"page_{variable}", 0))


def turn_page(variable: str, at: int) -> None:
    """Have that table show its rows from `at` on."""
    st.session_state[f"page_{variable}"] = at


def show_variable(variable: str, tab: str) -> None:
    """Have the side panel show the first rows of that table in memory; `tab` is the label of its tab."""
    st.session_state.panel = tab
    st.session_state.variable = variable
    turn_page(variable, 0)


def sorting(variable: str) -> tuple[str | None, bool]:
    """The column a table in memory is sorted by, and whether the largest come first."""
    column, descending = st.session_state.get(f"sort_{variable}") or ("", False)
    return column or None, bool(descending)


def searched(variable: str) -> str:
    """The text that rows of a table in memory must hold to be shown."""
    return str(st.session_state.get(f"find_{variable}", "")).strip()


def patience(cell_id: str, seconds: float) -> float:
    """Seconds after which the person is asked again whether to wait for that cell."""
    return seconds * float(st.session_state.get(f"patience_{cell_id}", 1))


def wait_longer(cell_id: str, seconds: float, elapsed: float) -> None:
    """Ask again when as much time has passed once more."""
    st.session_state[f"patience_{cell_id}"] = elapsed / seconds + 1


def new_uploads(key: str) -> list[Any]:
    """The files of an uploader that have not been taken yet; each is given out once."""
    taken: set[str] = st.session_state.setdefault(f"{key}_taken", set())
    files = st.session_state.get(key) or []
    fresh = [file for file in files if file.file_id not in taken]
    taken.update(file.file_id for file in fresh)
    return fresh


def uploaded_names(key: str) -> list[str]:
    """The names under which the files of the upload just finished lie in the workspace, as the component says."""
    result = st.session_state.get(key)
    names = getattr(result, "uploaded", None)
    return [str(name) for name in names] if isinstance(names, list) else []


def chosen(key: str, options: list[str]) -> list[str]:
    """What is chosen of `options` in that widget, before it is drawn: what is gone is chosen no more."""
    kept = [choice for choice in st.session_state.get(key) or [] if choice in options]
    st.session_state[key] = kept
    return kept
