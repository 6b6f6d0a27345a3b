"""Authors' names: in every form they are written in, and the papers of those who bear them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from semsearch.errors import IndexDamaged
from semsearch.index import grams
from semsearch.index.database import Database, created
from semsearch.index.grams import Grams
from semsearch.index.manifest import MEND
from semsearch.index.progress import Advance, counted, ignore
from semsearch.index.spelling import joined
from semsearch.index.vectors import Rows
from semsearch.ingest.clean import fold
from semsearch.paper import Paper

Form = tuple[str, ...]
"""The words of a name."""

FILE = "names.sqlite"
_NAME = "names"
_SCHEMA = """
CREATE TABLE names (name INTEGER PRIMARY KEY, forms TEXT NOT NULL);
CREATE TABLE words (word TEXT NOT NULL, name INTEGER NOT NULL, PRIMARY KEY (word, name)) WITHOUT ROWID;
CREATE TABLE papers (name INTEGER NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (name, row)) WITHOUT ROWID;
"""
_INITIALS = re.compile(r"\b[A-Z]{2,3}\b")
_LOWER = re.compile(r"[a-z]")


def forms(name: str) -> list[Form]:
    """The words of a name, in each way they can be told apart.

    ``Jean-Pierre Serre`` is jean pierre serre and jeanpierre serre; ``JP Serre`` is jp serre and j p serre.
    """
    found = [fold(name), joined(name)]
    if _LOWER.search(name):
        found.append(fold(_INITIALS.sub(lambda run: " ".join(run[0]), name)))
    return [tuple(form.split()) for form in dict.fromkeys(found) if form]


def write(folder: Path, papers: Sequence[Paper], advance: Advance = ignore) -> None:
    """Write the names; row ``i`` is ``papers[i]``."""
    rows: dict[str, list[int]] = {}
    text_of = cache(_forms_text)
    for row, paper in enumerate(counted(papers, advance)):
        for name in dict.fromkeys(map(text_of, paper.authors)):
            if name:
                rows.setdefault(name, []).append(row)
    found_by = ((word, i) for i, name in enumerate(rows) for word in _found_by(_read(name)))
    with created(folder / FILE, _SCHEMA) as database:
        database.executemany("INSERT INTO names VALUES (?, ?)", enumerate(rows))
        # In order, so that the same names make the same file.
        database.executemany("INSERT INTO words VALUES (?, ?)", sorted(found_by))
        database.executemany(
            "INSERT INTO papers VALUES (?, ?)",
            ((i, row) for i, of in enumerate(rows.values()) for row in of),
        )
    grams.write(folder, _NAME, [name.partition("|")[0] for name in rows])


class PaperNames:
    """Which names there are, and whose papers are whose."""

    def __init__(self, folder: Path, papers: int) -> None:
        self._database = Database(
            folder / FILE, "SELECT name, forms FROM names", "SELECT word, name FROM words"
        )
        self._spellings = Grams(folder, _NAME)
        ((last, names),) = self._database.query("SELECT (SELECT max(row) FROM papers), count(*) FROM names")
        if names != len(self._spellings) or not -1 < (last or 0) < papers:
            raise IndexDamaged("is of other papers or names.", where=folder / FILE, hint=MEND)

    def with_words(self, words: Sequence[str]) -> dict[int, list[Form]]:
        """The names that hold every one of some folded words, by number, in their forms.

        "wang j" is a word too: of a name that holds "wang" and another word that begins with j.
        """
        held = " INTERSECT ".join(["SELECT name FROM words WHERE word = ?"] * len(words))
        found = self._database.query(f"SELECT name, forms FROM names WHERE name IN ({held})", *words)  # noqa: S608 -- only marks
        return {name: _read(text) for name, text in found}

    def near(self, words: Form, edits: int) -> list[int]:
        """Numbers of the names nearest to some words in their order, at most so many edits away."""
        found = self._spellings.near(" ".join(words), edits)
        nearest = min((distance for _, distance in found), default=0)
        return [name for name, distance in found if distance == nearest]

    def papers(self, names: Sequence[int]) -> Rows:
        """Rows of the papers by those who bear some names, in order."""
        query = "SELECT DISTINCT row FROM papers WHERE name IN (SELECT value FROM json_each(?)) ORDER BY row"
        return self._database.rows(query, json.dumps(list(map(int, names))))


def _forms_text(name: str) -> str:
    return "|".join(" ".join(form) for form in forms(name))


def _read(text: str) -> list[Form]:
    return [tuple(form.split()) for form in text.split("|")]


def _found_by(written: Sequence[Form]) -> set[str]:
    """The words of a name, and each with the initial of each other."""
    words = {word for form in written for word in form}
    pairs = {f"{a} {b[0]}" for form in written for i, a in enumerate(form) for b in form[:i] + form[i + 1 :]}
    return words | {pair for pair in pairs if pair[1] != " "}
