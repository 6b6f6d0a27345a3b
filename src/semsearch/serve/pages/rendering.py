"""A template to a response: the words of the reader's language, and headers that let in nobody else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from http import HTTPStatus
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from semsearch.ingest.language import spoken
from semsearch.paper import Paper
from semsearch.serve.pages import address, assets
from semsearch.serve.pages.language import CODES, chosen, language
from semsearch.serve.pages.showing import file_name

HEADERS = {
    # Nothing is loaded from elsewhere, nothing runs or is styled that stands in the page itself.
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    ),
    "Referrer-Policy": "same-origin",  # a question is nobody else's business
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
    "Vary": "Accept-Language",
}


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("semsearch.serve.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(request: Request, template: str, status: int = HTTPStatus.OK, **values: Any) -> Response:
    """A page in the language of the reader.

    Templates get, beside ``values``:
        say(key, **values), number(n), day(date): in that language, which is ``code``.
        says(key): whether there is such a text.
        asset(name): the address of a file of ``static/``.
        paper_path(id), related_path(like, unlike), search_path(q, author=...): addresses in that language.
        file_path(id), file_name(paper, suffix): where a citation is, and what it is saved as.
        lang(text, paper): the language of a text of a paper, as its attribute; tongue(code): its name.
        bdi(texts): some texts of papers in a line of ours, joined by commas, none of which turns the line.
        switch: code and address of this page in each language.
    """
    wanted = request.query_params.get("lang")
    code = chosen(wanted, request.headers.get("accept-language", ""))
    words = language(code)
    kept = [("lang", wanted)] if wanted in CODES else []

    def paper_path(identifier: str) -> str:
        return address.with_query(address.of_paper(identifier), kept)

    def related_path(like: Sequence[str], unlike: Sequence[str] = ()) -> str:
        seeds = [*(("like", seed) for seed in like), *(("not", seed) for seed in unlike)]
        return address.with_query("/related", [*seeds, *kept])

    def search_path(q: str = "", **filters: Any) -> str:
        asked = [("q", q)] if q else []
        return address.with_query("/", [*asked, *filters.items(), *kept])

    html = (
        _environment()
        .get_template(template)
        .render(
            request=request,
            code=code,
            kept=wanted if kept else None,
            say=words.say,
            says=words.says,
            number=words.number,
            day=words.day,
            asset=assets.address,
            paper_path=paper_path,
            related_path=related_path,
            search_path=search_path,
            file_path=lambda identifier: address.of_paper(identifier, "/v1/papers/"),
            file_name=file_name,
            bdi=bdi,
            lang=_lang,
            tongue=words.tongue,
            switch=[(other, _path(request, other)) for other in CODES],
            **values,
        )
    )
    # Of the content, which changes with papers, language and release. Weak, for it may be compressed.
    tag = f'W/"{hashlib.sha256(html.encode()).hexdigest()[:16]}"'
    known = request.headers.get("if-none-match", "")
    if status == HTTPStatus.OK and tag in (each.strip() for each in known.split(",")):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={**HEADERS, "ETag": tag})
    return HTMLResponse(html, status, {**HEADERS, "ETag": tag})


def bdi(texts: Sequence[str]) -> Markup:
    """Texts of strangers, each with a direction of its own; UAX #9 knows it as an isolate."""
    return Markup(", ").join(Markup("<bdi>{}</bdi>").format(text) for text in texts)


def _lang(text: str, paper: Paper) -> str | None:
    return spoken(text, paper.language) if paper.language else None


def _path(request: Request, code: str) -> str:
    """The address of the same page in a language."""
    url = request.url.include_query_params(lang=code)
    return f"{url.path}?{url.query}"
