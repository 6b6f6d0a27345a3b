#!/usr/bin/env python3
"""The map: what it adds to a build, and frames a second while it is moved, for docs/benchmarks.md.

    scripts/bench_map.py INDEX [--stand-in PAPERS.jsonl[.gz] --papers N] [--chromium PATH]

Measures an index that exists. With --stand-in it is built first where there is none, from titles alone and
with an encoder that needs no model (see bench_questions.py), and then again with one paper in a hundred
changed: what the map takes does not depend on what the vectors say. The browser is Chromium without a
graphics card, driven by Playwright: a mouse that drags the map to and fro, and a wheel that turns both ways.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import bench_names
import numpy as np
from bench_questions import RandomWords, opened

from semsearch.evaluate.evaluation import percentile
from semsearch.index.build import build
from semsearch.serve.live import Live
from semsearch.terminal import BuildBar

_SECONDS = 4  # that each movement is measured for
_CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_MOVEMENTS = {"dragged, whole map": 1, "dragged, zoomed in": 4, "wheeled in and out": 0}  # from which zoom
_COUNT = """() => {
    window.frames_at = [];
    const tick = now => { window.frames_at.push(now); window.counting = requestAnimationFrame(tick); };
    window.counting = requestAnimationFrame(tick);
}"""
_COUNTED = "() => { cancelAnimationFrame(window.counting); return window.frames_at; }"


def main() -> None:
    """Build what is to be built, serve it, move the map, print a row a step."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("index", type=Path)
    parser.add_argument("--stand-in", type=Path, metavar="PAPERS")
    parser.add_argument("--papers", type=int, metavar="N", help="only the first N")
    parser.add_argument("--chromium", default="/usr/bin/chromium", metavar="PATH")
    arguments = parser.parse_args()
    if arguments.stand_in and not (arguments.index / "CURRENT").exists():
        for line in _built(arguments.stand_in, arguments.papers, arguments.index):
            print(line)
    with _served(arguments.index) as address:
        for line in _moved(address, arguments.chromium):
            print(line)


def _built(source: Path, count: int | None, index: Path) -> Iterator[str]:
    papers = [replace(paper, abstract="") for paper in bench_names.read(source)[:count]]
    changed = [replace(p, title=f"{p.title} again") if i % 100 == 0 else p for i, p in enumerate(papers)]
    yield f"| {len(papers):,} papers, seconds | placing | naming regions |"
    yield "| --- | ---: | ---: |"
    for name, corpus in (("first build", papers), ("rebuild, 1% changed", changed)):
        with BuildBar() as bar:
            report = build(corpus, index, RandomWords(), progress=bar)
        place, regions = report.stages["place"], report.stages["regions"]
        yield f"| {name} ({report.placed_by}) | {place:.1f} | {regions:.1f} |"


@contextmanager
def _served(index: Path) -> Iterator[str]:
    """The address of a server of an index."""
    import uvicorn

    from semsearch.serve.app import create_app
    from semsearch.serve.run import listen

    live = Live(index)
    live.searcher = opened(index)
    with listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(create_app(live), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def _moved(address: str, chromium: str) -> Iterator[str]:
    """Frames while the map is moved, at two sizes of window."""
    from playwright.sync_api import sync_playwright

    yield "| window, movement | frames a second | ms between frames, p95 | dots |"
    yield "| --- | ---: | ---: | ---: |"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=_CHROMIUM)
        for width, height in ((1440, 900), (360, 740)):
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(f"{address}/map")
            page.wait_for_selector(".plane[data-drawn]")
            dots = int(page.get_attribute(".plane", "data-drawn") or 0)
            for name, zoom in _MOVEMENTS.items():
                page.goto(f"{address}/map?x=0&y=0&z={zoom or 1}")
                page.wait_for_selector(".plane[data-drawn]")
                page.wait_for_timeout(1_000)
                times = _frames(page, drag=bool(zoom))
                gaps = np.diff(times)
                yield (
                    f"| {width} × {height}, {name} | {1_000 / gaps.mean():.0f} "
                    f"| {percentile(gaps.tolist(), 95):.0f} | {dots:,} |"
                )
            page.close()
        browser.close()


def _frames(page: Any, *, drag: bool) -> Sequence[float]:
    """When each frame was drawn, in milliseconds, while the mouse moved the map."""
    box = page.locator(".plane canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    if drag:
        page.mouse.down()
        page.mouse.move(x + 10, y)
    page.evaluate(_COUNT)
    start, step = time.monotonic(), 0
    while time.monotonic() - start < _SECONDS:
        step += 1
        around = step / 20
        if drag:
            page.mouse.move(x + 80 * np.sin(around), y + 60 * np.cos(around))
        else:
            page.mouse.wheel(0, 40 * np.sign(np.sin(around / 4)))
    times: list[float] = page.evaluate(_COUNTED)
    if drag:
        page.mouse.up()
    return times


if __name__ == "__main__":
    main()
