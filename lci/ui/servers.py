"""Servers of models on this machine: looked for in the background, each of their models one click from being used."""

from __future__ import annotations

import concurrent.futures
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias

import streamlit as st

from lci.core.conversation import BUILTIN_ANALYST, Conversation
from lci.errors import LciError
from lci.models.discovery import LocalServer
from lci.runtime.config.configuring import free_id, save_model
from lci.runtime.config.settings import ModelSettings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.services import Services
from lci.ui.safety import plain
from lci.ui.state import services
from lci.wording import explained, words

Used: TypeAlias = Callable[[ModelSettings], None]

#: Seconds between looks at a search that runs.
_LOOK = 0.3
#: Models of one server that are offered.
_OFFERED, _OFFERED_FIRST = 20, 4

_lock = threading.Lock()
_searches: weakref.WeakKeyDictionary[Services, concurrent.futures.Future[tuple[LocalServer, ...]]] = (
    weakref.WeakKeyDictionary()
)


def search() -> None:
    """Look anew."""
    with _lock:
        _searches[services()] = services().local_servers()


def searching() -> bool:
    """Whether a search runs."""
    with _lock:
        return services() in _searches and not _searches[services()].done()


def listed(live: Interpreter, *, used: Used) -> None:
    """What a search brought, in Settings; nothing before there was one. `used` is told which model was taken."""
    text = words().settings
    servers = _local_servers()
    if searching():
        st.caption(f":material/progress_activity: {text.searching}")
    elif servers is not None and not servers:
        st.caption(text.no_servers)
    for server in servers or ():
        st.caption(f":material/dns: {plain(_name(server))} · `{server.base_url}`")
        with st.container(horizontal=True, gap="small"):
            for name in list(_unused(server))[:_OFFERED]:
                _button(live, server, name, plain(name), used)


def offered(live: Interpreter, now: Conversation, *, used: Used) -> None:
    """In the first minute of somebody with no model: those that this machine serves."""
    if now.settings.model != BUILTIN_ANALYST or services().settings.configured_models:
        return
    if _local_servers() is None and not searching():
        search()
    runs = searching()

    @st.fragment(key="servers", run_every=_LOOK if runs else None)
    def fragment() -> None:
        text = words().settings
        for server in _local_servers() or ():
            names = list(_unused(server))[:_OFFERED_FIRST]
            if not names:
                continue
            st.markdown(f":material/dns: {text.server_here.format(server=plain(_name(server)))}")
            with st.container(horizontal=True, gap="small"):
                for name in names:
                    _button(live, server, name, text.use_model.format(model=plain(name)), used)
        if runs and not searching():
            st.rerun()

    fragment()


def _local_servers() -> tuple[LocalServer, ...] | None:
    """What the last search brought; None while there was none or it still runs."""
    with _lock:
        last = _searches.get(services())
    if last is None or not last.done():
        return None
    return () if last.cancelled() or last.exception() is not None else last.result()


def _name(server: LocalServer) -> str:
    return server.provider.name if server.provider is not None else server.base_url


def _unused(server: LocalServer) -> Iterator[str]:
    known = {(model.base_url.rstrip("/"), model.name) for model in services().settings.configured_models}
    return (name for name in server.models if (server.base_url.rstrip("/"), name) not in known)


def _button(live: Interpreter, server: LocalServer, name: str, label: str, used: Used) -> None:
    key = f"use_{server.base_url}_{name}"
    st.button(label, icon=":material/add:", key=key, on_click=_use, args=(live, server, name, used))


def _use(live: Interpreter, server: LocalServer, name: str, used: Used) -> None:
    """Configure the model, and answer with it here where there was none."""
    taken = tuple(model.id for model in services().settings.configured_models)
    provider = server.provider.name if server.provider is not None else ""
    new = ModelSettings(id=free_id(name, taken), name=name, provider=provider, base_url=server.base_url)
    try:
        save_model(services().settings.home, new)
        services().reload()
        now = live.snapshot().settings
        if now.model == BUILTIN_ANALYST:
            live.change_settings(replace(now, model=new.id))
    except LciError as error:
        st.toast(plain(str(explained(error.problem))))
        return
    used(new)
