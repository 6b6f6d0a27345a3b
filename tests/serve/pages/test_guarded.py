"""The page where a key is wanted, in a real browser, which asks its reader for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from semsearch.search import Searcher
from semsearch.serve.guard.access import Access
from semsearch.serve.guard.keys import KeyFile
from semsearch.serve.live import Live
from tests.serve.pages.conftest import StemEncoder
from tests.serve.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def guarded(searched: Searcher, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address of a service that wants a key, and a key."""
    keys = KeyFile(tmp_path_factory.mktemp("keys") / "keys.json")
    key = keys.add("reader")
    live = Live(Path(searched.generation.encoders).parent)
    live.searcher = Searcher(searched.generation, StemEncoder())
    with serving(live, access=Access(keys=keys.path), host="127.0.0.1") as client:
        yield str(client.base_url).rstrip("/"), key


def test_with_a_key_for_a_password_the_page_is_as_it_is(browser: Browser, guarded: tuple[str, str]) -> None:
    address, key = guarded
    context = browser.new_context(http_credentials={"username": "reader", "password": key}, locale="en-GB")
    page, trouble = context.new_page(), list[str]()
    page.on("console", lambda said: trouble.append(said.text) if said.type in {"error", "warning"} else None)
    page.goto(address)
    page.get_by_role("searchbox").fill("stochastic optimization")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name="Adam: A Method for Stochastic Optimization").first.wait_for()
    with page.expect_navigation():
        page.get_by_role("link", name="Adam: A Method for Stochastic Optimization").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Adam: A Method for Stochastic Optimization"
    page.goto(f"{address}/map")
    page.locator("canvas").first.wait_for()
    page.goto(f"{address}/docs")
    page.get_by_text("The papers that answer a question best").wait_for()
    assert trouble == []
    context.close()


def test_without_one_the_page_says_what_is_wanted(browser: Browser, guarded: tuple[str, str]) -> None:
    address, _ = guarded
    context = browser.new_context(
        http_credentials={"username": "reader", "password": "guess"}, locale="fr-FR", reduced_motion="reduce"
    )
    page = context.new_page()
    reply = page.goto(f"{address}/papers/gan")
    assert reply is not None
    assert reply.status == 401
    assert "une clé" in page.get_by_role("heading", level=1).inner_text()
    style = page.evaluate("getComputedStyle(document.querySelector('.error')).maxWidth")
    assert style is not None
    assert page.evaluate("document.styleSheets[0].cssRules.length") > 10, "its style sheet is let through"
    context.close()
