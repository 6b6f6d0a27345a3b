"""What a service says is wrong, in whatever form, is said on."""

from __future__ import annotations

from typing import Any

import pytest

from semsearch.errors import HarvestError
from semsearch.ingest.harvest import client
from semsearch.ingest.harvest.identifying import orcid, ror
from semsearch.ingest.harvest.service import said
from tests.ingest.harvest import server
from tests.ingest.harvest.conftest import Harvested


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ('{"error": "Invalid filter", "message": "Unknown field: x."}', "Unknown field: x"),
        ('{"status": "failed", "message": [{"type": "t", "message": "Bad date"}]}', "Bad date"),
        ('{"error": {"msg": "undefined field y", "code": 400}}', "undefined field y"),
        ('{"message": "Too Many Requests", "code": "429"}', "Too Many Requests"),
        ("<feed><entry><summary type='text'>bad\n search</summary></entry></feed>", "bad search"),
        ("<html><title>502</title><h1>Bad Gateway</h1></html>", "502 Bad Gateway"),
        ("", ""),
        ("[" * 100_000, "[" * 300),
        ("<summary" * 100_000, ""),
    ],
)  # fmt: skip
def test_errors_are_understood(body: str, what: str) -> None:
    if what:
        assert said(body) == what
    else:
        assert len(said(body)) <= 300


def test_a_reply_without_end_is_given_up(ask: Harvested, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_LARGEST", 100_000)
    sent = 0

    def endless(handler: Any, _: server.Reply) -> None:
        nonlocal sent
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Connection", "close")
        handler.end_headers()
        while sent < 50_000_000:
            handler.wfile.write(b'{"response": [' * 1_000)
            sent += 14_000

    ask.service.faults = {2: endless}
    said_: list[str] = []
    assert ask.run(say=said_.append).total == 7
    assert "cannot be read" in said_[0]
    assert sent < 50_000_000


def test_a_reply_in_another_encoding_is_no_reply(ask: Harvested) -> None:
    def latin(handler: Any, reply: server.Reply) -> None:
        body = reply[1].replace("Shannon", "Shannön").encode("latin-1")
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    ask.service.faults = dict.fromkeys(range(1, 9), latin)
    with pytest.raises(HarvestError, match="cannot be read"):
        ask.run(patience=5)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("https://ror.org/02kvxyf05", "02kvxyf05"),
        ("ROR.ORG/02KVXYF05/", "02kvxyf05"),
        (" 02kvxyf05 ", "02kvxyf05"),
        ("441569", None),
        ("INRIA", None),
    ],
)
def test_a_ror_is_known_however_it_is_written(name: str, number: str | None) -> None:
    assert ror(name) == number


def test_an_orcid_is_known_however_it_is_written() -> None:
    for name in (
        "https://orcid.org/0000-0002-1694-233x",
        "orcid.org/0000-0002-1694-233X",
        "0000-0002-1694-233X",
    ):
        assert orcid(name) == "0000-0002-1694-233X"
    assert orcid("Marie Curie") is None
