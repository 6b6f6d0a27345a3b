"""The HTTP service, on a real server on loopback: the answers of Python, one error shape, hot reload."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx2 as httpx
import pytest

from semsearch.api import build
from semsearch.encode.transformer import TransformerEncoder
from semsearch.serve.live import Live
from semsearch.serve.run import listen
from semsearch.serve.settings import DEFAULT
from tests.serve.serving import live_on, serving
from tests.support import CORPUS


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def live(root: Path, encoder: TransformerEncoder) -> Live:
    return live_on(root, CORPUS, encoder)


@pytest.fixture(scope="module")
def client(live: Live) -> Iterator[httpx.Client]:
    with serving(live, replace(DEFAULT, max_wait=None)) as opened:  # nobody is refused, however many ask
        yield opened


def test_what_is_sent_is_sent_at_once() -> None:
    """asyncio sets TCP_NODELAY on sockets that name their protocol alone."""
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_questions_at_once_get_each_its_own_answer(client: httpx.Client, live: Live) -> None:
    questions = [f"{paper.title} {n}" for paper in CORPUS for n in range(8)]
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda q: client.get("/v1/search", params={"q": q}).json(), questions))
    for question, reply in zip(questions, replies, strict=True):
        expected = live.searcher.search(question)
        assert reply["query"] == question
        assert [hit["paper"]["id"] for hit in reply["hits"]] == [hit.paper.id for hit in expected]


def test_http_gives_the_order_and_scores_of_python(client: httpx.Client, live: Live) -> None:
    question = "a forger and a detective compete"
    reply = client.get("/v1/search", params={"q": question, "k": 4}).json()
    expected = live.searcher.search(question, 4).to_dict()
    for got, wanted in zip(reply["hits"], expected["hits"], strict=True):
        for number in ("score", "similarity"):
            assert got.pop(number) == pytest.approx(wanted.pop(number), abs=1e-4)
        assert got == wanted
    assert {*expected} == {"query", "mode", "generation", "took_ms", "confidence", "notes", "hits"}
    assert {*reply} == {*expected, "offset", "next"}
    assert (reply["query"], reply["generation"]) == (question, expected["generation"])


def test_every_answer_says_what_its_stages_took(client: httpx.Client) -> None:
    for reply in (
        client.get("/v1/search", params={"q": "learning", "mode": "dense"}),
        client.get("/v1/related/gan"),
        client.post("/v1/related", json={"positive": ["gan"]}),
    ):
        timing = dict(entry.split(";dur=") for entry in reply.headers["Server-Timing"].split(", "))
        total = float(timing.pop("total"))
        assert total == pytest.approx(reply.json()["took_ms"], abs=0.06)
        assert sum(map(float, timing.values())) == pytest.approx(total, abs=0.5)
        assert {"read", "meaning", "score", "dress"} <= {*timing}


def test_filters_reach_the_search(client: httpx.Client) -> None:
    def ids(**parameters: str | int) -> list[str]:
        reply = client.get("/v1/search", params={"q": "learning", **parameters}).json()
        return [hit["paper"]["id"] for hit in reply["hits"]]

    assert ids(year_from=2014, year_to=2014) == ["gan"]
    assert set(ids(author="bengio")) == {"bahdanau", "curriculum"}
    assert ids(venue="icml", mode="dense") == ["curriculum"]
    assert ids(k=2, offset=1) == ids(k=3)[1:]


def test_ids_may_hold_slashes(client: httpx.Client) -> None:
    for path in ("10.1038/171737a0", "10.1038%2F171737a0"):
        assert client.get(f"/v1/papers/{path}").json()["title"] == "Molecular Structure of Nucleic Acids"
        assert len(client.get(f"/v1/related/{path}", params={"k": 3}).json()["hits"]) == 3


def test_related_papers_over_http_are_those_of_python(client: httpx.Client, live: Live) -> None:
    def dressed(reply: httpx.Response) -> list[tuple[object, ...]]:
        assert reply.status_code == 200
        return [(hit["paper"]["id"], hit["reasons"], hit["evidence"]) for hit in reply.json()["hits"]]

    def of_python(*like: str, k: int = 10, unlike: tuple[str, ...] = (), diversity: float = 0.0) -> object:
        hits = live.searcher.related(like, k, unlike=unlike, diversity=diversity).to_dict()["hits"]
        return [(hit["paper"]["id"], hit["reasons"], hit["evidence"]) for hit in hits]

    one = client.get("/v1/related/curriculum", params={"k": 2, "not": ["gan", "quicksort"], "diversity": 0.7})
    assert dressed(one) == of_python("curriculum", k=2, unlike=("gan", "quicksort"), diversity=0.7)
    several = {"positive": ["gan", "10.1038/171737a0"], "negative": ["quicksort"], "k": 3, "diversity": 0.7}
    assert dressed(client.post("/v1/related", json=several)) == of_python(
        "gan", "10.1038/171737a0", k=3, unlike=("quicksort",), diversity=0.7
    )
    assert dressed(client.post("/v1/related", json={"positive": ["gan"]})) == of_python("gan")


@pytest.mark.parametrize(
    ("asked", "status", "named"),
    [
        ({}, 422, "positive"),
        ({"positive": []}, 422, "positive"),
        ({"positive": "gan"}, 422, "positive"),
        ({"positive": ["gan"], "negativ": ["x"]}, 422, "negativ"),
        ({"positive": ["gan"], "k": 0}, 422, "k"),
        ({"positive": ["gan"], "diversity": 2}, 422, "diversity"),
        ({"positive": ["gan"], "negative": ["gan"]}, 422, "gan"),
        ({"positive": ["gan", "nonesuch"]}, 404, "nonesuch"),
        ({"positive": ["gan"], "negative": ["nonesuch"]}, 404, "nonesuch"),
        ({"positive": ["gan"] * 101}, 422, "positive"),
    ],
)
def test_a_faulty_request_for_related_papers_is_a_problem(
    client: httpx.Client, asked: dict[str, object], status: int, named: str
) -> None:
    reply = client.post("/v1/related", json=asked)
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert named in reply.json()["detail"]


def test_a_paper_as_a_citation(client: httpx.Client) -> None:
    reply = client.get("/v1/papers/curriculum", params={"format": "bibtex"})
    assert reply.headers["content-type"].startswith("application/x-bibtex")
    assert "Jérôme Louradour and Ronan Collobert" in reply.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/search", 422),
        ("/v1/search?q=", 422),
        ("/v1/search?q=%20", 422),
        ("/v1/search?q=" + "x" * 50_000, 422),
        ("/v1/search?q=x&k=0", 422),
        ("/v1/search?q=x&k=100000", 422),
        ("/v1/search?q=x&mode=fast", 422),
        ("/v1/search?q=x&year_from=abc", 422),
        ("/v1/papers/nonesuch", 404),
        ("/v1/papers/gan?format=word", 422),
        ("/v1/related/nonesuch", 404),
        ("/v1/related/gan?not=nonesuch", 404),
        ("/v1/related/gan?not=gan", 422),
        ("/v1/related/gan?diversity=2", 422),
        ("/nowhere", 404),
    ],
)
def test_every_error_is_a_problem_document(client: httpx.Client, path: str, status: int) -> None:
    reply = client.get(path)
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    problem = reply.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]


def test_health_and_pages_answer(client: httpx.Client) -> None:
    assert client.get("/health/live").json() == {"status": "alive"}
    ready = client.get("/health/ready").json()
    assert (ready["status"], ready["papers"]) == ("ready", len(CORPUS))
    assert "<form" in client.get("/").text
    assert client.get("/docs").status_code == 200
    assert "/v1/search" in client.get("/openapi.json").json()["paths"]


def test_a_new_generation_is_swapped_in_and_a_damaged_one_is_not(
    client: httpx.Client, live: Live, root: Path, encoder: TransformerEncoder
) -> None:
    def wait_for(papers: int) -> None:
        deadline = time.monotonic() + 60
        while client.get("/health/ready").json()["papers"] != papers:
            assert time.monotonic() < deadline
            time.sleep(0.1)

    build(CORPUS[:3], root, encoder=encoder)
    wait_for(3)
    good = live.searcher.generation.id
    assert client.get("/v1/search", params={"q": "learning"}).json()["generation"] == good

    report = build(CORPUS[:2], root, encoder=encoder)
    wait_for(2)
    (root / "generations" / report.generation / "titles.npy").unlink()
    (root / "CURRENT").write_text(good + "\n")
    wait_for(3)
    (root / "CURRENT").write_text(report.generation + "\n")
    deadline = time.monotonic() + 60
    while "problem" not in client.get("/health/ready").json():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    ready = client.get("/health/ready").json()
    assert "titles.npy" in ready["problem"]
    assert (ready["generation"], ready["papers"]) == (good, 3)
    assert client.get("/v1/search", params={"q": "learning"}).json()["generation"] == good
