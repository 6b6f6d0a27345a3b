from __future__ import annotations

from semsearch.ingest.duplicates.merging import merged
from semsearch.paper import Paper, Translation, Version

PREPRINT = Paper(
    "1706.03762",
    "Attention is all you need",
    "A model of attention alone is trained in a fraction of the time, and translates better.",
    ("A. Vaswani", "N. Shazeer"),
    2017,
    "arXiv",
    "10.48550/arXiv.1706.03762",
    "https://arxiv.org/abs/1706.03762",
    "en",
    ("attention",),
    "a.bib:1",
    identifiers=("arxiv:1706.03762",),
)
PRINTED = Paper(
    "vaswani2017",
    "Attention Is All You Need",
    "",
    ("Ashish Vaswani", "Noam Shazeer", "Niki Parmar"),
    2018,
    "Advances in Neural Information Processing Systems",
    "10.5555/3295222.3295349",
    None,
    None,
    ("Attention", "translation"),
    "b.ris:7",
    identifiers=("dblp:conf/nips/VaswaniSPUJGKP17", "ARXIV:1706.03762"),
)


def test_the_best_of_each_field_and_every_identifier() -> None:
    why = "same arxiv:1706.03762"
    assert merged([PREPRINT, PRINTED], ["", why]) == Paper(
        "1706.03762",
        "Attention Is All You Need",
        PREPRINT.abstract,
        PRINTED.authors,
        2018,
        PRINTED.venue,
        PRINTED.doi,
        PREPRINT.url,
        "en",
        ("Attention", "translation"),
        "b.ris:7",
        identifiers=(
            "dblp:conf/nips/VaswaniSPUJGKP17",
            "ARXIV:1706.03762",
            "doi:10.48550/arXiv.1706.03762",
        ),
        versions=(
            Version(
                "1706.03762",
                "Attention is all you need",
                2017,
                "arXiv",
                PREPRINT.doi,
                PREPRINT.url,
                "a.bib:1",
            ),
            Version(
                "vaswani2017",
                "Attention Is All You Need",
                2018,
                PRINTED.venue,
                PRINTED.doi,
                None,
                "b.ris:7",
                why,
            ),
        ),
    )


def test_an_abstract_cut_short_is_taken_only_where_there_is_no_other() -> None:
    cut = Paper("a", "Quicksort", "An array is put in order by parting it around one of its…", truncated=True)
    whole = Paper("b", "Quicksort", "An array is put in order.")
    assert (merged([cut, whole], ["", ""]).abstract, merged([cut, whole], ["", ""]).truncated) == (
        "An array is put in order.",
        False,
    )
    none = Paper("c", "Quicksort")
    assert merged([none, cut], ["", ""]).truncated


def test_a_record_in_another_language_is_kept_as_a_translation() -> None:
    french = Paper("a", "Apprendre à classer", "On apprend.", language="fr")
    english = Paper("b", "Learning to Rank", "We learn to rank.", ("Grace Hopper",), 2001, language="en")
    assert merged([french, english], ["", "same pmid:1"]).translations == (
        Translation("fr", "Apprendre à classer", "On apprend."),
    )


def test_what_was_merged_before_keeps_its_versions() -> None:
    once = merged([PREPRINT, PRINTED], ["", "same arxiv:1706.03762"])
    other = Paper("x", "Attention Is All You Need", source="c.jsonl:3")
    twice = merged([once, other], ["", "same title and abstract"])
    assert [version.source for version in twice.versions] == ["a.bib:1", "b.ris:7", "c.jsonl:3"]
