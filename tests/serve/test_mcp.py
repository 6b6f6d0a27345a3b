"""Assistants, by a real MCP client: a process over its standard input and output, and HTTP on loopback."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2 as httpx
import jsonschema
import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import CallToolResult, TextContent, TextResourceContents

from semsearch.api import build
from semsearch.errors import MissingExtra
from semsearch.paper import Paper
from semsearch.serve.guard.keys import KeyFile
from semsearch.serve.headers import HEADERS
from semsearch.serve.mcp.run import serve_stdio
from tests.support import CORPUS

TOOLS = {"search", "get_paper", "related", "cite"}
LATER = Paper(
    "transformer", "Attention Is All You Need", "A model of attention alone.", ("Ashish Vaswani",), 2017
)
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
COMMAND = [sys.executable, "-m", "semsearch", "mcp"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with its encoder beside it, so that a process answers within a second."""
    folder = tmp_path_factory.mktemp("assisted") / "index"
    build(CORPUS, folder)
    return folder


def run(conversation: Callable[[], Awaitable[None]]) -> None:
    # On a thread of its own: a browser that other tests drive keeps a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(anyio.run, conversation).result()


@asynccontextmanager
async def over_stdio(root: Path, log: Path) -> AsyncIterator[Client]:
    server = StdioServerParameters(
        command=COMMAND[0], args=[*COMMAND[1:], "--index", str(root)], env=dict(os.environ)
    )
    with log.open("w") as errors:
        async with Client(stdio_client(server, errlog=errors)) as client:
            yield client


@contextmanager
def http_server(root: Path, *options: str) -> Iterator[str]:
    """A process that answers over HTTP, and its address."""
    process = subprocess.Popen(
        [*COMMAND, "--http", "--port", "0", "--index", str(root), *options], stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        said = next((line for line in process.stderr if "http://" in line), "")
        address = re.search(r"http://\S+/mcp", said)
        assert address, said
        yield address[0]
    finally:
        process.terminate()
        process.wait(timeout=30)
        if process.stderr is not None:
            process.stderr.close()


@pytest.fixture(scope="module")
def address(root: Path) -> Iterator[str]:
    with http_server(root) as where:
        yield where


def text_of(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


async def called(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    document: dict[str, Any] | None = result.structured_content
    assert document is not None
    return document


async def refused(client: Client, tool: str, **arguments: Any) -> str:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert result.structured_content is None
    return text_of(result)


async def converse(client: Client) -> None:
    """Everything an assistant can do, against what the corpus holds."""
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == TOOLS
    for tool in tools.values():
        assert tool.description
        assert "Use this" in tool.description
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert tool.output_schema is not None
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)

    answer = await client.call_tool(
        "search", {"question": "learning from easy examples to hard ones", "k": 2}
    )
    document = answer.structured_content
    jsonschema.validate(document, tools["search"].output_schema or {})
    assert document is not None
    assert document["papers"][0]["id"] == "curriculum"
    assert document["collection"] == len(CORPUS)
    assert document["papers"][0]["evidence"].startswith("Examples shown from easy to hard")
    assert document["verdict"].startswith(document["confidence"])
    text = text_of(answer)
    assert text.startswith(document["verdict"])
    assert all(f"id: {paper['id']}" in text for paper in document["papers"])

    nothing = await called(client, "search", question="tax law of medieval Iceland")
    assert nothing["confidence"] == "weak"
    assert nothing["verdict"].startswith("weak: nothing here seems to be about this")

    by_author = await called(client, "search", question="networks", author="Bengio", year_to=2010)
    assert [paper["id"] for paper in by_author["papers"]] == ["curriculum"]
    none = await called(client, "search", question="networks", venue="No such venue")
    assert none["papers"] == []
    assert none["verdict"].startswith("No paper matches")

    paper = await client.call_tool("get_paper", {"id": "10.1038/171737a0"})
    jsonschema.validate(paper.structured_content, tools["get_paper"].output_schema or {})
    assert paper.structured_content is not None
    assert paper.structured_content["authors"] == ["J. D. Watson", "F. H. C. Crick"]
    assert paper.structured_content["abstract"] == CORPUS[3].abstract
    assert CORPUS[3].abstract in text_of(paper)
    assert (await called(client, "get_paper", id="doi:10.1038/171737A0"))["id"] == "10.1038/171737a0"

    near = await client.call_tool("related", {"ids": ["bahdanau"], "not_ids": ["gan"], "k": 2})
    jsonschema.validate(near.structured_content, tools["related"].output_schema or {})
    assert near.structured_content is not None
    found = {paper["id"]: paper for paper in near.structured_content["papers"]}
    assert len(found) == 2
    assert not {"bahdanau", "gan"} & set(found)
    assert "also by Yoshua Bengio" in found["curriculum"]["why"]
    assert near.structured_content["verdict"].startswith(near.structured_content["confidence"])

    cited = await called(client, "cite", ids=["gan", "curriculum"], format="bibtex")
    assert [entry.key for entry in parse_string(cited["text"]).entries] == ["gan", "curriculum"]
    assert len(rispy.loads((await called(client, "cite", ids=["gan"], format="ris"))["text"])) == 1

    assert "Call search" in await refused(client, "get_paper", id="no-such-paper")
    assert "Call search" in await refused(client, "related", ids=["gan", "no-such-paper"])
    assert "Take it out of one of the two" in await refused(client, "related", ids=["gan"], not_ids=["gan"])
    assert "the question is blank" in await refused(client, "search", question="?")
    assert "less than or equal to 50" in await refused(client, "search", question="networks", k=51)
    assert "mode" in await refused(client, "search", question="networks", mode="magic")

    (template,) = (await client.list_resource_templates()).resource_templates
    assert template.uri_template == "semsearch://paper/{+id}"
    (content,) = (await client.read_resource("semsearch://paper/10.1038/171737a0")).contents
    assert isinstance(content, TextResourceContents)
    assert json.loads(content.text)["title"] == CORPUS[3].title
    with pytest.raises(MCPError, match="no paper has the id"):
        await client.read_resource("semsearch://paper/no-such-paper")


def test_an_assistant_that_starts_the_process(root: Path, tmp_path: Path) -> None:
    async def conversation() -> None:
        async with over_stdio(root, tmp_path / "log") as client:
            assert client.instructions is not None
            assert "weak" in client.instructions
            await converse(client)

    run(conversation)
    assert (tmp_path / "log").read_text() == ""


def test_an_assistant_over_http(address: str) -> None:
    async def conversation() -> None:
        async with Client(address) as client:
            await converse(client)

    run(conversation)


def test_nothing_but_the_protocol_is_printed(root: Path) -> None:
    """What a client of 2025 says first, by hand: each line of the reply is a message."""
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    asked = {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "search", "arguments": {"question": "double helix"}},
    }
    spoken = "".join(json.dumps(message) + "\n" for message in (HELLO, ready, asked))
    process = subprocess.Popen(
        [*COMMAND, "--index", str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(spoken)
    process.stdin.flush()
    replies = [json.loads(process.stdout.readline()) for _ in range(2)]
    rest, errors = process.communicate(timeout=60)
    assert [reply["id"] for reply in replies] == [1, 2]
    assert replies[0]["result"]["serverInfo"]["name"] == "semsearch"
    assert replies[1]["result"]["structuredContent"]["papers"][0]["id"] == "10.1038/171737a0"
    assert (rest, errors, process.returncode) == ("", "", 0)


def test_a_new_generation_answers_in_the_same_conversation(root: Path, tmp_path: Path) -> None:
    index = shutil.copytree(root, tmp_path / "index")

    async def conversation() -> None:
        async with over_stdio(index, tmp_path / "log") as client:
            assert "no paper has the id" in await refused(client, "get_paper", id="transformer")
            await anyio.to_thread.run_sync(build, [*CORPUS, LATER], index)
            deadline = time.monotonic() + 30
            while (await client.call_tool("get_paper", {"id": "transformer"})).is_error:
                assert time.monotonic() < deadline
                await anyio.sleep(0.2)
            assert (await called(client, "search", question="attention"))["collection"] == len(CORPUS) + 1

    run(conversation)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "papers.example.org"}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_no_page_of_another_site_reaches_it(headers: dict[str, str], status: int, address: str) -> None:
    assert _said_hello(address, headers) == status


def test_a_name_can_be_allowed(root: Path) -> None:
    with http_server(root, "--allow-host", "papers.example.org") as where:
        assert _said_hello(where, {"Host": "papers.example.org"}) == 200
        assert (
            _said_hello(where, {"Host": "papers.example.org", "Origin": "https://papers.example.org"}) == 200
        )
        assert _said_hello(where, {"Host": "other.example.org"}) == 421


def _said_hello(address: str, headers: dict[str, str]) -> int:
    accept = {"Accept": "application/json, text/event-stream"}
    return httpx.post(address, json=HELLO, headers=accept | headers, timeout=30).status_code


def test_keys_rates_and_headers_are_those_of_the_service(root: Path, tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys.json")
    key = keys.add("claude")
    with http_server(root, "--keys", str(keys.path), "--rate", "3/hour") as where:
        assert [_said_hello(where, {}) for _ in range(4)] == [401, 401, 401, 429]
        assert _said_hello(where, {"Authorization": f"Bearer {key}"}) == 200
        reply = httpx.post(where, json=HELLO, headers={"X-API-Key": key, "Accept": "application/json"})
        assert reply.headers["ratelimit"].startswith('"client";r=1;')
        for name in HEADERS:
            assert name in reply.headers
        assert "server" not in reply.headers
        keys.revoke("claude")
        assert _said_hello(where, {"Authorization": f"Bearer {key}"}) == 429, "counted by its address again"


def test_what_is_wrong_is_said_on_stderr(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--index", str(tmp_path / "none")], input="", capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "semsearch index" in done.stderr


def test_the_extra_that_is_missing_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    with pytest.raises(MissingExtra) as caught:
        serve_stdio(root)
    assert caught.value.extra == "mcp"


def test_options_of_http_want_http(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--port", "9", "--index", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "--port needs --http" in done.stderr
