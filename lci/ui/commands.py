"""What widgets do: each callback makes one call on the conversation, named as the person would say it."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, ParamSpec

import streamlit as st
from streamlit.runtime.uploaded_file_manager import DeletedFile

from lci.agent.turn_context import Decision
from lci.core.conversation import BUILTIN_ANALYST
from lci.core.files import Reading
from lci.errors import LciError
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import state
from lci.ui.echoes import Echoes
from lci.wording import explained, words
from lci.workspace.samples import sample

P = ParamSpec("P")

_CHUNK = 1 << 20
#: Seconds the submit callback may wait, so that a quick turn appears at once.
_QUICK = 0.2

_echoes = Echoes()


def _live() -> Interpreter:
    return state.current()


def _problem(error: LciError) -> None:
    st.toast(str(explained(error.problem)), icon=":material/error:", duration="long")


def refusals_shown(command: Callable[P, None]) -> Callable[P, None]:
    """The command, with what it raises said in a sentence instead of ending the run."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except LciError as error:
            _problem(error)
        except TimeoutError:
            st.toast(words().trouble.slow, icon=":material/hourglass_top:")

    return run


@refusals_shown
def new_conversation() -> None:
    """Lead to a new, empty conversation; what is kept from models here is kept from them there."""
    registry = state.registry()
    shown = registry.live(st.query_params.get("c", ""))
    settings = state.services().settings.conversation
    if shown is not None and shown.snapshot().settings.sharing != "full":
        settings = replace(settings, sharing=shown.snapshot().settings.sharing)
    state.lead_to(registry.create(settings).id)


@refusals_shown
def open_conversation(conversation_id: str) -> None:
    """Lead to a stored conversation."""
    state.lead_to(conversation_id)


@refusals_shown
def change_model(choices: Sequence[str]) -> None:
    """Use another model from the next request on."""
    live = _live()
    if (chosen := state.choice("model", choices)) is not None:
        live.change_settings(replace(live.snapshot().settings, model=chosen))


@refusals_shown
def change_approval() -> None:
    """Ask before code runs as the person wants it in this conversation."""
    live = _live()
    live.change_settings(replace(live.snapshot().settings, approval=state.value("approval", "auto")))


@refusals_shown
def change_sharing() -> None:
    """Let a model see values, or only names, types and shapes, from the next request on."""
    live = _live()
    live.change_settings(replace(live.snapshot().settings, sharing=state.value("sharing", "full")))


@refusals_shown
def change_masked() -> None:
    """Keep the values of these columns from every model, from the next request on."""
    live = _live()
    live.change_settings(replace(live.snapshot().settings, masked=tuple(state.value("masked") or ())))


@refusals_shown
def save_conversation_settings() -> None:
    """Have answers made as the person wants them in this conversation; nothing happens while that makes no sense."""
    try:
        temperature = state.typed_temperature()
    except ValueError:
        return
    live = _live()
    live.change_settings(
        replace(
            live.snapshot().settings,
            temperature=temperature,
            reasoning_effort=str(state.value("conv_effort") or ""),
            max_output_tokens=int(state.value("conv_answer") or 0) or None,
            instructions=str(state.value("conv_instructions") or "").strip(),
            receipts=bool(state.value("conv_receipts")),
        )
    )
    st.toast(words().settings.saved, icon=":material/check:")


@refusals_shown
def submit() -> None:
    """Attach what came with the prompt and start a turn, or queue the prompt while one runs."""
    given = state.value("prompt")
    if given is None:
        return
    state.forget_given_back()
    live = _live()
    if _is_echo(live, given.text or ""):
        return
    # Enter right after a drop: both arrive in one run, and the question is about the file.
    _take_uploads(live)
    names = []
    for file in given.files or []:
        try:
            names.append(_received(live, file))
            state.pick_file(names[-1])
        except LciError as error:
            _problem(error)
    if (given.text or "").strip():
        _ask(live, given.text, names)


def _is_echo(live: Interpreter, prompt: str) -> bool:
    """Whether the words were asked a moment ago and stand there: what was taken back since is never lost."""
    waiting = [queued.prompt for queued in live.queued] + [turn.prompt for turn in live.snapshot().turns[-1:]]
    return _echoes.has(live, prompt) and prompt.strip() in {each.strip() for each in waiting}


def _ask(live: Interpreter, prompt: str, names: list[str], model: str = "") -> None:
    if _is_echo(live, prompt):
        return
    state.stop_reading()
    live.submit(prompt, names, model=model)
    _echoes.note(live, prompt)
    live.wait(lambda now: now.running is None, _QUICK)
    _echoes.note(live, prompt)
    for turn in live.snapshot().turns[-1:]:
        if turn.prompt.strip() == prompt.strip():
            state.show(f"st-key-user_{turn.id}")  # whoever had scrolled away sees that it was asked


@refusals_shown
def ask(prompt: str, sample_name: str | None = None) -> None:
    """Ask a ready-made question; with a sample's name, attach that sample first if nothing is attached."""
    live = _live()
    if sample_name is not None and not live.snapshot().files:
        live.files.attach_path(sample(sample_name).path, "sample")
    _ask(live, prompt, [])


@refusals_shown
def ask_analyst(prompt: str) -> None:
    """Ask the built-in analyst, whatever model answers in this conversation: that costs no tokens."""
    _ask(_live(), prompt, [], BUILTIN_ANALYST)


@refusals_shown
def stop() -> None:
    """Stop what runs; a prompt that was queued goes back to the composer."""
    live = _live()
    state.give_back(_taken_back(live), after_turn=True)
    live.stop()
    live.wait(lambda now: now.running is None, _QUICK)


@refusals_shown
def take_back() -> None:
    """Put the queued words back into the composer."""
    state.give_back(_taken_back(_live()), after_turn=False)


def _taken_back(live: Interpreter) -> str:
    _echoes.forget(live)
    return "\n\n".join(queued.prompt for queued in live.take_back() if queued.prompt)


@refusals_shown
def go_on(turn_id: str) -> None:
    """Go on after a turn that paused."""
    _live().resume(turn_id)


@refusals_shown
def regenerate(turn_id: str) -> None:
    """Answer the same prompt again."""
    _live().regenerate(turn_id)


@refusals_shown
def resend(turn_id: str) -> None:
    """Ask the edited prompt on a branch of its own."""
    _live().edit(turn_id, state.value(f"edited_{turn_id}", ""))


@refusals_shown
def show_version(turn_id: str) -> None:
    """Bring another version of the answer into view."""
    _live().show_branch(turn_id)


@refusals_shown
def approve(cell_id: str) -> None:
    """Let a waiting cell run, as edited."""
    _live().decide(cell_id, Decision(True, state.value(f"source_{cell_id}", "")))


@refusals_shown
def reject(cell_id: str) -> None:
    """Do not let a waiting cell run; the model reads why."""
    _live().decide(cell_id, Decision(False, "", state.value(f"reason_{cell_id}", "")))


@refusals_shown
def run_cell(cell_id: str) -> None:
    """Run a finished cell again, as edited."""
    _live().cells.run(cell_id, state.value(f"cell_source_{cell_id}", ""))


@refusals_shown
def run_stale() -> None:
    """Run the cells again whose values are out of date."""
    _live().cells.run_stale()


@refusals_shown
def let_html_run() -> None:
    """Let scripts in the HTML outputs of this conversation run, each in a frame of its own."""
    state.let_run(state.current().id)


@refusals_shown
def change_network() -> None:
    """Open or close the network for this conversation's code; that means a new kernel."""
    live = _live()
    live.change_settings(replace(live.snapshot().settings, network=bool(state.value("network", False))))


@refusals_shown
def change_kernel_server(choices: Sequence[str]) -> None:
    """Run this conversation's code elsewhere; that means a new kernel."""
    live = _live()
    if (chosen := state.choice("kernel_server", choices)) is not None:
        live.change_settings(replace(live.snapshot().settings, kernel=chosen))


@refusals_shown
def change_environment(choices: Sequence[str]) -> None:
    """Run this conversation's code in another Python; that means a new kernel."""
    live = _live()
    if (chosen := state.choice("environment", choices)) is not None:
        live.change_settings(replace(live.snapshot().settings, environment=chosen))


@refusals_shown
def restart_kernel() -> None:
    """Start Python again with empty memory."""
    state.put("kernel_menu", False)
    _live().kernel.restart()


@refusals_shown
def interrupt_kernel() -> None:
    """Interrupt the running cell."""
    state.put("kernel_menu", False)
    _live().kernel.interrupt()


@refusals_shown
def replay() -> None:
    """Run earlier cells again, so that their variables are back."""
    _live().cells.replay()


@refusals_shown
def start_clean() -> None:
    """Go on without the variables of earlier cells."""
    _live().kernel.start_clean()


@refusals_shown
def upload() -> None:
    """Attach the files chosen in the uploader."""
    _take_uploads(_live())


def _received(live: Interpreter, file: BinaryIO) -> str:
    """The name under which an upload of Streamlit's own widgets lies in the workspace; no further copy is held."""
    with live.files.receiving(file.name) as incoming:
        while chunk := file.read(_CHUNK):
            incoming.write(chunk)
        return incoming.placed().name


def _take_uploads(live: Interpreter) -> None:
    for file in state.new_uploads("upload"):
        if isinstance(file, DeletedFile):
            continue  # a page that comes back after the app was away names what it uploaded before
        try:
            state.pick_file(_received(live, file))
        except LciError as error:
            _problem(error)


@refusals_shown
def attach_local() -> None:
    """Attach a file or folder of this machine by its path."""
    given = str(state.value("local_path", "")).strip().strip("\"'")
    if given:
        # A path like ~nobody/x has no home to expand: it is then simply not found.
        path = Path(given)
        with contextlib.suppress(RuntimeError):
            path = path.expanduser()
        _live().files.attach_soon(state.folder() / path, state.value("placement", "auto"))


@refusals_shown
def attach_sample(name: str) -> None:
    """Attach a sample data set."""
    state.pick_file(_live().files.attach_path(sample(name).path, "sample").name)


@refusals_shown
def correct(name: str, amended: Callable[[Reading], Reading]) -> None:
    """From now on a file is read as the person says: `amended` gets how it is read now, not when it was drawn.

    A select box also says that it has changed when only the names of its choices did; then nothing is amended.
    """
    live = _live()
    file = live.snapshot().files.get(name)
    if file is not None and (reading := amended(file.reading)) != file.reading:
        live.files.correct(name, reading)


@refusals_shown
def remove_files(*names: str) -> None:
    """Take files out of the workspace; they can be put back."""
    _live().files.remove(*names)


@refusals_shown
def restore_files(*tokens: str) -> None:
    """Put removed files back."""
    _live().files.restore(*tokens)


@refusals_shown
def undo_turn(turn_id: str) -> None:
    """Have the files be what they were before that turn."""
    _live().changes.undo(turn_id)


@refusals_shown
def redo_turn(turn_id: str) -> None:
    """Have the files be what they were before that was undone."""
    _live().changes.redo(turn_id)


@refusals_shown
def uploaded() -> None:
    """Show the file that came last through the upload route."""
    names = state.uploaded_names("upload_large")
    if names:
        state.pick_file(names[-1])
        state.put("uploaded_last", tuple(names))
