#!/usr/bin/env python3
"""Inputs that nobody would write, by the million, to everything here that reads or writes text.

    scripts/fuzz_readers.py [--target NAME]... [--inputs N] [--minutes M] [--seed N] [--findings DIR]
                            [--real DIR]
    scripts/fuzz_readers.py --target NAME --replay FILE

atheris (libFuzzer for Python) changes the seeds of each target, and keeps every change that reaches lines
which none before it reached. Each target has a process of its own. A finding is an input that raises what
the target must not raise, gives what it must not give, takes more than a second of processor time for its
64 kB at most, or 256 MB of memory. It is kept as a file, and ends nothing; the same one is counted once.
With findings the script ends with 1. The same seed makes the same inputs, as long as the code is the same.

Seeds are the files of tests/data, the texts of tests/hostile.py, and, with --real, the first 16 kB of each
file below a folder. Targets that need structure (papers to be cited) have it from hypothesis, whose choices
atheris makes. Needs the extras `dev` and `fuzz`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import mmap
import re
import struct
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

SHORT, LONGEST = 2_048, 65_536  # bytes of an input: in the first half of a campaign, and in the second
SECONDS, MEGABYTES = 1.0, 256  # that one input may take
_HUNG = 30  # seconds after which the process is given up
_SEED = 16_384  # bytes of a real file
_COUNT = struct.Struct("Q")
_INSTRUMENTED = ["semsearch", "bibtexparser", "pylatexenc"]

Check = Callable[[bytes], None]


@dataclass(slots=True)
class Watch:
    """Holds a check to its time and memory, and keeps what breaks it.

    Attributes:
        found: What was found, by where it was; each with the shortest input that shows it.
    """

    check: Check
    found: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def __call__(self, data: bytes) -> None:
        """Check one input."""
        before = _peak()
        # Twice, if need be: the first to need a library also waits for it to be imported.
        if (took := self._once(data)) > SECONDS and (took := self._once(data)) > SECONDS:
            self._keep("slow", data, f"took {took:.1f} s")
        if (grown := _peak() - before) > MEGABYTES:
            self._keep("memory", data, f"took {grown} MB")

    def _once(self, data: bytes) -> float:
        """Seconds of processor time that an input takes."""
        started = time.thread_time()
        try:
            self.check(data)
        except Exception as error:  # noqa: BLE001 -- whatever it raises is what is looked for
            self._keep(_place(error), data, "".join(traceback.format_exception(error)))
        return time.thread_time() - started

    def _keep(self, key: str, data: bytes, what: str) -> None:
        if key not in self.found or len(data) < len(self.found[key][0]):
            self.found[key] = (bytes(data), what)

    def save(self, folder: Path) -> None:
        """Write each finding: the input, and beside it what happened."""
        for key, (data, what) in self.found.items():
            name = re.sub(r"[^A-Za-z0-9]+", "-", key)
            (folder / name).write_bytes(data)
            (folder / f"{name}.txt").write_text(
                f"{key}\n{what}\n", encoding="utf-8", errors="backslashreplace"
            )


def _peak() -> int:
    """The most memory that this process has had, in MB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _place(error: Exception) -> str:
    """What was raised, and the last line of ours that it came through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [
        f for f in frames if "/semsearch/" in f.filename or (f.filename == __file__ and f.name != "expect")
    ]
    ours = ours or frames
    return f"{type(error).__name__} {Path(ours[-1].filename).name}:{ours[-1].lineno}"


def text_of(data: bytes) -> str:
    """Any bytes as text; those that are no UTF-8 become lone surrogates, as in the arguments of a process."""
    return data.decode("utf-8", "surrogateescape")


def expect(holds: object, what: str) -> None:
    """Raise unless something holds; an assertion would be gone under ``-O``."""
    if not holds:
        raise AssertionError(what)


# --- What is read -----------------------------------------------------------------------------------------


@contextmanager
def _scratch() -> Iterator[Path]:
    """A file to be read again and again, in memory where there is such a place."""
    memory = Path("/dev/shm")  # noqa: S108 -- a folder of a random name is made in it
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder) / "input"


def _reading(start: bytes) -> Callable[[Path], Check]:
    """A file that begins so is read to papers, each of which survives JSON, or refused."""

    def made(path: Path) -> Check:
        from semsearch.errors import SourceError
        from semsearch.ingest.clean import clean_name, clean_text
        from semsearch.ingest.formats.jsonl import to_json
        from semsearch.ingest.reader import iter_papers
        from semsearch.paper import Paper

        again = path.with_name("again.jsonl")

        def named(paper: Paper) -> Paper:
            """With names in their natural order: BibTeX keeps one in braces, and JSON has no braces."""
            return replace(paper, authors=tuple(map(clean_name, paper.authors)))

        def check(data: bytes) -> None:
            path.write_bytes(start + data)
            try:
                items = list(iter_papers([path], keep_duplicates=True))
            except SourceError:
                return
            papers = [item for item in items if isinstance(item, Paper)]
            expect(len({paper.id for paper in papers}) == len(papers), "an id is there twice")
            for paper in papers:
                expect(clean_text(paper.title) == paper.title, f"not clean: {paper.title!r}")
                expect(clean_text(paper.abstract) == paper.abstract, f"not clean: {paper.abstract!r}")
            if papers:
                lines = [json.dumps(to_json(paper)) for paper in papers]
                again.write_text("\n".join(lines), encoding="utf-8")
                back = [
                    item for item in iter_papers([again], keep_duplicates=True) if isinstance(item, Paper)
                ]
                expect(
                    list(map(named, back)) == list(map(named, papers)),
                    f"written and read again: {back!r:.500}",
                )
            json.dumps([repr(item) for item in items], ensure_ascii=False).encode()

        return check

    return made


def _decode(_: Path) -> Check:
    from semsearch.errors import SourceError
    from semsearch.ingest.source import Source

    def check(data: bytes) -> None:
        try:
            text = Source("input", BytesIO(data)).text()
        except SourceError:
            return
        expect("\r" not in text and "\0" not in text[:1_000] and text.strip(), "not as promised")
        text.encode()
        expect("\n".join(Source("input", BytesIO(data)).lines()) == text.removesuffix("\n"), "other lines")

    return check


def _clean(_: Path) -> Check:
    from semsearch.ingest import clean

    def check(data: bytes) -> None:
        text = text_of(data)
        cleaned = (clean.clean_text, clean.clean_tex, clean.clean_name)[len(data) % 3]
        once = cleaned(text)
        once.encode()
        expect(clean.clean_text(once) == once, f"{cleaned.__name__}: not clean at once: {once!r:.300}")
        folded = clean.fold(text)
        expect(clean.fold(folded) == folded, f"not folded at once: {folded!r:.300}")
        words = clean.folded_words(text)
        expect([word for word, _, _ in words] == folded.split(), "other words")
        expect(all(0 <= start < end <= len(text) for _, start, end in words), "outside of the text")
        year, language = clean.clean_year(text), clean.clean_language(text)
        expect(year is None or 1000 <= year <= 2999, "no year")
        expect(language is None or len(language) == 2, "no language")
        doi = clean.clean_doi(text)
        expect(doi is None or clean.clean_doi(doi) == doi, f"not a DOI at once: {doi!r:.300}")
        clean.clean_keywords(text)

    return check


def _latex(_: Path) -> Check:
    from semsearch.ingest.latex import from_latex

    def check(data: bytes) -> None:
        text = text_of(data)
        from_latex(text)
        from_latex(text, tex=True)

    return check


def _names(_: Path) -> Check:
    from semsearch.index.names import forms
    from semsearch.paper import Paper
    from semsearch.search.names import shared_names
    from semsearch.serve.citation.names import names_of

    def check(data: bytes) -> None:
        names = text_of(data).split("\n")
        for name in names:
            expect(all(word for form in forms(name) for word in form), "a form has an empty word")
        names_of(Paper("x", "x", authors=tuple(names)))
        half = len(names) // 2
        shared = shared_names(names[:half], names[half:])
        expect(set(shared) <= set(names[:half]), "somebody else")

    return check


def _language(_: Path) -> Check:
    from semsearch.ingest.language import language_of, looks_french, probably_french

    def check(data: bytes) -> None:
        text = text_of(data)
        expect(0.0 <= probably_french(text) <= 1.0, "no probability")
        language_of(text)
        looks_french(text)

    return check


# --- What is asked ----------------------------------------------------------------------------------------


def _question(_: Path) -> Check:
    from semsearch.errors import QuestionError
    from semsearch.index.identifiers import identifiers
    from semsearch.index.spelling import joined, key, spelled
    from semsearch.index.words import terms
    from semsearch.search.question import parse

    def check(data: bytes) -> None:
        text = text_of(data)
        try:
            question = parse(text)
        except QuestionError:
            return
        expect(question.asked == text, "not what was asked")
        expect(all(phrase.strip() for phrase in question.phrases + question.excluded), "a blank phrase")
        for read in (identifiers, key, spelled, joined, terms):
            read(question.text)

    return check


def _search(path: Path) -> Check:
    """The whole way of a question, in an index of hostile papers."""
    from semsearch.api import build
    from semsearch.errors import QuestionError
    from semsearch.search import Filters, Searcher, open_searcher
    from semsearch.search.hits import MODES
    from tests.hostile import PAPERS
    from tests.support import CORPUS, WordEncoder

    encoder = WordEncoder()
    build([*CORPUS, *PAPERS], path, encoder=encoder, force=True)
    searcher = Searcher(open_searcher(path).generation, encoder)

    def check(data: bytes) -> None:
        control, _, rest = text_of(data).partition("\n")
        parts = [*control.split("|"), "", ""][:2]
        mode = MODES[len(control) % len(MODES)]
        filters = Filters(author=parts[0] or None, venue=parts[1] or None)
        try:
            found = searcher.search(rest, 3, mode=mode, filters=filters if len(rest) % 5 == 0 else None)
        except QuestionError:
            return
        json.dumps(found.to_dict())
        searcher.generation.papers.identified(rest)

    return check


def _http(_: Path) -> Check:
    """The query of an address, the form of an export, and what is written into headers and addresses."""
    from fastapi.exceptions import RequestValidationError
    from pydantic import BaseModel
    from starlette.requests import Request

    from semsearch.serve.pages import address
    from semsearch.serve.v1.parameters import Counted, Export, LikeOne, Listed, Search
    from semsearch.serve.v1.query import read
    from semsearch.serve.v1.replies import attached

    models: tuple[type[BaseModel], ...] = (Search, Counted, Listed, LikeOne)

    def check(data: bytes) -> None:
        scope = {"type": "http", "query_string": data, "headers": [], "path": "/", "method": "GET"}
        request = Request(scope)
        for model in models:
            try:
                read(model, request)
            except RequestValidationError:
                continue
        shown = address.read(request.query_params)
        shown.to(page=2)
        expect(shown.feed.startswith("/v1/feed"), "another path")
        text = text_of(data)
        (header,) = attached(text).values()
        expect(header.isascii() and header.isprintable(), f"no header: {header!r:.300}")
        path = address.of_paper(text.encode(errors="replace").decode())
        expect(
            path.startswith("/papers/") and path.isascii() and path.isprintable(), f"no path: {path!r:.300}"
        )
        try:
            Export.model_validate_json(data)
        except ValueError:
            return

    return check


# --- What is kept -----------------------------------------------------------------------------------------


def _manifest(_: Path) -> Check:
    from semsearch.errors import IndexDamaged, IndexForeign
    from semsearch.index.manifest import parse

    def check(data: bytes) -> None:
        try:
            parse(text_of(data), "input")
        except (IndexDamaged, IndexForeign):
            return

    return check


def _files(path: Path) -> Check:
    """Golden questions, judged questions, judgments, runs, and the verdicts of a gate."""
    from semsearch.errors import EvaluationError, SemsearchError, SourceError
    from semsearch.evaluate.judged import read_qrels, read_questions
    from semsearch.evaluate.runs import read_run
    from semsearch.index.store import Store
    from semsearch.search.golden import read_golden

    readers: tuple[tuple[Callable[[Path], object], type[SemsearchError]], ...] = (
        (read_golden, SourceError),
        (read_questions, EvaluationError),
        (read_qrels, EvaluationError),
        (read_run, EvaluationError),
    )
    store = Store(path.parent)
    store.verdicts.mkdir()
    verdict = store.verdicts / "20260101T000000Z-000000000000.json"

    def check(data: bytes) -> None:
        path.write_bytes(data)
        for read, allowed in readers:
            try:
                read(path)
            except allowed:
                continue
        verdict.write_bytes(data)
        try:
            found = store.verdict(verdict.stem)
        except SemsearchError:
            return
        expect(found is None or isinstance(found, dict), "no verdict")

    return check


# --- What is written --------------------------------------------------------------------------------------


def _cited(_: Path) -> Check:
    """Papers made up by hypothesis, written in every form, and read back by others' libraries."""
    from hypothesis import given, settings

    from tests.serve.citation.hostile import check as written
    from tests.serve.citation.hostile import papers

    made = settings(deadline=None, database=None)(given(papers)(written))

    def check(data: bytes) -> None:
        made.hypothesis.fuzz_one_input(data)  # type: ignore[attr-defined]

    return check


def _shown(_: Path) -> Check:
    from semsearch.harmless import plain

    def check(data: bytes) -> None:
        shown = plain(text_of(data))
        expect(all(c.isprintable() or c in "\u200c\u200d\u2068\u2069" for c in shown), f"{shown!r:.300}")
        expect(shown.count("\u2068") == shown.count("\u2069"), f"an isolate is left open: {shown!r:.300}")
        shown.encode()

    return check


# --- The campaign -----------------------------------------------------------------------------------------

_JSON = '{"·"title": "·"authors": [·"year": 1e400·\\ud800·NaN·-Infinity·[[[[·}}·{"a":'
_BIB = "@article{·author = {· and ·title = ·\"·{\\'e}·#·@string{·}\n}·\\url{·$\\alpha$·doi = {10.1·\t·@"
_HTML = '<p>·<li>·</h1>·<script>·&#x3c;·<!--·-->·<![CDATA[·<main>· class="·<pre>·<div hidden>·<b>·<select>'
_TEX = "$·\\frac{·\\emph{·\\'{e}·{·}·^{2}·\\\\·``·''·\\begin{·~·\\unicode{x"
_MARKS = "&amp;·&lt;·<sub>·é·\u0301·\u0323·\u202e·\ufeff·\udc80·\u200d·Ã©"
_ASKED = '"· -"· -·“·by ·papers by · et al. 2020·10.1000/·arXiv:1706.03762·doi:· and ·pmid ·)·www.'
_KEYS = "q=·&k=·&mode=hybrid·&year_from=·&generation=·%00·%ff·&ids=·&format=csv·&offset=·&page=·9999"


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads or writes.

    Attributes:
        make: Makes the check, given a path it may write to.
        words: What the fuzzer may put in, with ``·`` between.
        files: Which of the files of tests/data, and of real ones, are seeds; by the end of their names.
    """

    make: Callable[[Path], Check]
    words: str = ""
    files: tuple[str, ...] = ()


_XML = "<title>·</title>·<author>·<![CDATA[·]]>·&amp;·<sup>·<mml:math>·<!--·-->·<record>·<article>·<entry>"
TARGETS: dict[str, Target] = {
    "decode": Target(
        _decode, "\ufeff·\r·%PDF-·\0·PK\x03\x04·\udcff\udcfe·\udcfe\udcff·\x1f\udc8b", (".txt", ".bib")
    ),
    "any": Target(
        _reading(b""), f"{_JSON}·{_BIB}·{_HTML}", (".txt", ".html", ".bib", "json", ".jsonl", ".ris")
    ),
    "page": Target(
        _reading(b"Publications\n\n"), "\n·... (read more)·Jane Doe\n·We show that · and ", (".txt",)
    ),
    "html": Target(_reading(b"<html><body>"), _HTML, (".html", ".xml")),
    "bibtex": Target(_reading(b"@misc{first, title = {A Title}}\n"), f"{_BIB}·{_TEX}", (".bib",)),
    "jsonl": Target(_reading(b'{"id": "first", "title": "A Title"}\n'), _JSON, (".jsonl", ".json")),
    "json": Target(_reading(b'[{"id": "first", "title": "A Title"},\n'), _JSON, (".jsonl", ".json")),
    "ris": Target(
        _reading(b"TY  - JOUR\nTI  - A Title\nER  - \n"), "\nTY  - ·\nER  - ·\nAU  - ·\nAB  - ", (".ris",)
    ),
    "medline": Target(
        _reading(b"PMID- 1\nOWN - NLM\nTI  - A Title\n\n"), "\nPMID- ·\nFAU - ·\nAB  - ·\n      ", (".nbib",)
    ),
    "wos": Target(
        _reading(b"FN Clarivate\nVR 1.0\nPT J\nTI A Title\nER\n"), "\nPT J·\nER·\nEF·\nAU ·\n   ", (".txt",)
    ),
    "endnote": Target(_reading(b"%0 Journal Article\n%T A Title\n"), "\n%0 ·\n%A ·\n%X ·%", (".txt",)),
    "table": Target(_reading(b"Title,Authors,Abstract,Year\n"), '"·,·\n·;·\t·""·; ', (".csv", ".tsv")),
    "pubmed": Target(_reading(b"<PubmedArticleSet><PubmedArticle>"), _XML, (".xml",)),
    "atom": Target(_reading(b'<feed xmlns="http://www.w3.org/2005/Atom"><entry>'), _XML, (".xml",)),
    "acl": Target(_reading(b"<collection id='P19'><volume id='1'>"), _XML, (".xml",)),
    "dblp": Target(_reading(b"<dblp><article key='journals/x/1'>"), _XML, (".xml",)),
    "endnotexml": Target(_reading(b"<xml><records><record>"), _XML, (".xml",)),
    "reply": Target(
        _reading(b'{"results": [{"display_name": "A Title", "id": "https://openalex.org/W1", '), _JSON
    ),
    "clean": Target(_clean, f"{_TEX}·{_MARKS}·{_HTML}", (".txt", ".bib")),
    "latex": Target(_latex, _TEX, (".bib",)),
    "names": Target(_names, ", Jr.·van ·\n·de la ·-·'·{· and ·A.", (".txt",)),
    "language": Target(_language, "l'· de · the ·é·œ", (".txt",)),
    "question": Target(_question, _ASKED, (".txt",)),
    "search": Target(_search, f"{_ASKED}·|·\n"),
    "http": Target(_http, _KEYS),
    "manifest": Target(_manifest, '"schema": 4·{·[·null·NaN·"files": {·"encoder": {'),
    "files": Target(_files, '{"question": "·"papers": [·\t· Q0 ·"within": 1e9·nan·\n·²', (".jsonl",)),
    "cited": Target(_cited),
    "shown": Target(_shown, f"{_MARKS}·\x1b[·\x9b·\u2068·\u2069·א·ا", (".txt",)),
}


def _words(name: str) -> list[bytes]:
    return [word.encode(errors="surrogateescape") for word in TARGETS[name].words.split("·") if word]


def stretched(name: str) -> Iterator[bytes]:
    """The words of a target, and any two of them, again and again: what takes time that grows as a square."""
    words = _words(name)
    for one in words:
        yield one * (LONGEST // len(one))
        for other in words:
            if one != other:
                yield (one + other) * (LONGEST // len(one + other))
                yield one * (LONGEST // 2 // len(one)) + other * (LONGEST // 2 // len(other))


def seeds(name: str, real: Path | None) -> Iterator[bytes]:
    """What the inputs of a target are made from."""
    from tests.hostile import ADDRESSES, TEXTS

    for text in (*TEXTS.values(), *ADDRESSES):
        yield text.encode()
    folders = [_ROOT / "tests" / "data", *([real] if real else [])]
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        if path.name.endswith(TARGETS[name].files):
            yield path.read_bytes()[:_SEED]
    if name == "manifest":
        yield _example_manifest().encode()
    if name == "files":
        yield b'{"question": "how do agents plan?", "papers": ["a"], "within": 3}\n{"id": "1", "text": "x"}\n'
        yield b"query-id\tcorpus-id\tscore\n1\ta\t1\n"
        yield b"1 Q0 a 1 0.5 tag\n1 Q0 b 2 0.25 tag\n"
        yield b'{"parent": null, "checks": [], "changes": [], "forced": false, "held": false}'


def _example_manifest() -> str:
    from semsearch.encode import Passport
    from semsearch.index.manifest import Counts, FileRecord, Manifest, Recipe, VectorSpec

    passport = Passport("words", None, "0" * 64, "{title}", "sum", "l2", 256, 32)
    return Manifest(
        "2026-01-01T00:00:00+00:00",
        None,
        passport,
        passport,
        VectorSpec("Flat", 1.0),
        Counts(1, 0, 0, 0, 0, 0, 0, 1),
        ("refs.bib",),
        {"refs.bib": 1},
        Recipe("semsearch.toml"),
        None,
        {"french": 0.1},
        {"papers.sqlite": FileRecord(1, "0" * 64)},
    ).to_json()


@dataclass(frozen=True, slots=True)
class Report:
    """What a target was given and what came of it."""

    target: str
    inputs: int
    seconds: float
    findings: tuple[Path, ...]


def fuzz(
    target: str, inputs: int, seconds: float, seed: int, findings: Path, real: Path | None = None
) -> Report:
    """Give a target its inputs, in a process of its own.

    Args:
        target: Its name.
        inputs: How many at most.
        seconds: How long at most, by the clock.
        seed: The same makes the same inputs.
        findings: Folder for what is found.
        real: Folder of files to begin with.
    """
    folder = findings / target
    folder.mkdir(parents=True, exist_ok=True)
    done, started = 0, time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        corpus, count = Path(place) / "corpus", Path(place) / "count"
        corpus.mkdir()
        for data in (b"", *seeds(target, real)):
            (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
        while done < inputs and (left := seconds - (time.monotonic() - started)) > 1:
            first = done < inputs // 2
            upto = (inputs // 2 if first else inputs) - done
            command = [sys.executable, __file__, "--inside", str(count), "--target", target]
            command += ["--findings", str(folder), "--", f"-runs={upto}", f"-max_total_time={left:.0f}"]
            command += [f"-seed={seed + done + 1}", f"-max_len={SHORT if first else LONGEST}"]
            command += [f"-timeout={_HUNG}", "-rss_limit_mb=4096", f"-artifact_prefix={folder}/ended-by-"]
            if TARGETS[target].words:
                command.append(f"-dict={_dictionary(target, Path(place))}")
            count.write_bytes(bytes(_COUNT.size))
            ran = subprocess.run([*command, str(corpus)], stderr=subprocess.PIPE, check=False)
            given = _COUNT.unpack(count.read_bytes())[0]
            done += given
            if ran.returncode or not given:
                (folder / f"ended-after-{done}.txt").write_bytes(ran.stderr[-20_000:])
            if not given:
                break
    return Report(target, done, time.monotonic() - started, tuple(sorted(folder.glob("*.txt"))))


def _dictionary(target: str, folder: Path) -> Path:
    """The words of a target, as libFuzzer reads them."""
    path = folder / "words"
    lines = ("".join(f"\\x{c:02x}" for c in word) for word in _words(target))
    path.write_text("".join(f'"{line}"\n' for line in lines), encoding="ascii")
    return path


def _inside(target: str, count: Path, findings: Path, options: list[str]) -> None:
    """Be the process of a target; never returns."""
    import atheris

    with (
        atheris.instrument_imports(include=_INSTRUMENTED, enable_loader_override=False),
        _scratch() as path,
        count.open("r+b") as file,
        mmap.mmap(file.fileno(), 0) as counted,  # what a process that is killed has written there stays
    ):
        watch = Watch(TARGETS[target].make(path))
        given = found = 0

        def one(data: bytes) -> None:
            nonlocal given, found
            given += 1
            _COUNT.pack_into(counted, 0, given)
            watch(data)
            if len(watch.found) > found:
                found = len(watch.found)
                watch.save(findings)

        atheris.Setup([sys.argv[0], *options], one)
        atheris.Fuzz()


def replay(target: str, data: bytes) -> dict[str, tuple[bytes, str]]:
    """Give a target one input, without the fuzzer; returns what is found."""
    with _scratch() as path:
        watch = Watch(TARGETS[target].make(path))
        watch(b"")  # so that what is loaded once is not counted
        watch.found.clear()
        watch(data)
        return watch.found


def main() -> None:
    """Run the campaign, and print a line a target."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--target", action="append", choices=TARGETS, help="only this one; several may be named"
    )
    parser.add_argument("--inputs", type=int, default=20_000, help="at most, a target (default: 20,000)")
    parser.add_argument("--minutes", type=float, default=10.0, help="at most, in all (default: 10)")
    parser.add_argument("--seed", type=int, default=0, help="another makes others (default: 0)")
    parser.add_argument("--findings", type=Path, default=Path("findings"), help="folder (default: findings)")
    parser.add_argument("--real", type=Path, help="folder of real files to begin with")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="give the target this input alone")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("options", nargs="*", help=argparse.SUPPRESS)
    args = parser.parse_args()
    targets = args.target or list(TARGETS)
    if args.inside:
        _inside(targets[0], args.inside, args.findings, args.options)
    if args.replay:
        found = replay(targets[0], args.replay.read_bytes())
        print("\n".join(what for _, what in found.values()) or "nothing")
        sys.exit(bool(found))
    reports = []
    ends = time.monotonic() + args.minutes * 60
    for i, target in enumerate(targets):
        share = (ends - time.monotonic()) / (len(targets) - i)
        report = fuzz(target, args.inputs, share, args.seed, args.findings, args.real)
        reports.append(report)
        rate = report.inputs / max(report.seconds, 1e-9)
        print(
            f"{target:<10} {report.inputs:>9,} inputs  {rate:>7,.0f}/s  {len(report.findings)} findings",
            flush=True,
        )
    print(f"{'in all':<10} {sum(report.inputs for report in reports):>9,} inputs")
    sys.exit(any(report.findings for report in reports))


if __name__ == "__main__":
    main()
