"""Receipts on the screen: each number of an answer is a quiet link, and what it leads to is shown in a dialog (B57)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import assert_never

import streamlit as st

from lci.core.conversation import Conversation
from lci.core.files import WorkspaceFile
from lci.core.grounding.origins import files_behind
from lci.core.grounding.receipts import (
    TURNS,
    Ambiguous,
    Derived,
    Exempt,
    Grounded,
    NotFound,
    Receipt,
    attached,
    evidence_of,
    receipts,
)
from lci.core.grounding.relations import Calculation
from lci.core.grounding.shown import Place, Sheet, sheets, stored_ends
from lci.core.outputs import BlobRef, DisplayData, ExecuteResult
from lci.core.turns import Cell, Prose, Repaired, Turn, folded_attempts
from lci.errors import LciError
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import output_tables, outputs, state
from lci.ui.long_turns import sight_of
from lci.ui.safety import plain
from lci.ui.same import Same
from lci.ui.state import services
from lci.wording import size, words

#: Bytes of a stored output that are read, characters of a line around its number, and operands that are written out.
_MOST, _AROUND, _OPERANDS = 4_000_000, 160, 8
#: Places that are shown of a number that may be any of them.
_POSSIBLE = 3
#: Blocks of HTML, which end with an empty line and in which a link would be text, as CommonMark 0.31 §4.6 has them.
_HTML = re.compile(
    r"^ {0,3}<(?:/?(?:table|thead|tbody|tr|td|th|caption|details|summary|div|p|ul|ol|li|dl|dt|dd|section|article|header"
    r"|footer|main|nav|aside|figure|figcaption|form|fieldset|center|blockquote|h[1-6]|hr|iframe|pre|script|style)\b"
    r"|!--|/?[a-z][a-z0-9-]*(?:[ \t][^>\n]*)?/?>[ \t]*$).*?(?=\n[ \t]*\n|\Z)",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
#: Formulas, in which it would be, too.
_FORMULA = re.compile(r"\$\$.*?\$\$|(?<![\\$])\$(?![\d\s])[^$\n]*[^$\s\\]\$(?!\d)|\\\(.*?\\\)|\\\[.*?\\\]", re.DOTALL)

_mount = st.components.v2.component(
    "lci_receipts", js=Path(__file__).with_name("assets").joinpath("receipts.js").read_text("utf-8")
)


@functools.lru_cache(maxsize=256)
def _sheets(turn: Same[Turn], files: tuple[Same[WorkspaceFile], ...]) -> tuple[Sheet, ...]:
    return sheets(turn.value, [file.value for file in files], _stored)


@functools.lru_cache(maxsize=256)
def _receipts(
    branch: tuple[Same[Turn], ...], basis: tuple[Same[tuple[Sheet, ...]], ...]
) -> Mapping[int, tuple[Receipt, ...]]:
    turns = [each.value for each in branch]
    evidence = evidence_of(turns, [each.value for each in basis])
    steps = [step for step in turns[-1].steps if isinstance(step, Prose) and step.is_answer]
    return {id(step): receipts(step.text, evidence) for step in steps}


def _stored(ref: BlobRef) -> str:
    if ref.size > _MOST:
        return stored_ends(ref)
    try:
        return services().store.get(ref).decode("utf-8", "replace")
    except KeyError:
        return stored_ends(ref)


def _of_turn(now: Conversation, turn: Turn) -> Mapping[int, tuple[Receipt, ...]]:
    """The receipts of each step of prose of a turn that has ended, by the step's identity."""
    branch = now.branch(turn.id)[-TURNS:]
    basis = [_sheets(Same(each), tuple(map(Same, attached(now, each)))) for each in branch]
    return _receipts(tuple(map(Same, branch)), tuple(map(Same, basis)))


def _numbered(now: Conversation, turn: Turn) -> Iterator[tuple[int, int, Receipt]]:
    """The receipts that are shown, counted from 1, each with the identity of its step."""
    count = 0
    for step, each in _of_turn(now, turn).items():
        for receipt in each:
            if not isinstance(receipt, Exempt):
                count += 1
                yield step, count, receipt


# --- links ------------------------------------------------------------------------------------------------------------


def linked(now: Conversation, turn: Turn) -> Mapping[int, str]:
    """The Markdown of each step of prose with its numbers as links, by the step's identity; of a running turn none."""
    if turn.ending is None or not now.settings.receipts:
        return {}
    by_step: dict[int, list[tuple[int, Receipt]]] = {}
    for step, number, receipt in _numbered(now, turn):
        by_step.setdefault(step, []).append((number, receipt))
    return {
        id(step): _with_links(step.text, turn.id, by_step[id(step)])
        for step in turn.steps
        if isinstance(step, Prose) and id(step) in by_step
    }


def _with_links(text: str, turn_id: str, numbered: Iterable[tuple[int, Receipt]]) -> str:
    bare = [match.span() for pattern in (_FORMULA, _HTML) for match in pattern.finditer(text)]
    pieces: list[str] = []
    at = 0
    for number, receipt in numbered:
        start, end = receipt.number.start, receipt.number.end
        if any(first < end and start < last for first, last in bare) or not _stands_free(text, start, end):
            continue
        tip, mark = _marked(receipt)
        shown_text = re.sub(r"([*_\[\]])", r"\\\1", text[start:end])
        pieces += [text[at:start], f'[{shown_text}](#receipt_{turn_id}_{number}{mark} "{tip}")']
        at = end
    return "".join((*pieces, text[at:]))


def _marked(receipt: Receipt) -> tuple[str, str]:
    """What is said when one points at its number, and what ends the link of one that is not found."""
    match receipt:
        case NotFound():
            return words().receipts.tip_missing, "_missing"
        case Ambiguous():
            return words().receipts.tip_ambiguous, "_missing"
        case _:
            return words().receipts.tip, ""


def _stands_free(text: str, start: int, end: int) -> bool:
    """Whether a link there changes nothing about what stands around it."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return before not in ("!", "]", "\\") and after not in ("(", "[") and not (before == "[" and after == "]")


def style(turns: Iterable[Turn]) -> None:
    """How the links of these turns look: no link that an answer brings can look like one, for it knows no turn's id."""
    ids = [turn.id for turn in turns]
    if not ids:
        return
    every = ",".join(f'a[href^="#receipt_{each}_"]' for each in ids)
    missing = ",".join(f'a[href^="#receipt_{each}_"][href$="_missing"]' for each in ids)
    st.html(
        f"<style>:is({every}){{color:inherit!important;cursor:help;text-decoration:underline dotted "
        "color-mix(in srgb,currentColor 55%,transparent) 1px!important;text-underline-offset:.22em}"
        f":is({every}):is(:hover,:focus-visible){{text-decoration-color:currentColor!important}}"
        f":is({missing}){{text-decoration:underline wavy #d97706 1.5px!important}}"
        f":is({missing})::after{{content:'?';font-size:.75em;vertical-align:super;font-weight:700}}"
        "::highlight(lci-line){background:#fde68a;color:#111}</style>"
    )


def listen() -> None:
    """Notice that a number was clicked, or chosen with the keyboard."""
    _mount(key="receipts", on_opened_change=_opened)


def _opened() -> None:
    state.open_receipt(str(getattr(state.value("receipts"), "opened", "") or ""))


# --- one receipt ------------------------------------------------------------------------------------------------------


def dialog(live: Interpreter, now: Conversation) -> None:
    """The receipt that was opened last, if one was."""
    match = re.fullmatch(r"receipt_(\w+)_(\d+)(?:_missing)?", state.opened_receipt())
    turn = now.turn(match[1]) if match is not None else None
    if match is None or turn is None or turn.ending is None:
        return
    receipt = next((each for _, number, each in _numbered(now, turn) if number == int(match[2])), None)
    if receipt is None:
        return

    @st.dialog(words().receipts.title.format(number=plain(receipt.number.text.strip("\\"))), width="medium")
    def box() -> None:
        with st.container(key=f"receipt_{match[1]}_{match[2]}"):
            _draw(live, now, turn, receipt)

    box()


def _draw(live: Interpreter, now: Conversation, turn: Turn, receipt: Receipt) -> None:
    text = words().receipts
    match receipt:
        case Grounded(_, place):
            _places(live, now, turn, (place,), text.stands)
        case Derived(_, calculation, places):
            st.code(_written(calculation), language=None, wrap_lines=True)
            _places(live, now, turn, places, text.derived)
        case Ambiguous(_, places):
            st.markdown(f":material/help: {text.ambiguous.format(count=len(places))}")
            _places(live, now, turn, places[:_POSSIBLE], text.candidates)
        case NotFound(_, possible):
            st.markdown(f":material/help: {text.missing}")
            if possible is not None:
                st.caption(text.possible)
                st.code(_written(possible), language=None, wrap_lines=True)
        case Exempt():
            pass
        case _ as never:
            assert_never(never)


def _written(calculation: Calculation) -> str:
    """The calculation as one line; a long sum abridged in its middle."""
    texts = [operand.text for operand in calculation.operands]
    if len(texts) > _OPERANDS:
        texts = [*texts[: _OPERANDS // 2], "…", *texts[-_OPERANDS // 2 :]]
    decimals = min(12, max(1, 5 - calculation.result.adjusted()))
    result = f"{calculation.result:.{decimals}f}".rstrip("0").rstrip(".")
    form = words().receipts.calculations[calculation.relation]
    return form.format(*texts, all=" + ".join(texts), result=result)


def _places(live: Interpreter, now: Conversation, turn: Turn, places: Sequence[Place], caption: str) -> None:
    text = words().receipts
    cells = {cell.id: (each, cell) for each in now.branch(turn.id) for cell in each.cells}
    st.caption(text.stands_in_file.format(name=plain(places[0].sheet.file)) if places[0].sheet.file else caption)
    for line in dict.fromkeys(_line(place) for place in places):
        st.code(line, language=None, wrap_lines=True)
    first = places[0]
    if first.sheet.file:
        _file(live, now.files.get(first.sheet.file), first.sheet.file)
        return
    if first.sheet.cell_id not in cells:
        return
    made_in, cell = cells[first.sheet.cell_id]
    if st.button(
        text.jump,
        icon=":material/my_location:",
        key=f"receipt_jump_{cell.id}",
        on_click=_jump,
        args=(now, made_in, cell, first),
    ):
        st.rerun()
    st.caption(text.code)
    st.code(cell.source, language="python", wrap_lines=True, height=outputs.height(cell.source))
    ran = [each for _, each in cells.values()]
    names = files_behind(ran, cell.id, [name for name, file in now.files.items() if file.origin != "code"])
    if names:
        st.caption(text.files)
    for name in names:
        _file(live, now.files.get(name), name)


def _line(place: Place) -> str:
    """The output's line, a long one around its number."""
    start, end = max(0, place.start - _AROUND), place.end + _AROUND
    before, after = "…" if start else "", "…" if end < len(place.line) else ""
    return before + place.line[start:end].replace("\t", "   ").strip() + after


def _file(live: Interpreter, file: WorkspaceFile | None, name: str) -> None:
    text = words().receipts
    digest = _digest(live, file) if file is not None else None
    if file is None or digest is None:
        st.caption(f":material/link_off: {plain(text.unreadable.format(name=name))}")
        return
    shown_line = text.file.format(name=plain(name), size=size(file.size), digest=digest)
    st.markdown(f":material/draft: {shown_line}")


def _digest(live: Interpreter, file: WorkspaceFile) -> str | None:
    with st.spinner(""):
        try:
            return _hashed(live.id, file.name, file.size, file.modified)
        except (LciError, OSError):
            return None


@functools.lru_cache(maxsize=256)
def _hashed(conversation_id: str, name: str, *_content_state: float) -> str:
    live = state.current()
    assert live.id == conversation_id
    return live.workspace.digest(name)


def _jump(now: Conversation, turn: Turn, cell: Cell, place: Place) -> None:
    """Lead to the output: a table where it is drawn, anything else in its cell, which is opened."""
    sight_of(turn).bring(cell)
    output = cell.outputs[place.sheet.output] if place.sheet.output < len(cell.outputs) else None
    turns = state.turns_since(now, turn.id)
    if isinstance(output, DisplayData | ExecuteResult):
        markup = output.data.get("text/html")
        if isinstance(markup, str) and output_tables.output_table(markup) is not None:
            state.jump_to(f"st-key-table-{cell.id}-{place.sheet.output}", turns)
            return
    fold = f"cell_{cell.id}"
    for step in folded_attempts(turn.steps):
        if isinstance(step, Repaired) and cell in step.attempts:
            fold = f"repaired_{step.attempts[0].id}"
    state.put(fold, True)
    state.jump_to(f"st-key-{fold}", turns, place.line.strip())
