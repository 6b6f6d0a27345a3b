"""What goes wrong at a service and on the way there: waited out while patience lasts, and nothing lost."""

from __future__ import annotations

import socket
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from semsearch.errors import HarvestError, MissingExtra
from semsearch.ingest.harvest import Request, client, harvest
from semsearch.ingest.harvest.services import SERVICES
from tests.ingest.harvest import server
from tests.ingest.harvest.conftest import CONTACT, KINDS, Harvested

EVERY = pytest.mark.parametrize("ask", sorted(KINDS), indirect=True)
FAULTS: dict[str, tuple[server.Fault, float]] = {
    "429 with Retry-After": (server.status(429, '{"message": "slow down"}', retry_after="7"), 7),
    "429 without": (server.status(429), 1),
    "500": (server.status(500, "<html>oops</html>"), 1),
    "503 with Retry-After": (server.status(503, "", retry_after="90"), 90),
    "503 with a date": (server.retry_at(server.Passing().now() + timedelta(seconds=40)), 40),
    "503 with nonsense": (server.status(503, "", retry_after="soon"), 1),
    "a page of HTML": (server.html, 1),
    "a reply cut short": (server.cut, 1),
    "a connection dropped": (server.dropped, 1),
}


@pytest.fixture
def undisturbed(ask: Harvested) -> bytes:
    """What the file should be."""
    output = ask.output
    ask.output = output.with_name("undisturbed.jsonl")
    ask.run()
    written = ask.output.read_bytes()
    ask.output = output
    ask.service.asked.clear()
    ask.clock.seconds, ask.clock.waits = 0.0, []
    return written


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_it_is_waited_for_as_long_as_is_asked(ask: Harvested, undisturbed: bytes, fault: str) -> None:
    wrong, pause = FAULTS[fault]
    ask.service.faults = {2: wrong}
    said: list[str] = []
    ask.run(say=said.append)
    assert ask.output.read_bytes() == undisturbed
    assert len(said) == 1
    assert said[0].startswith("HAL ")
    before = ask.service.asked[1].at
    wanted = pause - before if "date" in fault else pause  # a date is a moment, however long it is until then
    assert ask.service.asked[2].at - before == pytest.approx(wanted)


@EVERY
def test_whatever_goes_wrong_nothing_is_lost_and_nothing_is_there_twice(
    ask: Harvested, undisturbed: bytes
) -> None:
    ask.service.faults = {
        1: server.cut,
        3: server.dropped,
        5: server.html,
        6: server.status(502),
        8: server.cut,
    }
    said: list[str] = []
    ask.run(say=said.append)
    assert ask.output.read_bytes() == undisturbed
    assert len(said) == 5 - len(ask.service.faults)
    assert len(said) >= 4


def test_a_page_that_never_comes_is_asked_for_again(
    ask: Harvested, undisturbed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TIMEOUT", 0.3)
    ask.service.faults = {2: server.slow}
    ask.run()
    assert ask.output.read_bytes() == undisturbed
    assert len(ask.service.asked) == 5


def _empty(handler: Any, reply: server.Reply) -> None:
    """A page without its records, whatever follows; the service is well otherwise."""
    import json
    import re

    body = re.sub(r"<entry>.*</entry>", "", reply[1])
    if not body.startswith("<"):
        document = json.loads(body)
        for part in (document, document.get("message", {}), document.get("response", {})):
            for name in ("results", "data", "items", "docs"):
                if name in part:
                    part[name] = []
        body = json.dumps(document)
    server.send(handler, (200, body))


@EVERY
def test_an_empty_page_in_the_middle_is_asked_for_again(ask: Harvested, undisturbed: bytes) -> None:
    ask.service.faults = {2: _empty, 3: _empty}
    ask.run()
    assert ask.output.read_bytes() == undisturbed


def test_a_service_that_stays_empty_is_not_believed(ask: Harvested, undisturbed: bytes) -> None:
    ask.service.faults = dict.fromkeys(range(2, 20), _empty)
    with pytest.raises(HarvestError, match="2 of 7 records and no more"):
        ask.run()
    assert not ask.output.exists()
    ask.service.faults = {}
    assert ask.run().complete
    assert ask.output.read_bytes() == undisturbed


@EVERY
@pytest.mark.parametrize(
    ("code", "body"), [(400, '{"error": {"msg": "no such field"}}'), (403, "Forbidden"), (404, "")]
)
def test_what_is_refused_is_said_and_not_asked_again(ask: Harvested, code: int, body: str) -> None:
    ask.service.faults = {1: server.status(code, body)}
    with pytest.raises(HarvestError) as error:
        ask.run()
    reason = {400: "no such field", 403: "Forbidden", 404: "without a reason"}[code]
    assert error.value.what == f"{SERVICES[ask.name].title} refuses ({code}): {reason}."
    assert len(ask.service.asked) == 1
    assert not ask.output.exists()


@pytest.mark.parametrize("ask", ["arxiv"], indirect=True)
def test_an_error_that_arxiv_calls_a_paper_is_an_error(ask: Harvested) -> None:
    entry = "<id>http://arxiv.org/api/errors#bad</id><title>Error</title><summary>bad search</summary>"
    body = server._feed([], 1).replace("</feed>", f"<entry>{entry}</entry></feed>")
    ask.service.faults = {1: server.status(200, body)}
    with pytest.raises(HarvestError, match="bad search"):
        ask.run()
    ask.service.faults = {2: server.status(400, body)}
    with pytest.raises(HarvestError, match=r"refuses \(400\): bad search"):
        ask.run()


@EVERY
def test_patience_ends_and_the_next_run_goes_on(ask: Harvested, undisturbed: bytes) -> None:
    ask.service.faults = dict.fromkeys(range(3, 100), server.status(503))
    with pytest.raises(HarvestError, match="says 503") as error:
        ask.run(patience=100)
    assert "goes on from there" in error.value.hint
    waited = ask.service.asked[-1].at - ask.service.asked[2].at
    assert waited <= 100
    times = [asked.at for asked in ask.service.asked[2:]]
    pauses = [after - before for before, after in pairwise(times)]
    assert pauses == [pytest.approx(max(pause, pauses[0])) for pause in (1, 2, 4, 8, 16, 32)]
    assert not ask.output.exists()
    ask.service.faults = {}
    asked = len(ask.service.asked)
    report = ask.run()
    assert (report.new, report.complete) == (7, True)
    assert ask.output.read_bytes() == undisturbed
    # The two pages that were still to come; OpenAlex says with an empty one that there are no more.
    assert len(ask.service.asked) - asked == (3 if ask.name == "openalex" else 2)


def test_who_asks_to_wait_too_long_is_not_waited_for(ask: Harvested) -> None:
    ask.service.faults = {1: server.status(429, '{"error": "daily limit"}', retry_after="10800")}
    with pytest.raises(HarvestError, match="says 429, daily limit") as error:
        ask.run()
    assert error.value.hint.startswith("It asks to wait for 3 h.")
    assert ask.clock.seconds == 0


def test_nobody_there_is_said_soon(ask: Harvested, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # and nobody listens
        monkeypatch.setattr(type(SERVICES["hal"]), "address", f"http://127.0.0.1:{held.getsockname()[1]}")
        with pytest.raises(HarvestError, match="HAL does not answer") as error:
            ask.run()
    assert "network" in error.value.hint
    assert ask.clock.seconds < 10


def test_without_the_extra_it_says_what_to_install(ask: Harvested, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "httpx2", None)
    with pytest.raises(MissingExtra, match="httpx2") as error:
        ask.run()
    assert "semsearch[harvest]" in error.value.hint


@pytest.mark.parametrize(
    ("request_", "said", "hint"),
    [
        (Request("scopus", query="x"), "no service “scopus”", "openalex, arxiv, hal, crossref"),
        (Request("arxiv", institution="CERN"), "arXiv cannot be asked by institution", "query, author"),
        (Request("crossref", category="x"), "Crossref cannot be asked by category", "institution, author"),
        (Request("hal"), "nothing in particular", "query, institution, author, category."),
        (Request("hal", query="  "), "nothing in particular", "query"),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_put_is_refused(
    ask: Harvested, request_: Request, said: str, hint: str
) -> None:
    with pytest.raises(HarvestError, match=said) as error:
        harvest(request_, ask.output, contact=CONTACT)
    assert hint in error.value.hint
    assert not ask.service.asked
    assert not [*ask.output.parent.iterdir()]


def test_a_contact_that_is_none_is_refused(ask: Harvested) -> None:
    for wrong in ("marie", "marie@example.org\r\nX: y", "hélène@example.org", ""):
        with pytest.raises(HarvestError, match="no e-mail address"):
            ask.run(contact=wrong)
