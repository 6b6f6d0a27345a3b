"""What HTTP itself promises: entity tags, compression, methods, one generation, one error shape."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import httpx2 as httpx
import pytest

from semsearch.api import build
from semsearch.search import Searcher
from semsearch.serve import freshness
from semsearch.serve.live import Live
from tests.serve.serving import live_on, serving
from tests.support import CORPUS, WordEncoder

GETS = [
    "/v1/search?q=learning",
    "/v1/search?q=learning&format=bibtex",
    "/v1/facets?q=learning",
    "/v1/papers/gan",
    "/v1/papers/gan?format=ris",
    "/v1/related/gan",
    "/v1/feed",
    "/v1/feed?q=learning",
]


@pytest.mark.parametrize("path", GETS)
def test_what_the_client_has_is_not_computed_again(
    client: httpx.Client, live: Live, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get(path)
    tag = first.headers["etag"]
    assert tag.startswith(f'W/"{live.searcher.generation.id}')
    assert first.headers["cache-control"] == "no-cache"

    def never(*_: object, **__: object) -> None:
        raise AssertionError

    for name in ("asking", "counting", "arriving", "paper", "related"):
        monkeypatch.setattr(Searcher, name, never)
    for known in (tag, tag.removeprefix("W/"), f'"x", {tag} , W/"y"'):
        again = client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["vary"] == "Accept-Encoding"
    monkeypatch.undo()
    other = client.get(path, headers={"If-None-Match": 'W/"another"'})
    assert other.status_code == 200


def test_a_tag_changes_with_the_generation_the_reranker_and_the_language(live: Live, tmp_path: Path) -> None:
    class Named:
        name = "a/cross-encoder"

    plain = freshness.tag(live.searcher)
    other = live_on(tmp_path, CORPUS[:1]).searcher
    reranked = Searcher(live.searcher.generation, WordEncoder(), reranker=Named())  # type: ignore[arg-type]
    tags = [plain, freshness.tag(other), freshness.tag(reranked), freshness.tag(live.searcher, "fr")]
    assert len(set(tags)) == 4
    assert freshness.tag(live.searcher, "fr") == tags[3]


def test_an_answer_stays_within_its_generation_while_another_is_published(tmp_path: Path) -> None:
    live, encoder = live_on(tmp_path, CORPUS), WordEncoder()
    with serving(live) as client:
        first = client.get("/v1/search?q=learning&mode=dense&k=2").json()
        build(CORPUS[3:], tmp_path, encoder=encoder)
        live.refresh()
        assert client.get("/v1/search?q=learning&mode=dense").json()["generation"] != first["generation"]
        rest = client.get(first["next"]).json()
        assert (rest["generation"], rest["offset"]) == (first["generation"], 2)
        whole = client.get(f"/v1/search?q=learning&mode=dense&generation={first['generation']}").json()
        assert [*first["hits"], *rest["hits"]] == whole["hits"][:4]
        pinned = {"generation": first["generation"]}
        assert client.get("/v1/papers/gan").status_code == 404
        assert client.get("/v1/papers/gan", params=pinned).status_code == 200
        assert client.get("/v1/facets", params=pinned).json()["papers"] == 5
        assert client.get("/v1/related/gan", params=pinned).json()["generation"] == first["generation"]
        related = client.post("/v1/related", json={"positive": ["gan"], **pinned})
        assert related.json()["generation"] == first["generation"]
        batch = client.post("/v1/search", json={"queries": [{"q": "learning"}], **pinned}).json()
        assert batch["generation"] == batch["results"][0]["generation"] == first["generation"]
        assert client.post("/v1/export", json={"ids": ["gan"], **pinned}).status_code == 200
        tag = client.get("/v1/papers/gan", params=pinned).headers["etag"]
        assert first["generation"] in tag


@pytest.mark.parametrize("path", ["/v1/search?q=x&", "/v1/facets?", "/v1/papers/gan?", "/v1/related/gan?"])
def test_a_generation_that_is_not_kept_is_gone(client: httpx.Client, path: str) -> None:
    reply = client.get(f"{path}generation=000001-000000000000")
    assert reply.status_code == 410
    assert reply.json()["title"] == "Gone"
    assert "Ask again without a generation" in reply.json()["detail"]


def test_large_answers_are_compressed_and_small_ones_are_not(client: httpx.Client) -> None:
    large = "/v1/search?q=learning&k=20"
    with client.stream("GET", large, headers={"Accept-Encoding": "gzip"}) as reply:
        raw = b"".join(reply.iter_raw())
    assert reply.headers["content-encoding"] == "gzip"
    assert reply.headers["vary"] == "Accept-Encoding"
    plain = client.get(large, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "Accept-Encoding"
    assert json.loads(gzip.decompress(raw))["hits"] == plain.json()["hits"]
    assert len(raw) < len(plain.content) / 2
    assert "content-encoding" not in client.get("/health/ready", headers={"Accept-Encoding": "gzip"}).headers


@pytest.mark.parametrize("path", [*GETS, "/", "/docs", "/openapi.json", "/health/live", "/health/ready"])
def test_head_is_get_without_the_body(client: httpx.Client, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    # The time taken is part of the answer.
    passing = {"date", "server-timing", "content-length", "x-request-id"}
    assert {*head.headers} == {*get.headers}
    for name in {*get.headers} - passing:
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/search", "GET, HEAD, POST"),
        ("PUT", "/v1/related", "POST"),
        ("POST", "/v1/facets", "GET, HEAD"),
        ("HEAD", "/v1/export", "POST"),
        ("OPTIONS", "/health/live", "GET, HEAD"),
        ("TRACE", "/v1/papers/a/b", "GET, HEAD"),
    ],
)
def test_another_method_is_refused_with_those_there_are(
    client: httpx.Client, method: str, path: str, allowed: str
) -> None:
    reply = client.request(method, path)
    assert reply.status_code == 405
    assert reply.headers["allow"] == allowed
    assert reply.headers["content-type"] == "application/problem+json"
    if method != "HEAD":
        assert allowed in reply.json()["detail"]


def test_a_problem_says_which_field_is_wrong(client: httpx.Client) -> None:
    problem = client.get("/v1/search", params={"k": "many", "year_from": -1}).json()
    fields = {fault["field"] for fault in problem["errors"]}
    assert fields == {"query.q", "query.k", "query.year_from"}
    assert all(fault["detail"] in problem["detail"] for fault in problem["errors"])


def test_an_address_that_is_none_says_where_to_look(client: httpx.Client) -> None:
    reply = client.get("/v2/search")
    assert (reply.status_code, reply.headers["content-type"]) == (404, "application/problem+json")
    assert reply.json() == {
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing at /v2/search. What there is, /docs says.",
    }


def test_what_nobody_foresaw_is_a_problem_too(
    live: Live, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live.searcher.generation.papers, "row_of", lambda _: 1 / 0)
    reply = client.get("/v1/papers/gan", headers={"Connection": "close"})
    assert (reply.status_code, reply.headers["content-type"]) == (500, "application/problem+json")
    assert "division" not in reply.text


@pytest.mark.parametrize("content", [b'{"q": "\\ud800 x"}', b'{"\\ud800": 1}', b'{"q": "a\\u0000b"}'])
def test_what_is_no_text_does_no_harm(client: httpx.Client, content: bytes) -> None:
    reply = client.post("/v1/search", content=content, headers={"content-type": "application/json"})
    assert reply.status_code in {200, 422}
    json.loads(reply.content)
