"""What the suites run on: real kernels here and on a Jupyter Server that is started for them, and scripted ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lci.kernels.server.rest import Server
from tests.jupyter_server import jupyter_server
from tests.kernels.driving import LoopThread


@pytest.fixture(scope="session")
def loop_thread() -> Iterator[LoopThread]:
    thread = LoopThread()
    yield thread
    thread.end()


#: Its own limit on outputs would hide ours.
_ROOMY = "--ZMQChannelsWebsocketConnection.iopub_data_rate_limit=1e12"


@pytest.fixture(scope="session")
def there() -> Iterator[Server]:
    with jupyter_server(_ROOMY) as server:
        yield server


@pytest.fixture(scope="session")
def gateway() -> Iterator[Server]:
    """One that has kernels and nothing else, as gateways do."""
    with jupyter_server(_ROOMY, program="tests.gateway_server") as server:
        yield server


@pytest.fixture(scope="session")
def older() -> Iterator[Server]:
    """One that speaks only the older form of messages."""
    with jupyter_server(_ROOMY, "--ZMQChannelsWebsocketConnection.kernel_ws_protocol=") as server:
        yield server
