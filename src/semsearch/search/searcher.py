"""Opens a generation and answers questions from it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np

from semsearch.encode import Encoder, Vectors
from semsearch.encode.reranker import Reranker
from semsearch.errors import PaperNotFound, QuestionError, SemsearchError
from semsearch.index.generation import Generation, open_generation
from semsearch.index.papers import Filters
from semsearch.index.resident import bound
from semsearch.index.store import Store
from semsearch.index.vectors import Mask, Rows
from semsearch.index.words import Near, terms
from semsearch.paper import Paper
from semsearch.search import ranking, translation
from semsearch.search.arrivals import LISTED, Arrival, by_build
from semsearch.search.confidence import better_than_weak
from semsearch.search.dressing import answers, relatives
from semsearch.search.facets import Facets, about, count, variants
from semsearch.search.fusion import POOL
from semsearch.search.hits import MODES, Mode, Results
from semsearch.search.loading import load_encoder, prove
from semsearch.search.question import Question, limited, parse
from semsearch.search.quoting import rarities
from semsearch.search.related import rank_related
from semsearch.search.reranking import RERANKED, rerank
from semsearch.search.routing import route
from semsearch.search.stages import Stages
from semsearch.search.versions import versions

T = TypeVar("T")
Asking = Generator[list[str], Vectors, Results]
"""A question on its way: gives the texts to encode, takes their vectors, returns the results."""

Counting = Generator[list[str], Vectors, Facets]
"""The same for the facets of a question."""

Arriving = Generator[list[str], Vectors, tuple[Arrival, ...]]
"""The same for the papers that came last."""

MOST_HITS = 1_000
LONGEST_FILTER = 500  # characters of an author or a venue
LONGEST_QUESTION = 10_000  # characters; a long abstract pasted as a question has 3,000


@dataclass(frozen=True, slots=True)
class _Answer:
    """A ranking, and how the question was read."""

    ranking: ranking.Ranking
    asked: Question
    near: Near
    queries: Vectors | None


class Searcher:
    """Answers from one generation; safe to share between threads.

    The encoder is loaded when the first question needs it, and must prove to be the one of the index. With a
    reranker, the best 50 papers of every search are put in its order. With ``resident``, pages of the index
    are let go of before a question where the process has mapped more bytes of files than that.
    """

    def __init__(
        self,
        generation: Generation,
        encoder: Encoder | None = None,
        *,
        reranker: Reranker | None = None,
        resident: int | None = None,
    ) -> None:
        self.generation, self.reranker, self._resident = generation, reranker, resident
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

    def warm(self) -> None:
        """Begin to load the encoder, beside whatever is done until the first question.

        What keeps it from being loaded is raised by the first question.
        """
        threading.Thread(target=self._warm, name="semsearch-warm", daemon=True).start()

    def _warm(self) -> None:
        with contextlib.suppress(SemsearchError):
            _ = self.encoder

    def reopened(self, generation: Generation) -> Searcher:
        """A searcher of another generation, with the models that are loaded where they are its own."""
        same = generation.manifest.encoder.fingerprint == self.generation.manifest.encoder.fingerprint
        encoder = self._encoder if same else None
        return Searcher(generation, encoder, reranker=self.reranker, resident=self._resident)

    def __len__(self) -> int:
        return len(self.generation.papers)

    def paper(self, identifier: str) -> Paper:
        """The paper with an id or a DOI.

        Raises:
            PaperNotFound: There is none.
        """
        return self.generation.papers.get([self._row(identifier)])[0]

    def added(self, identifier: str) -> datetime:
        """When the paper with an id or a DOI came into the index, in UTC.

        Raises:
            PaperNotFound: There is none.
        """
        return datetime.fromtimestamp(int(self.generation.added[self._row(identifier)]), UTC)

    def versions(self, identifier: str) -> list[Paper]:
        """The other records of a paper: its preprint, its published form; oldest first.

        Raises:
            PaperNotFound: There is none with this id or DOI.
        """
        return versions(self.generation, self._row(identifier))

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

        With a reranker, the best 50 of that order are reordered by it (papers that the question names stay
        first), and the score of a hit is the reranker's.

        Raises:
            QuestionError: The question is blank, too long, or only says what it does not want.
            ValueError: ``k``, ``offset`` or ``mode`` is out of range.
        """
        return self._answered(self.asking(question, k, mode=mode, filters=filters, offset=offset))

    def asking(
        self,
        question: str,
        k: int = 10,
        *,
        mode: Mode = "auto",
        filters: Filters | None = None,
        offset: int = 0,
    ) -> Asking:
        """`search`, stopped where texts have to be encoded, so that a server can do that in its own way.

        Yields:
            At most once, the texts; their vectors, shape ``(len(texts), dim)``, are to be sent.

        Returns:
            The results.
        """
        stages = Stages()
        _check(question, k, mode, offset)
        wanted = max(offset + k, RERANKED) if self.reranker else offset + k
        # One more than is shown tells whether there is another page.
        answer = yield from self._ranked(question, wanted + 1, mode, self._allowed(filters), stages)
        found = answer.ranking
        if self.reranker is not None:
            found = rerank(found, answer.asked.text, self.generation.papers, self.reranker)
            stages.end("rerank")
        sought = rarities(terms(answer.asked.text), answer.near, self.generation.words)
        hits = answers(self.generation, found.first(offset + k), offset, sought, answer.queries)
        stages.end("dress")
        more = len(found.rows) > offset + k
        return Results(question, mode, self.generation.id, hits, answer.asked.notes, stages.took, more)

    def facets(
        self, question: str | None = None, *, mode: Mode = "auto", filters: Filters | None = None
    ) -> Facets:
        """How many papers there are of each year, author and venue.

        Args:
            question: Counts the best 200 papers that answer it, without those of weak confidence where there
                are better ones; None counts every paper.
            mode: As in `search`.
            filters: Which papers are considered. The years are counted as if none were asked for, and so are
                the authors and the venues: what else there is to choose from is what the counts are for.

        Raises:
            QuestionError, ValueError: As `search`.
        """
        return self._answered(self.counting(question, mode=mode, filters=filters))

    def counting(
        self, question: str | None = None, *, mode: Mode = "auto", filters: Filters | None = None
    ) -> Counting:
        """`facets`, stopped where texts have to be encoded, as `asking` is."""
        papers = self.generation.papers
        if question is None:
            return count(self.generation, filters, papers.passing)
        _check(question, POOL, mode, 0)
        rows: dict[Filters, Rows] = {}
        queries: Vectors | None = None
        for considered in variants(filters):
            allowed = self._allowed(considered)
            answer = yield from self._ranked(question, POOL, mode, allowed, Stages(), queries)
            queries = answer.queries
            rows[considered] = about(self.generation, answer.ranking.first(POOL), queries)
        return count(self.generation, filters, rows.__getitem__)

    def arrivals(
        self,
        question: str | None = None,
        k: int = LISTED,
        *,
        mode: Mode = "auto",
        filters: Filters | None = None,
    ) -> tuple[Arrival, ...]:
        """The papers that came into the index last, those of the latest build first.

        A new paper is never kept out by older ones that answer better: those of each build are ranked among
        themselves.

        Args:
            question: Only papers that answer it, without those of weak confidence; of each build the best
                first, and only of the last 30 builds that brought any. None for all papers.
            k: How many at most, 1 to 1,000.
            mode: As in `search`.
            filters: Which papers are considered.

        Raises:
            QuestionError, ValueError: As `search`.
        """
        return self._answered(self.arriving(question, k, mode=mode, filters=filters))

    def arriving(
        self,
        question: str | None = None,
        k: int = LISTED,
        *,
        mode: Mode = "auto",
        filters: Filters | None = None,
    ) -> Arriving:
        """`arrivals`, stopped where texts have to be encoded, as `asking` is."""
        _check(question, k, mode, 0)
        papers, found = self.generation.papers, list[Arrival]()
        queries: Vectors | None = None
        phrases = parse(question).phrases if question is not None else ()
        for added, of_build in by_build(self.generation, papers.allowed(filters or Filters()), question):
            if question is None:
                rows = np.flatnonzero(of_build)
            else:
                allowed = None if of_build.all() else of_build
                answer = yield from self._ranked(question, max(POOL, k), mode, allowed, Stages(), queries)
                queries = answer.queries
                rows = answer.ranking.rows[better_than_weak(self.generation, answer.ranking, queries)]
                if phrases and not answer.asked.phrases:
                    continue  # no paper of this build holds them, and the nearest are not what was asked for
            found += (Arrival(paper, added) for paper in papers.get(rows[: k - len(found)]))
            if len(found) == k:
                break
        return tuple(found)

    def _allowed(self, filters: Filters | None) -> Mask | None:
        return self.generation.papers.allowed(filters) if filters else None

    def _answered(self, asking: Generator[list[str], Vectors, T]) -> T:
        """What comes of a question, its texts encoded here and now."""
        try:
            texts = next(asking)
            asking.send(self.encoder.encode_queries(texts))
        except StopIteration as end:
            answer: T = end.value
            return answer
        raise AssertionError("a question is encoded once")

    def _ranked(
        self,
        question: str,
        wanted: int,
        mode: Mode,
        allowed: Mask | None,
        stages: Stages,
        queries: Vectors | None = None,
    ) -> Generator[list[str], Vectors, _Answer]:
        """The best rows; nothing is encoded where the question's vectors are given."""
        generation = self.generation
        self._bound()
        asked, allowed = limited(parse(question), generation, allowed)
        reading = translation.read(asked.text, generation)
        near = reading.near
        stages.end("read")
        if mode == "lexical":
            # The words as they are asked for, unless no paper could have them.
            near = {} if reading.language in generation.lexicon.languages else near
            found = ranking.lexical(
                generation, asked.text, near, wanted, allowed, stages, phrases=bool(asked.phrases)
            )
        else:
            named = route(asked.text, generation) if mode == "auto" else None
            stages.end("route")
            if queries is None:
                texts = [asked.text] if reading.translation is None else [asked.text, reading.translation]
                queries = yield texts
            stages.end("encode")
            if mode == "dense":
                found = ranking.dense(generation, queries, wanted, allowed, stages)
            else:
                found = ranking.hybrid(generation, asked.text, near, queries, wanted, allowed, stages, named)
        if asked.phrases:
            found = ranking.holding_phrases(found)
        return _Answer(found, asked, near, queries)

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
            like: Id, or ids, of the seeds; neither they nor the same papers again are among the hits.
            k: How many hits at most, 1 to 1,000.
            unlike: Ids of papers to keep away from.
            diversity: 0 for the most related, 1 for hits as unlike each other as can be.

        Raises:
            PaperNotFound: An id is not in the index.
            QuestionError: A paper is among both ``like`` and ``unlike``.
            ValueError: No seed, or ``k`` or ``diversity`` is out of range.
        """
        self._bound()
        stages = Stages()
        seeds = [like] if isinstance(like, str) else list(like)
        if not seeds:
            raise ValueError("name at least one paper")
        if not 1 <= k <= MOST_HITS:
            raise ValueError(f"k must be from 1 to {MOST_HITS:,}")
        if not 0 <= diversity <= 1:
            raise ValueError("diversity must be from 0 to 1")
        rows, away = self._rows(seeds), self._rows(unlike)
        if both := set(rows) & set(away):
            named = ", ".join(paper.id for paper in self.generation.papers.get(sorted(both)))
            raise QuestionError(
                f"{named} cannot be both what is sought and what is kept away from.",
                hint="Take it out of one of the two.",
            )
        stages.end("read")
        found = rank_related(self.generation, rows, away, k, diversity, stages)
        hits = relatives(self.generation, found, rows)
        stages.end("dress")
        return Results(" ".join(seeds), "related", self.generation.id, hits, stages=stages.took)

    def _bound(self) -> None:
        if self._resident is not None:
            bound(self.generation.folder, self._resident)

    def _rows(self, identifiers: Sequence[str]) -> Rows:
        return np.array(list(dict.fromkeys(self._row(i) for i in identifiers)), dtype=np.int64)

    def _row(self, identifier: str) -> int:
        row = self.generation.papers.row_of(identifier)
        if row is None:
            raise PaperNotFound(
                f"no paper has the id {identifier!r}.",
                where=self.generation.id,
                hint="semsearch search --json shows the ids.",
            )
        return row


def open_searcher(
    root: str | Path = "index", *, generation: str | None = None, rerank: str | None = None
) -> Searcher:
    """Open an index.

    Args:
        root: The folder of the index.
        generation: Id; None for the published one.
        rerank: Name or path of a sentence-transformers CrossEncoder that puts the best hits in order; None
            for none.

    Raises:
        IndexMissing, IndexDamaged, IndexForeign: There is none, or it may not be used.
        EncoderError: The reranker cannot be loaded.
    """
    opened = open_generation(Store(Path(root)), generation)
    return Searcher(opened, reranker=Reranker(rerank) if rerank else None)


def _check(question: str | None, k: int, mode: str, offset: int) -> None:
    if question is not None and not any(c.isalnum() for c in question):
        raise QuestionError(
            "the question is blank.", hint="Ask in a few words, for example: how do agents plan?"
        )
    if question is not None and len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(question):,} characters, more than the {LONGEST_QUESTION:,} it may have.",
            hint="Ask with a sentence or an abstract, not with a whole paper.",
        )
    if mode not in MODES:
        raise ValueError(f"mode must be one of {', '.join(MODES)}")
    if k < 1 or offset < 0 or offset + k > MOST_HITS:
        raise ValueError(f"k must be at least 1, offset at least 0, and their sum at most {MOST_HITS:,}")
