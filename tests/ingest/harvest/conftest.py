"""A service to harvest: the real one's module, told of a server on this machine, with pages of two papers."""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from semsearch.ingest.harvest import HarvestReport, Request, harvest
from semsearch.ingest.harvest.services import SERVICES
from semsearch.ingest.reader import iter_papers
from semsearch.paper import Paper
from tests.ingest.harvest import server

KINDS: dict[str, type[server.Service]] = {
    "openalex": server.OpenAlex,
    "arxiv": server.Arxiv,
    "hal": server.Hal,
    "crossref": server.Crossref,
    "semantic-scholar": server.SemanticScholar,
}
CONTACT = "marie@example.org"


@dataclass
class Harvested:
    """A service that is asked, and the file that comes of it."""

    name: str
    service: server.Service
    clock: server.Passing
    output: Path

    def run(
        self, *, contact: str | None = CONTACT, request: Request | None = None, **options: Any
    ) -> HarvestReport:
        """Harvest, in no time."""
        asked = request or Request(self.name, query="learning")
        return harvest(asked, self.output, contact=contact, clock=self.clock, **options)

    def papers(self) -> list[Paper]:
        """What `semsearch index` reads."""
        papers = list(iter_papers([str(self.output)], keep_duplicates=True))
        assert all(isinstance(paper, Paper) for paper in papers), papers
        return papers  # type: ignore[return-value]


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> int:
    """How many papers a page has."""
    for service in SERVICES.values():
        monkeypatch.setattr(sys.modules[type(service).__module__], "_ROWS", 2)
    monkeypatch.setattr(server.SemanticScholar, "rows", 2)
    return 2


@pytest.fixture
def ask(
    request: pytest.FixtureRequest, rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Harvested]:
    """One of the services, by the parameter of the test; HAL where it has none."""
    name = getattr(request, "param", "hal")
    # Neither is what is tested, and each takes longer than all the rest: certificates, which nobody needs to
    # whom this machine speaks, and waiting for the disk.
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **__: None)
    monkeypatch.setattr(os, "fsync", lambda _: None)
    clock = server.Passing()
    service = KINDS[name](clock=clock)
    with server.serving(service) as address:
        monkeypatch.setattr(type(SERVICES[name]), "address", address)
        if setting := SERVICES[name].setting:
            monkeypatch.delenv(setting, raising=False)
        yield Harvested(name, service, clock, tmp_path / f"{name}.jsonl")
