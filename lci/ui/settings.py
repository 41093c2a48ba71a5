"""What is in force: models without their keys, how this conversation is answered, how code runs, privacy, versions."""

from __future__ import annotations

import html
import importlib.metadata
import platform

import streamlit as st

from lci.core.conversation import IsolationLevel
from lci.core.ports import KernelFacts
from lci.errors import LciError
from lci.kernels.environments import environments
from lci.kernels.isolation import survey
from lci.runtime.conversation.interpreter import Interpreter
from lci.ui import commands, conversation_settings, frame, models, privacy, state
from lci.ui.safety import plain
from lci.ui.state import services
from lci.wording import explained, size, words

_PARTS = ("streamlit", "openai", "jupyter_client", "ipykernel", "pandas", "duckdb")


def page(live: Interpreter) -> None:
    """The page."""
    st.markdown(f"### {words().sidebar.settings}")
    models.section(live)
    conversation_settings.section(live)
    _running_code(live)
    privacy.section(live)
    _about()


def _running_code(live: Interpreter) -> None:
    text = words().settings
    settings = services().settings
    now = live.snapshot().settings
    expected = frame.surroundings(live)
    st.markdown(f"#### {text.running_your_code}")
    state.hold("approval", now.approval)
    forced = expected.isolation in ("none", "rlimits", "server_open")
    st.radio(
        text.approval,
        list(text.approvals),
        format_func=lambda code: text.approvals[code][0],
        captions=[caption for _, caption in text.approvals.values()],
        key="approval",
        horizontal=True,
        help=text.approval_scope,
        disabled=forced,
        on_change=commands.change_approval,
    )
    if forced:
        st.caption(f":material/gpp_maybe: {text.approval_forced}")
    _server(live)
    _network(live, expected.isolation)
    _environment(live)
    heads = text.kernel_facts
    limits = services().limits
    _listed({
        heads["isolation"]: f"{frame.isolation(expected)}. {text.isolation_means[expected.isolation]}",
        **(_elsewhere(expected) if expected.host else {
            heads["python"]: expected.python,
            heads["limits"]: text.limits.format(
                memory=size(limits.memory_bytes), workspace=size(limits.workspace_bytes), processes=limits.processes
            ),
        }),
        heads["pauses"]: text.pauses.format(
            cells=settings.cells_per_turn, failures=settings.failures_in_a_row, seconds=f"{settings.cell_seconds:g}"
        ),
        heads["idle"]: text.idle.format(minutes=f"{settings.kernel_idle_minutes:g}", kernels=settings.kernels),
    })  # fmt: skip
    if expected.isolation != "server" and expected.isolation != "server_open":
        for level, reason in survey().refusals(expected.isolation):
            st.caption(text.level_refused.format(level=text.levels[level], reason=plain(reason)))


def _elsewhere(expected: KernelFacts) -> dict[str, str]:
    """What does not hold on a server."""
    text = words().settings
    return {text.kernel_facts["gaps"]: "; ".join(text.kernel_gaps[gap] for gap in expected.gaps)}


def _server(live: Interpreter) -> None:
    """This machine, or one of the Jupyter Servers of config.toml; nothing where there are none."""
    text = words().settings
    known = {server.id: server for server in services().settings.kernel_servers}
    chosen = live.snapshot().settings.kernel
    if not known and not chosen:
        return
    names = ["", *known, *([chosen] if chosen and chosen not in known else [])]
    state.hold("kernel_server", chosen)
    st.selectbox(
        text.kernel_server,
        names,
        format_func=lambda name: (
            f"{name} · {known[name].url}" if name in known else name if name else text.this_machine
        ),
        key="kernel_server",
        help=text.kernel_server_help,
        disabled=live.busy,
        on_change=commands.change_kernel_server,
        args=(names,),
    )


def _network(live: Interpreter, isolation: IsolationLevel) -> None:
    """On or off, and what on means."""
    text = words().settings
    now = live.snapshot().settings
    walled = isolation in ("bubblewrap", "landlock")
    state.hold("network", now.network)
    st.toggle(
        text.network,
        key="network",
        help=text.network_help,
        disabled=not walled or live.busy,
        on_change=commands.change_network,
    )
    st.caption(text.network_open if not walled else text.network_on if now.network else text.network_off)


def _environment(live: Interpreter) -> None:
    """The Python that runs the code, among those found on this machine."""
    text = words().settings
    by_name = {env.name: env for env in environments()}
    chosen = live.snapshot().settings.environment
    names = [*by_name, *([chosen] if chosen not in by_name else [])]
    state.hold("environment", chosen)
    st.selectbox(
        text.environment,
        names,
        format_func=lambda name: (
            text.own_environment if not name else f"{by_name[name].label} · {name}" if name in by_name else name
        ),
        key="environment",
        help=text.environment_help,
        disabled=live.busy or bool(live.snapshot().settings.kernel),
        on_change=commands.change_environment,
        args=(names,),
    )
    try:
        environment = services().environment(chosen)
    except LciError as error:
        st.warning(plain(str(explained(error.problem))), icon=":material/error:")
        return
    if environment is not None and environment.is_reduced:
        st.caption(text.environment_reduced.format(version=environment.ipykernel))


def _about() -> None:
    text = words().settings
    home = services().settings.home
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
    lines = (f"<dt>{html.escape(head)}</dt><dd>{html.escape(fact)}</dd>" for head, fact in facts.items())
    st.html(f'<dl class="lci-facts">{"".join(lines)}</dl>')
