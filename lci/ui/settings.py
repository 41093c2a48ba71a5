"""What is in force: models without their keys, kernel, privacy, versions."""

from __future__ import annotations

import importlib.metadata
import platform

import streamlit as st

from lci.core.conversation import BUILTIN_ANALYST
from lci.core.protocols import ModelProfile
from lci.errors import LciError
from lci.kernels.isolation import probe
from lci.runtime.interpreter import Interpreter
from lci.runtime.settings import config_path
from lci.wording import explained, words


def page(live: Interpreter) -> None:
    """The page."""
    text = words()
    settings = live.engine.settings
    st.markdown(f"### {text.settings}")
    st.caption(text.settings_in_force.format(path=f"`{config_path(settings.home)}`"))
    _models(live)
    _kernel(live)
    st.markdown(f"#### {text.privacy_title}")
    try:
        profile = live.engine.model(live.snapshot().settings.model).profile
    except LciError as error:
        st.warning(str(explained(error.problem)), icon=":material/error:")
        profile = live.engine.model(BUILTIN_ANALYST).profile
    st.markdown(text.privacy_local if profile.local else text.privacy_remote.format(provider=profile.provider))
    st.markdown(f"#### {text.about}")
    names = ("streamlit", "openai", "jupyter_client", "ipykernel", "pandas", "nbformat", "duckdb")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    st.caption(f"Python {platform.python_version()} · {versions}")
    st.caption(f"Data folder `{settings.home}` · logs `{settings.home / 'logs'}` · `python -m lci doctor`")


def _models(live: Interpreter) -> None:
    text = words()
    st.markdown("#### Models")
    keys = {model.id: bool(model.api_key.get_secret_value()) for model in live.engine.settings.configured_models}
    urls = {model.id: model.base_url for model in live.engine.settings.configured_models}
    for profile in live.engine.profiles():
        with st.container(border=True):
            st.markdown(f"**{profile.label or profile.id}** · {profile.provider}")
            facts = [f"`{urls[profile.id]}`" if profile.id in urls else ""]
            if profile.id in keys:
                facts.append(text.key_set if keys[profile.id] else text.key_missing)
            facts.append(_window(profile))
            facts.append(text.privacy_local if profile.local else "")
            st.caption(" · ".join(fact for fact in facts if fact))


def _window(profile: ModelProfile) -> str:
    if not profile.is_ai:
        return "Rule-based, not an AI model"
    return f"{'about ' if profile.window_estimated else ''}{profile.window_tokens:,} tokens"


def _kernel(live: Interpreter) -> None:
    text = words()
    settings = live.engine.settings
    expected = live.engine.surroundings(live.snapshot().settings)
    found = probe()
    st.markdown(f"#### {text.kernel}")
    st.markdown(f"{text.isolation[expected.isolation]} · policy `{settings.isolation}` · network off")
    if not found.works:
        st.caption(f"bubblewrap: {found.reason}")
    st.caption(
        f"Pauses after {settings.cells_per_turn} cells or {settings.failures_in_a_row} failures in a row · "
        f"approval `{live.snapshot().settings.approval}`"
    )
