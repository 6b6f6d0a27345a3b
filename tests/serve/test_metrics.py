"""What a service tells of itself: metrics as Prometheus reads them, ids of requests, and a log in JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from semsearch.api import build
from semsearch.serve.live import Live
from tests.serve.serving import live_on, serving
from tests.support import CORPUS


@pytest.fixture
def live(tmp_path: Path) -> Live:
    return live_on(tmp_path / "index", CORPUS)


@pytest.fixture
def client(live: Live) -> Iterator[httpx.Client]:
    with serving(live) as opened:
        yield opened


def metrics(client: httpx.Client) -> dict[tuple[str, ...], float]:
    """Values by name and labels."""
    reply = client.get("/metrics")
    assert reply.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(reply.text)
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_answers_are_counted_by_route_status_and_confidence(client: httpx.Client, live: Live) -> None:
    for _ in range(3):
        client.get("/v1/search", params={"q": "quicksort"})
    client.get("/v1/search", params={"q": "zebra", "mode": "lexical"})
    client.get("/v1/search", params={"q": "sentence", "mode": "lexical"})
    client.get("/v1/papers/gan")
    client.get("/v1/papers/nobody")
    client.get("/nowhere")
    found = metrics(client)
    assert found["semsearch_requests_total", "/v1/search", "200"] == 5
    assert found["semsearch_requests_total", "/v1/papers/{identifier:path}", "200"] == 1
    assert found["semsearch_requests_total", "/v1/papers/{identifier:path}", "404"] == 1
    assert found["semsearch_requests_total", "none", "404"] == 1
    assert found["semsearch_answers_total", "strong"] == 3
    assert found["semsearch_answers_total", "none"] == 1
    assert found["semsearch_answers_total", "words"] == 1
    assert found["semsearch_stage_seconds_count", "encode"] == 3
    assert found["semsearch_stage_seconds_count", "words"] == 5
    assert found["semsearch_request_seconds_count", "/v1/search"] == 5
    assert 0 < found["semsearch_request_seconds_sum", "/v1/search"] < 60
    assert found["semsearch_requests_in_progress",] == 1, "the one that asks"
    assert found["semsearch_papers",] == len(CORPUS)
    assert found["semsearch_generation_info", live.searcher.generation.id] == 1
    assert found["semsearch_generation_refused",] == 0


def test_a_generation_that_cannot_be_served_shows(client: httpx.Client, live: Live) -> None:
    live.problem = "damaged"
    assert metrics(client)["semsearch_generation_refused",] == 1
    live.problem = None


def test_a_request_keeps_the_id_that_it_was_given(client: httpx.Client) -> None:
    assert (
        client.get("/health/live", headers={"X-Request-Id": "edge-7:a"}).headers["x-request-id"] == "edge-7:a"
    )
    hostile = client.get("/health/live", headers={"X-Request-Id": 'a"b c'}).headers["x-request-id"]
    assert len(hostile) == 32
    assert hostile != client.get("/health/live").headers["x-request-id"]


def test_workers_count_together_and_log_in_json(tmp_path: Path) -> None:
    root = tmp_path / "index"
    build(CORPUS, root)
    command = [sys.executable, "-m", "semsearch", "serve", "--port", "0", "--index", str(root)]
    command += ["--workers", "2", "--access-log", "--json-log"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        address = process.stderr.readline().partition(" at ")[2].partition(" ")[0]
        for n in range(12):  # each connection may reach another worker
            with httpx.Client(base_url=address, timeout=60) as client:
                client.get("/v1/search", params={"q": f"quicksort {n}"}, headers={"X-Request-Id": f"id-{n}"})
        with httpx.Client(base_url=address, timeout=60) as client:
            assert metrics(client)["semsearch_requests_total", "/v1/search", "200"] == 12
        process.terminate()
        lines = [json.loads(line) for line in process.stderr]
        process.wait()
    told = {line["request_id"]: line for line in lines if line.get("path") == "/v1/search"}
    assert set(told) == {f"id-{n}" for n in range(12)}
    assert all(line["status"] == 200 and line["ms"] > 0 and line["level"] == "info" for line in told.values())
    assert "quicksort" not in json.dumps(lines), "what was asked is not written down"
