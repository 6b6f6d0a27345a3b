"""Related papers against brute force: order, repulsion, diversity; reasons; and no paper twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from semsearch.encode import sentences, unit
from semsearch.errors import PaperNotFound, QuestionError
from semsearch.index.build import build, document_text
from semsearch.index.generation import open_generation
from semsearch.index.store import Store
from semsearch.paper import Paper
from semsearch.search import Searcher
from semsearch.search.fusion import smooth
from semsearch.search.related import DENSE, SENTENCES, TITLE, WORDS, diversify
from tests.support import CORPUS, WordEncoder

MORE = [
    Paper(
        "lstm",
        "Long Short-Term Memory",
        "Networks that read a sequence forget what lies far back. A memory cell carries it along unchanged.",
        ("Sepp Hochreiter", "Jürgen Schmidhuber"),
        1997,
        "Neural Computation",
    ),
    Paper(
        "attention",
        "Attention Is All You Need",
        "Translation without recurrence: each word of a sentence looks at all others. "
        "Training takes a fraction of the time.",
        ("Ashish Vaswani", "Noam Shazeer"),
        2017,
        "NIPS",
    ),
    Paper("dropout", "Dropout", "Networks that lose random units in training.", ("Nitish Srivastava",), 2014),
    Paper("hinton", "Neural Networks for Machine Translation", "", ("Y. Bengio",), 2015, "ICLR"),
]
PAPERS = [*CORPUS, *MORE]
Open = Callable[[list[Paper]], Searcher]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    def index(papers: list[Paper]) -> Searcher:
        build(papers, tmp_path, WordEncoder())
        return Searcher(open_generation(Store(tmp_path)), WordEncoder())

    return index


def _standard(values: np.ndarray) -> np.ndarray:
    return np.asarray((values - values.mean()) / values.std())


@pytest.mark.parametrize(
    ("like", "unlike"), [(["bahdanau"], []), (["bahdanau", "lstm"], []), (["bahdanau"], ["attention", "gan"])]
)
def test_scores_are_those_of_brute_force(opened: Open, like: list[str], unlike: list[str]) -> None:
    searcher, encoder = opened(PAPERS), WordEncoder()
    at = {paper.id: i for i, paper in enumerate(PAPERS)}
    near, far = [at[i] for i in like], [at[i] for i in unlike]
    rest = [i for i in range(len(PAPERS)) if i not in {*near, *far}]

    def towards(texts: list[str]) -> np.ndarray:
        vectors = encoder.encode_documents(texts)
        centre = vectors[near].mean(axis=0) - (0.5 * vectors[far].mean(axis=0) if far else 0)
        return np.asarray(vectors[rest] @ unit(centre[None])[0])

    def said(there: list[int]) -> np.ndarray:
        """Over all sentences there, the mean cosine of each paper's nearest sentence."""
        spoken = [
            [paper.abstract[start:end] for start, end in sentences.split(paper.abstract)] for paper in PAPERS
        ]
        asked = encoder.encode_documents([text for i in there for text in spoken[i] or [PAPERS[i].title]])
        return np.array(
            [
                (encoder.encode_documents(spoken[i]) @ asked.T).max(axis=0).mean() if spoken[i] else np.nan
                for i in rest
            ]
        )

    bm25 = np.stack([searcher.generation.words.scores(document_text(paper)) for paper in PAPERS])
    words = bm25[near].mean(axis=0) - (0.5 * bm25[far].mean(axis=0) if far else 0)
    titles = towards([paper.title for paper in PAPERS])
    # A paper without abstract says its title; of what is kept away from it says nothing.
    nearest = np.where(np.isnan(said(near)), titles, said(near) - (0.5 * said(far) if far else 0))
    documents = encoder.encode_documents([document_text(PAPERS[i]) for i in rest])
    expected = smooth(
        DENSE * _standard(towards([document_text(paper) for paper in PAPERS]))
        + TITLE * _standard(titles)
        + SENTENCES * _standard(nearest)
        + WORDS * _standard(words[rest]),
        documents,
    )
    results = searcher.related(like, unlike=unlike)
    assert [hit.paper.id for hit in results] == [PAPERS[rest[i]].id for i in np.argsort(-expected)]
    # Titles and sentences are kept at a byte a component, which moves a standardised score by a little.
    np.testing.assert_allclose([hit.score for hit in results], np.sort(expected)[::-1], atol=6e-3)


def test_similarity_is_to_the_seeds_even_where_others_repel(opened: Open) -> None:
    searcher = opened(PAPERS)
    plain, repelled = (
        {hit.paper.id: hit.similarity for hit in searcher.related("bahdanau", unlike=unlike)}
        for unlike in ([], ["gan"])
    )
    assert repelled == {name: pytest.approx(plain[name], abs=1e-5) for name in repelled}


@pytest.mark.parametrize("diversity", [0.0, 0.3, 0.5, 0.8, 1.0])
def test_diversity_is_maximal_marginal_relevance(diversity: float) -> None:
    rng = np.random.default_rng(7)
    vectors, scores = unit(rng.standard_normal((40, 8)).astype(np.float32)), rng.standard_normal(40)
    relevance = (scores - scores.min()) / np.ptp(scores)
    chosen: list[int] = []
    for _ in range(15):
        values = {
            i: (1 - diversity) * relevance[i]
            - diversity * max(float(vectors[i] @ vectors[j]) for j in chosen)
            if chosen
            else relevance[i]
            for i in range(40)
            if i not in chosen
        }
        chosen.append(max(values, key=lambda i: values[i]))
    assert diversify(vectors, scores, 15, diversity).tolist() == chosen


def test_the_choice_of_one_rules_its_copies_out() -> None:
    vectors, scores = np.eye(4, dtype=np.float32), np.array([1.0, 4.0, 3.0, 2.0])
    copies = {1: [2], 2: [1]}
    for diversity in (0.0, 0.2):
        chosen = diversify(vectors, scores, 4, diversity, lambda i: copies.get(i, []))
        assert chosen.tolist() == [1, 3, 0]


def test_neither_the_seed_nor_any_paper_is_listed_twice(opened: Open) -> None:
    again = [
        replace(PAPERS[1], id="1409.0473v7", title=PAPERS[1].title.upper(), venue="arXiv", year=2014),
        replace(CORPUS[3], id="watson", title="A Structure for Nucleic Acids"),  # by its DOI
        replace(MORE[0], id="lstm-report", title="Long Shortterm Memory", year=1995, venue="Report"),
        replace(MORE[1], id="1706.03762v1", venue="arXiv"),
        replace(MORE[1], id="1706.03762v7", title="Attention, All You Need", venue="arXiv"),
    ]
    searcher = opened([*PAPERS, *again])
    for diversity in (0.0, 0.5):
        results = searcher.related(["bahdanau", "1706.03762v1"], 50, diversity=diversity)
        found = [hit.paper.id for hit in results]
        assert not {"1409.0473v7", "attention", "1706.03762v7"} & set(found)
        assert len({"watson", "10.1038/171737a0"} & set(found)) == 1
        assert len({"lstm", "lstm-report"} & set(found)) == 1
        assert len(found) == len(PAPERS) - 2


def test_reasons_are_what_seed_and_hit_share(opened: Open) -> None:
    hits = {hit.paper.id: hit for hit in opened(PAPERS).related("bahdanau")}
    reasons = hits["hinton"].reasons
    assert reasons is not None
    assert set(reasons.words) == {"Machine", "Neural", "Translation"}
    assert (reasons.authors, reasons.venue) == (("Y. Bengio",), "ICLR")
    title = hits["hinton"].paper.title
    assert [title[start:end] for start, end in hits["hinton"].title_words] == [
        "Neural",
        "Machine",
        "Translation",
    ]
    attention = hits["attention"]
    assert attention.reasons is not None
    assert attention.reasons.authors == ()
    assert attention.reasons.venue is None
    assert {"sentence", "Translation"} <= set(attention.reasons.words)
    assert "the" not in attention.reasons.words
    assert attention.evidence is not None
    marked = {attention.paper.abstract[start:end] for start, end in attention.evidence.words}
    assert marked <= set(attention.reasons.words)
    assert {hit.reasons for hit in opened(PAPERS).search("neural translation")} == {None}


def test_reasons_hold_for_any_of_several_seeds(opened: Open) -> None:
    hits = {hit.paper.id: hit.reasons for hit in opened(PAPERS).related(["quicksort", "bahdanau"])}
    assert hits["hinton"] is not None
    assert hits["hinton"].venue == "ICLR"
    assert hits["hinton"].authors == ("Y. Bengio",)


def test_evidence_is_the_sentence_nearest_to_one_of_the_seed(opened: Open) -> None:
    searcher, encoder = opened(PAPERS), WordEncoder()
    seed = encoder.encode_documents(
        [
            "The decoder looks for the parts of a source sentence that matter for the next word.",
            "Long sentences no longer have to pass through one vector.",
        ]
    )
    hit = next(hit for hit in searcher.related("bahdanau") if hit.paper.id == "gan")
    sentences = [
        "Two networks train against each other.",
        "One draws samples, the other tells them from real data.",
    ]
    cosines = (encoder.encode_documents(sentences) @ seed.T).max(axis=1)
    assert abs(float(cosines[0] - cosines[1])) > 0.05
    assert hit.evidence is not None
    assert hit.reasons is not None
    assert hit.reasons.words == ()
    assert hit.evidence.text == sentences[int(cosines.argmax())]


def test_papers_without_abstract_are_seeds_and_hits(opened: Open) -> None:
    searcher = opened(PAPERS)
    hits = searcher.related("hinton")
    assert hits[0].paper.id == "bahdanau"
    assert hits[0].evidence is not None
    (hit,) = [hit for hit in searcher.related("bahdanau") if hit.paper.id == "hinton"]
    assert hit.evidence is None


def test_more_than_there_are_gives_all_and_one_alone_has_no_relatives(opened: Open) -> None:
    assert len(opened(PAPERS).related("gan", 1000)) == len(PAPERS) - 1
    alone = opened([PAPERS[0]]).related("gan")
    assert (len(alone), alone.confidence) == (0, None)
    twins = opened([PAPERS[0], replace(PAPERS[0], id="copy")])
    assert len(twins.related("gan", diversity=1.0)) == 0


def test_a_paper_cannot_be_sought_and_shunned(opened: Open) -> None:
    searcher = opened(PAPERS)
    with pytest.raises(QuestionError, match="bahdanau") as caught:
        searcher.related(["gan", "bahdanau"], unlike=["bahdanau"])
    assert caught.value.hint
    with pytest.raises(PaperNotFound, match="nonesuch"):
        searcher.related("gan", unlike=["nonesuch"])


def test_a_seed_named_twice_counts_once(opened: Open) -> None:
    searcher = opened(PAPERS)
    once, twice = (searcher.related(seeds) for seeds in (["gan", "lstm"], ["gan", "lstm", "gan"]))
    assert [hit.score for hit in once] == [hit.score for hit in twice]
