"""The map in a real Chromium: it moves, it zooms, it lights up what is asked for, it opens papers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx2 as httpx
import numpy as np
import pytest

from semsearch.index.landscape import MOST
from semsearch.search import Searcher
from semsearch.serve.pages.map import listed, lit
from tests.serve.pages.conftest import Heard

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FloatRect, Page

QUESTION = "how do networks learn to translate?"
CANVAS = ".plane canvas"


@pytest.fixture
def client(site: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site, timeout=60) as opened:
        yield opened


def _open(page: Page, address: str = "/map") -> None:
    page.goto(address)
    page.wait_for_selector(".plane[data-drawn]")


def _view(page: Page) -> dict[str, float]:
    """What the address says is seen, once it says so."""
    page.wait_for_timeout(400)
    query = parse_qs(urlsplit(page.url).query)
    return {name: float(query[name][0]) if name in query else float(name == "z") for name in "xyz"}


def _box(page: Page) -> FloatRect:
    box = page.locator(CANVAS).bounding_box()
    assert box is not None
    return box


def _at(page: Page, searched: Searcher, row: int) -> tuple[float, float]:
    """Where a paper is drawn in the window, worked out from its place and from what is seen."""
    box, view = _box(page), _view(page)
    x, y = searched.generation.landscape.points[:2, row] / MOST
    scale = min(box["width"], box["height"]) / 2 * 0.94 * view["z"]
    left = box["x"] + box["width"] / 2 + (x - view["x"]) * scale
    return left, box["y"] + box["height"] / 2 - (y - view["y"]) * scale


@contextmanager
def _opened(page: Page) -> Iterator[Any]:
    """The address that is gone to; what is there is no concern of the map's."""
    page.route(
        lambda url: urlsplit(url).path.startswith("/papers/"), lambda route: route.fulfill(body="A paper.")
    )
    with page.expect_request(lambda request: request.is_navigation_request()) as opened:
        yield opened
    page.wait_for_url("**/papers/**")


def _lonely(searched: Searcher) -> int:
    """The paper that is farthest from any other."""
    places = searched.generation.landscape.points[:2].T.astype(float)
    distances = np.linalg.norm(places[:, None] - places, axis=2)
    np.fill_diagonal(distances, np.inf)
    return int(distances.min(axis=1).argmax())


def _title(searched: Searcher, row: int) -> str:
    return searched.generation.papers.get([row])[0].title


def test_every_paper_is_drawn_where_it_lies(page: Page, searched: Searcher) -> None:
    _open(page)
    assert page.get_attribute(".plane", "data-drawn") == str(len(searched))
    row = _lonely(searched)
    x, y = _at(page, searched, row)
    box = _box(page)
    ground, dot = page.evaluate(
        """([x, y]) => {
            const canvas = document.querySelector('.plane canvas'), ratio = canvas.width / canvas.clientWidth;
            const at = (x, y) => [...canvas.getContext('2d').getImageData(x * ratio, y * ratio, 1, 1).data];
            return [at(2, 2), at(x, y)];
        }""",
        [x - box["x"], y - box["y"]],
    )
    assert max(abs(a - b) for a, b in zip(ground, dot, strict=True)) > 60


def test_dragging_moves_the_map_with_the_mouse_and_the_address_says_where(
    page: Page, searched: Searcher
) -> None:
    _open(page, "/map?x=0.1&y=-0.2&z=3")
    row = _lonely(searched)
    before, box = _at(page, searched, row), _box(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y + 10)
    page.mouse.move(x + 120, y - 45)
    page.mouse.up()
    after = _at(page, searched, row)
    assert np.subtract(after, before) == pytest.approx([120, -45], abs=1)
    assert _view(page)["z"] == 3
    seen = _view(page)
    page.reload()
    page.wait_for_selector(".plane[data-drawn]")
    assert _view(page) == seen


def test_the_wheel_zooms_about_the_pointer(page: Page, searched: Searcher) -> None:
    _open(page)
    row = _lonely(searched)
    at = _at(page, searched, row)
    page.mouse.move(*at)
    page.mouse.wheel(0, -500)
    assert _view(page)["z"] == pytest.approx(3, rel=0.2)
    assert _at(page, searched, row) == pytest.approx(at, abs=2.5)  # a wheel is told whole pixels


def test_pointing_names_a_paper_and_a_click_opens_it(page: Page, searched: Searcher) -> None:
    _open(page)
    row = _lonely(searched)
    paper = searched.generation.papers.get([row])[0]
    page.mouse.move(*_at(page, searched, row))
    card = page.locator(".pointed")
    card.wait_for(state="visible")
    assert paper.title in card.inner_text()
    assert str(paper.year or "undated") in card.inner_text()
    assert all(author in card.inner_text() for author in paper.authors[:3])
    with _opened(page) as opened:
        page.mouse.click(*_at(page, searched, row))
    assert unquote(urlsplit(opened.value.url).path) == f"/papers/{paper.id}"


def test_a_question_lights_up_its_hits_and_lists_them(page: Page, searched: Searcher) -> None:
    _open(page)
    page.get_by_role("searchbox").fill(QUESTION)
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_selector(".lit li")
    page.wait_for_selector(".plane[data-drawn]")
    hits = lit(searched.search(QUESTION, 50))
    assert page.locator(".lit a").all_inner_texts() == [hit.paper.title for hit in hits]
    rows = [searched.generation.papers.row_of(hit.paper.id) for hit in hits]
    assert [int(row) for row in _rows(page)] == rows
    glow = page.evaluate(
        "getComputedStyle(document.querySelector('.plane')).getPropertyValue('--hit')"
    ).strip()
    box = _box(page)
    for row in rows[:5]:
        assert row is not None
        x, y = _at(page, searched, row)
        assert _pixel(page, x - box["x"], y - box["y"]) == glow


def _rows(page: Page) -> list[str]:
    rows: list[str] = page.eval_on_selector_all(".lit a", "links => links.map(link => link.dataset.row)")
    return rows


def _pixel(page: Page, x: float, y: float) -> str:
    colour: str = page.evaluate(
        """([x, y]) => {
            const canvas = document.querySelector('.plane canvas'), ratio = canvas.width / canvas.clientWidth;
            const [left, top] = [x, y].map(at => Math.round(at * ratio));
            const [r, g, b] = canvas.getContext('2d').getImageData(left, top, 1, 1).data;
            return '#' + [r, g, b].map(part => part.toString(16).padStart(2, '0')).join('');
        }""",
        [x, y],
    )
    return colour


def test_all_of_it_is_reached_with_the_keyboard(page: Page, searched: Searcher) -> None:
    _open(page)
    page.locator(CANVAS).focus()
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    view = _view(page)
    assert view["z"] == pytest.approx(1.4, rel=0.01)
    assert view["x"] > 0
    page.keyboard.press("0")
    assert _view(page) == {"x": 0, "y": 0, "z": 1}
    x, y = searched.generation.landscape.points[:2, _lonely(searched)] / MOST
    _open(page, f"/map?x={x:.4f}&y={y:.4f}&z=4")
    page.locator(CANVAS).focus()
    page.keyboard.press("-")  # what lies in the middle is named
    card = page.locator(".pointed")
    card.wait_for(state="visible")
    assert _title(searched, _lonely(searched)) in card.inner_text()
    page.locator("[data-said]").get_by_text(_title(searched, _lonely(searched))).wait_for(state="attached")
    with _opened(page) as opened:
        page.keyboard.press("Enter")
    assert urlsplit(opened.value.url).path.startswith("/papers/")


def test_a_hit_that_has_focus_is_shown_on_the_map(page: Page) -> None:
    _open(page, f"/map?q={QUESTION}")
    link = page.locator(".lit a").nth(1)
    link.focus()
    card = page.locator(".pointed")
    card.wait_for(state="visible")
    assert link.inner_text() in card.inner_text()


def test_buttons_zoom_and_show_all_and_the_lit_ones(page: Page) -> None:
    _open(page, f"/map?q={QUESTION}")
    page.get_by_role("button", name="Zoom in").click()
    assert _view(page)["z"] == pytest.approx(1.8)
    page.get_by_role("button", name="Zoom out").click()
    page.get_by_role("button", name="Zoom to them").click()
    assert _view(page)["z"] >= 1
    page.get_by_role("button", name="Show all").click()
    assert _view(page) == {"x": 0, "y": 0, "z": 1}


def test_two_fingers_zoom_and_one_names_before_it_opens(
    browser: Browser, site: str, heard: Heard, searched: Searcher
) -> None:
    with _phone(browser, site, heard) as page:
        _open(page)
        row = _lonely(searched)
        page.touchscreen.tap(*_at(page, searched, row))
        card = page.locator(".pointed")
        card.wait_for(state="visible")
        assert _title(searched, row) in card.inner_text()
        assert urlsplit(page.url).path == "/map"
        box = _box(page)
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        session = page.context.new_cdp_session(page)
        for apart, kind in ((40, "touchStart"), (60, "touchMove"), (80, "touchMove"), (120, "touchMove")):
            points = [{"x": x - apart / 2, "y": y, "id": 0}, {"x": x + apart / 2, "y": y, "id": 1}]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        assert _view(page)["z"] == pytest.approx(3, rel=0.35)


@contextmanager
def _phone(browser: Browser, site: str, heard: Heard) -> Iterator[Page]:
    options: dict[str, Any] = {
        "viewport": {"width": 360, "height": 740},
        "has_touch": True,
        "locale": "fr-FR",
    }
    context = browser.new_context(base_url=site, device_scale_factor=2, **options)
    heard.watch(context)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_nothing_sticks_out_and_nothing_is_asked_of_others(
    browser: Browser, site: str, heard: Heard, width: int, scheme: Any
) -> None:
    context = browser.new_context(
        base_url=site, viewport={"width": width, "height": 800}, color_scheme=scheme, locale="fr-FR"
    )
    heard.watch(context)
    page = context.new_page()
    _open(page, f"/map?q={QUESTION}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").inner_text() == "La carte"
    assert page.locator(".legend li").count() >= 2
    context.close()


def test_without_javascript_the_page_says_what_the_map_shows(
    browser: Browser, site: str, searched: Searcher
) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"/map?q={QUESTION}")
    assert page.locator(".lit a").count() == len(lit(searched.search(QUESTION, 50)))
    page.goto("/map")
    text = page.locator("main").inner_text()
    assert f"{len(searched)} papers" in text
    regions = listed(searched.generation.landscape.levels)
    assert len(regions) >= 4
    for region in regions:
        assert ", ".join(region.terms) in text
    context.close()


def test_points_are_those_of_the_generation_and_kept_by_it(client: httpx.Client, searched: Searcher) -> None:
    generation = searched.generation
    reply = client.get("/map/points", params={"generation": generation.id})
    read = np.frombuffer(reply.content, dtype="<i2").reshape(3, -1)
    np.testing.assert_array_equal(read, generation.landscape.points)
    assert "immutable" in reply.headers["cache-control"]
    assert client.get("/map/points").headers["cache-control"] == "no-cache"
    again = client.get("/map/points", headers={"If-None-Match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/map/points", params={"generation": "000009-none"}).status_code == 410


def test_titles_come_together_in_the_order_asked_for(client: httpx.Client, searched: Searcher) -> None:
    reply = client.get("/map/papers", params={"rows": "3,0,2"}).json()
    assert [paper["row"] for paper in reply["papers"]] == [3, 0, 2]
    for paper, known in zip(reply["papers"], searched.generation.papers.get([3, 0, 2]), strict=True):
        assert (paper["title"], paper["year"]) == (known.title, known.year)
        assert (*paper["authors"],) == known.authors[:3]
        assert paper["others"] == max(0, len(known.authors) - 3)


@pytest.mark.parametrize("rows", ["", "x", "1,", "-1", "999999", ",".join(["1"] * 101)])
def test_rows_that_there_are_not_are_refused(client: httpx.Client, rows: str) -> None:
    reply = client.get("/map/papers", params={"rows": rows})
    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"


def test_a_question_that_cannot_be_asked_leaves_the_map(client: httpx.Client) -> None:
    reply = client.get("/map", params={"q": "???"})
    assert reply.status_code == 422
    assert "This cannot be asked" in reply.text
    assert "canvas" in reply.text
