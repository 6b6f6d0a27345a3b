"""The OpenAPI document says what the service does: its examples are run, its models held against answers."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import httpx2 as httpx
import pytest
from pydantic import BaseModel

from semsearch.api import read
from semsearch.serve import problems
from semsearch.serve.app import create_app
from semsearch.serve.live import Live
from semsearch.serve.v1 import documents
from tests.conftest import ROOT
from tests.serve.serving import live_on, serving


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Live:
    papers, rejected = read(ROOT / "examples" / "landmarks.bib")
    assert not rejected
    return live_on(tmp_path_factory.mktemp("landmarks"), papers)


@pytest.fixture(scope="module")
def client(live: Live) -> Iterator[httpx.Client]:
    with serving(live) as opened:
        yield opened


@pytest.fixture(scope="module")
def described(live: Live) -> dict[str, Any]:
    return create_app(live).openapi()


def model(name: str) -> type[BaseModel]:
    found: type[BaseModel] = getattr(documents, name, None) or getattr(problems, name)
    return found


def held(document: Any, schema: dict[str, Any]) -> None:
    """A document has every field that its model requires, none that it does not know, each of its type."""
    if schema.get("type") == "array":
        for item in document:
            held(item, schema["items"])
        return
    kinds = [kind["$ref"].rpartition("/")[2] for kind in schema.get("anyOf", [schema])]
    keys = {name: {*model(name).model_fields} for name in kinds}
    name = next(name for name in kinds if len(kinds) == 1 or {*document} <= keys[name])
    read = model(name).model_validate(document, strict=False)
    assert read.model_dump(mode="json", exclude_unset=True) == document, name


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def requests(method: str, path: str, operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every example of an operation, as a request: the required parameters, with each other and with all."""
    required, others = dict[str, Any](), dict[str, Any]()
    for parameter in operation.get("parameters", []):
        for example in parameter["schema"].get("examples", []):
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", str(example))
            else:
                (required if parameter["required"] else others)[parameter["name"]] = example
    assert "{" not in path, f"{path}: a path parameter without an example"
    for media_type, body in operation.get("requestBody", {}).get("content", {}).items():
        for example in body["examples"].values():
            as_sent = "data" if media_type.endswith("urlencoded") else "json"
            yield {"method": method, "url": path, as_sent: example["value"]}
    if method == "get":
        for optional in ({}, *({name: value} for name, value in others.items()), others):
            yield {"method": method, "url": path, "params": required | optional}


def test_every_example_runs_and_gives_the_document_that_is_described(
    client: httpx.Client, described: dict[str, Any]
) -> None:
    ran = 0
    for method, path, operation in operations(described):
        for request in requests(method, path, operation):
            reply = client.request(**request)
            assert reply.status_code == 200, (request, reply.text)
            content = operation["responses"]["200"]["content"]
            media_type = reply.headers["content-type"].partition(";")[0]
            assert media_type in content, request
            if media_type == "application/json":
                held(reply.json(), content[media_type]["schema"])
            ran += 1
    assert ran > 30


def curl(client: httpx.Client, *words: str) -> httpx.Response:
    """What curl would ask, of the test's own service."""
    waiting, fields, sent, path = iter(words), list[tuple[str, str]](), dict[str, Any](), ""
    for word in waiting:
        if word == "--json":
            sent = {"content": next(waiting), "headers": {"Content-Type": "application/json"}}
        elif word == "-d":
            name, _, value = next(waiting).partition("=")
            fields.append((name, value))
        else:
            path = word.removeprefix("http://127.0.0.1:8000")
    if fields:
        form = urlencode(fields)
        sent = {"content": form, "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
    return client.request("POST" if sent else "GET", path, **sent)


def test_the_commands_of_the_manual_run(client: httpx.Client) -> None:
    manual = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
    commands = re.findall(r"^    curl (.+)$", manual, re.MULTILINE)
    assert len(commands) == 14
    for command in commands:
        reply = curl(client, *shlex.split(command))
        expected = 422 if "k=1000" in command else 200
        assert reply.status_code == expected, (command, reply.text)


def test_every_document_of_a_search_is_as_described(client: httpx.Client, described: dict[str, Any]) -> None:
    of_search = described["paths"]["/v1/search"]["get"]["responses"]["200"]["content"]
    for query in (
        "q=Turing&k=100",
        "q=networks&mode=lexical&k=100",
        'q="double helix" -transformer&mode=dense',
        'q="no paper holds this"',
        "q=networks&year_from=9999",
    ):
        held(client.get(f"/v1/search?{query}").json(), of_search["application/json"]["schema"])
    for form, media_type in (
        ("bibtex", "application/x-bibtex"),
        ("ris", "application/x-research-info-systems"),
    ):
        reply = client.get("/v1/search", params={"q": "networks", "format": form})
        assert reply.headers["content-type"].partition(";")[0] == media_type
        assert media_type in of_search


def test_examples_of_documents_are_documents(client: httpx.Client, described: dict[str, Any]) -> None:
    examples = described["components"]["examples"]
    assert {"Answer", "Answers", "Paper", "Relatives", "Facets"} == {*examples}
    for name, example in examples.items():
        held(example["value"], {"$ref": f"#/components/schemas/{name}"})
    assert client.get("/v1/papers/watson1953molecular").json() == examples["Paper"]["value"]
    hit = examples["Answer"]["value"]["hits"][0]
    evidence, abstract = hit["evidence"], hit["paper"]["abstract"]
    assert [hit["paper"]["title"][start:end] for start, end in hit["title_words"]] == ["Structure"] * 2
    assert abstract[evidence["start"] : evidence["end"]] == evidence["text"]


def test_every_error_is_described_as_a_problem(client: httpx.Client, described: dict[str, Any]) -> None:
    for method, path, operation in operations(described):
        failing = {status: reply for status, reply in operation["responses"].items() if status >= "4"}
        if path.startswith("/v1"):
            assert {"422", "503"} <= {*failing}, (method, path)
        for reply in failing.values():
            (media_type,) = reply["content"]
            held(reply["content"][media_type]["example"], {"$ref": "#/components/schemas/Problem"})
            assert media_type == "application/problem+json"
    raw = HTTPConnection(client.base_url.host, client.base_url.port or 0, timeout=60)
    raw.request("GET", "/v1/search?q=" + "%F0%9F%98%80" * 6_000)
    too_long = raw.getresponse()
    raw.close()
    assert (too_long.status, too_long.getheader("content-type")) == (414, "application/problem+json")
    for path, status in (("/v1/papers/none", 404), ("/v1/search", 422), ("/v1/facets?generation=x", 410)):
        reply = client.get(path)
        assert reply.status_code == status
        held(reply.json(), {"$ref": "#/components/schemas/Problem"})


def test_a_ready_service_with_a_problem_is_as_described(client: httpx.Client, live: Live) -> None:
    held(client.get("/health/ready").json(), {"$ref": "#/components/schemas/Ready"})
    live.problem = "generation x is not served"
    try:
        ready = client.get("/health/ready").json()
    finally:
        live.problem = None
    assert ready["problem"] == "generation x is not served"
    held(ready, {"$ref": "#/components/schemas/Ready"})


def test_references_resolve_and_nothing_of_the_framework_is_left(described: dict[str, Any]) -> None:
    text = str(described)
    for kind, name in re.findall(r"#/components/(\w+)/(\w+)", text):
        assert name in described["components"][kind]
    assert "ValidationError" not in text
    names = [operation["operationId"] for _, _, operation in operations(described)]
    assert len(set(names)) == len(names)
    assert {*names} >= {"search", "facets", "paper", "export", "related", "new_papers"}


def test_the_viewer_asks_no_other_host(client: httpx.Client) -> None:
    page = client.get("/docs")
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(addresses) == 4
    for address in addresses:
        assert not address.startswith(("http", "//")), address
        if not address.startswith("data:"):
            assert client.get(f"/{address}").status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert client.get("/docs/redoc.standalone.js").status_code == 422
    assert client.get("/redoc").status_code == 404
