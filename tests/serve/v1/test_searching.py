"""Questions over HTTP: pages that go on where the last one ended, batches, facets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx2 as httpx
import pytest

from semsearch.encode import Vectors
from semsearch.search import Filters
from semsearch.serve.live import Live

QUESTION = "long sentences no longer pass through one vector"


def ids(document: dict[str, Any]) -> list[str]:
    return [hit["paper"]["id"] for hit in document["hits"]]


@pytest.mark.parametrize("mode", ["auto", "dense", "lexical"])
@pytest.mark.parametrize("k", [1, 5, 7, 35, 36])
def test_pages_follow_each_other_to_the_last(client: httpx.Client, live: Live, mode: str, k: int) -> None:
    whole = [hit.paper.id for hit in live.searcher.search(QUESTION, 100, mode=mode)]  # type: ignore[arg-type]
    path: str | None = f"/v1/search?q={QUESTION}&mode={mode}&k={k}&year_to=2020"
    found: list[str] = []
    pages = 0
    while path:
        page = client.get(path).json()
        assert page["offset"] == len(found)
        assert page["hits"], "no link leads to an empty page"
        found += ids(page)
        path, pages = page["next"], pages + 1
    assert found == whole
    assert pages == -(-len(whole) // k)


def test_the_next_page_is_of_the_same_generation_and_question(client: httpx.Client, live: Live) -> None:
    page = client.get("/v1/search", params={"q": 'é & "b"? learn', "k": 2, "author": "Yoshua Bengio"}).json()
    following = httpx.URL(page["next"])
    assert dict(following.params) == {
        "q": 'é & "b"? learn',
        "k": "2",
        "author": "Yoshua Bengio",
        "offset": "2",
        "generation": live.searcher.generation.id,
    }


def test_no_page_begins_beyond_what_may_be_asked_for(client: httpx.Client) -> None:
    assert client.get("/v1/search?q=learning&offset=901").status_code == 422
    assert client.get("/v1/search?q=learning&offset=900").json()["next"] is None


def test_a_posted_question_is_answered_like_any_other(client: httpx.Client) -> None:
    asked: dict[str, Any] = {"q": QUESTION, "k": 3, "mode": "hybrid", "year_from": 1960}
    asked |= {"author": "cho", "offset": 1}
    posted = client.post("/v1/search", json=asked).json()
    got = client.get("/v1/search", params=asked).json()
    assert posted | {"took_ms": 0} == got | {"took_ms": 0}
    assert len(posted["hits"]) == 3


def test_a_batch_is_answered_as_its_questions_are(client: httpx.Client, live: Live) -> None:
    asked: list[dict[str, Any]] = [
        {"q": QUESTION},
        {"q": "double helix", "k": 2, "mode": "lexical"},  # nothing to encode
        {"q": "two networks", "k": 3, "offset": 2, "year_to": 1962},
        {"q": "bengio curriculum", "mode": "dense", "venue": "icml"},
        {"q": QUESTION},
    ]
    reply = client.post("/v1/search", json={"queries": asked}).json()
    assert reply["generation"] == live.searcher.generation.id
    for one, document in zip(asked, reply["results"], strict=True):
        alone = client.get("/v1/search", params=one).json()
        assert document | {"took_ms": 0} == alone | {"took_ms": 0}
    assert len(reply["results"][1]["hits"]) == 2


def test_a_batch_is_encoded_together(
    client: httpx.Client, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder, calls = live.searcher.encoder, list[list[str]]()
    encode = encoder.encode_queries

    def counted(texts: Sequence[str]) -> Vectors:
        calls.append(list(texts))
        return encode(texts)

    monkeypatch.setattr(encoder, "encode_queries", counted)
    questions = [f"question number {n} about vectors" for n in range(50)]
    reply = client.post("/v1/search", json={"queries": [{"q": q, "k": 1} for q in questions]})
    assert len(reply.json()["results"]) == 50
    assert calls == [questions]


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"queries": []}, "queries"),
        ({"queries": [{"q": "x"}] * 101}, "queries"),
        ({"queries": [{"q": "x", "k": 100}] * 11}, "1,000 hits"),
        ({"queries": [{"q": "x"}, {"q": " "}]}, "body.queries.1"),
        ({"queries": [{"q": "x"}, {"q": "x", "k": 0}]}, "queries.1.k"),
        ({"queries": [{"q": "x", "generation": "y"}]}, "queries.0.generation"),
        ({"q": "x", "kk": 3}, "kk"),
        ({"q": "x", "k": "3"}, "k"),
        ({"k": 3}, "q"),
        ([], "body"),
        ("x", "body"),
        (None, "body"),
    ],
)
def test_a_faulty_question_or_batch_is_a_problem_that_says_where(
    client: httpx.Client, asked: object, named: str
) -> None:
    reply = client.post("/v1/search", json=asked)
    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"
    assert named in reply.json()["detail"]


def test_facets_over_http_are_those_of_python(client: httpx.Client, live: Live) -> None:
    filters: dict[str, Any] = {"year_from": 1962, "author": "bengio"}
    expected = live.searcher.facets(QUESTION, filters=Filters(year_from=1962, author="bengio")).to_dict()
    assert client.get("/v1/facets", params={"q": QUESTION, **filters}).json() == expected
    everything = live.searcher.facets().to_dict()
    assert everything["papers"] == 35
    for q in ({}, {"q": ""}, {"q": " ?"}):
        assert client.get("/v1/facets", params=q).json() == everything


@pytest.mark.parametrize(
    ("form", "begins"),
    [("bibtex", "@inproceedings{"), ("ris", "TY  - "), ("csl", "["), ("csv", "\ufeffid,title,authors,")],
)
def test_hits_as_a_file(client: httpx.Client, live: Live, form: str, begins: str) -> None:
    reply = client.get("/v1/search", params={"q": QUESTION, "k": 4, "format": form})
    titles = [hit.paper.title for hit in live.searcher.search(QUESTION, 4)]
    places = [reply.text.index(title) for title in titles]
    assert places == sorted(places)
    assert begins in reply.text
    assert reply.headers["content-disposition"].startswith('attachment; filename="search.')
