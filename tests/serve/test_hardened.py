"""What holds for every answer of a service: headers that protect a reader, and that nothing is written."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest
from fastapi import routing

from semsearch.serve.app import create_app
from semsearch.serve.headers import HEADERS
from semsearch.serve.live import Live
from tests.serve.serving import live_on, serving
from tests.support import CORPUS

VALUES = {
    "{identifier:path}": "10.1038/171737a0",
    "/docs/{name}": "/docs/start.js",
    "{name}": "page.css",
}
QUERIES = {
    "/v1/search": "?q=learning",
    "/v1/feed": "?q=learning",
    "/": "?q=learning",
    "/related": "?like=gan",
    "/embed.js": "?paper=gan",
    "/map/papers": "?rows=0,1",
}
BODIES = {
    "/v1/search": {"queries": [{"q": "learning"}, {"q": "machines"}]},
    "/v1/related": {"positive": ["gan"]},
    "/v1/export": {"ids": ["gan"], "format": "bibtex"},
}
STRANGE = (
    "/nowhere",
    "/v1/search",
    "/v1/papers/none",
    "/papers/none",
    "/static/none",
    "/docs/none",
    "/v1/search?q=",
)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Live:
    return live_on(tmp_path_factory.mktemp("hardened") / "index", CORPUS)


@pytest.fixture(scope="module")
def client(live: Live) -> Iterator[httpx.Client]:
    with serving(live) as opened:
        yield opened


def routes(live: Live) -> list[tuple[str, str]]:
    """Method and path of every route there is, whatever part of the service adds it."""
    every = getattr(routing, "iter_route_contexts", iter)(create_app(live).routes)
    return [
        (method, getattr(route, "path", ""))
        for route in every
        for method in sorted(getattr(route, "methods", None) or {"GET"})
        if method != "HEAD"
    ]


def _asked(client: httpx.Client, method: str, path: str) -> httpx.Response:
    """A request of a route that is answered as its users have it."""
    address = path
    for parameter, value in VALUES.items():
        address = address.replace(parameter, value)
    if method == "POST":
        return client.post(address, json=BODIES.get(path, {}))
    return client.request(method, address + QUERIES.get(path, ""))


def _protected(reply: httpx.Response) -> None:
    where = f"{reply.request.method} {reply.request.url} {reply.status_code}"
    for name in HEADERS:
        assert len(reply.headers.get_list(name)) == 1, f"{where}: {name}"
    policy = dict(
        part.strip().partition(" ")[::2] for part in reply.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] in {"'none'", "'self'"}, where
    assert policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] in {"'none'", "'self'"}, where
    assert {"form-action"} <= {*policy}
    assert "unsafe" not in policy.get("script-src", policy["default-src"]), where
    assert "*" not in reply.headers["content-security-policy"], where
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "same-origin"
    elsewhere = "cross-origin" if reply.request.url.path == "/embed.js" else "same-origin"
    assert reply.headers["cross-origin-resource-policy"] == elsewhere
    assert "server" not in reply.headers, where
    assert "x-powered-by" not in reply.headers
    assert "set-cookie" not in reply.headers
    assert not {name for name in reply.headers if name.startswith("access-control-")}


def test_every_answer_of_every_route_protects_who_reads_it(client: httpx.Client, live: Live) -> None:
    every = routes(live)
    assert len(every) > 20
    for method, path in every:
        reply = _asked(client, method, path)
        assert reply.status_code in {200, 303, 404}, (method, path, reply.text)
        assert reply.status_code != 404 or path == "/static/{name}"
        _protected(reply)
        if reply.headers.get("etag"):
            again = client.get(reply.request.url, headers={"If-None-Match": reply.headers["etag"]})
            assert again.status_code == 304, path
            _protected(again)


@pytest.mark.parametrize("path", STRANGE)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_so_does_every_refusal(client: httpx.Client, method: str, path: str) -> None:
    reply = client.request(method, path)
    assert 400 <= reply.status_code < 500
    _protected(reply)


def test_so_does_an_error_that_nobody_foresaw(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    from starlette.testclient import TestClient

    monkeypatch.setattr(type(live), "at_hand", lambda *_: 1 / 0)
    monkeypatch.setattr(live, "start", lambda: None)  # it has been started by the service of these tests
    monkeypatch.setattr(live, "stop", lambda: None)
    with TestClient(create_app(live), raise_server_exceptions=False) as client:
        reply = client.get("/v1/search?q=a")
    assert reply.status_code == 500
    assert "ZeroDivisionError" not in reply.text
    for name, value in HEADERS.items():
        assert reply.headers[name] == value


def test_there_is_no_route_that_could_change_anything(live: Live) -> None:
    """Admin actions are commands: no route has a method for one, and those that post are questions."""
    every = routes(live)
    assert {method for method, _ in every} == {"GET", "POST"}
    assert {path for method, path in every if method == "POST"} == {*BODIES, "/related"}


def _state(root: Path) -> dict[str, tuple[str, int, int]]:
    """Everything that a folder holds: names, modes, times and contents."""
    return {
        str(path.relative_to(root)): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder",
            path.stat().st_mode,
            path.stat().st_mtime_ns,
        )
        for path in sorted(root.rglob("*"))
    }


@pytest.fixture
def readable(published: Path, tmp_path: Path) -> Iterator[Path]:
    """An index that nobody may write."""
    root = tmp_path / "index"
    shutil.copytree(published, root)
    for path in (root, *root.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield root
    for path in (root, *root.rglob("*")):
        path.chmod(0o755)


def _as_reader() -> list[str]:
    """What to put before a command so that it is bound by permissions, even as root."""
    if os.geteuid() != 0:
        return []
    program = shutil.which("setpriv")
    if program is None:
        pytest.skip("skipped: no setpriv")
    return [program, "--inh-caps=-dac_override", "--bounding-set=-dac_override", "--"]


def test_it_serves_what_it_may_not_write_and_changes_nothing(readable: Path, live: Live) -> None:
    """All routes, asked of a process on files that are read-only."""
    python = [*_as_reader(), sys.executable]
    tried = subprocess.run(
        [*python, "-c", f"open('{readable}/x', 'w')"], capture_output=True, text=True, check=False
    )
    assert "PermissionError" in tried.stderr
    before, home = _state(readable), readable.parent / "home"
    home.mkdir()
    command = [*python, "-m", "semsearch", "serve", "--port", "0", "--index", str(readable)]
    environment = os.environ | {"HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        address = said.partition(" at ")[2].partition(" ")[0]
        assert address, said + process.stderr.read()
        with httpx.Client(base_url=address, timeout=60) as client:
            for method, path in routes(live):
                assert _asked(client, method, path).status_code in {200, 303, 404}, (method, path)
        process.terminate()
        rest = process.stderr.read()
        process.wait()
    assert "Error" not in rest
    assert _state(readable) == before
    assert [*home.rglob("*")] == []


def test_the_description_of_the_api_shows_no_route_that_writes(client: httpx.Client) -> None:
    paths = json.loads(client.get("/openapi.json").text)["paths"]
    methods = {method for operations in paths.values() for method in operations}
    assert methods == {"get", "post"}
