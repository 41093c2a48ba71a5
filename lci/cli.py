"""The command line: `run`, `preview`, `profile`, `doctor`, `export`, `verify`, `recipe`: the engine without a browser.

Exit codes: 0 done, 1 the turn ended without an answer or a notebook does not reproduce, 2 bad input or configuration.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lci import __version__
from lci.errors import (
    ConfigurationProblem,
    ConversationUnknown,
    FileMissing,
    FileNotRegular,
    InputProblem,
    KernelServerUnknown,
    KernelStartFailed,
    LciError,
    StorageProblem,
)
from lci.preview_command import add_preview
from lci.recipe_command import add_recipe
from lci.wording import explained, number, size, words

if TYPE_CHECKING:
    from lci.core.turns import Turn
    from lci.runtime.conversation.interpreter import Interpreter
    from lci.runtime.forms import Form

DONE, NO_ANSWER, BAD_INPUT = 0, 1, 2


def main(arguments: Sequence[str] | None = None, *, open_app: Callable[[argparse.Namespace], int]) -> int:
    """Run one command, `app` where none is given; what it says goes to stdout, problems to stderr as one line."""
    try:
        try:
            options = parser(open_app).parse_args((sys.argv[1:] if arguments is None else arguments) or ["app"])
            return int(options.command(options))
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _say_no_more()
        return DONE
    except (InputProblem, ConfigurationProblem, StorageProblem) as error:
        print(explained(error.problem), file=sys.stderr)
        return BAD_INPUT
    except LciError as error:
        print(explained(error.problem), file=sys.stderr)
        return NO_ANSWER


def _say_no_more() -> None:
    """Whoever read the output has had enough of it: nothing is said to nobody."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parser(open_app: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    """What the command line understands."""
    parser = argparse.ArgumentParser(prog="lci", description=words().app)
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    app = commands.add_parser("app", help="open the app, as `lci` alone does")
    app.add_argument("--port", type=int, metavar="N", help="its port on this machine (8501, or the next free one)")
    app.add_argument("--no-browser", action="store_true", help="open no page, only say its address")
    app.add_argument("--notebook", "-n", metavar="OUT.ipynb", help="write each conversation's notebook live")
    app.set_defaults(command=open_app)

    run = commands.add_parser("run", help="ask one question and print the answer")
    run.add_argument("prompt", help="the question, in plain words")
    run.add_argument(
        "--file",
        "-f",
        action="append",
        default=[],
        metavar="PATH",
        help="attach a file, or a folder with its sub-folders (repeatable)",
    )
    placement = run.add_mutually_exclusive_group()
    placement.add_argument(
        "--in-place",
        dest="placement",
        action="store_const",
        const="in_place",
        default="auto",
        help="read the files where they are, unchangeable for the code (usual from 500 MB on)",
    )
    placement.add_argument(
        "--copy", dest="placement", action="store_const", const="copy", help="copy the files, however large"
    )
    run.add_argument("--notebook", "-n", metavar="OUT.ipynb", help="write the notebook while it runs")
    run.add_argument("--model", metavar="ID", help="a configured model, or builtin-analyst")
    run.add_argument("--environment", metavar="PYTHON", help="the Python that runs the code, by its path")
    run.add_argument("--kernel", metavar="ID", help="the Jupyter Server that runs the code, by its id in config.toml")
    run.add_argument("--json", action="store_true", help="print the recorded events, one JSON object a line")
    run.add_argument(
        "--approve",
        choices=("auto", "reject-risky", "reject-all"),
        default="reject-risky",
        help="which cells run, nobody being there to ask (%(default)s)",
    )
    run.set_defaults(command=_run)

    add_preview(commands)
    profile = commands.add_parser("profile", help="statistics of every column of a table")
    profile.add_argument("path", metavar="FILE", help="a file with a table")
    profile.add_argument("--json", action="store_true", help="print one JSON object")
    profile.set_defaults(command=_profile)

    doctor = commands.add_parser("doctor", help="check Python, kernel, isolation, models, fonts and disk")
    doctor.add_argument("--json", action="store_true", help="print one JSON object")
    doctor.add_argument("--salvage", metavar="FOLDER", help="copy what can be read of a damaged log into a new folder")
    doctor.set_defaults(command=_doctor)

    export = commands.add_parser("export", help="write a stored conversation as a file")
    export.add_argument("conversation", metavar="CONVERSATION", help="its id, as in the page's address after ?c=")
    forms = ("ipynb", "py", "html", "md", "pdf", "docx")
    export.add_argument("--to", choices=forms, default="ipynb", help="a notebook, or another form of it (%(default)s)")
    export.add_argument("--no-code", action="store_true", help="with html: a report for readers, as pdf and docx are")
    export.add_argument("-o", "--output", required=True, metavar="PATH", help="the file to write")
    export.set_defaults(command=_export)

    verify = commands.add_parser("verify", help="run a notebook again and compare what it puts out")
    verify.add_argument("path", metavar="FILE.ipynb", help="any notebook of format 4; it runs in a clean kernel")
    verify.add_argument("--data", metavar="FOLDER", help="its files, of which it gets a copy (those beside it)")
    verify.add_argument("--write", action="store_true", help="note the result, inputs and versions in its metadata")
    verify.add_argument("--json", action="store_true", help="print one JSON object")
    verify.set_defaults(command=_verify)
    add_recipe(commands)
    return parser


# --- run --------------------------------------------------------------------------------------------------------------


def _run(options: argparse.Namespace) -> int:
    from lci.core import events as e
    from lci.kernels.environments import checked
    from lci.notebook.files import free_name
    from lci.runtime.config.keys import forget_environment_secrets
    from lci.runtime.config.settings import load_settings
    from lci.runtime.conversation.interpreter import Interpreter
    from lci.runtime.engine import Engine

    chosen = {"environment": options.environment, "kernel_server": options.kernel}
    settings = load_settings(**{name: value for name, value in chosen.items() if value})
    forget_environment_secrets()
    for file in options.file:
        if not Path(file).is_dir():
            check_readable(Path(file), file)
    if settings.environment:
        try:
            checked(settings.environment)
        except LciError as error:
            print(explained(error.problem), file=sys.stderr)
            return BAD_INPUT
    if settings.kernel_server not in ("", *(server.id for server in settings.kernel_servers)):
        raise KernelServerUnknown(server=settings.kernel_server)
    target = free_name(Path(options.notebook)) if options.notebook else None
    if target is not None and target.name != Path(options.notebook).name:
        print(f"{options.notebook} exists; writing {target}", file=sys.stderr)
    engine = Engine(settings)
    try:
        # A model that only the settings name is refused as one that was typed is: no other answers in its place.
        with Interpreter(options.model or settings.model or None, engine=engine, notebook=target) as live:
            printed = _Printed()

            def heard(recorded: e.Recorded) -> None:
                try:
                    _tell(recorded, printed, as_json=options.json)
                except BrokenPipeError:
                    _say_no_more()
                    live.stop()

            live.listen(heard)
            with _stop_on_interrupt(live):
                for path in options.file:
                    if left_out := live.files.attach(Path(path), options.placement).left_out:
                        print(words().files_tab.left_out.format(count=left_out), file=sys.stderr)
                outcome = live.run(options.prompt, approve=options.approve)
            turn = outcome.turn
            if not options.json:
                _report(turn, outcome.files)
            return DONE if turn.ending == "done" and not turn.declined else NO_ANSWER
    finally:
        engine.close()


def _report(turn: Turn, files: Sequence[str]) -> None:
    print()
    for question in turn.offered:
        print(f"- {question}")
    if files:
        print(f"{words().turns.files_made}: {', '.join(files)}", file=sys.stderr)
    if turn.problem is not None:
        print(explained(turn.problem), file=sys.stderr)
    elif turn.ending != "done":
        print(words().turns.endings.get(str(turn.ending), ""), file=sys.stderr)


@dataclasses.dataclass
class _Printed:
    """What was printed of an answer: whether any text, and whether a cell has run since."""

    text: bool = False
    interrupted: bool = False


def _tell(recorded: Any, printed: _Printed, *, as_json: bool) -> None:
    from lci.core import events as e
    from lci.storage.codec import as_json as json_of

    if as_json:
        print(json.dumps(json_of(recorded), ensure_ascii=False), flush=True)
    elif isinstance(recorded.event, e.TextDelta):
        # The code that ran between two paragraphs is told elsewhere.
        gap = "\n\n" if printed.text and printed.interrupted else ""
        print(f"{gap}{recorded.event.text}", end="", flush=True)
        printed.text, printed.interrupted = True, False
    elif isinstance(recorded.event, e.CellStarted):
        printed.interrupted = True
        print(f"\n\n>>> {words().turns.running_code}…", file=sys.stderr, flush=True)


@contextlib.contextmanager
def _stop_on_interrupt(live: Interpreter) -> Iterator[None]:
    """Ctrl-C stops the turn first; a second one ends the program."""

    def stop(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        live.stop()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def check_readable(path: Path, name: str) -> None:
    if not path.exists():
        raise FileMissing(name=name)
    if not path.is_file():
        raise FileNotRegular(name=name)


# --- profile ----------------------------------------------------------------------------------------------------------


def _profile(options: argparse.Namespace) -> int:
    from lci.runtime.profiling import profile

    path = Path(options.path)
    check_readable(path, options.path)
    values = {"name": path.name, **dataclasses.asdict(profile(path))}
    if options.json:
        print(json.dumps(values, ensure_ascii=False, default=str))
        return DONE
    print(f"{path.name}: {number(values['rows'])} × {len(values['columns'])}")
    for column in values["columns"]:
        print("  " + ", ".join(f"{key} {value}" for key, value in column.items() if value is not None))
    return DONE


# --- doctor and export ------------------------------------------------------------------------------------------------


def _doctor(options: argparse.Namespace) -> int:
    from lci.runtime.diagnosis import diagnosis, lines

    if options.salvage:
        return _salvage(Path(options.salvage))
    facts = diagnosis()
    if options.json:
        print(json.dumps(facts, ensure_ascii=False))
        return DONE
    for name, value in facts.items():
        first, *further = [size(value)] if name == "disk_free_bytes" else lines(value)
        print(f"{name.replace('_', ' '):18} {first}")
        for line in further:
            print(f"{'':18} {line}")
    if isinstance(log := facts["log"], dict) and log.get("lost"):
        print(words().turns.salvage)
    return DONE


def _salvage(target: Path) -> int:
    from lci.runtime.config.settings import load_settings
    from lci.storage.salvage import salvage

    health = salvage(load_settings().home, target)
    text = words().turns.salvaged.format(entries=health.entries, conversations=health.conversations, lost=health.lost)
    print(f"{text} {words().turns.salvaged_use.format(folder=target)}")
    return DONE


def _export(options: argparse.Namespace) -> int:
    from lci.core.folding import folded
    from lci.core.ids import is_conversation_id
    from lci.core.notebook_cells import arranged
    from lci.notebook.export import notebook
    from lci.notebook.files import written
    from lci.notebook.words import words_in
    from lci.runtime.config.settings import load_settings
    from lci.runtime.conversation.input_digests import InputDigests
    from lci.runtime.conversation.verifying import noted_as_kept
    from lci.runtime.forms import names_charts_only, pictures_beside, write_form
    from lci.storage.store import SqliteStore
    from lci.workspace.workspace import Workspace

    if not is_conversation_id(options.conversation):
        raise ConversationUnknown
    settings, target = load_settings(), Path(options.output)
    store = SqliteStore(settings.home)
    try:
        conversation = arranged(folded(options.conversation, store.log(options.conversation)))
        if conversation.seq == 0:
            raise ConversationUnknown
        root = settings.home / "workspaces" / conversation.id
        workspace = Workspace(root)
        workspace.in_place |= {each.name: Path(each.source) for each in conversation.files.values() if each.source}
        digests = InputDigests(workspace).of(conversation)
        document = notebook(conversation, store, words=words_in(settings.language), digests=digests)
        document = noted_as_kept(document, conversation, root)
        if options.to == "ipynb":
            written(document, target)
            return DONE
        form: Form = "report" if options.to == "html" and options.no_code else options.to
        read = pictures_beside(workspace)
        write_form(form, document, target, language=settings.language, read=read)
        if names_charts_only(form, document):
            print(words().exports.charts_named, file=sys.stderr)
    finally:
        store.close()
    return DONE


def _verify(options: argparse.Namespace) -> int:
    from lci.kernels.stock import stock_isolation
    from lci.notebook.words import ENGLISH
    from lci.runtime.config.settings import load_settings
    from lci.runtime.verifying import record, verification

    def progress(done: int, cells: int) -> None:
        print(ENGLISH.progress.format(done=done, cells=cells), file=sys.stderr, flush=True)

    path = Path(options.path)
    data = Path(options.data) if options.data else path.absolute().parent
    settings = load_settings()
    isolation = stock_isolation(settings.isolation)
    if isolation == "none":
        print(ENGLISH.not_isolated, file=sys.stderr, flush=True)
    try:
        result = verification(path, data, isolation, settings.limits, progress)
    except KernelStartFailed as error:
        # Nothing ran, so nothing differs.
        print(explained(error.problem), file=sys.stderr)
        return BAD_INPUT
    if options.write:
        record(path, result)
        if result.replaced:
            print(ENGLISH.digests_replaced.format(names=", ".join(sorted(result.replaced))), file=sys.stderr)
    if options.json:
        print(json.dumps(dataclasses.asdict(result) | {"isolation": isolation}, ensure_ascii=False))
    else:
        print(ENGLISH.reproduced.format(reproduced=result.reproduced, cells=result.cells))
        for each in result.findings:
            parts = ", ".join(ENGLISH.parts[part] for part in each.parts) or ENGLISH.no_part
            cause = ENGLISH.causes[each.cause].format(detail=each.detail)
            print(ENGLISH.differs.format(number=each.number, parts=parts, cause=cause))
    return DONE if result.reproduced == result.cells and not result.errors else NO_ANSWER
