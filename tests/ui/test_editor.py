"""The committed script of the code editor: made of what its lock pins, with the licences of what is in it."""

from __future__ import annotations

import json
import re

from starlette.testclient import TestClient

from lci.ui import routes
from scripts.build_editor import SOURCE, TARGET, made_of


def test_the_script_is_made_of_the_source_and_the_lock_that_are_committed() -> None:
    """B41: nobody who runs the app needs npm; who changes the source runs `python -m scripts.build_editor`."""
    first = TARGET.read_text("utf-8").partition("\n")[0]
    assert first == f"// made of {made_of()}"


def test_every_package_in_the_script_is_named_with_its_version_and_its_licence() -> None:
    script = TARGET.read_text("utf-8")
    notices = script[script.index("/*!") : script.index("*/")]
    lock = json.loads((SOURCE / "package-lock.json").read_text("utf-8"))["packages"]
    shipped = {place: facts for place, facts in lock.items() if place and not facts.get("dev")}
    assert len(shipped) > 5
    for place, facts in shipped.items():
        assert f"{place.removeprefix('node_modules/')} {facts['version']}" in notices
        assert facts["license"] == "MIT"
    assert notices.count("Permission is hereby granted") >= 1
    assert "resolved" not in json.dumps(lock)


def test_the_script_asks_the_web_for_nothing() -> None:
    """B36, B41."""
    script = TARGET.read_text("utf-8")
    code = script[script.index("*/") :]
    assert not re.search(r"\bfetch\(|XMLHttpRequest|WebSocket|\bimport\(|\beval\(|new Function", code)


def test_it_is_served_under_an_address_of_its_own_and_kept() -> None:
    from starlette.applications import Starlette

    with TestClient(Starlette(routes=routes.routes())) as client:
        answer = client.get(routes.editor_url())
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/javascript")
        assert "immutable" in answer.headers["cache-control"]
        assert answer.content == TARGET.read_bytes()
        assert client.get(f"{routes.root()}/editor/other.js").status_code == 404
