"""How a model is reached: Azure's two addresses, headers, proxies and certificates; over real sockets."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
from pathlib import Path

import pytest

from lci.core.messages import Message, TextPart
from lci.core.ports import ModelProfile, ModelRequest, TextPiece
from lci.errors import AddressWrong, KeyRejected, Unreachable
from lci.models.connecting import Connection, client
from lci.models.openai_chat import OpenAIChat
from lci.models.providers import is_local
from lci.testing.server import Reply, Request, ScriptedServer, error, text
from lci.wording import explained

KEY = "sk-very-secret-0123456789"
HELLO = ModelRequest((Message("user", (TextPart("Hello"),)),))


def answer(connection: Connection) -> str:
    async def asked() -> str:
        model = OpenAIChat(connection, ModelProfile("m", "M", "Maker", local=is_local(connection.base_url)))
        try:
            return "".join([event.text async for event in model.stream(HELLO) if isinstance(event, TextPiece)])
        finally:
            await model.close()

    return asyncio.run(asyncio.wait_for(asked(), 30))


def headers(request: Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


@pytest.mark.parametrize("ending", ["", "/", "/openai", "/openai/", "/openai/v1", "/openai/v1/"])
def test_azures_older_address_has_a_path_for_each_deployment_and_a_version(ending: str) -> None:
    """B12: however much of the address was pasted."""
    with ScriptedServer([text("a")]) as server:
        root = server.url.removesuffix("/v1")
        assert answer(Connection(root + ending, KEY, "my-gpt", api_version="2024-10-21")) == "a"
        (request,) = server.requests
    assert request.path == "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21"
    assert headers(request)["api-key"] == KEY
    assert "authorization" not in headers(request)
    assert request.body["model"] == "my-gpt"


def test_a_version_or_deployment_that_is_not_there_is_told() -> None:
    """B12: Azure answers both in the same words."""
    with ScriptedServer([error(404, "Resource not found", "404")]) as server, pytest.raises(AddressWrong) as caught:
        answer(Connection(server.url, KEY, "my-gpt", api_version="2000-01-01"))
    assert "api_version" in str(explained(caught.value.problem))


def test_azures_newer_address_needs_no_version() -> None:
    with ScriptedServer([text("a")]) as server:
        url = f"{server.url.removesuffix('/v1')}/openai/v1/"
        assert answer(Connection(url, KEY, "my-gpt", key_header="api-key")) == "a"
        (request,) = server.requests
    assert request.path == "/openai/v1/chat/completions"
    assert headers(request)["api-key"] == KEY
    assert "authorization" not in headers(request)


@pytest.mark.parametrize("ending", ["", "/", "/openai", "/openai/v1", "/openai/v1/"])
def test_an_azure_resource_alone_is_completed_to_its_newer_address(ending: str) -> None:
    made = client(Connection(f"https://res.openai.azure.com{ending}", KEY, "m"), "Azure")
    assert str(made.base_url) == "https://res.openai.azure.com/openai/v1/"


def test_no_key_of_the_environment_goes_to_azure(monkeypatch: pytest.MonkeyPatch) -> None:
    """B31."""
    for name in ("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_AD_TOKEN", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "from-environment")
    with ScriptedServer([text("a")]) as server:
        answer(Connection(server.url, "", "m", api_version="2024-10-21"))
        assert "from-environment" not in repr(server.requests)


def test_own_headers_go_with_every_request() -> None:
    with ScriptedServer([text("a")]) as server:
        answer(Connection(server.url, KEY, "m", headers={"X-Team": "data", "X-Gateway-Key": "gw-123456789"}))
        sent = headers(server.requests[0])
    assert (sent["x-team"], sent["x-gateway-key"], sent["authorization"]) == ("data", "gw-123456789", f"Bearer {KEY}")


def test_own_headers_do_not_follow_a_redirect_and_are_in_no_repr() -> None:
    """B31: nothing is sent to another host."""
    with ScriptedServer([text("a")]) as elsewhere:
        away = Reply(status=307, headers={"location": f"{elsewhere.url}/chat/completions"}, body={})
        with ScriptedServer([away, away]) as server:
            for connection in (
                Connection(server.url, KEY, "m", headers={"X-Gateway-Key": "gw-123456789"}),
                Connection(server.url, KEY, "m", api_version="2024-10-21"),
            ):
                with pytest.raises(Exception, match="redirect_refused"):
                    answer(connection)
                assert "gw-123456789" not in repr(connection)
        assert elsewhere.requests == []


def test_a_header_that_is_none_is_told_without_its_value() -> None:
    with pytest.raises(KeyRejected):
        answer(Connection("http://127.0.0.1:9/v1", KEY, "m", headers={"X-Key": "two\nlines"}))


# --- proxies ----------------------------------------------------------------------------------------------------------


def test_a_black_hole_of_a_proxy_does_not_hold_up_a_local_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """B41: it is never even connected to, set in the environment or for the model itself."""
    # An address of its own: a client of an earlier test may still try the port of a server that is gone.
    with socket.create_server(("127.77.77.77", 0)) as hole, ScriptedServer([text("a"), text("b")]) as server:
        address = f"http://127.77.77.77:{hole.getsockname()[1]}"
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, address)
        assert answer(Connection(server.url, KEY, "m")) == "a"
        assert answer(Connection(server.url, KEY, "m", proxy=address)) == "b"
        hole.setblocking(False)
        with pytest.raises(BlockingIOError):
            hole.accept()


def test_a_models_own_proxy_wins_over_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer([text("own")]) as own, ScriptedServer([text("environment")]) as other:
        monkeypatch.setenv("HTTP_PROXY", other.url.removesuffix("/v1"))
        assert answer(Connection("http://model.example/v1", "", "m", proxy=own.url.removesuffix("/v1"))) == "own"
        assert own.requests[0].path == "http://model.example/v1/chat/completions"


def test_no_proxy_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer([text("proxied")]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.removesuffix("/v1"))
        with pytest.raises(Unreachable):
            answer(Connection("http://model.invalid/v1", "", "m", proxy="none"))
        assert proxy.requests == []


def test_the_password_of_a_proxy_is_in_no_repr_and_no_error() -> None:
    """B31."""
    connection = Connection("http://model.example/v1", "", "m", proxy="bogus://user:word@127.0.0.1:1")
    assert "word" not in repr(connection)
    with pytest.raises(Unreachable) as caught:
        answer(connection)
    assert "proxy" in caught.value.reason and "word" not in str(caught.value)


# --- certificates -----------------------------------------------------------------------------------------------------


REQUEST = (
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=lci "
    "-addext subjectAltName=IP:127.0.0.1"
)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl makes the certificate")
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [program, *REQUEST.split(), "-keyout", str(key), "-out", str(cert)],
        check=True,
        capture_output=True,
    )
    return cert, key


def test_a_certificate_of_ones_own_is_trusted_when_it_is_named(certificate: tuple[Path, Path]) -> None:
    """B41."""
    cert, key = certificate
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(cert, key)
    with ScriptedServer([text("a")], tls=tls) as server:
        assert answer(Connection(server.url, KEY, "m", ca_file=str(cert))) == "a"
        with pytest.raises(Unreachable) as caught:
            answer(Connection(server.url, KEY, "m"))
        assert "certificate" in caught.value.reason.lower()


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_certificate_file_that_is_none_is_told(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(Unreachable) as caught:
        answer(Connection("http://127.0.0.1:9/v1", KEY, "m", ca_file=str(path)))
    assert caught.value.reason == "unusable certificate file"
