"""Models in Settings: those that are configured, what they were seen to do, trying one."""

from __future__ import annotations

import datetime
from dataclasses import replace

import streamlit as st

from lci.core.conversation import BUILTIN_ANALYST
from lci.core.ports import ModelProfile
from lci.errors import LciError
from lci.runtime.config.configuring import remove_model
from lci.runtime.config.settings import ModelSettings, config_path
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import model_editor, model_trials, servers
from lci.ui.safety import plain
from lci.ui.state import services
from lci.wording import explained, number, words


def section(live: Interpreter) -> None:
    """The models, and how to add one."""
    text = words().settings
    waiting = _waiting()

    @st.fragment(key="models", run_every=model_trials.LOOK if waiting else None)
    def fragment() -> None:
        st.markdown(f"#### {text.models}")
        configured = {model.id: model for model in services().settings.configured_models}
        for profile in services().profiles():
            _card(live, profile, configured.get(profile.id), waiting=waiting)
        with st.container(horizontal=True, gap="small"):
            # While this is redrawn by the timer, a dialog opened here would vanish with the next redraw.
            if st.button(text.add_model, icon=":material/add:", key="add_model", disabled=waiting):
                model_editor.added(live)
            st.button(
                text.find_servers,
                icon=":material/search:",
                key="find_servers",
                on_click=servers.search,
            )
        servers.listed(live, used=model_trials.try_out)
        st.caption(text.models_where.format(path=f"`{config_path(services().settings.home)}`"))
        # The page decides how often this is drawn: when that changes, so must it.
        if waiting != _waiting():
            st.rerun()

    fragment()


def _waiting() -> bool:
    return model_trials.run() or servers.searching()


# --- one model --------------------------------------------------------------------------------------------------------


def _card(live: Interpreter, profile: ModelProfile, configured: ModelSettings | None, *, waiting: bool) -> None:
    text = words()
    chosen = live.snapshot().settings.model == profile.id
    with st.container(border=True, gap=None):
        mark = f" :violet-badge[{text.settings.in_use_here}]" if chosen else ""
        st.markdown(f"**{plain(profile.label or profile.id)}**{mark}{_badges(configured)}")
        st.caption(" · ".join(_facts(profile, configured)))
        if configured is None:
            return
        _result(configured)
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.button(
                text.settings.test_connection,
                icon=":material/network_check:",
                key=f"test_{configured.id}",
                on_click=model_trials.try_out,
                args=(configured,),
            )
            if any(model.id == configured.id for model in services().settings.models):
                if st.button(
                    text.settings.edit_model, key=f"change_{configured.id}", type="tertiary", disabled=waiting
                ):
                    model_editor.changed(live, configured)
                st.button(
                    text.panel.remove,
                    key=f"remove_{configured.id}",
                    type="tertiary",
                    help=text.settings.remove_legacy if configured.id in services().settings.legacy else None,
                    on_click=_remove,
                    args=(live, configured),
                )
            else:
                st.caption(text.settings.from_environment)


def _facts(profile: ModelProfile, configured: ModelSettings | None) -> list[str]:
    text = words()
    if not profile.is_ai:
        return [text.settings.rule_based]
    about = text.panel.rows_estimated if profile.window_estimated else ""
    facts = [plain(profile.provider)] if configured is None or profile.provider != configured.base_url else []
    if configured is not None:
        facts.append(f"`{configured.base_url}`")
        facts.append(text.settings.key_set if configured.api_key.get_secret_value() else text.settings.key_missing)
        if configured.vision_model:
            looks = services().vision_model(configured.id)
            fact = (
                text.settings.looked_at_by
                if looks is not None and looks.profile.sees_images
                else text.settings.looked_at_by_nobody
            )
            facts.append(fact.format(model=plain(configured.vision_model)))
    facts.append(text.settings.window.format(tokens=f"{about}{number(profile.window_tokens)}"))
    asked = services().price(profile.id)
    if asked is not None:
        prices = {"prompt": f"{asked.prompt:g}", "completion": f"{asked.completion:g}", "date": asked.date}
        facts.append(text.settings.price.format(**prices).replace("$", "\\$"))
    return facts


def _badges(configured: ModelSettings | None) -> str:
    """What a trial has shown, with its day."""
    probed = services().model_facts.of(configured) if configured is not None else None
    if probed is None or probed.capabilities is None or probed.tried_at is None:
        return ""
    text, seen = words(), probed.capabilities
    abilities = {
        text.settings.abilities["tools"]: seen.tools,
        text.settings.abilities["schema"]: seen.schema,
        text.settings.abilities["vision"]: seen.vision,
        text.settings.abilities["usage"]: seen.usage,
    }
    known = {name: can for name, can in abilities.items() if can is not None}
    badges = [f":{'green' if can else 'gray'}-badge[{'✓' if can else '–'} {name}]" for name, can in known.items()]
    day = datetime.datetime.fromtimestamp(probed.tried_at)
    return " " + " ".join([*badges, f":gray[{text.settings.tried.format(day=f'{day:%Y-%m-%d}')}]"])


def _result(configured: ModelSettings) -> None:
    """How the trial of this model goes, or went."""
    text = words()
    trial = model_trials.of(configured.id)
    if trial is None:
        return
    if not trial.done():
        st.caption(f":material/progress_activity: {text.settings.trying}")
        return
    if failure := model_trials.failure(trial):
        st.error(failure, icon=":material/error:")
    else:
        st.success(text.settings.works, icon=":material/check_circle:")


def _remove(live: Interpreter, configured: ModelSettings) -> None:
    now = live.snapshot().settings
    try:
        remove_model(services().settings.home, configured.id)
        services().reload()
        if now.model == configured.id:
            live.change_settings(replace(now, model=BUILTIN_ANALYST))
    except LciError as error:
        st.toast(plain(str(explained(error.problem))))
