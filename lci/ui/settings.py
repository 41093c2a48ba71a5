"""What is in force: models without their keys, how code runs, privacy, versions."""

from __future__ import annotations

import html
import importlib.metadata
import platform

import streamlit as st

from lci.core.conversation import BUILTIN_ANALYST
from lci.core.protocols import ModelProfile
from lci.errors import LciError
from lci.kernels.isolation import probe
from lci.runtime.interpreter import Interpreter
from lci.runtime.settings import ModelSettings, config_path
from lci.ui import commands, state
from lci.ui.safety import plain
from lci.wording import explained, words

_PARTS = ("streamlit", "openai", "jupyter_client", "ipykernel", "pandas", "duckdb")


def page(live: Interpreter) -> None:
    """The page."""
    st.markdown(f"### {words().settings}")
    _models(live)
    _running_code(live)
    _privacy(live)
    _about(live)


def _models(live: Interpreter) -> None:
    text = words()
    st.markdown(f"#### {text.models}")
    configured = {model.id: model for model in live.engine.settings.configured_models}
    chosen = live.snapshot().settings.model
    for profile in live.engine.profiles():
        with st.container(border=True, gap=None):
            mark = f" :violet-badge[{text.in_use_here}]" if profile.id == chosen else ""
            st.markdown(f"**{plain(profile.label or profile.id)}**{mark}")
            st.caption(" · ".join(_facts(profile, configured.get(profile.id))))
    st.caption(text.models_where.format(path=f"`{config_path(live.engine.settings.home)}`"))


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


def _running_code(live: Interpreter) -> None:
    text = words()
    settings = live.engine.settings
    now = live.snapshot().settings
    expected = live.engine.surroundings(now)
    found = probe()
    st.markdown(f"#### {text.running_your_code}")
    if state.value("approval") != now.approval:
        state.put("approval", now.approval)
    forced = expected.isolation in ("none", "rlimits")
    st.radio(
        text.approval,
        list(text.approvals),
        format_func=lambda code: text.approvals[code][0],
        captions=[told for _, told in text.approvals.values()],
        key="approval",
        horizontal=True,
        help=text.approval_scope,
        disabled=forced,
        on_change=commands.change_approval,
    )
    if forced:
        st.caption(f":material/gpp_maybe: {text.approval_forced}")
    network = text.network_open if forced else text.network_on if now.network else text.network_off
    heads = text.kernel_facts
    _listed({
        heads["isolation"]: text.isolation[expected.isolation],
        heads["network"]: network,
        heads["pauses"]: text.pauses.format(cells=settings.cells_per_turn, failures=settings.failures_in_a_row),
        heads["python"]: expected.python,
    })  # fmt: skip
    if not found.works:
        st.caption(text.no_bubblewrap.format(reason=plain(found.reason)))


def _privacy(live: Interpreter) -> None:
    text = words()
    st.markdown(f"#### {text.privacy}")
    chosen = live.snapshot().settings.model
    try:
        profile = live.engine.model(chosen).profile
    except LciError as error:
        st.warning(str(explained(error.problem)), icon=":material/error:")
        profile = live.engine.model(BUILTIN_ANALYST).profile
    addresses = {model.id: model.base_url for model in live.engine.settings.configured_models}
    if not profile.is_ai:
        st.markdown(text.privacy_builtin)
    elif profile.local:
        st.markdown(text.privacy_local.format(address=f"`{addresses.get(profile.id, plain(profile.provider))}`"))
    else:
        st.markdown(text.privacy_remote.format(provider=plain(profile.provider)))


def _about(live: Interpreter) -> None:
    text = words()
    home = live.engine.settings.home
    st.markdown(f"#### {text.about}")
    versions = [f"{name} {importlib.metadata.version(name)}" for name in _PARTS]
    heads = text.about_facts
    _listed({
        heads["versions"]: ", ".join([f"Python {platform.python_version()}", *versions]),
        heads["folder"]: str(home),
        heads["logs"]: str(home / "logs"),
        heads["check"]: "python -m lci doctor",
    })  # fmt: skip


def _listed(facts: dict[str, str]) -> None:
    """Heads and what they say, in two columns that become one on a phone."""
    lines = (f"<dt>{html.escape(head)}</dt><dd>{html.escape(told)}</dd>" for head, told in facts.items())
    st.html(f'<dl class="lci-facts">{"".join(lines)}</dl>')
