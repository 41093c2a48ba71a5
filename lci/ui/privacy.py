"""Privacy in Settings: where what is sent goes, and what of the files and outputs is kept from every model."""

from __future__ import annotations

import streamlit as st

from lci.core.conversation import BUILTIN_ANALYST, Conversation
from lci.core.ports import ModelProfile
from lci.errors import LciError
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import commands, state
from lci.ui.safety import plain
from lci.ui.state import services
from lci.wording import explained, words


def section(live: Interpreter) -> None:
    """Who gets what; both choices may change while a turn runs."""
    text = words().settings
    now = live.snapshot()
    st.markdown(f"#### {text.privacy}")
    try:
        profile = services().model(now.settings.model).profile
    except LciError as error:
        st.warning(str(explained(error.problem)), icon=":material/error:")
        profile = services().model(BUILTIN_ANALYST).profile
    st.markdown(_destination(live, profile, text.privacy_given[now.settings.sharing]) + _elsewhere(now))
    _sharing(now)
    _masked(live, now)
    later = "" if profile.is_ai else f" {text.privacy_scope_builtin}"
    st.caption(f":material/info: {text.privacy_scope}{later}")


def _destination(live: Interpreter, profile: ModelProfile, given: str) -> str:
    text = words().settings
    if not profile.is_ai:
        return text.privacy_builtin_alone if live.snapshot().settings.kernel else text.privacy_builtin
    looks = services().vision_model(profile.id)
    pictures = ""
    if looks is not None and looks.profile.sees_images and not profile.sees_images:
        where = words().sidebar.on_this_machine if looks.profile.local else plain(looks.profile.provider)
        pictures = f" {text.privacy_pictures.format(model=plain(looks.profile.label), provider=where)}"
    if profile.local:
        addresses = {model.id: model.base_url for model in services().settings.configured_models}
        address = f"`{addresses.get(profile.id, plain(profile.provider))}`"
        return text.privacy_local.format(address=address, given=given) + pictures
    return text.privacy_remote.format(provider=plain(profile.provider), given=given) + pictures


def _elsewhere(now: Conversation) -> str:
    """What a kernel on a server gets; nothing for one here."""
    if not now.settings.kernel:
        return ""
    host = services().surroundings(now.settings).host
    return f" {words().settings.privacy_kernel.format(server=plain(now.settings.kernel), host=plain(host))}"


def _sharing(now: Conversation) -> None:
    text = words().settings
    state.hold("sharing", now.settings.sharing)
    st.radio(
        text.sharing,
        list(text.sharings),
        format_func=lambda code: text.sharings[code][0],
        captions=[caption for _, caption in text.sharings.values()],
        key="sharing",
        on_change=commands.change_sharing,
    )


def _masked(live: Interpreter, now: Conversation) -> None:
    text = words().settings
    chosen = now.settings.masked
    there = _columns(now)
    state.hold("masked", list(chosen))
    st.multiselect(
        text.masked,
        list(dict.fromkeys([*there, *chosen])),
        key="masked",
        placeholder=text.masked_none,
        on_change=commands.change_masked,
    )
    st.caption(text.masked_means)
    nowhere = [column for column in chosen if column not in there]
    if nowhere and now.settings.sharing == "full":
        names = ", ".join(f"“{plain(column)}”" for column in nowhere)
        st.warning(text.masked_nowhere.format(columns=names), icon=":material/visibility_off:")
    elif chosen and live.hidden in text.masked_unknown:
        st.warning(text.masked_unknown[live.hidden], icon=":material/visibility_off:")


def _columns(now: Conversation) -> list[str]:
    """The names of all columns of all files, each once."""
    previews = [file.preview for file in now.files.values() if file.preview is not None]
    names = (column.name for preview in previews for table in preview.tables for column in table.columns)
    return list(dict.fromkeys(names))
