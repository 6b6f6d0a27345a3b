"""Nothing that a user can set, call or follow is undocumented, and no link of the documents is dead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest
from fastapi import routing

from semsearch.api import build
from semsearch.cli import cli
from semsearch.serve.app import create_app
from semsearch.serve.live import Live
from tests.support import CORPUS, WordEncoder, script

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = [
    ROOT / name
    for name in (
        "README.md",
        "SECURITY.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "index/README.md",
        "examples/README.md",
    )
]
DOCUMENTS += sorted((ROOT / "docs").glob("*.md"))
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
_SETTING = re.compile(r"\bSEMSEARCH_[A-Z]+\b")  # not _SEMSEARCH_COMPLETE, which shells set
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def test_the_reference_of_commands_is_what_the_commands_say() -> None:
    reference = script("document_commands")
    written = reference.PAGE.read_text(encoding="utf-8")
    assert written == reference.page(), "run: python scripts/document_commands.py"
    for name, command in _commands(cli):
        section = written.partition(f"## semsearch {name}\n")[2].partition("\n## ")[0]
        options = {option for parameter in command.params for option in parameter.opts if option[0] == "-"}
        assert not [option for option in options if not re.search(rf"[`| ]{option}[`, ]", section)], name


def _commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command by its name, those below others as well."""
    for name, command in group.commands.items():
        yield f"{before}{name}", command
        if isinstance(command, click.Group):
            yield from _commands(command, f"{before}{name} ")


def test_every_setting_is_documented() -> None:
    sources = [*(ROOT / "src").rglob("*.py"), *(ROOT / "scripts").glob("*.py"), *(ROOT / "deploy").iterdir()]
    used = {name for path in sources for name in _SETTING.findall(path.read_text(encoding="utf-8"))}
    assert "SEMSEARCH_INDEX" in used
    deploying = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
    assert not {name for name in used if f"`{name}`" not in deploying}


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """Method and path of every route, whatever part of the service adds it."""
    root = tmp_path_factory.mktemp("index")
    build(CORPUS, root, encoder=WordEncoder())
    app = create_app(Live(root))
    # Routers that are included are lists in a list for some versions of FastAPI, which has this to walk them.
    every = getattr(routing, "iter_route_contexts", iter)(app.routes)
    return [
        (method, _plain(getattr(route, "path", "")))
        for route in every
        for method in sorted(getattr(route, "methods", None) or {"GET"})
        if method != "HEAD"
    ]


def _plain(path: str) -> str:
    """A path with its parameters nameless: the documents may call them as they like."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def test_every_route_is_documented(routes: list[tuple[str, str]]) -> None:
    assert {("GET", "/v1/search"), ("GET", "/v1/papers/{}"), ("GET", "/")} <= {*routes}
    documented = {(method, path) for method, path in _documented()}
    missing = [f"{method} {path}" for method, path in routes if (method, path) not in documented]
    assert not missing, missing


def _documented() -> Iterator[tuple[str, str]]:
    """What the documents name: ``POST /path``, a path that is posted to with curl, or just ``/path``."""
    for line in TEXT.replace("http://127.0.0.1:8000", " ").splitlines():
        posted = re.search(r"\bcurl\b.* (?:-d|--json)\b", line) is not None
        for method, path in re.findall(r"(?:\b(GET|POST) )?(/[\w./{}:-]*)", line):
            yield method or ("POST" if posted else "GET"), _plain(path.rstrip(".:"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = _FENCED.sub("", path.read_text(encoding="utf-8"))
    for link in _LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), f"{path.name} links {link}"
        if anchor:
            assert anchor in _anchors(target), f"{path.name} links {link}"


def _anchors(path: Path) -> set[str]:
    """The headings of a document, as GitHub names them."""
    headings = re.findall(r"^#+ (.+)$", _FENCED.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
