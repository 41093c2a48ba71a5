"""The dialog in which a model is added or changed: it is saved once it was seen to work, or as the person wishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import streamlit as st
from pydantic import SecretStr, ValidationError

from lci.core.conversation import BUILTIN_ANALYST
from lci.core.ports import CodeProtocol
from lci.errors import LciError
from lci.models.providers import Provider, providers
from lci.runtime.config.configuring import free_id, save_model
from lci.runtime.config.settings import ModelSettings
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import model_trials, state
from lci.ui.model_trials import Awaited
from lci.ui.safety import plain
from lci.ui.state import services
from lci.wording import explained, words

#: What the dialog asks for; all else of a model stays as it is.
_ASKED = {
    "name", "label", "base_url", "api_key", "window_tokens", "max_output_tokens", "temperature", "reasoning_effort",
    "vision_model", "instructions", "api_version", "proxy", "ca_file", "protocol", "sees_images", "read_back",
    "headers",
}  # fmt: skip

#: Stands for the value of a header that is kept.
_KEPT = "••••"


def added(live: Interpreter) -> None:
    """Ask for what a new model needs; it is used here at once where there was none, if it works."""
    text = words().settings
    model_trials.forget_awaited()

    # A trial that it waited for must not save anything once it is closed.
    @st.dialog(text.add_model, width="medium", on_dismiss=model_trials.forget_awaited)
    def box() -> None:
        known = {provider.id: provider for provider in providers()}
        name = st.selectbox(
            text.provider, list(known), format_func=lambda each: known[each].name, key="model_provider",
            on_change=model_trials.forget_awaited,
        )  # fmt: skip
        provider = known[name or "openai"]
        new = _asked(_begun(provider), provider.name)
        if new is not None:
            taken = tuple(model.id for model in services().settings.configured_models)
            _try(new.model_copy(update={"id": free_id(new.name, taken)}))
        _outcome(live)

    box()


def changed(live: Interpreter, configured: ModelSettings) -> None:
    """Ask for what is to be different about a model."""
    text = words().settings
    model_trials.forget_awaited()

    @st.dialog(text.edit_model, width="medium", on_dismiss=model_trials.forget_awaited)
    def box() -> None:
        model = _asked(configured, configured.id)
        if model is not None:
            _try(model)
        _outcome(live)

    box()


def _begun(provider: Provider) -> ModelSettings:
    return ModelSettings(id="new", provider=provider.name, base_url=provider.base_url)


def _asked(start: ModelSettings, mark: str) -> ModelSettings | None:
    """What the person wants saved, once they do and it makes sense.

    In a form, because elsewhere a key that is left by Tab never comes: the eye beside it takes the focus.
    """
    with st.form(f"model_{mark}", border=False, enter_to_submit=False):
        model = _fields(start, mark)
        submitted = st.form_submit_button(
            words().settings.save_and_test, type="primary", key="save_model", on_click=model_trials.forget_awaited
        )
        if submitted and model and not model.name:
            st.warning(words().settings.model_name_required)
    return model if submitted and model and model.name else None


def _fields(start: ModelSettings, mark: str) -> ModelSettings | None:
    """The fields of a model, filled with what `start` says; None while something of it makes no sense."""
    text = words().settings
    url = st.text_input(text.base_url, start.base_url, key=f"model_url_{mark}")
    name = st.text_input(text.model_name, start.name, key=f"model_name_{mark}", help=text.model_name_help)
    kept = bool(start.api_key.get_secret_value())
    key = st.text_input(
        text.api_key, type="password", key=f"model_key_{mark}", placeholder=text.key_kept if kept else "",
        autocomplete="off",
    )  # fmt: skip
    with st.expander(text.more):
        label = st.text_input(text.label, start.label, key=f"model_label_{mark}")
        header_lines = st.text_area(
            text.model_instructions, start.instructions, key=f"model_instructions_{mark}", height=100,
            help=text.model_instructions_help,
        )  # fmt: skip
        looks = _looking(start, mark)
        window = st.number_input(
            text.window_tokens,
            min_value=0,
            value=start.window_tokens or 0,
            step=1024,
            key=f"model_window_{mark}",
        )
        answer = st.number_input(
            text.answer_tokens,
            min_value=0,
            value=start.max_output_tokens or 0,
            step=256,
            key=f"model_answer_{mark}",
        )
        warmth = st.text_input(
            text.temperature,
            "" if start.temperature is None else f"{start.temperature:g}",
            key=f"model_warmth_{mark}",
        )
        effort = st.text_input(text.effort, start.reasoning_effort or "", key=f"model_effort_{mark}")
        protocol = st.selectbox(
            text.protocol, ["", *text.protocols], index=["", *text.protocols].index(start.protocol or ""),
            format_func=lambda code: text.protocols.get(code, text.find_out), key=f"model_protocol_{mark}",
        )  # fmt: skip
        sees = st.selectbox(
            text.sees_images, list(text.sees), index=[None, True, False].index(start.sees_images),
            format_func=lambda code: text.sees[code], key=f"model_sees_{mark}",
        )  # fmt: skip
        reads_back = st.toggle(text.read_back, start.read_back, key=f"model_read_back_{mark}", help=text.read_back_help)
        headers = st.text_area(
            text.headers, "\n".join(f"{name}: {_KEPT}" for name in start.headers), key=f"model_headers_{mark}",
            help=text.headers_help.format(kept=_KEPT),
        )  # fmt: skip
        version = st.text_input(text.api_version, start.api_version, key=f"model_version_{mark}")
        proxy = st.text_input(text.proxy, start.proxy, key=f"model_proxy_{mark}")
        authority = st.text_input(text.ca_file, start.ca_file, key=f"model_ca_{mark}")
    try:
        return ModelSettings(
            **start.model_dump(exclude=_ASKED),
            name=name.strip(),
            label=label.strip(),
            base_url=url.strip(),
            api_key=SecretStr(key.strip()),
            window_tokens=int(window) or None,
            max_output_tokens=int(answer) or None,
            temperature=float(warmth.replace(",", ".")) if warmth.strip() else None,
            reasoning_effort=effort.strip() or None,
            vision_model=looks,
            instructions=header_lines.strip(),
            protocol=cast(CodeProtocol | None, protocol or None),
            sees_images=_SEES[sees or ""],
            read_back=reads_back,
            headers=_headers(headers, start.headers),
            api_version=version.strip(),
            proxy=proxy.strip(),
            ca_file=authority.strip(),
        )
    except (ValidationError, ValueError):
        st.warning(text.model_makes_no_sense)
        return None


_SEES: Mapping[str, bool | None] = {"": None, "yes": True, "no": False}


def _headers(lines: str, kept: Mapping[str, SecretStr]) -> dict[str, SecretStr]:
    """Headers written one a line as `Name: value`; raises `ValueError` where a line is none."""
    headers: dict[str, SecretStr] = {}
    for line in filter(None, map(str.strip, lines.splitlines())):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not name or not colon or (value == _KEPT and name not in kept):
            raise ValueError(line)
        headers[name] = kept[name] if value == _KEPT else SecretStr(value)
    return headers


def _looking(start: ModelSettings, mark: str) -> str:
    """The model that looks at pictures for this one, among the other configured ones."""
    text = words().settings
    others = {
        model.id: model.label or model.id for model in services().settings.configured_models if model.id != start.id
    }
    # One that is gone stays chosen until the person chooses again.
    ids = ["", *others, *([start.vision_model] if start.vision_model and start.vision_model not in others else [])]
    chosen = st.selectbox(
        text.vision_model,
        ids,
        index=ids.index(start.vision_model),
        format_func=lambda model_id: others.get(model_id, model_id) if model_id else text.no_vision_model,
        key=f"model_vision_{mark}",
        help=text.vision_model_help,
    )
    return chosen or ""


def _try(model: ModelSettings) -> None:
    model_trials.wait_for(Awaited(model, services().probe(model)))


def _outcome(live: Interpreter) -> None:
    """How the trial goes; once it is over the model is saved, or the person is asked whether it is to be."""
    awaited = model_trials.awaited()
    if awaited is None:
        return

    @st.fragment(run_every=model_trials.LOOK)
    def fragment() -> None:
        text = words().settings
        now = model_trials.awaited()
        if now is None:
            return
        if now.unsaved:
            st.error(now.unsaved, icon=":material/error:")
        elif not now.trial.done():
            st.caption(f":material/progress_activity: {text.trying}")
        elif failure := model_trials.failure(now.trial):
            st.error(failure, icon=":material/error:")
            if st.button(text.save_anyway, key="save_anyway", help=text.save_anyway_help):
                _save(live, now)
        else:
            _save(live, now)

    fragment()


def _save(live: Interpreter, awaited: Awaited) -> None:
    """Write the model and close the dialog; it is used from now on where there was none, if it works."""
    model, before = awaited.model, services().settings.configured_models
    works = awaited.trial.exception() is None
    is_new = all(each.id != model.id for each in before)
    try:
        save_model(services().settings.home, model)
        if is_new and not works:
            services().model_facts.shelve(model)
        services().reload()
        now = live.snapshot().settings
        if is_new and works and now.model == BUILTIN_ANALYST:
            live.change_settings(replace(now, model=model.id))
    except LciError as error:
        model_trials.wait_for(replace(awaited, unsaved=plain(str(explained(error.problem)))))
        st.rerun(scope="fragment")
    model_trials.keep(model, awaited.trial)
    model_trials.forget_awaited()
    # Chosen once more: the box would go on showing the name under which it was drawn.
    state.put("model", live.snapshot().settings.model)
    st.rerun()
