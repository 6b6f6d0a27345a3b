#!/usr/bin/env python3
"""What the pages of a running service cost a browser, as the table of docs/page.md.

    scripts/bench_page.py http://127.0.0.1:8000 "how do agents remember?"

Each page is opened several times in a Chromium that knows nothing yet. Transferred are bytes on the wire,
with headers; the first paint is what the browser itself reports (W3C, Paint Timing).
"""

from __future__ import annotations

import argparse
import shutil
from statistics import median
from urllib.parse import urlencode

from playwright.sync_api import Browser, sync_playwright

_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


def main() -> None:
    """Open each page, print a row for it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("site")
    parser.add_argument("question")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    arguments = parser.parse_args()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=arguments.chromium, args=["--no-sandbox"])
        answer = f"{arguments.site}/?{urlencode({'q': arguments.question})}"
        page = browser.new_page()
        page.goto(answer)
        paper = page.locator(".hit h2 a").first.evaluate("link => link.href")
        print("| page | requests | transferred | first paint |\n| --- | ---: | ---: | ---: |")
        for name, url in (("start", f"{arguments.site}/"), ("answer", answer), ("paper", paper)):
            measured = [_open(browser, url) for _ in range(arguments.times)]
            requests, bytes_, painted = (median(values) for values in zip(*measured, strict=True))
            print(f"| {name} | {requests:.0f} | {bytes_ / 1000:.1f} KB | {painted:.0f} ms |")
        browser.close()


def _open(browser: Browser, url: str) -> tuple[int, float, float]:
    """Requests, bytes on the wire, and milliseconds to the first paint of a page."""
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(url, wait_until="networkidle")
    painted = float(page.evaluate(_PAINTED))
    context.close()
    return len(sizes), sum(sizes), painted


if __name__ == "__main__":
    main()
