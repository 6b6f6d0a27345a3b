"""Who is let in, asked of real services."""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Mapping
from pathlib import Path

import httpx2 as httpx
import pytest

from semsearch.serve.guard.access import Access
from semsearch.serve.guard.guard import Guard
from semsearch.serve.guard.keys import KeyFile
from semsearch.serve.guard.rates import Rate
from semsearch.serve.logs import JsonLines
from tests.serve.guard.conftest import Service

OPEN = ("/health/live", "/health/ready", "/metrics")
CLOSED = (
    "/",
    "/v1/search?q=learning",
    "/v1/papers/gan",
    "/v1/facets",
    "/v1/feed",
    "/papers/gan",
    "/map",
    "/map/points",
    "/docs",
    "/openapi.json",
    "/embed.js?paper=gan",
    "/related?like=gan",
    "/nowhere",
    "//health/live",
    "/health",
    "/healthy/live",
    "/static",
)


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_without_keys_everybody_is_let_in(service: Service) -> None:
    client = service()
    for path in (*OPEN, *CLOSED[:12]):
        assert client.get(path).status_code == 200, path


def test_with_keys_nobody_without_one(service: Service, keys: KeyFile) -> None:
    key = keys.add("ada")
    client = service(Access(keys=keys.path))
    for path in OPEN:
        assert client.get(path).status_code == 200, path
    asset = client.get("/", headers=basic("", key)).text.partition('href="/static/')[2].partition('"')[0]
    assert client.get(f"/static/{asset}").status_code == 200, "of which the page that says no is made"
    for path in CLOSED:
        for method in ("GET", "HEAD", "POST", "OPTIONS"):
            assert client.request(method, path).status_code == 401, (method, path)
    told = client.get("/v1/search?q=learning")
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["status"] == 401
    assert "Authorization: Bearer" in told.json()["detail"]
    assert [value.split()[0] for value in told.headers.get_list("www-authenticate")] == ["Bearer", "Basic"]
    assert told.headers["cache-control"] == "no-store"


def test_a_key_is_sent_in_any_of_three_ways_and_not_in_the_address(service: Service, keys: KeyFile) -> None:
    key = keys.add("ada")
    client = service(Access(keys=keys.path))

    def status(headers: Mapping[str, str | bytes], path: str = "/v1/search?q=learning") -> int:
        raw = [
            (name.encode(), value.encode() if isinstance(value, str) else value)
            for name, value in headers.items()
        ]
        return client.get(path, headers=raw).status_code

    for headers in (
        {"Authorization": f"Bearer {key}"},
        {"authorization": f"bearer  {key}"},
        {"X-API-Key": key},
        basic("anybody", key),
        basic(key, ""),  # curl -u KEY:
        {"X-API-Key": key, "Authorization": "Bearer of another server"},
    ):
        assert status(headers) == 200, headers
    refused: tuple[Mapping[str, str | bytes], ...] = (
        {"Authorization": key},
        {"Authorization": f"Digest {key}"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic !"},
        {"Authorization": "Basic \u00e9".encode("latin-1")},
        {"X-API-Key": key.encode() + b"\xff"},
        {"Authorization": "Basic /w=="},
        basic("ada", "ada"),
        {"X-API-Key": key[:-1]},
        {"Cookie": f"key={key}"},
    )
    for wrong in refused:
        assert status(wrong) == 401, wrong
    for name in ("key", "api_key", "x-api-key", "token", "access_token"):
        assert status({}, f"/v1/search?q=learning&{name}={key}") == 401


def test_a_browser_shows_a_page_that_says_why(service: Service, keys: KeyFile) -> None:
    keys.add("ada")
    client = service(Access(keys=keys.path, rate=Rate(2, 60)))
    for language, title in (("en", "for those who have a key"), ("fr", "réservés à qui possède une clé")):
        told = client.get("/", headers={"Accept": "text/html", "Accept-Language": language})
        assert told.status_code == 401
        assert title in told.text
        assert told.headers["content-security-policy"].startswith("default-src 'self'")
        assert "www-authenticate" in told.headers
    often = client.get("/papers/gan?lang=fr", headers={"Accept": "text/html"})
    assert (often.status_code, "Une petite pause" in often.text) == (429, True)
    assert often.headers["retry-after"] == "30"


def test_keys_that_come_and_go_need_no_restart(service: Service, keys: KeyFile) -> None:
    ada = keys.add("ada")
    client = service(Access(keys=keys.path))
    bob = keys.add("bob")
    assert client.get("/v1/facets", headers={"X-API-Key": bob}).status_code == 200
    keys.revoke("ada")
    assert client.get("/v1/facets", headers={"X-API-Key": ada}).status_code == 401
    keys.path.write_text("damaged")
    broken = client.get("/v1/facets", headers={"X-API-Key": bob})
    assert (broken.status_code, broken.headers["retry-after"]) == (503, "60")
    assert str(keys.path) not in broken.text
    assert client.get("/health/ready").status_code == 200


def test_the_log_and_metrics_name_the_key_and_never_hold_it(
    service: Service, keys: KeyFile, caplog: pytest.LogCaptureFixture
) -> None:
    key = keys.add("ada")
    client = service(Access(keys=keys.path))
    with caplog.at_level(logging.INFO):
        client.get("/v1/facets", headers={"Authorization": f"Bearer {key}"})
        client.get("/v1/facets", headers={"Authorization": f"Bearer {key}0"})
    (let_in, refused) = [record for record in caplog.records if record.name == "semsearch.access"]
    assert json.loads(JsonLines().format(let_in))["key"] == "ada"
    assert "key" not in json.loads(JsonLines().format(refused))
    assert key not in caplog.text
    counted = client.get("/metrics").text
    assert 'semsearch_key_requests_total{key="ada"} 1.0' in counted
    assert key not in counted


def test_the_api_is_described_with_its_keys(service: Service, keys: KeyFile) -> None:
    key = keys.add("ada")
    described = service(Access(keys=keys.path, rate=Rate(9, 1))).get(
        "/openapi.json", headers={"X-API-Key": key}
    )
    document = described.json()
    assert {*document["components"]["securitySchemes"]} == {"bearer", "header", "password"}
    responses = document["paths"]["/v1/search"]["get"]["responses"]
    assert {"401", "429"} <= {*responses}
    open_to_all = service().get("/openapi.json").json()
    assert "security" not in open_to_all
    assert "401" not in open_to_all["paths"]["/v1/search"]["get"]["responses"]


def test_answers_to_a_key_are_kept_by_nobody_else(service: Service, keys: KeyFile) -> None:
    key = keys.add("ada")
    client = service(Access(keys=keys.path))
    generation = client.get("/health/ready").json()["generation"]
    for path in ("/embed.js?paper=gan", f"/map/points?generation={generation}"):
        kept = client.get(path, headers={"X-API-Key": key}).headers["cache-control"]
        assert "private" in kept
        assert "public" not in kept
        assert "public" in service().get(path).headers["cache-control"]


def test_who_asks_too_often_is_told_when_to_ask_again(service: Service) -> None:
    client = service(Access(rate=Rate(3, 60)))
    replies = [client.get("/v1/papers/gan") for _ in range(5)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 429, 429]
    assert {reply.headers["ratelimit-policy"] for reply in replies} == {'"client";q=3;w=60'}
    assert [reply.headers["ratelimit"].split(";")[1] for reply in replies] == [
        "r=2",
        "r=1",
        "r=0",
        "r=0",
        "r=0",
    ]
    told = replies[-1]
    assert told.headers["content-type"] == "application/problem+json"
    assert 15 <= int(told.headers["retry-after"]) <= 20
    assert f"in {told.headers['retry-after']} seconds" in told.json()["detail"]
    assert all(client.get(path).status_code == 200 for path in OPEN * 3), "who watches is not counted"


def test_a_rate_comes_back_as_it_says(service: Service) -> None:
    client = service(Access(rate=Rate(2, 1)))
    while (told := client.get("/v1/papers/gan")).status_code == 200:
        pass
    time.sleep(float(told.headers["retry-after"]))
    assert client.get("/v1/papers/gan").status_code == 200


def test_a_batch_counts_as_its_questions(service: Service) -> None:
    client = service(Access(rate=Rate(10, 3600)))
    batch = {"queries": [{"q": "learning"}] * 12}
    assert client.post("/v1/search", json=batch).status_code == 200
    told = client.get("/v1/papers/gan")
    assert told.status_code == 429
    assert 900 < int(told.headers["retry-after"]) <= 3 * 360


def test_each_key_has_its_own_rate_and_who_has_none_that_of_his_address(
    service: Service, keys: KeyFile
) -> None:
    given = [keys.add(name) for name in ("ada", "bob")]
    client = service(Access(keys=keys.path, rate=Rate(2, 3600)))
    for key in given:
        codes = [client.get("/v1/facets", headers={"X-API-Key": key}).status_code for _ in range(3)]
        assert codes == [200, 200, 429]
    tried = [client.get("/v1/facets", headers={"X-API-Key": f"guess {n}"}).status_code for n in range(4)]
    assert tried == [401, 401, 429, 429], "keys are not tried faster than that"


def codes(client: httpx.Client, forwarded: list[str]) -> list[int]:
    return [
        client.get("/v1/papers/gan", headers={"X-Forwarded-For": value}).status_code for value in forwarded
    ]


def test_nobody_but_the_proxy_says_whose_request_it_is(service: Service) -> None:
    """Of a client that is no proxy, what it says of itself is not believed."""
    client = service(Access(rate=Rate(2, 3600), proxies=("192.0.2.1",)))
    assert codes(client, ["198.51.100.1", "198.51.100.2", "198.51.100.3"]) == [200, 200, 429]


def test_of_what_a_proxy_passes_on_its_own_word_counts(service: Service) -> None:
    """A proxy adds the address it sees; what a client put before that is the client's invention."""
    client = service(Access(rate=Rate(2, 3600)))
    assert codes(client, [f"198.51.100.{n}, 203.0.113.5" for n in range(3)]) == [200, 200, 429]
    assert codes(client, ["203.0.113.5, 203.0.113.6", "203.0.113.7"]) == [200, 200]
    assert codes(client, ["127.0.0.1, 203.0.113.5", "203.0.113.5, 127.0.0.1"]) == [429, 429]
    assert codes(client, ["2001:db8::1", "2001:db8::2", "2001:db8::ffff:3"]) == [200, 200, 429]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("LOCALHOST:1", 200),
        ("[::1]:8000", 200),
        ("papers.example.org", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example:8000", 421),
        ("papers.example.org.evil.example", 421),
        ("192.168.0.1", 421),
        ("papers.example.org@evil.example", 400),
        ("evil.example/127.0.0.1", 400),
        ("a b", 400),
        ("", 400),
        ("localhost:x", 400),
        ("[::1", 400),
    ],
)
def test_on_loopback_it_answers_to_names_it_knows(service: Service, host: str, status: int) -> None:
    client = service(Access(hosts=("papers.example.org",)), "127.0.0.1")
    for path in ("/v1/papers/gan", "/", "/health/live", "/v1/feed"):
        told = client.get(path, headers={"Host": host})
        assert told.status_code == status, path
        assert status == 200 or told.headers["content-type"] == "application/problem+json"
    if status == 421:
        assert "--allow-host" in told.json()["detail"]


def test_elsewhere_it_answers_to_any_name_unless_some_are_given(service: Service) -> None:
    def status(access: Access, host: str) -> int:
        return service(access, "0.0.0.0").get("/v1/papers/gan", headers={"Host": host}).status_code

    assert status(Access(), "papers.example.org") == 200
    assert status(Access(hosts=("papers.example.org",)), "evil.example") == 421
    assert status(Access(hosts=("papers.example.org",)), "papers.example.org") == 200
    assert Guard.of(Access(hosts=("*",)), "127.0.0.1").names == ()


CROSS = {"Sec-Fetch-Site": "cross-site"}
FOLLOWED = {**CROSS, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/v1/search?q=a", {}, 200),
        ("GET", "/v1/search?q=a", {"Sec-Fetch-Site": "same-origin"}, 200),
        ("GET", "/v1/search?q=a", {"Sec-Fetch-Site": "none"}, 200),
        ("GET", "/?q=a", FOLLOWED, 200),
        ("GET", "/v1/search?q=a", {**CROSS, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 403),
        ("GET", "/v1/search?q=a", {**CROSS, "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}, 403),
        ("GET", "/", {**CROSS, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, 403),
        ("POST", "/v1/export", FOLLOWED, 403),
        ("POST", "/v1/export", {"Origin": "https://evil.example"}, 403),
        ("POST", "/v1/export", {"Origin": "null"}, 403),
        ("GET", "/v1/search?q=a", {"Origin": "http://evil.example"}, 403),
        ("GET", "/v1/search?q=a", {"Origin": "http://["}, 403),
        ("POST", "/v1/export", {"Host": "papers.example.org", "Origin": "https://papers.example.org"}, 200),
        ("POST", "/v1/export", {"Sec-Fetch-Site": "same-origin", "Origin": "https://elsewhere"}, 200),
        ("GET", "/embed.js?paper=gan", {**CROSS, "Sec-Fetch-Mode": "no-cors"}, 200),
        ("OPTIONS", "/v1/search", {"Origin": "https://evil.example"}, 403),
    ],
)
def test_no_page_of_another_site_makes_it_work(
    service: Service, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    client = service()
    data = {"ids": "gan", "format": "ris"} if method == "POST" else None
    told = client.request(method, path, headers=headers, data=data)
    assert told.status_code == status
    assert not {name for name in told.headers if name.startswith("access-control-")}


def test_pages_of_a_site_that_is_allowed_may_read(service: Service, keys: KeyFile) -> None:
    key = keys.add("ada")
    client = service(Access(keys=keys.path, origins=("https://lab.example",)))
    asks = {"Origin": "https://lab.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
    before = client.options(
        "/v1/search",
        headers=asks
        | {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"},
    )
    assert before.status_code == 200
    assert before.headers["access-control-allow-origin"] == "https://lab.example"
    assert "Authorization" in before.headers["access-control-allow-headers"]
    answer = client.get("/v1/search?q=a", headers=asks | {"X-API-Key": key})
    assert answer.status_code == 200
    refused = client.get("/v1/search?q=a", headers=asks)
    assert refused.status_code == 401
    for told in (before, answer, refused):
        assert told.headers["access-control-allow-origin"] == "https://lab.example"
        assert "access-control-allow-credentials" not in told.headers
        assert "Origin" in told.headers["vary"]
    evil = asks | {"Origin": "https://evil.example"}
    assert client.get("/v1/search?q=a", headers=evil | {"X-API-Key": key}).status_code == 403
    preflight = client.options("/v1/search", headers=evil | {"Access-Control-Request-Method": "GET"})
    assert preflight.status_code == 400
    assert "access-control-allow-origin" not in preflight.headers


def test_all_sites_may_be_allowed_but_never_with_what_a_browser_keeps(service: Service) -> None:
    client = service(Access(origins=("*",)))
    told = client.get("/v1/papers/gan", headers={"Origin": "https://any.example", **CROSS, "Cookie": "a=b"})
    assert told.status_code == 200
    assert told.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in told.headers


def test_workers_count_together(published: Path, keys: KeyFile) -> None:
    """Every connection may reach another process; together they let in no more than the rate says."""
    import re
    import subprocess
    import sys

    key = keys.add("ada")
    command = [sys.executable, "-m", "semsearch", "serve", "--port", "0", "--index", str(published)]
    command += ["--workers", "2", "--keys", str(keys.path), "--rate", "6/hour"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())
        assert address
        found = []
        for _ in range(24):
            with httpx.Client(base_url=address[0], timeout=60) as client:
                found.append(client.get("/v1/papers/gan", headers={"X-API-Key": key}).status_code)
        with httpx.Client(base_url=address[0], timeout=60) as client:
            assert client.get("/v1/papers/gan", headers={"Host": "evil.example"}).status_code == 421
        process.terminate()
        process.wait()
    assert found == [200] * 6 + [429] * 18
