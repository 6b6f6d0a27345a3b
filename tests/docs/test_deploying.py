"""The files in deploy/ do what they are there for, with the programs that read them, where there are any."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import click
import pytest
import uvicorn

from semsearch.api import build
from semsearch.cli import cli
from semsearch.serve.app import create_app
from semsearch.serve.guard.access import Access
from semsearch.serve.guard.guard import Guard
from semsearch.serve.guard.keys import KeyFile
from semsearch.serve.guard.rates import Rate
from semsearch.serve.live import Live
from tests.support import CORPUS

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"
_PATIENCE = 30  # seconds


def _needs(program: str) -> str:
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    if found is None:
        pytest.skip(f"skipped: no {program}")
    return found


def _parses(arguments: list[str]) -> None:
    """The arguments are those of a command that there is."""
    command = cli.commands[arguments[0]]
    assert isinstance(command.make_context(arguments[0], arguments[1:]), click.Context)


@pytest.mark.parametrize(
    "name", ["semsearch.service", "semsearch-rebuild.service", "semsearch-rebuild.timer"]
)
def test_systemd_takes_every_line(tmp_path: Path, name: str) -> None:
    verify = _needs("systemd-analyze")
    for path in DEPLOY.glob("semsearch*"):
        # A program and a user that are here: whether those of the server are, only the server knows.
        text = path.read_text().replace("/opt/semsearch/bin/semsearch", shutil.which("true") or "")
        (tmp_path / path.name).write_text(text.replace("=semsearch\n", "=root\n"))
    done = subprocess.run([verify, "verify", str(tmp_path / name)], capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if "semsearch" in line]
    assert not ours, done.stderr


@pytest.mark.parametrize("name", ["semsearch.service", "semsearch-rebuild.service"])
def test_a_unit_runs_a_command_that_there_is(name: str) -> None:
    (line,) = re.findall(
        r"^ExecStart=/opt/semsearch/bin/semsearch (.*)$", (DEPLOY / name).read_text(), re.MULTILINE
    )
    _parses(shlex.split(line))


def test_the_image_is_made_of_files_that_are_there_and_runs_a_command_that_there_is() -> None:
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        name for line in re.findall(r"^COPY (?!--)(.*) \S+$", text, re.MULTILINE) for name in line.split()
    }
    assert copied == kept
    assert all((ROOT / name).exists() for name in copied)
    (command,) = re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)
    _parses(json.loads(command))
    (check,) = re.findall(r"HEALTHCHECK .* CMD (\[.*\])$", text, re.MULTILINE)
    compile(json.loads(check)[2], "healthcheck", "exec")
    assert "urlopen('http://127.0.0.1:8000/health/ready'" in check
    # The bounds of torch are those of the package.
    (torch,) = re.findall(r"'(torch[^']*)'", text)
    assert f'"{torch}"' in (ROOT / "pyproject.toml").read_text()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small index."""
    folder = tmp_path_factory.mktemp("index")
    build(CORPUS, folder)
    return folder


@contextmanager
def _served(root: Path, access: Access) -> Iterator[int]:
    """A service, as its unit starts it; its port."""
    port = _free_port()
    app = create_app(Live(root), guard=Guard.of(access, "127.0.0.1"))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", server_header=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield port
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def nginx(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """nginx before a service that everybody may ask; its address."""
    with _served(root, Access()) as service, _nginx(service, tmp_path_factory.mktemp("nginx")) as address:
        yield address


@contextmanager
def _nginx(service: int, folder: Path) -> Iterator[str]:
    """nginx with the configuration of deploy/, but for ports and folders; its address."""
    program, port = _needs("nginx"), _free_port()
    site = (DEPLOY / "nginx.conf").read_text()
    for shipped, here in (
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{service};"),
        ("    listen 80;\n    listen [::]:80;\n", f"    listen 127.0.0.1:{port};\n"),
        ("/var/cache/nginx/semsearch", str(folder / "cache")),
    ):
        assert shipped in site
        site = site.replace(shipped, here)
    (folder / "site.conf").write_text(site)
    as_root = "user root;" if os.geteuid() == 0 else ""  # who else may not look into the test's folder
    paths = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"{as_root} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {paths} include {folder}/site.conf; }}\n"
    )
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert tested.returncode == 0, tested.stderr
    assert "warn" not in tested.stderr
    with subprocess.Popen(command) as process:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def test_a_question_goes_through_nginx_compressed(nginx: str) -> None:
    asked = Request(f"{nginx}/v1/search?q=how+is+DNA+copied", headers={"Accept-Encoding": "gzip"})
    with urlopen(asked, timeout=_PATIENCE) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
    with urlopen(f"{nginx}/v1/search?q=how+is+DNA+copied", timeout=_PATIENCE) as answer:
        assert json.load(answer)["hits"][0]["paper"]["id"] == "10.1038/171737a0"
    with urlopen(f"{nginx}/v1/search?q=how+is+DNA+copied", timeout=_PATIENCE) as answer:
        assert answer.headers["X-Cache"] in {"HIT", "REVALIDATED"}
    with urlopen(f"{nginx}/v1/papers/10.1038/171737a0", timeout=_PATIENCE) as answer:
        assert json.load(answer)["title"] == "Molecular Structure of Nucleic Acids"
    with urlopen(f"{nginx}/health/ready", timeout=_PATIENCE) as answer:
        assert json.load(answer)["status"] == "ready"


def test_who_asks_too_often_is_told_to_wait(nginx: str) -> None:
    def codes(path: str) -> list[int]:
        found = []
        for _ in range(60):
            try:
                with urlopen(f"{nginx}{path}", timeout=_PATIENCE) as answer:
                    found.append(answer.status)
            except HTTPError as refused:
                found.append(refused.code)
        return found

    assert set(codes("/health/live")) == {200}  # those who watch are not counted
    asked = codes("/v1/papers/gan")  # which nginx itself answers, all but once
    assert asked[:30] == [200] * 30
    assert 429 in asked


def _status(address: str, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urlopen(Request(address, headers=named), timeout=_PATIENCE) as answer:
            return int(answer.status)
    except HTTPError as refused:
        return refused.code


def test_what_was_answered_to_a_key_nginx_gives_to_nobody_else(root: Path, tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys.json")
    key = keys.add("ada")
    with _served(root, Access(keys=keys.path)) as service, _nginx(service, tmp_path) as nginx:
        for path in ("/v1/papers/gan", "/v1/search?q=networks", "/", "/v1/feed"):
            for _ in range(2):
                assert _status(f"{nginx}{path}", X_API_Key=key) == 200
                assert _status(f"{nginx}{path}", Authorization=f"Bearer {key}") == 200
                assert _status(f"{nginx}{path}") == 401, path


def test_nginx_gives_an_answer_only_to_those_who_asked_by_its_name(nginx: str) -> None:
    """Links are made of the name; a feed that was asked for by another would lead others there."""

    def feed(host: str) -> str:
        with urlopen(Request(f"{nginx}/v1/feed?k=1", headers={"Host": host}), timeout=_PATIENCE) as answer:
            return str(answer.read().decode())

    assert "http://localhost/papers/" in feed("localhost")
    assert "http://127.0.0.1/papers/" in feed("127.0.0.1")
    assert _status(f"{nginx}/v1/feed?k=1", Host="evil.example") == 421


def test_the_address_that_nginx_sees_is_the_one_that_counts(root: Path, tmp_path: Path) -> None:
    with _served(root, Access(rate=Rate(3, 3600))) as service, _nginx(service, tmp_path) as nginx:
        codes = [_status(f"{nginx}/v1/papers/gan?n={n}", X_Forwarded_For=f"198.51.100.{n}") for n in range(5)]
    assert codes == [200, 200, 200, 429, 429]
