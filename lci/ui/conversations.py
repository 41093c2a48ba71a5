"""All stored conversations: searched, opened, renamed, pinned, copied, handed on, brought in, deleted and put back."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

import streamlit as st

from lci.core.conversation import ConversationSummary
from lci.core.searching import Hit
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import conversation_commands as conversation, handing_over, state, uploading
from lci.ui.downloads import stem
from lci.ui.safety import plain
from lci.wording import number, plural, size, words

#: Conversations drawn at once, and deleted ones that are listed.
_AT_ONCE, _DELETED = 30, 50


def page(live: Interpreter) -> None:
    """The list."""
    text, registry = words().conversations, state.registry()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"### {words().sidebar.conversations}")
        st.space("stretch")
        with st.popover(text.bring_in, icon=":material/upload_file:", key="bring_in"):
            uploading.taking_in("take_in")
    _deleted_last()
    query = st.text_input(text.search, key="search", placeholder=text.search, label_visibility="collapsed")
    hits = {} if not query.strip() else _by_conversation(registry.search(query))
    listed = [each for each in registry.summaries() if not each.is_empty]
    matching = sorted((each for each in listed if each.id in hits), key=lambda each: [*hits].index(each.id))
    shown = matching if query.strip() else listed
    if not shown:
        st.caption(text.nothing_matches if query.strip() and listed else text.no_conversations)
    at_once = state.drawn_of(len(shown), "conversations", _AT_ONCE)
    sizes, running = registry.storage(), registry.running()
    for each in shown[:at_once]:
        with st.container(border=True, key=f"row_{each.id}", gap="small"):
            _row(live, each, sizes.get(each.id, 0), is_running=each.id in running)
            _hits(hits.get(each.id, ()))
    if len(shown) > at_once:
        st.button(
            text.show_more.format(count=number(min(_AT_ONCE, len(shown) - at_once))),
            key="more_conversations", type="tertiary", on_click=state.draw_more, args=("conversations", _AT_ONCE),
        )  # fmt: skip
    if sizes:
        conversations = plural(len(listed) + len(registry.deleted()), *text.conversation)
        st.caption(text.storage.format(conversations=conversations, size=size(sum(sizes.values()))))
    _deleted(live)


def _deleted_last() -> None:
    text, deleted = words().conversations, conversation.deleted_here()
    if deleted is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(plain(text.deleted.format(title=deleted[1])))
        st.button(
            words().panel.undo, icon=":material/undo:", key="undo_delete",
            on_click=conversation.undelete, args=(deleted[0],),
        )  # fmt: skip


def _row(live: Interpreter, summary: ConversationSummary, taken: int, *, is_running: bool) -> None:
    text = words().conversations
    with st.container(horizontal=True, vertical_alignment="center"):
        marks = ":material/radio_button_checked: " * is_running + ":material/keep: " * summary.pinned
        at = datetime.datetime.fromtimestamp(summary.updated_at)
        facts = (f"{at:%Y-%m-%d %H:%M}", plural(summary.turns, *words().turns.turn), size(taken))
        with st.container(gap=None, width="content"):
            st.markdown(f"{marks}**{plain(summary.name or text.untitled)}**")
            st.caption(" · ".join(facts))
        st.space("stretch")
        st.page_link("chat.py", label=text.open_conversation, query_params={"c": summary.id})
        with st.popover(text.rename, type="tertiary"):
            st.text_input(
                text.rename, summary.title, key=f"title_{summary.id}", on_change=conversation.rename, args=(summary.id,)
            )
        with st.popover("", icon=":material/more_vert:", type="tertiary", key=f"more_{summary.id}", help=text.more):
            _more(summary)
        st.button(
            text.delete, type="tertiary", key=f"delete_{summary.id}", disabled=summary.id == live.id,
            on_click=conversation.delete, args=(summary.id, summary.name),
        )  # fmt: skip


def _more(summary: ConversationSummary) -> None:
    text = words().conversations
    st.button(
        text.unpin if summary.pinned else text.pin, icon=":material/keep:", key=f"pin_{summary.id}", width="stretch",
        on_click=conversation.pin, args=(summary.id, not summary.pinned),
    )  # fmt: skip
    st.button(
        text.duplicate, icon=":material/content_copy:", key=f"duplicate_{summary.id}", width="stretch",
        on_click=conversation.duplicate, args=(summary.id,),
    )  # fmt: skip
    st.link_button(
        text.download, handing_over.bundle_url(summary.id, stem(summary.name)), icon=":material/folder_zip:",
        width="stretch", help=text.download_help,
    )  # fmt: skip


def _by_conversation(hits: Sequence[Hit]) -> Mapping[str, Sequence[Hit]]:
    found: dict[str, list[Hit]] = {}
    for hit in hits:
        found.setdefault(hit.conversation_id, []).append(hit)
    return found


def _hits(hits: Sequence[Hit]) -> None:
    """Where the words stand, each a way to that place."""
    for at, hit in enumerate(hits):
        # Beside a letter Markdown takes stars for bold only where no punctuation follows them.
        match = f"**\u2060{plain(hit.match)}\u2060**"
        place = words().conversations.places[hit.kind]
        st.button(
            f":gray[{place}]\u2002{plain(hit.before)}{match}{plain(hit.after)}",
            type="tertiary", key=f"open_hit_{hit.conversation_id}_{at}",
            on_click=conversation.open_hit, args=(hit,),
        )  # fmt: skip


def _deleted(live: Interpreter) -> None:
    text, deleted = words().conversations, state.registry().deleted()[:_DELETED]
    if not deleted:
        return
    with st.expander(text.deleted_ones.format(count=number(len(deleted))), key="deleted_conversations"):
        if days := state.services().settings.keep_deleted_days:
            st.caption(text.kept_days.format(days=number(days)))
        for each in deleted:
            with st.container(horizontal=True, vertical_alignment="center", key=f"deleted_{each.id}"):
                st.markdown(plain(each.name or text.untitled))
                st.space("stretch")
                st.button(
                    text.put_back, icon=":material/undo:", type="tertiary", key=f"put_back_{each.id}",
                    on_click=conversation.undelete, args=(each.id,),
                )  # fmt: skip
                st.button(
                    text.forget, icon=":material/delete_forever:", type="tertiary", key=f"forget_{each.id}",
                    disabled=each.id == live.id, on_click=conversation.forget, args=(each.id,),
                )  # fmt: skip
