"""Hostile papers in a real browser: nothing runs, nothing is asked of anybody, and text is what it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import httpx2 as httpx
import pytest

from semsearch.paper import Paper
from semsearch.serve.pages.address import of_paper
from tests.hostile import ADDRESSES, PAPERS, TEXTS
from tests.serve.pages.conftest import Heard
from tests.serve.serving import live_on, serving
from tests.support import CORPUS

if TYPE_CHECKING:
    from playwright.sync_api import Page

# The ids that an object in JavaScript has from its birth.
BORN = [Paper(name, f"A paper called {name}") for name in ("constructor", "__proto__", "toString")]

# Text nodes with letters or marks that turn a line, and no element around them that keeps that to itself.
_TURNING = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode())
    if (/[\\u0590-\\u08ff\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]/.test(node.data)
        && !node.parentElement.closest("[dir=auto], bdi, script")) found.push(node.data.slice(0, 80));
  return found;
}"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    root = tmp_path_factory.mktemp("hostile") / "index"
    with serving(live_on(root, [*CORPUS, *BORN, *PAPERS], force=True)) as client:
        yield client


@pytest.fixture
def site(client: httpx.Client) -> str:
    return str(client.base_url).rstrip("/")


@pytest.fixture
def page(page: Page) -> Page:
    """A page on which no script of a stranger may show itself."""
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog says {dialog.message}"))
    page.on("popup", lambda _: pytest.fail("another window was opened"))
    return page


def parsed(text: str) -> str:
    """What a browser makes of the characters themselves (HTML, sections 13.2.3.5 and 13.2.6.4.7)."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def untouched(page: Page) -> None:
    assert page.title() != "broken"
    assert page.evaluate(_TURNING) == []
    assert (
        page.evaluate("document.querySelectorAll('main script, main iframe, main img, main math').length")
        == 0
    )
    addresses = page.evaluate("[...document.links].map(link => String(link.href))")
    assert [a for a in addresses if not a.startswith(("http://", "https://"))] == []
    outside = [a for a in addresses if not a.startswith(("http://127.0.0.1:", "https://doi.org/"))]
    assert set(outside) <= {
        a
        for address in ADDRESSES
        if address.startswith("http")
        for a in (page.evaluate("address => new URL(address).href", address),)
    }


def test_the_page_of_a_paper_says_what_the_paper_says(page: Page) -> None:
    for paper in [*PAPERS, *BORN]:
        page.goto(of_paper(paper.id), wait_until="domcontentloaded")
        article = page.locator("article.paper")
        assert article.locator("h1").text_content() == parsed(paper.title)
        assert article.locator("> .abstract").text_content() == parsed(
            paper.abstract or "No abstract is known."
        )
        assert article.locator(".authors a").all_text_contents() == [*map(parsed, paper.authors)]
        assert article.locator(".topics a").all_text_contents() == [*map(parsed, paper.keywords)]
        untouched(page)


def test_lists_say_what_the_papers_say(page: Page) -> None:
    titles = {parsed(paper.title) for paper in [*PAPERS, *BORN, *CORPUS]}
    shown = set()
    for number in range(1, 7):
        page.goto(f"/?q=title&mode=lexical&page={number}")
        shown |= {*page.locator(".hit h2 a").all_text_contents()}
        untouched(page)
    assert shown <= titles
    assert len(shown) >= len(PAPERS)
    for address in (
        "/",
        "/?author=author",
        "/related?" + urlencode({"like": PAPERS[0].id, "not": PAPERS[1].id}),
    ):
        page.goto(address)
        untouched(page)


def test_what_is_asked_is_text_as_well(page: Page, heard: Heard) -> None:
    heard.expected.append("status of 422")  # of what only says what it does not want
    for text in TEXTS.values():
        asked = urlencode({"q": text, "author": text, "mode": text})
        page.goto(f"/?{asked}", wait_until="domcontentloaded")
        assert page.title() != "broken"
        assert page.evaluate("document.querySelectorAll('main script, main iframe, main img').length") == 0


def test_the_map_says_what_the_papers_say(page: Page) -> None:
    page.goto("/map?q=title")
    # Not by wait_for_function, which evaluates a string where it has to wait: the page forbids that.
    page.locator(".plane[data-drawn]:not([data-drawn='0'])").wait_for(state="attached")
    untouched(page)


def test_papers_are_ticked_by_whatever_id(page: Page) -> None:
    page.goto("/?" + urlencode({"q": "paper called", "mode": "lexical"}))
    assert page.locator("input[name=ids]:checked").count() == 0
    ids = [box.get_attribute("value") for box in page.locator("input[name=ids]").all()]
    assert {paper.id for paper in BORN} <= {*ids}
    for paper in BORN:
        page.locator(f"input[name=ids][value='{paper.id}']").check()
    page.reload()
    checked = page.locator("input[name=ids]:checked").evaluate_all("boxes => boxes.map(box => box.value)")
    assert {*checked} == {paper.id for paper in BORN}


def test_a_page_elsewhere_shows_related_titles_as_text(page: Page, site: str) -> None:
    page.route(
        "**/elsewhere",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<title>mine</title><script src="{site}/embed.js?paper=gan&k=20"></script>',
        ),
    )
    page.goto("/elsewhere")
    titles = page.evaluate(
        "[...document.querySelector('div').shadowRoot.querySelectorAll('li a')].map(link => link.textContent)"
    )
    assert len(titles) == 20
    assert {*titles} <= {paper.title for paper in [*PAPERS, *BORN, *CORPUS]}
    assert page.title() == "mine"


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.title[:20].encode("ascii", "replace"))
def test_the_name_of_a_file_is_one(client: httpx.Client, paper: Paper) -> None:
    reply = client.get(of_paper(paper.id, "/v1/papers/"), params={"format": "csv"})
    assert reply.status_code == 200
    assert "set-cookie" not in reply.headers
    disposition = reply.headers["content-disposition"]
    plain = disposition.partition('filename="')[2].partition('"')[0]
    assert plain == "" or (plain.isascii() and not set(plain) & set('/\\:"%;\r\n'))
    assert not plain.startswith((".", "-"))
    extended = disposition.partition("filename*=UTF-8''")[2]
    assert quote(extended, safe="%") == extended
