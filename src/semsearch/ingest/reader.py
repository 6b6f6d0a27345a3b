"""Files of papers in any format to papers: each once, with an id of its own, and within limits."""

from __future__ import annotations

import re
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from semsearch.errors import SourceError, StorageError
from semsearch.ingest.duplicates.finding import groups, keys_of
from semsearch.ingest.duplicates.keys import Keys
from semsearch.ingest.duplicates.merging import merged
from semsearch.ingest.duplicates.spool import Spool
from semsearch.ingest.formats import SUPPORTED, format_of
from semsearch.ingest.identity import new_ids
from semsearch.ingest.opening import STANDARD_INPUT, opened
from semsearch.ingest.wording import worded
from semsearch.paper import Paper, Rejected

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from semsearch.ingest.source import Source

MOST_TITLE_CHARACTERS = 2_000
MOST_ABSTRACT_CHARACTERS = 100_000
MOST_ID_CHARACTERS = 500

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def read(
    *sources: str | Path,
    keep_duplicates: bool = False,
    max_rejected: int | None = None,
    advance: Callable[[int], object] | None = None,
    usable: Counter[str] | None = None,
) -> tuple[list[Paper], list[Rejected]]:
    """Read files of papers; see `iter_papers`.

    Raises:
        SourceError: A file cannot be read at all.
    """
    papers: list[Paper] = []
    rejected: list[Rejected] = []
    for item in iter_papers(
        sources, keep_duplicates=keep_duplicates, max_rejected=max_rejected, advance=advance, usable=usable
    ):
        if isinstance(item, Paper):
            papers.append(item)
        else:
            rejected.append(item)
    return papers, rejected


def iter_papers(
    sources: Iterable[str | Path],
    *,
    keep_duplicates: bool = False,
    max_rejected: int | None = None,
    advance: Callable[[int], object] | None = None,
    usable: Counter[str] | None = None,
) -> Iterator[Paper | Rejected]:
    """Read papers: each once, each with an id of its own, each within the limits.

    All is read before the first paper comes, to know which are the same; they are set aside on the disk
    meanwhile, so that memory does not grow with them. What cannot be read comes at once.

    Args:
        sources: Files, folders, archives; ``-`` is standard input.
        keep_duplicates: Leave records of one paper apart; otherwise they are merged, see `duplicates`.
        max_rejected: Give up when more records than this cannot be used: the file is another than was meant.
        advance: Told of each record, whatever becomes of it.
        usable: Counts the records of each source that can be used, those that are merged into others as well.

    Raises:
        SourceError: What is named is missing, empty, binary, of no supported format, or holds nothing. Of the
            files of a folder or an archive, those that are so are rejected, and the others read. Or more than
            ``max_rejected`` records were rejected.
        StorageError: The disk is full, or no file may be opened, where papers are set aside.
    """
    rejected = 0
    with _on_disk(), Spool() as spool, Keys() as ids, Keys() as keys:
        for name in sources:
            for item in _read_named(name):
                checked = _checked(item) if isinstance(item, Paper) else item
                if isinstance(checked, Rejected):
                    yield checked
                    rejected += 1
                    if max_rejected is not None and rejected > max_rejected:
                        raise SourceError(
                            f"more than {max_rejected:,} records cannot be used; the last: {checked.why}",
                            where=checked.where,
                            hint="See whether it is the right file; semsearch convert shows every reason.",
                        )
                else:
                    ids.add(checked.id, len(spool))
                    for key in () if keep_duplicates else keys_of(checked):
                        keys.add(key, len(spool))
                    spool.append(checked)
                    if usable is not None:
                        usable[str(name)] += 1
                if advance:
                    advance(1)
        found = groups(keys, spool.__getitem__)
        absorbed = {row for rows in found.values() for row, _ in rows[1:]}
        renamed = new_ids(ids, spool.__getitem__, absorbed)
        for row, paper in enumerate(spool):
            if row in absorbed:
                continue
            if row in found:
                paper = merged([spool[other] for other, _ in found[row]], [why for _, why in found[row]])
            yield replace(paper, id=renamed[row]) if row in renamed else paper


@contextmanager
def _on_disk() -> Iterator[None]:
    """Turn the operating system's errors about what is set aside into one that says what to do."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"papers cannot be set aside while they are compared ({error.strerror or error}).",
            where=tempfile.gettempdir(),
            hint="Free some space there, or name another folder in TMPDIR; see ulimit -n for open files.",
        ) from error


def _checked(paper: Paper) -> Paper | Rejected:
    checked = validate(paper)
    return worded(checked) if isinstance(checked, Paper) else checked


def validate(paper: Paper) -> Paper | Rejected:
    """Hold a paper to the limits that every format shares."""
    why = (
        _too_long("title", paper.title, MOST_TITLE_CHARACTERS)
        or _too_long("abstract", paper.abstract, MOST_ABSTRACT_CHARACTERS)
        or _too_long("id", paper.id, MOST_ID_CHARACTERS)
    )
    if not paper.title.strip():
        why = "the paper has no title. Add one."
    elif not any(map(str.isalpha, paper.title)):
        why = f"the title “{paper.title[:80]}” has no letter in it. Give the paper its title."
    elif not paper.id.strip():
        why = "the paper has an empty id. Give it one, or leave the field out."
    elif _CONTROL.search(paper.id):
        why = f"the id {paper.id[:80]!r} has a control character in it. Take it out."
    return Rejected(paper.source, why) if why else paper


def _too_long(field: str, text: str, most: int) -> str:
    if len(text) <= most:
        return ""
    return (
        f"the {field} has {len(text):,} characters, more than the {most:,} it may have; "
        "perhaps a quote or a brace is not closed. Shorten or mend it."
    )


def _read_named(name: str | Path) -> Iterator[Paper | Rejected]:
    """Read all that a name stands for.

    Raises:
        SourceError: As `iter_papers`.
    """
    found = False
    for source in opened(name):
        if isinstance(source, Rejected):
            yield source
            continue
        alone = source.name in (str(name), STANDARD_INPUT)
        try:
            for item in _read_source(source):
                found = found or alone or isinstance(item, Paper)
                yield item
        except SourceError as error:
            if alone:
                raise
            yield Rejected(error.where, f"{error.what} {error.hint}".strip())
    if not found:
        raise SourceError("nothing in it is a file of papers.", where=name, hint=SUPPORTED)


def _read_source(source: Source) -> Iterator[Paper | Rejected]:
    """Read one file with the reader of its format.

    Raises:
        SourceError: The format is not supported, or the file holds nothing.
    """
    found = format_of(source)
    empty = True
    for item in found.read(source):
        empty = False
        yield item
    if empty:
        raise SourceError(f"is {found.name}, but holds no papers.", where=source.name, hint=SUPPORTED)
