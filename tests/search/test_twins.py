"""The same paper again, by pairs that exist: versions, published forms, and companions that are none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from semsearch.paper import Paper
from semsearch.search.twins import same_paper

COREFERENCE = Paper(
    "cao2020",
    "Toward Gender-Inclusive Coreference Resolution",
    "Systems that find out who is meant by a pronoun carry assumptions about gender. This work asks which "
    "ones, interviews annotators about their own, and collects texts by and about people whom a binary view "
    "of gender leaves out. On these texts, current systems do clearly worse than on those they knew.",
    ("Yang Trista Cao", "Hal Daumé III"),
    2020,
    "ACL",
)


def _paper(title: str, authors: str = "", year: int | None = None, venue: str | None = None) -> Paper:
    names = tuple(name.strip() for name in authors.split(",") if name.strip())
    return Paper(title, title, authors=names, year=year, venue=venue)


SAME = {
    "the journal version": (
        _paper(
            "Phrase Structure Trees Bear More Fruit than You Would Have Thought",
            "A. K. Joshi, L. S. Levy",
            1980,
        ),
        _paper(
            "Phrase structure trees bear more fruit than you would have thought",
            "Aravind K. Joshi, Leon S. Levy",
            1982,
        ),
    ),
    "a small word changed": (
        _paper(
            "Data-Driven Parsing with Probabilistic Linear Context-Free Rewriting Systems",
            "Laura Kallmeyer, Wolfgang Maier",
            2010,
        ),
        _paper(
            "Data-Driven Parsing using Probabilistic Linear Context-Free Rewriting Systems",
            "Laura Kallmeyer, Wolfgang Maier",
            2013,
        ),
    ),
    "a word spaced otherwise": (
        _paper(
            "Identification of Multi-word Expressions by Combining Multiple Linguistic Information Sources",
            "Yulia Tsvetkov, Shuly Wintner",
            2011,
        ),
        _paper(
            "Identification of Multiword Expressions by Combining Multiple Linguistic Information Sources",
            "Yulia Tsvetkov, Shuly Wintner",
            2014,
        ),
    ),
    "a typo": (
        _paper(
            "Generalized Augmented Transitiom Network Grammars for Generation From Semantic Networks",
            "Stuart C. Shapiro",
            1979,
        ),
        _paper(
            "Generalized Augmented Transition Network Grammars for Generation from Semantic Networks",
            "Stuart C. Shapiro",
            1982,
        ),
    ),
    "a subtitle added, the same authors a year later": (
        _paper(
            "Rapid development of translation tools", "Jan W. Amtrup, Karine Megerdoomian, Rémi Zajac", 1999
        ),
        _paper(
            "Rapid Development of Translation Tools: Application to Persian and Turkish",
            "Jan Amtrup, Karine Megerdoomian, Remi Zajac",
            2000,
        ),
    ),
    "a subtitle added, the abstract revised": (
        COREFERENCE,
        replace(
            COREFERENCE,
            id="cao2021",
            title="Toward Gender-Inclusive Coreference Resolution: "
            "An Analysis of Gender and Bias Throughout the Machine Learning Lifecycle",
            abstract=COREFERENCE.abstract.replace("This work asks which ", "We ask which "),
            year=2021,
            venue="Computational Linguistics",
        ),
    ),
    "another title above the same abstract": (
        replace(
            COREFERENCE, title="Gender-Inclusive Coreference Resolution, and How to Measure It", venue="arXiv"
        ),
        COREFERENCE,
    ),
    "one DOI, written twice": (
        Paper("crick", "Molecular Structure of Nucleic Acids", doi="10.1038/171737A0"),
        Paper("watson", "A Structure for Deoxyribose Nucleic Acid", doi="10.1038/171737a0"),
    ),
    "two versions on arXiv": (
        Paper("2402.11417v1", "The first title"),
        Paper("2402.11417v2", "Another title altogether"),
    ),
    "arXiv by DOI and by address": (
        Paper("vaswani", "Attention Is All You Need", doi="10.48550/arXiv.1706.03762"),
        Paper("attention", "Attention", url="https://arxiv.org/pdf/1706.03762v7.pdf"),
    ),
    "arXiv's old numbers": (
        Paper("1", "Inducing Features of Random Fields", url="http://arxiv.org/abs/cmp-lg/9506014"),
        Paper("arXiv:cmp-lg/9506014v1", "Inducing features of random fields (technical report)"),
    ),
    "no authors, but a title that says enough": (
        _paper("The Impact of Differential Privacy on Group Disparity Mitigation", year=2022),
        _paper("The impact of differential privacy on group disparity mitigation.", year=2024),
    ),
}
APART = {
    "another year's findings": (
        _paper("Findings of the 2012 Workshop on Statistical Machine Translation", "Philipp Koehn", 2012),
        _paper("Findings of the 2015 Workshop on Statistical Machine Translation", "Philipp Koehn", 2015),
    ),
    "another language": (
        _paper("Chinese Native Language Identification", "Shervin Malmasi, Mark Dras", 2014),
        _paper("Finnish Native Language Identification", "Shervin Malmasi, Mark Dras", 2014),
    ),
    "another word of meaning": (
        _paper(
            "Conundrums in Entity Coreference Resolution: Making Sense of the State of the Art",
            "Jing Lu, Vincent Ng",
        ),
        _paper(
            "Conundrums in Event Coreference Resolution: Making Sense of the State of the Art",
            "Jing Lu, Vincent Ng",
        ),
    ),
    "another version of the model": (
        _paper("Kwai Keye-VL 1.5 Technical Report", "Kwai Keye Team", 2025),
        _paper("Kwai Keye-VL 2.0 Technical Report", "Kwai Keye Team", 2026),
    ),
    "Part II and Part III": (
        _paper(
            "Contributions to the Mathematical Theory of Epidemics II",
            "W. O. Kermack, A. G. McKendrick",
            1932,
        ),
        _paper(
            "Contributions to the Mathematical Theory of Epidemics III",
            "W. O. Kermack, A. G. McKendrick",
            1933,
        ),
    ),
    "a reply": (
        _paper("Why Most Published Research Findings Are False", "John P. A. Ioannidis", 2005),
        _paper(
            "Why Most Published Research Findings Are False: Author's Reply to Goodman and Greenland",
            "John P. A. Ioannidis",
            2006,
        ),
    ),
    "a first letter that makes another word": (
        _paper("How Symmetric Ciphers Are Broken", "A. Author"),
        _paper("How Asymmetric Ciphers Are Broken", "A. Author"),
    ),
    "a subtitle, years later": (
        _paper(
            "The Spanish Resource Grammar: Pre-processing Strategy and Lexical Acquisition",
            "Montserrat Marimon",
            2007,
        ),
        _paper("The Spanish Resource Grammar", "Montserrat Marimon", 2010),
    ),
    "one title, other authors": (
        _paper("Statistical Machine Translation", "Philipp Koehn", 2010),
        _paper("Statistical Machine Translation", "Adam Lopez", 2010),
    ),
    "a title that many papers have": (
        _paper("Introduction", "John Hutchins", 1996),
        _paper("Introduction", "John Hutchins", 2000),
    ),
    "two papers of one volume": (
        _paper("How Ciphers Are Broken in Practice", "A. Author", 1993, "Proceedings of the Workshop"),
        _paper("How Cipher Are Broken in Practice", "A. Author", 1993, "Proceedings of the Workshop"),
    ),
}


@pytest.mark.parametrize("case", SAME)
def test_the_same_paper_again_is_told(case: str) -> None:
    one, other = SAME[case]
    assert same_paper(one, other)
    assert same_paper(other, one)


@pytest.mark.parametrize("case", APART)
def test_a_companion_is_another_paper(case: str) -> None:
    one, other = APART[case]
    assert not same_paper(one, other)
    assert not same_paper(other, one)
