"""A server here that answers as services document it, goes wrong as told, and notes what was asked."""

from __future__ import annotations

import base64
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from semsearch.ingest.harvest.clock import Clock

Parameters = dict[str, list[str]]
Reply = tuple[int, str]


class Passing(Clock):
    """Time passes only while somebody waits, or as a test says."""

    def __init__(self) -> None:
        self.seconds, self.waits = 0.0, list[float]()

    def now(self) -> datetime:
        return datetime(2026, 3, 2, 12, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.seconds += seconds

    def days(self, number: int) -> None:
        self.seconds += number * 86_400


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    parameters: Parameters
    headers: dict[str, str]
    at: float

    def one(self, name: str) -> str:
        return self.parameters.get(name, [""])[0]


@dataclass
class Work:
    """A real paper, its summary in our words, as a service knows it."""

    number: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    published: str
    updated: str
    french: str = ""


WORKS = (
    (
        "A Mathematical Theory of Communication",
        "What a message tells its reader is measured.",
        "Claude E. Shannon",
        "1948-07-01",
    ),
    (
        "Quicksort",
        "A list is sorted by sorting what is below one of its items, and what is above.",
        "C. A. R. Hoare",
        "1962-01-01",
    ),
    (
        "Curriculum Learning",
        "Examples are shown from easy to hard.",
        "Yoshua Bengio; Jérôme Louradour",
        "2009-06-14",
    ),
    (
        "Generative Adversarial Nets",
        "Two networks train against each other.",
        "Ian J. Goodfellow; Mehdi Mirza",
        "2014-06-10",
    ),
    (
        "Adam: A Method for Stochastic Optimization",
        "Steps follow the mean and the spread of gradients.",
        "Diederik P. Kingma; Jimmy Ba",
        "2014-12-22",
    ),
    (
        "Deep Residual Learning for Image Recognition",
        "A layer learns what to add to what it is given.",
        "Kaiming He; Jian Sun",
        "2015-12-10",
    ),
    (
        "Attention Is All You Need",
        "Every word looks at every other.",
        "Ashish Vaswani; Łukasz Kaiser",
        "2017-06-12",
    ),
)


def works() -> list[Work]:
    """The papers, none changed since the day it came."""
    return [
        Work(n, title, abstract, tuple(authors.split("; ")), day, day)
        for n, (title, abstract, authors, day) in enumerate(WORKS, 1)
    ]


def later() -> Work:
    """One that comes after the first harvest."""
    return Work(
        8,
        "Denoising Diffusion Probabilistic Models",
        "Noise is taken away step by step.",
        ("Jonathan Ho",),
        "2026-03-04",
        "2026-03-04",
    )


@dataclass
class Service:
    """What a service knows, and how it answers.

    Attributes:
        known: Papers, in the order in which it lists them.
        clock: Whose time the notes are in.
        faults: What goes wrong instead, by the number of the request.
        asked: What was asked so far.
    """

    known: list[Work] = field(default_factory=works)
    clock: Clock = field(default_factory=Passing)
    faults: dict[int, Callable[[BaseHTTPRequestHandler, Reply], None]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def reply(self, asked: Asked) -> Reply:
        raise NotImplementedError


class OpenAlex(Service):
    """https://developers.openalex.org: cursors, no filter of days of change for those who do not pay."""

    def reply(self, asked: Asked) -> Reply:
        if asked.path.startswith("/institutions/ror:"):
            if asked.path != "/institutions/ror:02kvxyf05":
                return 404, "<html><title>404 Not Found</title><p>The requested URL was not found</html>"
            return 200, json.dumps({"id": "https://openalex.org/I1326498283", "display_name": "Inria"})
        if asked.path == "/institutions":
            found = [
                {
                    "id": "https://openalex.org/I1",
                    "display_name": "University of Paris",
                    "ror": "https://ror.org/05f82e368",
                    "country_code": "FR",
                    "works_count": 9,
                },
                {
                    "id": "https://openalex.org/I2",
                    "display_name": "Paris University",
                    "ror": None,
                    "works_count": 3,
                    "display_name_acronyms": ["UP"],
                },
            ]
            return 200, json.dumps({"meta": {"count": 2}, "results": found})
        if asked.path == "/authors":
            found = [
                {
                    "id": f"https://openalex.org/A{n}",
                    "display_name": "Wei Wang",
                    "orcid": None,
                    "works_count": n,
                }
                for n in (4, 5)
            ]
            return 200, json.dumps({"meta": {"count": 2}, "results": found})
        if asked.path in ("/domains", "/fields", "/subfields", "/topics"):
            known = {
                "/subfields": [
                    {"id": "https://openalex.org/subfields/1702", "display_name": "Artificial Intelligence"}
                ]
            }
            return 200, json.dumps({"meta": {"count": 1}, "results": known.get(asked.path, [])})
        if asked.path != "/works":
            return 404, "<html>Not Found</html>"
        if not 1 <= int(asked.one("per_page")) <= 100:
            return 400, json.dumps(
                {"error": "Invalid query parameters error.", "message": "per_page is too large."}
            )
        named = dict(each.split(":", 1) for each in asked.one("filter").split(",") if each)
        if any(name.startswith(("from_updated", "from_created")) for name in named):
            return 429, json.dumps({"error": "Plan upgrade required", "message": "Upgrade your plan."})
        found_works = [w for w in self.known if w.published >= named.get("from_publication_date", "")]
        if asked.one("sort") == "updated_date:desc":
            found_works = sorted(found_works, key=lambda work: work.updated, reverse=True)
        start, rows = _start(asked.one("cursor")), int(asked.one("per_page"))
        page = found_works[start : start + rows]
        meta = {
            "count": len(found_works),
            "per_page": rows,
            "next_cursor": _cursor(start + len(page)) if page else None,
        }
        return 200, json.dumps({"meta": meta, "results": [self._work(work) for work in page]})

    def _work(self, work: Work) -> dict[str, Any]:
        index: dict[str, list[int]] = {}
        for place, word in enumerate(work.abstract.split()):
            index.setdefault(word, []).append(place)
        return {
            "id": f"https://openalex.org/W{work.number}",
            "title": work.title,
            "display_name": work.title,
            "publication_year": int(work.published[:4]),
            "publication_date": work.published,
            "authorships": [{"author": {"display_name": name}} for name in work.authors],
            "abstract_inverted_index": index,
            "updated_date": f"{work.updated}T03:04:05.678901",
        }


class Hal(Service):
    """https://api.archives-ouvertes.fr/docs/search: Solr, whose cursor comes back as it was at the end."""

    def reply(self, asked: Asked) -> Reply:
        if asked.path not in ("/search/", "/search/LORIA/"):
            return 404, "Not Found"
        if "docid" not in asked.one("sort") or asked.one("q") == "(":
            wrong = "Cursor functionality requires a sort containing a uniqueKey field tie breaker"
            return 400, json.dumps({"error": {"msg": wrong, "code": 400}})
        found = self.known
        for each in asked.parameters.get("fq", []):
            if changed := re.search(r"modifiedDate_tdate:\[([0-9-]{10})T", each):
                found = [work for work in found if work.updated >= changed[1]]
        start, rows = _start(asked.one("cursorMark")), int(asked.one("rows"))
        page = found[start : start + rows]
        mark = _cursor(start + len(page)) if page else asked.one("cursorMark")
        response = {"numFound": len(found), "start": 0, "docs": [self._document(work) for work in page]}
        return 200, json.dumps({"response": response, "nextCursorMark": mark})

    def _document(self, work: Work) -> dict[str, Any]:
        french = {"fr_title_s": [work.french], "fr_abstract_s": ["En français."]} if work.french else {}
        titles = [work.title, *([work.french] if work.french else [])]
        return {
            "docid": str(1_000 + work.number),
            "halId_s": f"hal-{work.number:08}",
            "uri_s": f"https://hal.science/hal-{work.number:08}",
            "language_s": ["en"],
            "title_s": titles,
            "en_title_s": [work.title],
            "abstract_s": [work.abstract],
            "en_abstract_s": [work.abstract],
            "authFullName_s": list(work.authors),
            "producedDateY_i": int(work.published[:4]),
            **french,
        }


class Crossref(Service):
    """https://www.crossref.org/documentation: a cursor with every page, forgotten after a while."""

    forgets = False

    def reply(self, asked: Asked) -> Reply:
        if self.forgets and asked.one("cursor") != "*":
            self.forgets = False
            said = [
                {"type": "cursor", "value": asked.one("cursor"), "message": "Cursor is not valid or expired"}
            ]
            return 400, json.dumps(
                {"status": "failed", "message-type": "validation-failure", "message": said}
            )
        named = dict(each.split(":", 1) for each in asked.one("filter").split(",") if each)
        found = [w for w in self.known if w.updated >= named.get("from-index-date", "")]
        start, rows = _start(asked.one("cursor")), int(asked.one("rows"))
        page = found[start : start + rows]
        items = [
            {
                "DOI": f"10.5555/{work.number}",
                "title": [work.title],
                "abstract": f"<jats:p>{escape(work.abstract)}</jats:p>",
                "author": [
                    {"given": n.rpartition(" ")[0], "family": n.rpartition(" ")[2]} for n in work.authors
                ],
                "issued": {"date-parts": [[int(work.published[:4])]]},
                "score": 17.5 - work.number,
                "reference": [{"key": "1"}],
                "type": "journal-article",
            }
            for work in page
        ]
        message = {"total-results": len(found), "items": items, "next-cursor": _cursor(start + len(page))}
        return 200, json.dumps({"status": "ok", "message-type": "work-list", "message": message})


class SemanticScholar(Service):
    """https://api.semanticscholar.org/api-docs/graph: a token while there is more."""

    rows = 1_000

    def reply(self, asked: Asked) -> Reply:
        begin = asked.one("publicationDateOrYear").partition(":")[0]
        found = [work for work in self.known if work.published >= begin]
        if asked.path == "/graph/v1/author/search":
            people = [{"authorId": "1688882", "name": "Yoshua Bengio", "paperCount": 900}]
            return 200, json.dumps({"total": 1, "offset": 0, "data": people})
        if asked.path == "/graph/v1/author/1688882/papers":
            start = int(asked.one("offset") or 0)
            following = {"next": start + self.rows} if start + self.rows < len(found) else {}
            page = [self._paper(work) for work in found[start : start + self.rows]]
            return 200, json.dumps({"offset": start, **following, "data": page})
        if asked.path != "/graph/v1/paper/search/bulk" or not asked.one("query"):
            return 400, json.dumps({"error": "Missing required parameter: 'query'"})
        start = _start(asked.one("token") or "*")
        page = [self._paper(work) for work in found[start : start + self.rows]]
        more = start + self.rows < len(found)
        document = {"total": len(found), "token": _cursor(start + self.rows) if more else None, "data": page}
        return 200, json.dumps(document)

    def _paper(self, work: Work) -> dict[str, Any]:
        return {
            "paperId": f"{work.number:040x}",
            "title": work.title,
            "abstract": work.abstract,
            "year": int(work.published[:4]),
            "authors": [{"authorId": str(n), "name": name} for n, name in enumerate(work.authors)],
        }


class Arxiv(Service):
    """https://info.arxiv.org/help/api/user-manual.html: Atom, pages by number, two orders by date."""

    def reply(self, asked: Asked) -> Reply:
        start, rows = int(asked.one("start")), int(asked.one("max_results"))
        if start + rows > 30_000:
            return 400, _feed([], 0).replace(
                "</feed>", "<entry><summary>max_results</summary></entry></feed>"
            )
        found, order = self.known, asked.one("sortBy")
        if days := re.search(r"submittedDate:\[([0-9]{12}) TO ([0-9]{12})\]", asked.one("search_query")):
            found = [w for w in found if days[1] <= w.published.replace("-", "") + "0000" <= days[2]]
        found = sorted(found, key=lambda work: work.updated if order == "lastUpdatedDate" else work.published)
        if asked.one("sortOrder") == "descending":
            found = found[::-1]
        return 200, _feed(found[start : start + rows], len(found))


def _feed(page: list[Work], total: int) -> str:
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/{work.published[2:4]}{work.published[5:7]}.{work.number:05}v1</id>"
        f"<title>{escape(work.title)}</title><summary>{escape(work.abstract)}</summary>"
        f"<published>{work.published}T00:00:00Z</published><updated>{work.updated}T00:00:00Z</updated>"
        + "".join(f"<author><name>{escape(name)}</name></author>" for name in work.authors)
        + '<category term="cs.LG"/></entry>'
        for work in page
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        '<opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        f"{total}</opensearch:totalResults>{entries}</feed>"
    )


def _cursor(start: int) -> str:
    return base64.b64encode(f"[{start}]".encode()).decode()


def _start(cursor: str) -> int:
    return 0 if cursor == "*" else int(base64.b64decode(cursor).decode()[1:-1])


Fault = Callable[[BaseHTTPRequestHandler, Reply], None]


def status(code: int, body: str = "", **headers: str) -> Fault:
    """Another status, and headers such as ``retry_after``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler, _: send(handler, (code, body), **named)


def retry_at(moment: datetime) -> Fault:
    """503 with the moment from which on to ask again."""
    return lambda handler, _: send(
        handler, (503, ""), **{"Retry-After": format_datetime(moment, usegmt=True)}
    )


def html(handler: BaseHTTPRequestHandler, _: Reply) -> None:
    """The page of a proxy, with a status as if all were well."""
    send(handler, (200, "<html><body><h1>Down for maintenance</h1></body></html>"))


def cut(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    """Half of the reply, which says that it is all of it."""
    send(handler, (200, reply[1][: len(reply[1]) // 2]))


def dropped(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    """The connection ends in the middle."""
    body = reply[1].encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    handler.wfile.flush()
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def slow(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    """The reply comes when nobody waits for it any more."""
    time.sleep(0.6)
    handler.close_connection = True


def send(handler: BaseHTTPRequestHandler, reply: Reply, **headers: str) -> None:
    body = reply[1].encode()
    handler.send_response(reply[0])
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serving(service: Service) -> Iterator[str]:
    """The address of a server that answers as a service does."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: the second of two would wait for the first

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(parts.path, parse_qs(parts.query), headers, service.clock.monotonic())
            service.asked.append(asked)
            fault = service.faults.pop(len(service.asked), None)
            reply = service.reply(asked)
            if fault:
                fault(self, reply)
            else:
                send(self, reply)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:  # whoever asked has gone
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
