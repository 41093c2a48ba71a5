"""Models in Settings: those that are configured, what they were seen to do, adding and changing one, trying it."""

from __future__ import annotations

import concurrent.futures
import datetime
import threading
from dataclasses import replace
from typing import TypeAlias

import streamlit as st
from pydantic import SecretStr, ValidationError

from lci.core.conversation import BUILTIN_ANALYST
from lci.core.protocols import ModelProfile
from lci.errors import LciError
from lci.models.capabilities import Capabilities
from lci.models.discovery import LocalServer
from lci.models.providers import Provider, providers
from lci.runtime.configuring import free_id, remove_model, save_model
from lci.runtime.interpreter import Interpreter
from lci.runtime.settings import ModelSettings, config_path
from lci.ui.safety import plain
from lci.wording import explained, words

_Trial: TypeAlias = concurrent.futures.Future[Capabilities]
_Search: TypeAlias = concurrent.futures.Future[tuple[LocalServer, ...]]

#: Seconds between looks at a trial or a search that runs.
_LOOK = 0.4

_lock = threading.Lock()
#: Trials by model, and the search, of this process; what came of them is drawn by whoever asks.
_trials: dict[str, _Trial] = {}
_searches: list[_Search] = []


def section(live: Interpreter) -> None:
    """The models, and how to add one."""
    text = words()
    waiting = _waiting()

    @st.fragment(key="models", run_every=_LOOK if waiting else None)
    def fragment() -> None:
        st.markdown(f"#### {text.models}")
        configured = {model.id: model for model in live.engine.settings.configured_models}
        for profile in live.engine.profiles():
            _card(live, profile, configured.get(profile.id))
        with st.container(horizontal=True, gap="small"):
            if st.button(text.add_model, icon=":material/add:", key="add_model"):
                _editor(live, None)
            st.button(text.find_servers, icon=":material/search:", key="find_servers", on_click=_search, args=(live,))
        _found_servers(live)
        st.caption(text.models_where.format(path=f"`{config_path(live.engine.settings.home)}`"))
        # The page decides how often this is drawn: when that changes, so must it.
        if waiting != _waiting():
            st.rerun()

    fragment()


def _waiting() -> bool:
    with _lock:
        return any(not trial.done() for trial in _trials.values()) or any(not s.done() for s in _searches)


# --- one model --------------------------------------------------------------------------------------------------------


def _card(live: Interpreter, profile: ModelProfile, configured: ModelSettings | None) -> None:
    text = words()
    chosen = live.snapshot().settings.model == profile.id
    with st.container(border=True, gap=None):
        mark = f" :violet-badge[{text.in_use_here}]" if chosen else ""
        st.markdown(f"**{plain(profile.label or profile.id)}**{mark}{_badges(live, configured)}")
        st.caption(" · ".join(_facts(profile, configured)))
        if configured is None:
            return
        _result(configured)
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.button(
                text.test_connection,
                icon=":material/network_check:",
                key=f"test_{configured.id}",
                on_click=_try,
                args=(live, configured),
            )
            if any(model.id == configured.id for model in live.engine.settings.models):
                if st.button(text.edit_model, key=f"change_{configured.id}", type="tertiary"):
                    _editor(live, configured)
                st.button(
                    text.remove,
                    key=f"remove_{configured.id}",
                    type="tertiary",
                    on_click=_remove,
                    args=(live, configured),
                )
            else:
                st.caption(text.from_environment)


def _facts(profile: ModelProfile, configured: ModelSettings | None) -> list[str]:
    text = words()
    if not profile.is_ai:
        return [text.rule_based]
    about = text.rows_estimated if profile.window_estimated else ""
    facts = [plain(profile.provider)]
    if configured is not None:
        facts.append(f"`{configured.base_url}`")
        facts.append(text.key_set if configured.api_key.get_secret_value() else text.key_missing)
    return [*facts, text.window.format(tokens=f"{about}{profile.window_tokens:,}")]


def _badges(live: Interpreter, configured: ModelSettings | None) -> str:
    """What a trial has shown, with its day."""
    found = live.engine.knowledge.of(configured) if configured is not None else None
    if found is None or found.capabilities is None or found.tried_at is None:
        return ""
    text, seen = words(), found.capabilities
    abilities = {
        text.abilities["tools"]: seen.tools,
        text.abilities["schema"]: seen.schema,
        text.abilities["vision"]: seen.vision,
        text.abilities["usage"]: seen.usage,
    }
    known = {name: can for name, can in abilities.items() if can is not None}
    badges = [f":{'green' if can else 'gray'}-badge[{'✓' if can else '–'} {name}]" for name, can in known.items()]
    day = datetime.datetime.fromtimestamp(found.tried_at)
    return " " + " ".join([*badges, f":gray[{text.tried.format(day=f'{day:%Y-%m-%d}')}]"])


def _result(configured: ModelSettings) -> None:
    """How the trial of this model goes, or went."""
    text = words()
    with _lock:
        trial = _trials.get(configured.id)
    if trial is None:
        return
    if not trial.done():
        st.caption(f":material/progress_activity: {text.trying}")
        return
    error = trial.exception()
    if error is None:
        st.success(text.works, icon=":material/check_circle:")
    elif isinstance(error, LciError):
        st.error(plain(str(explained(error.problem))), icon=":material/error:")
    else:
        st.error(text.endings["crashed"], icon=":material/error:")


def _try(live: Interpreter, configured: ModelSettings) -> None:
    with _lock:
        _trials[configured.id] = live.engine.probe(configured)


def _remove(live: Interpreter, configured: ModelSettings) -> None:
    now = live.snapshot().settings
    try:
        remove_model(live.engine.settings.home, configured.id)
        live.engine.reload()
        if now.model == configured.id:
            live.change_settings(replace(now, model=BUILTIN_ANALYST))
    except LciError as error:
        st.toast(plain(str(explained(error.problem))))


# --- adding and changing ----------------------------------------------------------------------------------------------


def _editor(live: Interpreter, configured: ModelSettings | None) -> None:
    """A dialog with everything a model needs; the rest behind a fold."""
    text = words()

    @st.dialog(text.edit_model if configured is not None else text.add_model, width="medium")
    def box() -> None:
        known = {provider.id: provider for provider in providers()}
        chosen = None
        if configured is None:
            name = st.selectbox(
                text.provider, list(known), format_func=lambda each: known[each].name, key="model_provider"
            )
            chosen = known[name or "openai"]
        made = _fields(configured or _begun(chosen), configured is None)
        if st.button(text.save_and_test, type="primary", key="save_model") and made is not None:
            _save(live, made, configured)

    box()


def _begun(provider: Provider | None) -> ModelSettings:
    assert provider is not None
    return ModelSettings(id="new", provider=provider.name, base_url=provider.base_url)


def _fields(start: ModelSettings, is_new: bool) -> ModelSettings | None:
    """The fields of a model, filled with what `start` says; None while something of it makes no sense."""
    text, mark = words(), start.provider if is_new else start.id
    url = st.text_input(text.base_url, start.base_url, key=f"model_url_{mark}")
    name = st.text_input(text.model_name, start.name, key=f"model_name_{mark}", help=text.model_name_help)
    kept = bool(start.api_key.get_secret_value())
    key = st.text_input(
        text.api_key, type="password", key=f"model_key_{mark}", placeholder=text.key_kept if kept else "",
        autocomplete="off",
    )  # fmt: skip
    with st.expander(text.more):
        label = st.text_input(text.label, start.label, key=f"model_label_{mark}")
        window = st.number_input(
            text.window_tokens, min_value=0, value=start.window_tokens or 0, step=1024, key=f"model_window_{mark}"
        )
        answer = st.number_input(
            text.answer_tokens, min_value=0, value=start.max_output_tokens or 0, step=256, key=f"model_answer_{mark}"
        )
        warmth = st.text_input(
            text.temperature, "" if start.temperature is None else f"{start.temperature:g}", key=f"model_warmth_{mark}"
        )
        effort = st.text_input(text.effort, start.reasoning_effort or "", key=f"model_effort_{mark}")
        version = st.text_input(text.api_version, start.api_version, key=f"model_version_{mark}")
        proxy = st.text_input(text.proxy, start.proxy, key=f"model_proxy_{mark}")
        authority = st.text_input(text.ca_file, start.ca_file, key=f"model_ca_{mark}")
    try:
        return ModelSettings(
            **start.model_dump(
                exclude={
                    "name", "label", "base_url", "api_key", "window_tokens", "max_output_tokens", "temperature",
                    "reasoning_effort", "api_version", "proxy", "ca_file",
                }
            ),
            name=name.strip(),
            label=label.strip(),
            base_url=url.strip(),
            api_key=SecretStr(key.strip()),
            window_tokens=int(window) or None,
            max_output_tokens=int(answer) or None,
            temperature=float(warmth) if warmth.strip() else None,
            reasoning_effort=effort.strip() or None,
            api_version=version.strip(),
            proxy=proxy.strip(),
            ca_file=authority.strip(),
        )  # fmt: skip
    except (ValidationError, ValueError):
        st.warning(text.model_makes_no_sense)
        return None


def _save(live: Interpreter, made: ModelSettings, before: ModelSettings | None) -> None:
    taken = tuple(model.id for model in live.engine.settings.configured_models)
    if before is None:
        made = made.model_copy(update={"id": free_id(made.name or made.provider, taken)})
    try:
        save_model(live.engine.settings.home, made)
        live.engine.reload()
    except LciError as error:
        st.error(plain(str(explained(error.problem))))
        return
    saved = next((model for model in live.engine.settings.configured_models if model.id == made.id), made)
    _try(live, saved)
    if before is None and live.snapshot().settings.model == BUILTIN_ANALYST:
        live.change_settings(replace(live.snapshot().settings, model=saved.id))
    st.rerun()


# --- servers on this machine ------------------------------------------------------------------------------------------


def _search(live: Interpreter) -> None:
    with _lock:
        _searches[:] = [live.engine.local_servers()]


def _found_servers(live: Interpreter) -> None:
    """What a search brought: each model of each server, one click from being used."""
    text = words()
    with _lock:
        search = _searches[0] if _searches else None
    if search is None:
        return
    if not search.done():
        st.caption(f":material/progress_activity: {text.searching}")
        return
    servers = search.result() if search.exception() is None else ()
    if not servers:
        st.caption(text.no_servers)
        return
    known = {(model.base_url.rstrip("/"), model.name) for model in live.engine.settings.configured_models}
    for server in servers:
        who = server.provider.name if server.provider is not None else server.base_url
        st.caption(f":material/dns: {plain(who)} · `{server.base_url}`")
        with st.container(horizontal=True, gap="small"):
            for name in server.models[:20]:
                if (server.base_url.rstrip("/"), name) in known:
                    continue
                st.button(
                    plain(name), icon=":material/add:", key=f"use_{server.base_url}_{name}", on_click=_use,
                    args=(live, server, name),
                )  # fmt: skip


def _use(live: Interpreter, server: LocalServer, name: str) -> None:
    taken = tuple(model.id for model in live.engine.settings.configured_models)
    provider = server.provider.name if server.provider is not None else ""
    made = ModelSettings(id=free_id(name, taken), name=name, provider=provider, base_url=server.base_url)
    try:
        save_model(live.engine.settings.home, made)
        live.engine.reload()
    except LciError as error:
        st.toast(plain(str(explained(error.problem))))
        return
    _try(live, made)
