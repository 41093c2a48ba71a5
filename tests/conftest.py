"""Every test gets a data folder of its own and an environment without keys or proxies; nothing may reach a network."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.examples import share

# Timing decides no test: what takes long on a busy machine is no fault.
settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=share(100)
)
settings.load_profile("unhurried")

#: MPLBACKEND comes with Streamlit, once a test imports it: a stock kernel would draw nothing.
_FORBIDDEN = (
    "MPLBACKEND",
    "OPENAI_",
    "AZURE_",
    "LCI_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in list(os.environ):
        if name.startswith(_FORBIDDEN):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LCI_HOME", str(tmp_path_factory.mktemp("home")))
    real = socket.socket.connect

    def loopback_only(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
            raise AssertionError(f"a test tried to reach {address[0]!r}")
        real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", loopback_only)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser comes last: Playwright's loop occupies the main thread until the session ends."""
    items.sort(key=lambda item: item.path.parent.name == "e2e")
