"""A list of related papers for pages elsewhere: one script, which brings its own data."""

from __future__ import annotations

import json
from importlib.resources import files

from fastapi import Request, Response

from semsearch.search.hits import Results
from semsearch.serve.pages import address
from semsearch.serve.pages.language import chosen, language

_HEADERS = {
    "Cache-Control": "public, max-age=3600",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Vary": "Accept-Language",
    "X-Content-Type-Options": "nosniff",
}
# Valid JSON is valid JavaScript, and with these escaped it may also stand in HTML.
_ESCAPED = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def script(request: Request, related: Results, lang: str | None) -> Response:
    """The script that shows some related papers where its tag stands."""
    words = language(chosen(lang, request.headers.get("accept-language", "")))
    # Paths, not addresses: the script knows where it came from, whatever stands between here and there.
    answer = {
        "lang": words.code,
        "heading": words.say("embed.heading"),
        "from": words.say("embed.from"),
        "papers": [
            {
                "title": hit.paper.title,
                "lang": hit.paper.language,
                "path": address.of_paper(hit.paper.id, "papers/"),
                "about": " · ".join(
                    str(part) for part in (_names(hit.paper.authors), hit.paper.year, hit.paper.venue) if part
                ),
            }
            for hit in related
        ],
    }
    data = json.dumps(answer, ensure_ascii=False).translate(_ESCAPED)
    code = files("semsearch.serve.pages").joinpath("embed.js").read_text(encoding="utf-8")
    return Response(
        f"({code.strip().rstrip(';')})({data});\n", media_type="text/javascript", headers=_HEADERS
    )


def nothing(identifier: str) -> Response:
    """For a paper that is not here: a script that shows nothing, and says why to whoever looks for it."""
    said = json.dumps(f"semsearch: no paper has the id {identifier!r}").translate(_ESCAPED)
    return Response(f"console.warn({said});\n", media_type="text/javascript", headers=_HEADERS)


def _names(authors: tuple[str, ...]) -> str:
    return ", ".join(authors[:3]) + (" …" if len(authors) > 3 else "")
