"""Opens a generation and answers questions from it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from semsearch.encode import Encoder, Vectors
from semsearch.errors import PaperNotFound, QuestionError
from semsearch.index.generation import Generation, open_generation
from semsearch.index.papers import Filters
from semsearch.index.store import Store
from semsearch.index.vectors import Rows
from semsearch.paper import Paper
from semsearch.search import ranking
from semsearch.search.confidence import confidence
from semsearch.search.hits import MODES, Evidence, Hit, Mode, Results
from semsearch.search.loading import load_encoder, prove
from semsearch.search.question import limited, parse
from semsearch.search.ranking import Ranking
from semsearch.search.related import diversify, rank_related
from semsearch.search.routing import route

MOST_HITS = 1_000
LONGEST_QUESTION = 10_000  # characters; a long abstract pasted as a question has 3,000


class Searcher:
    """Answers from one generation; safe to share between threads.

    The encoder is loaded when the first question needs it, and must prove to be the one of the index.
    """

    def __init__(self, generation: Generation, encoder: Encoder | None = None) -> None:
        self.generation = generation
        self._loading = threading.Lock()
        if encoder is not None:
            prove(encoder, generation)
        self._encoder = encoder

    @property
    def encoder(self) -> Encoder:
        """The encoder of the index.

        Raises:
            EncoderError: It cannot be loaded.
            IndexForeign: It is not the one that built the index.
        """
        with self._loading:
            if self._encoder is None:
                self._encoder = load_encoder(self.generation)
            return self._encoder

    def __len__(self) -> int:
        return len(self.generation.papers)

    def paper(self, identifier: str) -> Paper:
        """The paper with an id or a DOI.

        Raises:
            PaperNotFound: There is none.
        """
        return self.generation.papers.get([self._row(identifier)])[0]

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        mode: Mode = "auto",
        filters: Filters | None = None,
        offset: int = 0,
    ) -> Results:
        """The papers that answer a question best.

        Args:
            question: Free text. ``"a phrase"`` must stand in title or abstract, word for word; ``-word`` and
                ``-"a phrase"`` must not. Where no paper holds the phrases, `Results.notes` says so.
            k: How many hits at most, 1 to 1,000.
            mode: ``auto`` puts papers that the question names (by title, author, identifier, acronym) first
                and ranks by meaning and words otherwise; ``hybrid`` is that without the former, ``dense``
                is meaning alone, ``lexical`` words alone.
            filters: Which papers are considered at all.
            offset: How many of the best to skip; ``offset + k`` is at most 1,000.

        Raises:
            QuestionError: The question is blank, too long, or only says what it does not want.
            ValueError: ``k``, ``offset`` or ``mode`` is out of range.
        """
        started = time.perf_counter()
        _check(question, k, mode, offset)
        generation, wanted = self.generation, offset + k
        allowed = generation.papers.allowed(filters) if filters else None
        asked, allowed = limited(parse(question), generation, allowed)
        query: Vectors | None = None
        if mode == "lexical":
            found = ranking.lexical(generation, asked.text, wanted, allowed, phrases=bool(asked.phrases))
        else:
            query = self.encoder.encode_queries([asked.text])[0]
            if mode == "dense":
                found = ranking.dense(generation, query, wanted, allowed)
            else:
                named = route(asked.text, generation) if mode == "auto" else None
                found = ranking.hybrid(generation, asked.text, query, wanted, allowed, named)
        if asked.phrases:
            found = ranking.holding_phrases(found)
        hits = self._hits(found, query, offset)
        took = (time.perf_counter() - started) * 1000
        return Results(question, mode, generation.id, took, hits, asked.notes)

    def related(
        self,
        like: str | Sequence[str],
        k: int = 10,
        *,
        unlike: Sequence[str] = (),
        diversity: float = 0.0,
    ) -> Results:
        """The papers related to one or several papers of the index.

        Args:
            like: Id, or ids, of the seeds; never among the hits.
            k: How many hits at most, 1 to 1,000.
            unlike: Ids of papers to keep away from.
            diversity: 0 for the most related, 1 for hits as unlike each other as can be.

        Raises:
            PaperNotFound: An id is not in the index.
            ValueError: No seed, or ``k`` or ``diversity`` is out of range.
        """
        started = time.perf_counter()
        seeds = [like] if isinstance(like, str) else list(like)
        if not seeds:
            raise ValueError("name at least one paper")
        if not 1 <= k <= MOST_HITS:
            raise ValueError(f"k must be from 1 to {MOST_HITS:,}")
        if not 0 <= diversity <= 1:
            raise ValueError("diversity must be from 0 to 1")
        rows = [np.array([self._row(i) for i in group], dtype=np.int64) for group in (seeds, unlike)]
        candidates, scores, query = rank_related(self.generation, *rows)
        chosen = diversify(self.generation.vectors.vectors(candidates), scores, k, diversity)
        found = Ranking(candidates[chosen], scores[chosen], ["related"] * len(chosen))
        hits = self._hits(found, query, 0)
        took = (time.perf_counter() - started) * 1000
        return Results(" ".join(seeds), "related", self.generation.id, took, hits)

    def _row(self, identifier: str) -> int:
        row = self.generation.papers.row_of(identifier)
        if row is None:
            raise PaperNotFound(
                f"no paper has the id {identifier!r}.",
                where=self.generation.id,
                hint="semsearch search --json shows the ids.",
            )
        return row

    def _hits(self, found: Ranking, query: Vectors | None, offset: int) -> tuple[Hit, ...]:
        """Dress rows as hits: metadata, similarity, confidence, evidence; only for what is shown."""
        rows = found.rows[offset:]
        papers = self.generation.papers.get(rows)
        similarities, spans = self._seen(rows, query)
        calibration = self.generation.manifest.calibration
        hits = []
        for i, paper in enumerate(papers):
            matched_by = found.matched_by[offset + i]
            similarity = None if similarities is None else float(similarities[i])
            hits.append(
                Hit(
                    paper=paper,
                    rank=offset + i + 1,
                    score=float(found.scores[offset + i]),
                    similarity=similarity,
                    confidence=None
                    if similarity is None
                    else confidence(similarity, matched_by, calibration),
                    matched_by=matched_by,
                    evidence=None if spans is None else _evidence(paper, *spans[i]),
                )
            )
        return tuple(hits)

    def _seen(self, rows: Rows, query: Vectors | None) -> tuple[Vectors | None, list[list[int]] | None]:
        """Similarity to the question and span of the best sentence of some papers."""
        if query is None or not len(rows):
            return None, None
        _, spans = self.generation.sentences.best(query, rows)
        return self.generation.vectors.vectors(rows) @ query, spans.tolist()


def open_searcher(root: str | Path = "index", *, generation: str | None = None) -> Searcher:
    """Open an index, by default its published generation.

    Raises:
        IndexMissing, IndexDamaged, IndexForeign: There is none, or it may not be used.
    """
    return Searcher(open_generation(Store(Path(root)), generation))


def _evidence(paper: Paper, start: int, end: int) -> Evidence | None:
    return Evidence(paper.abstract[start:end], start, end) if end > start else None


def _check(question: str, k: int, mode: str, offset: int) -> None:
    if not any(c.isalnum() for c in question):
        raise QuestionError(
            "the question is blank.", hint="Ask in a few words, for example: how do agents plan?"
        )
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(question):,} characters, more than the {LONGEST_QUESTION:,} it may have.",
            hint="Ask with a sentence or an abstract, not with a whole paper.",
        )
    if mode not in MODES:
        raise ValueError(f"mode must be one of {', '.join(MODES)}")
    if k < 1 or offset < 0 or offset + k > MOST_HITS:
        raise ValueError(f"k must be at least 1, offset at least 0, and their sum at most {MOST_HITS:,}")
