"""Whatever format a paper comes in: its abstract alone, its languages apart, and nothing lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.ingest.formats.jsonl import to_json
from semsearch.ingest.reader import read
from semsearch.ingest.wording import worded
from semsearch.paper import Original, Paper, Translation
from tests.ingest.test_bilingual import ENGLISH, FRENCH
from tests.ingest.test_boilerplate import HEADINGS, NOTICES, TEXT

WRITTEN = f"ABSTRACT: {TEXT} © 2019 Elsevier Ltd. All rights reserved."
CSV = f'title,abstract,authors\nDogs,"{WRITTEN}",Ann Wei\n'
FORMATS = {
    "bib": f"@article{{a, title = {{Dogs}}, author = {{Wei, Ann}}, abstract = {{{WRITTEN}}}}}",
    "jsonl": json.dumps({"title": "Dogs", "authors": ["Ann Wei"], "abstract": WRITTEN}),
    "ris": f"TY  - JOUR\nTI  - Dogs\nAU  - Wei, Ann\nAB  - {WRITTEN}\nER  - \n",
    "csv": CSV,
    "nbib": f"PMID- 1\nTI  - Dogs\nFAU - Wei, Ann\nAB  - {WRITTEN}\n",
    "wos.txt": f"FN Clarivate\nVR 1.0\nPT J\nAU Wei, A\nTI Dogs\nAB {WRITTEN}\nER\nEF\n",
    "enw": f"%0 Journal Article\n%T Dogs\n%A Wei, Ann\n%X {WRITTEN}\n",
    "s2.json": json.dumps({"data": [{"paperId": "ab" * 20, "title": "Dogs", "abstract": WRITTEN}]}),
    "csl.json": json.dumps(
        [{"id": "a", "DOI": "10.1/a", "type": "article", "title": "Dogs", "abstract": WRITTEN}]
    ),
    "atom.xml": '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/2001.00001v1</id>'
    f"<title>Dogs</title><summary>{WRITTEN}</summary></entry></feed>",
    "pubmed.xml": "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article>"
    f"<ArticleTitle>Dogs</ArticleTitle><Abstract><AbstractText>{WRITTEN}</AbstractText></Abstract>"
    "</Article></MedlineCitation></PubmedArticle></PubmedArticleSet>",
}


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_is_cut_and_keeps_what_was_cut(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"papers.{suffix}"
    file.write_text(FORMATS[suffix], encoding="utf-8")
    (paper,), rejected = read(file)
    assert not rejected
    assert (paper.title, paper.abstract, paper.language) == ("Dogs", TEXT, "en")
    assert paper.original == Original("", WRITTEN)


def test_what_was_shown_with_its_markup_is_kept() -> None:
    raw = Original(r"On {$\alpha$}-stable noise", "<p>We look.</p>")
    paper = worded(Paper("a", "On α-stable noise", "We look.", original=raw))
    assert paper.original == raw


def test_white_space_alone_is_nothing_to_keep() -> None:
    raw = Original(" Deep\n  learning ", "We\tlook. ")
    assert worded(Paper("a", "Deep learning", "We look.", original=raw)).original is None


def test_an_original_outlives_being_written_and_read_again(tmp_path: Path) -> None:
    first = tmp_path / "first.bib"
    first.write_text(FORMATS["bib"], encoding="utf-8")
    (paper,), _ = read(first)
    second = tmp_path / "second.jsonl"
    second.write_text(json.dumps(to_json(paper)), encoding="utf-8")
    (again,), _ = read(second)
    assert again == paper
    assert again.original == paper.original == Original("", WRITTEN)


def test_controls_and_broken_words_go_wherever_they_come_from() -> None:
    spliced = worded(
        Paper("a", "Dogs", "We follow 41 dogs for two years an… (see more)d find that most recover.")
    )
    assert spliced.abstract == "We follow 41 dogs for two years and find that most recover."
    assert not spliced.truncated
    cut = worded(Paper("a", "Dogs", "We follow 41 dogs for two years and… (voir plus)"))
    assert cut.abstract == "We follow 41 dogs for two years and…"
    assert cut.truncated
    broken = worded(Paper("a", "Infor- mation", "We extract informa- tion."))
    assert (broken.title, broken.abstract) == ("Information", "We extract information.")


def test_an_abstract_in_two_languages_is_two() -> None:
    title = "La production verbale écrite est-elle plus difficile que la production orale ?"
    both = f"Résumé : {FRENCH} Abstract: {ENGLISH} © 1994 Springer."
    paper = worded(Paper("a", title, both))
    assert (paper.language, paper.abstract) == ("fr", FRENCH)
    assert paper.translations == (Translation("en", "", ENGLISH),)
    assert paper.original == Original("", both)
    english = worded(Paper("a", "Is writing more difficult than speaking?", both))
    assert (english.language, english.abstract) == ("en", ENGLISH)
    assert english.translations == (Translation("fr", "", FRENCH),)


def test_the_second_abstract_joins_the_title_in_its_language() -> None:
    titled = (Translation("en", "Is writing more difficult?"),)
    paper = worded(Paper("a", "Écrire est-il plus difficile ?", f"{FRENCH} {ENGLISH}", translations=titled))
    assert paper.translations == (Translation("en", "Is writing more difficult?", ENGLISH),)


def test_a_translation_is_not_what_the_paper_says_itself() -> None:
    same = (Translation("en", "Dogs", TEXT), Translation("fr", "Chiens", f"Résumé : {FRENCH}"))
    paper = worded(Paper("a", "Dogs", f"Abstract: {TEXT}", translations=same))
    assert paper.translations == (Translation("fr", "Chiens", FRENCH),)


def test_a_source_is_believed() -> None:
    assert worded(Paper("a", "Dogs", TEXT, language="de")).language == "de"


PARTS = st.sampled_from(
    [*NOTICES, *HEADINGS, TEXT, FRENCH, ENGLISH, "… (see more)", "infor- mation", "Abstract:"]
)


@given(
    st.lists(PARTS, max_size=5).map(" ".join), st.sampled_from(["Dogs", "Les chiens de la ferme", "x- ation"])
)
def test_to_word_twice_changes_nothing(abstract: str, title: str) -> None:
    once = worded(Paper("a", title, " ".join(abstract.split())))
    again = worded(once)
    assert again == once
    assert again.original == once.original
