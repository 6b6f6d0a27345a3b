"""Papers and files of papers over HTTP."""

from __future__ import annotations

import csv
import json

import httpx2 as httpx
import pytest
import rispy
from bibtexparser.entrypoint import parse_string

from semsearch.search.hits import public
from semsearch.serve.live import Live
from semsearch.serve.v1.replies import attached
from tests.support import CORPUS

WANTED = ["quicksort", "10.1038/171737a0", "gan", "10.1038/171737a0/3"]


def test_a_paper_is_the_one_of_python_without_the_path_of_its_file(client: httpx.Client) -> None:
    for paper in CORPUS:
        assert client.get(f"/v1/papers/{paper.id}").json() == public(paper)
    assert client.get("/v1/papers/https://doi.org/10.1038/171737a0").json()["id"] == "10.1038/171737a0"


@pytest.mark.parametrize("as_form", [False, True], ids=["json", "form"])
def test_papers_are_exported_in_the_order_asked_for_each_once(client: httpx.Client, as_form: bool) -> None:
    def exported(form: str) -> httpx.Response:
        asked = {"ids": [*WANTED, "gan"], "format": form}
        reply = client.post("/v1/export", **({"data": asked} if as_form else {"json": asked}))  # type: ignore[arg-type]
        assert reply.status_code == 200
        return reply

    titles = [client.get(f"/v1/papers/{identifier}").json()["title"] for identifier in WANTED]
    bibtex = exported("bibtex")
    assert bibtex.headers["content-type"] == "application/x-bibtex; charset=utf-8"
    assert bibtex.headers["content-disposition"] == 'attachment; filename="papers.bib"'
    assert [entry["title"].strip("{}") for entry in parse_string(bibtex.text).entries] == titles
    assert [record["title"] for record in rispy.loads(exported("ris").text)] == titles
    assert [item["title"] for item in exported("csl").json()] == titles
    table = exported("csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert table.headers["content-disposition"] == 'attachment; filename="papers.csv"'
    assert [row["title"] for row in csv.DictReader(table.text.lstrip("\ufeff").splitlines())] == titles
    assert [paper["id"] for paper in exported("json").json()] == WANTED


@pytest.mark.parametrize(
    ("sent", "status", "named"),
    [
        ({"json": {"ids": []}}, 422, "body.ids"),
        ({"json": {"ids": ["gan"] * 1001}}, 422, "body.ids"),
        ({"json": {"ids": ["gan", "nonesuch"]}}, 404, "nonesuch"),
        ({"json": {"ids": ["gan"], "format": "word"}}, 422, "body.format"),
        ({"json": {"ids": ["gan"], "generation": "x"}}, 410, "'x'"),
        ({"json": ["gan"]}, 422, "body"),
        ({"data": {"format": "ris"}}, 422, "body.ids"),
        ({"data": {"ids": ["gan"], "sort": "x"}}, 422, "body.sort"),
        ({"content": b"ids=%ff", "headers": {"content-type": "application/x-www-form-urlencoded"}}, 404, "�"),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 422, "body"),
        ({"content": b"\xff", "headers": {"content-type": "application/json"}}, 422, "body"),
        ({"content": b"gan", "headers": {"content-type": "text/plain"}}, 415, "text/plain"),
        ({"content": b"gan"}, 415, "nothing"),
        ({"json": {"ids": ["x" * (5 << 20)]}}, 413, "4,194,304"),
    ],
)
def test_what_cannot_be_exported_is_a_problem(
    client: httpx.Client, sent: dict[str, object], status: int, named: str
) -> None:
    reply = client.post("/v1/export", **sent)  # type: ignore[arg-type]
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert named in reply.text


def test_an_export_names_every_paper_that_is_not_here(client: httpx.Client) -> None:
    reply = client.post("/v1/export", json={"ids": ["none", "gan", "nobody"]})
    assert reply.status_code == 404
    assert reply.json()["detail"].startswith("2 of 3 cannot be exported")
    assert reply.json()["errors"] == [
        {"field": "body.ids.0", "detail": "no paper has the id 'none'."},
        {"field": "body.ids.2", "detail": "no paper has the id 'nobody'."},
    ]


def test_files_are_named_after_what_they_hold(client: httpx.Client, live: Live) -> None:
    reply = client.get("/v1/papers/10.1038/171737a0", params={"format": "csl"})
    assert reply.headers["content-disposition"].startswith('attachment; filename="10.1038-171737a0.csl.json"')
    (item,) = json.loads(reply.text)
    assert item["DOI"] == "10.1038/171737a0"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("papers.bib", 'attachment; filename="papers.bib"'),
        (
            'a"b\r\nX-Evil: 1.bib',
            "attachment; filename=\"a-b-X-Evil-1.bib\"; filename*=UTF-8''a%22b%0D%0AX-Evil%3A%201.bib",
        ),
        ("été.bib", "attachment; filename=\"t-.bib\"; filename*=UTF-8''%C3%A9t%C3%A9.bib"),
        ("/", "attachment; filename=\"papers\"; filename*=UTF-8''%2F"),
    ],
)
def test_a_file_name_cannot_break_out_of_its_header(name: str, expected: str) -> None:
    assert attached(name) == {"Content-Disposition": expected}
