"""The pages in a real Chromium: what the script adds, and that nobody is left out."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs, urlsplit

import pytest

from semsearch.search import Searcher
from tests.serve.pages.conftest import HOSTILE, Heard

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

QUESTION = "how do networks learn to translate?"
ADAM = "10.48550/arXiv.1412.6980"
# The states of the pages that people meet.
STATES = {
    "start": "/",
    "answer": f"/?q={QUESTION}&year_from=1990&author=Yoshua+Bengio",
    "second page": "/?q=learning&page=2",
    "browsing": "/?year_from=1990",
    "blank": "/?q=",
    "weak": "/?q=zzyzx+qwfp",
    "empty": "/?q=learning&year_from=3000",
    "paper": f"/papers/{ADAM}",
    "hostile": "/papers/hostile",
    "related": "/related?like=gan&like=bahdanau&not=quicksort",
    "no seeds": "/related",
    "missing": "/papers/no/such",
    "gone": "/?q=learning&page=2&generation=none",
    "map": "/map",
    "lit map": "/map?q=learning",
}


def _ask(page: Page, question: str) -> None:
    page.get_by_role("searchbox").fill(question)
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("q") == [question])


def _titles(page: Page) -> list[str]:
    return [title.strip() for title in page.locator(".body .hit h2").all_inner_texts()]


def _query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_a_question_is_answered_without_leaving_the_page(page: Page, searched: Searcher) -> None:
    page.goto("/")
    page.locator("[name=q]:focus").wait_for()
    page.evaluate("window.stayed = true")
    _ask(page, QUESTION)
    page.locator(".hit").first.wait_for()
    assert _titles(page) == [hit.paper.title for hit in searched.search(QUESTION)]
    assert page.evaluate("window.stayed")
    assert _query(page) == {"q": [QUESTION]}  # no empty fields
    assert page.title().startswith(QUESTION)
    assert "papers seem to be about this" in page.get_by_role("status").inner_text()
    assert page.evaluate("document.activeElement.name") == "q"


def test_a_link_reproduces_what_was_seen_and_back_goes_back(page: Page, context: BrowserContext) -> None:
    page.goto("/")
    _ask(page, QUESTION)
    page.get_by_role("link", name="Yoshua Bengio", exact=False).first.click()
    page.wait_for_url("**author=Yoshua**")
    page.locator(".active").wait_for()
    seen, address = page.locator("main").inner_text(), page.url
    other = context.new_page()
    other.goto(address)
    assert other.locator("main").inner_text() == seen
    page.go_back()
    page.locator(".active").wait_for(state="detached")
    assert _query(page) == {"q": [QUESTION]}
    assert page.get_by_role("searchbox").input_value() == QUESTION
    page.go_back()
    page.get_by_role("heading", name="Ask the papers").wait_for()
    page.go_forward()
    page.locator(".hit").first.wait_for()
    assert page.get_by_role("searchbox").input_value() == QUESTION


def test_back_returns_to_where_one_was(page: Page) -> None:
    page.goto("/?q=learning")
    link = page.locator(".hit h2 a").nth(8)
    link.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    assert before > 0
    link.click()
    page.locator(".paper").wait_for()
    assert page.evaluate("scrollY") == 0
    page.go_back()
    page.locator(".filters").wait_for()
    assert abs(page.evaluate("scrollY") - before) < 5


def test_years_are_chosen_by_dragging_over_the_histogram(page: Page, searched: Searcher) -> None:
    page.goto("/?q=learning&page=2")
    box = page.locator(".bars svg").bounding_box()
    assert box is not None
    years = [year for year, _ in searched.facets("learning").years]
    first, last = years[0], years[-1]
    width = box["width"] / (last - first + 1)
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + (1995.5 - first) * width, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + (2005.5 - first) * width, middle, steps=4)
    chosen = page.locator(".bars output").inner_text()
    page.mouse.up()
    page.wait_for_url("**year_from=**")
    query = _query(page)
    assert chosen == f"{query['year_from'][0]} – {query['year_to'][0]}"
    assert abs(int(query["year_from"][0]) - 1995) <= 2
    assert abs(int(query["year_to"][0]) - 2005) <= 2
    assert "page" not in query
    page.locator(".active").wait_for()
    assert page.get_by_label("From").input_value() == query["year_from"][0]
    told = page.locator(".hit .about > span").all_inner_texts()
    shown = [int(text) for text in told if re.fullmatch(r"\d{4}", text)]
    assert shown
    assert all(int(query["year_from"][0]) <= year <= int(query["year_to"][0]) for year in shown)


def test_a_bar_is_a_link_to_its_years(page: Page) -> None:
    page.goto("/?q=learning")
    page.locator(".bars a").last.click()
    page.wait_for_url("**year_from=**")
    page.locator(".active").wait_for()
    assert page.locator(".bars .year.in").count() == 1


def test_all_that_a_mouse_can_do_keys_can_do(page: Page) -> None:
    page.goto("/")
    page.locator("[name=q]:focus").wait_for()
    page.keyboard.type("learning")
    page.keyboard.press("Enter")
    page.locator(".hit").first.wait_for()

    def tab_to(wanted: str, most: int = 60) -> None:
        passed = list[str]()
        for _ in range(most):
            page.keyboard.press("Tab")
            passed.append(page.evaluate("document.activeElement.outerHTML.slice(0, 60)"))
            if page.evaluate("selector => document.activeElement.matches(selector)", wanted):
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", wanted
                return
        raise AssertionError(f"Tab does not reach {wanted}, but {passed}")

    tab_to("input[name=year_from]")
    page.keyboard.type("2000")
    page.keyboard.press("Enter")
    page.wait_for_url("**year_from=2000**")
    page.locator(".active").wait_for()
    tab_to("input[name=ids]")
    page.keyboard.press("Space")
    page.get_by_text("1 paper selected").first.wait_for()
    tab_to(".acts summary")
    page.keyboard.press("Enter")
    assert page.locator(".acts details[open]").count() == 1
    tab_to(".acts button")
    page.keyboard.press("Enter")
    assert page.locator(".card:popover-open").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".card:popover-open").count() == 0
    tab_to(".acts > a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/related?like=**")
    page.goto("/")
    page.keyboard.press("Shift+Tab")
    page.evaluate("document.activeElement.blur()")
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_ticks_are_remembered_and_exported_together(page: Page, searched: Searcher) -> None:
    page.goto("/")
    assert not page.locator("#selection").is_visible()
    _ask(page, "generative adversarial nets")
    page.get_by_label("Select: Generative Adversarial Nets").check()
    _ask(page, "quicksort")
    page.locator("input[name=ids][value=quicksort]").check()
    bar = page.locator("#selection")
    assert bar.locator(".count").inner_text() == "2 papers selected"
    for form, pattern in (("BibTeX", r"@\w+{"), ("RIS", r"TY  - "), ("CSL", r'"title"')):
        with page.expect_download() as saved:
            bar.get_by_role("button", name=form, exact=True).click()
        text = Path(saved.value.path()).read_text(encoding="utf-8")
        assert len(re.findall(pattern, text)) == 2, form
        assert "Quicksort" in text
        assert "Generative Adversarial Nets" in text
    page.reload()
    assert bar.locator(".count").inner_text() == "2 papers selected"
    bar.get_by_text("Show").click()
    bar.get_by_role("button", name="Take out: Quicksort").click()
    assert bar.locator(".count").inner_text() == "1 paper selected"
    assert not page.locator("input[name=ids][value=quicksort]").is_checked()
    bar.get_by_role("button", name="Clear").click()
    assert not bar.is_visible()


def test_a_ticked_paper_that_has_gone_does_not_keep_the_others_from_coming(page: Page, heard: Heard) -> None:
    heard.expected.append("404")
    page.goto("/?q=quicksort")
    page.locator("input[name=ids][value=quicksort]").check()
    page.evaluate(
        """() => {
            const [key] = Object.keys(localStorage), kept = JSON.parse(localStorage[key]);
            localStorage[key] = JSON.stringify({gone: {title: "Gone", path: "/papers/gone"}, ...kept});
        }"""
    )
    page.reload()
    bar = page.locator("#selection")
    assert bar.locator(".count").inner_text() == "2 papers selected"
    with page.expect_download() as saved:
        bar.get_by_role("button", name="BibTeX", exact=True).click()
    assert "Quicksort" in Path(saved.value.path()).read_text(encoding="utf-8")
    assert saved.value.suggested_filename == "papers.bib"
    assert "left out" in bar.locator(".count").inner_text()
    page.reload()
    assert bar.locator(".count").inner_text() == "1 paper selected"


def test_more_like_the_ticked_papers_and_less_like_another(page: Page, searched: Searcher) -> None:
    page.goto("/?q=learning")
    first, second = (page.locator("input[name=ids]").nth(i) for i in (0, 1))
    ids = [str(box.get_attribute("value")) for box in (first, second)]
    first.check()
    second.check()
    page.get_by_role("button", name="More like these").click()
    page.wait_for_url("**/related?**")
    assert _query(page)["like"] == ids
    assert _titles(page) == [hit.paper.title for hit in searched.related(ids, 20)]
    away = str(page.locator("input[name=ids]").nth(2).get_attribute("value"))
    page.locator("input[name=ids]").nth(2).check()
    page.get_by_role("button", name="Not like these").click()
    page.wait_for_url("**not=**")
    assert (_query(page)["like"], _query(page)["not"]) == (ids, [away])
    assert _titles(page) == [hit.paper.title for hit in searched.related(ids, 20, unlike=[away])]
    page.get_by_role("link", name="Less like this:").first.click()
    page.wait_for_url(lambda url: len(parse_qs(urlsplit(url).query)["not"]) == 2)


def test_related_papers_are_a_click_away(page: Page, searched: Searcher) -> None:
    page.goto("/?q=double+helix+of+DNA")
    hit = page.locator(".hit").first
    identifier = str(hit.locator("input").get_attribute("value"))
    hit.get_by_role("link", name="Papers related to:").click()
    page.locator(".side .like").wait_for()
    assert _titles(page) == [other.paper.title for other in searched.related(identifier, 20)]


def test_a_citation_is_copied_and_saved(page: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/?q=generative+adversarial+nets")
    page.get_by_role("button", name="Cite: Generative Adversarial Nets").first.click()
    card = page.locator(".card:popover-open")
    for form, sign in (("BibTeX", "@"), ("RIS", "TY  - "), ("CSL", '"title"')):
        card.get_by_role("button", name=f"Copy as {form}").click()
        page.get_by_role("status").get_by_text(f"{form} copied").wait_for(state="attached")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert sign in copied
        assert "Goodfellow" in copied
        with page.expect_download() as saved:
            card.get_by_role("link", name=f"Save as {form}").click()
        assert saved.value.suggested_filename.startswith("gan.")
        assert Path(saved.value.path()).read_text(encoding="utf-8").strip() == copied.strip()


def test_a_page_without_tls_copies_too(page: Page) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto("/papers/gan")
    page.evaluate("addEventListener('copy', () => { window.copied = document.activeElement.value; })")
    page.get_by_role("button", name="Copy as RIS").click()
    page.get_by_role("status").get_by_text("RIS copied").wait_for(state="attached")
    assert "TY  - CONF" in page.evaluate("window.copied")


def test_language_is_the_browsers_and_switched_in_the_address(
    browser: Browser, site: str, heard: Heard
) -> None:
    french = browser.new_context(base_url=site, locale="fr-FR")
    heard.watch(french)
    page = french.new_page()
    page.goto(f"/?q={QUESTION}")
    assert page.locator("html").get_attribute("lang") == "fr"
    assert "semblent en parler" in page.locator("#found").inner_text()
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**lang=en**")
    assert "seem to be about this" in page.locator("#found").inner_text()
    _ask(page, "learning")
    page.locator(".hit h2 a").first.click()
    page.locator(".paper").wait_for()
    assert _query(page)["lang"] == ["en"]
    assert page.locator("html").get_attribute("lang") == "en"
    page.go_back()
    page.go_back()
    page.go_back()
    page.wait_for_url(lambda url: "lang" not in url)
    assert page.locator("html").get_attribute("lang") == "fr"
    french.close()


@pytest.mark.parametrize(
    ("width", "scheme", "locale", "states"),
    [
        (360, "dark", "fr", [*STATES]),
        (1440, "light", "en", [*STATES]),
        (360, "light", "en", ["answer", "paper"]),
        (1440, "dark", "fr", ["answer", "related"]),
    ],
)
def test_no_state_keeps_anybody_out(
    browser: Browser,
    site: str,
    heard: Heard,
    width: int,
    scheme: Literal["light", "dark"],
    locale: str,
    states: list[str],
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="skipped: axe is not installed")
    heard.expected = ["404 (Not Found)", "410 (Gone)"]  # the console says of two states that they are errors
    context = browser.new_context(
        base_url=site,
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        locale=locale,
        reduced_motion="reduce",
    )
    heard.watch(context)
    page = context.new_page()
    for state in states:
        page.goto(STATES[state])
        if page.locator("input[name=ids]").count():
            page.locator("input[name=ids]").first.check()
        page.evaluate("for (const more of document.querySelectorAll('main details')) more.open = true")
        assert axe.Axe().run(page).response["violations"] == [], state
        assert page.evaluate("document.documentElement.scrollWidth") <= width, state
        page.evaluate("localStorage.clear()")
    page.goto(STATES["answer"])
    page.get_by_role("button", name=re.compile("Cite|Citer")).first.click()
    assert axe.Axe().run(page).response["violations"] == []
    context.close()


def test_on_a_narrow_screen_the_filters_are_a_sheet(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/?q=learning")
    assert not page.locator(".filters").is_visible()
    page.get_by_role("button", name="Filters").click()
    page.locator(".filters").get_by_role("link", name="Yoshua Bengio").click()
    page.wait_for_url("**author=**")
    page.locator(".active").wait_for()
    assert not page.locator(".filters").is_visible()


def test_without_script_everything_is_there(
    browser: Browser, site: str, heard: Heard, searched: Searcher
) -> None:
    context = browser.new_context(base_url=site, locale="en", java_script_enabled=False)
    heard.watch(context)
    page = context.new_page()
    page.goto("/")
    page.locator("input[name=q]").fill("learning")
    page.get_by_role("button", name="Search").click()
    assert _titles(page) == [hit.paper.title for hit in searched.search("learning")]
    page.get_by_role("link", name="Next").click()
    assert _titles(page) == [hit.paper.title for hit in searched.search("learning", offset=10)]
    page.locator("input[name=year_from]").fill("2000")
    page.get_by_role("button", name="Apply").click()
    assert _query(page)["year_from"] == ["2000"]
    assert not page.locator("[data-scripted]").first.is_visible()
    boxes = page.locator("input[name=ids]")
    ids = [str(boxes.nth(i).get_attribute("value")) for i in (0, 2)]
    for i in (0, 2):
        boxes.nth(i).check()
    with page.expect_download() as saved:
        page.get_by_role("button", name="RIS").click()
    assert Path(saved.value.path()).read_text(encoding="utf-8").count("TY  - ") == 2
    page.get_by_role("button", name="More like these").click()
    assert _query(page)["like"] == ids
    page.locator(".hit h2 a").first.click()
    assert page.locator(".paper h1").is_visible()
    context.close()


def test_a_server_that_is_gone_is_said_and_asked_again(
    page: Page, heard: Heard, context: BrowserContext
) -> None:
    heard.expected = ["ERR_INTERNET_DISCONNECTED"]
    page.goto("/?q=learning")
    seen = _titles(page)
    context.set_offline(True)
    page.get_by_role("searchbox").fill("dna")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_text("The server does not answer.").wait_for()
    assert _titles(page) == seen  # what was there stays
    context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url("**q=dna**")


def test_strangers_texts_do_nothing(page: Page) -> None:
    page.goto("/")
    _ask(page, f"hostile {HOSTILE}")
    page.locator(".hit").first.wait_for()
    page.locator("input[name=ids][value=hostile]").check()
    page.locator("#selection summary").click()
    assert HOSTILE in page.locator("#selection .chosen").inner_text()
    page.goto("/papers/hostile")
    assert page.locator("main img, main script").count() == 0
    assert page.title() != "broken"


@pytest.fixture
def elsewhere(site: str) -> Iterator[str]:
    """A page of another origin, with a strict policy of its own, that embeds related papers."""

    class Host(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/"
            body = (
                f'<!doctype html><html lang="en"><title>Elsewhere</title><h1>Elsewhere</h1><div>'
                f'<script src="{site}/embed.js?paper=hostile&amp;k=3" async></script></div>'
            )
            self.send_response(200 if found else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", f"default-src 'none'; script-src {site}")
            self.end_headers()
            self.wfile.write(body.encode() if found else b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_one_tag_shows_related_papers_elsewhere(
    page: Page, heard: Heard, elsewhere: str, site: str, searched: Searcher
) -> None:
    heard.expected = [elsewhere, "favicon"]
    page.goto(elsewhere)
    page.get_by_role("heading", name="Related papers").wait_for()
    links = page.locator("div li a")
    expected = searched.related("hostile", 3)
    assert links.all_inner_texts() == [hit.paper.title for hit in expected]
    links.first.click()
    page.wait_for_url(f"{site}/papers/**")
    assert page.locator("h1").inner_text() == expected[0].paper.title
