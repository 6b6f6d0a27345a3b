"""Which papers a question names, and how: on a small library of real papers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from semsearch.index.build import build
from semsearch.paper import Paper
from semsearch.search import Filters, Mode, Searcher, open_searcher
from tests.support import WordEncoder

# Titles, authors and years are those of the papers; the summaries are ours.
LIBRARY = [
    Paper(
        "2402.11417",
        "LoRETTA: Low-Rank Economic Tensor-Train Adaptation for Ultra-Low-Parameter Fine-Tuning of Large "
        "Language Models",
        "Adapters made of tensor trains tune a model with few parameters.",
        ("Yifan Yang", "Jiajun Zhou", "Ngai Wong", "Zheng Zhang"),
        2024,
        url="https://arxiv.org/abs/2402.11417",
    ),
    Paper(
        "cs/0112017",
        "Representing, Sharing, and Reusing Vocabularies",
        "Words that several programs agree on.",
        ("Ana Prieto",),
        2001,
    ),
    Paper(
        "vaswani2017attention",
        "Attention Is All You Need",
        "A translator of attention alone, without recurrence or convolution.",
        ("Ashish Vaswani", "Noam Shazeer", "Niki Parmar", "Jakob Uszkoreit"),
        2017,
        doi="10.48550/arXiv.1706.03762",
    ),
    Paper(
        "P19-1001",
        "One Time of Interaction May Not Be Enough: Go Deep with an Interaction-over-Interaction Network for "
        "Response Selection in Dialogues",
        "A network for dialogues that matches a reply with its context again and again.",
        ("Chongyang Tao", "Wei Wu", "Can Xu"),
        2019,
        url="https://aclanthology.org/P19-1001/",
    ),
    Paper(
        "cell",
        "Induction of Pluripotent Stem Cells from Mouse Embryonic and Adult Fibroblast Cultures by Defined "
        "Factors",
        "Four factors turn the cells of a mouse back into stem cells.",
        ("Kazutoshi Takahashi", "Shinya Yamanaka"),
        2006,
        doi="10.1016/j.cell.2006.07.024",
        url="https://pubmed.ncbi.nlm.nih.gov/16904174/",
    ),
    Paper(
        "curriculum", "Curriculum Learning", "Easy examples first.", ("Yoshua Bengio", "Jason Weston"), 2009
    ),
    Paper(
        "shallow",
        "Greedy Layer-Wise Training of Deep Networks",
        "Layers of networks are trained one after the other.",
        ("Yoshua Bengio", "Pascal Lamblin", "Dan Popovici", "Hugo Larochelle"),
        2006,
    ),
    Paper(
        "deep",
        "Deep Learning",
        "A review of networks with many layers.",
        ("Yann LeCun", "Yoshua Bengio", "Geoffrey Hinton"),
        2015,
    ),
    Paper(
        "tsne",
        "Visualizing Data using t-SNE",
        "Points that are near in many dimensions stay near in two.",
        ("Laurens van der Maaten", "Geoffrey Hinton"),
        2008,
    ),
    Paper(
        "gan",
        "Generative Adversarial Nets",
        "One of two networks forges, the other tells.",
        ("Ian J. Goodfellow", "Jean Pouget-Abadie", "David Warde-Farley"),
        2014,
    ),
    Paper("quicksort", "Quicksort", "", ("C. A. R. Hoare",), 1962),
    Paper(
        "serre",
        "Faisceaux algébriques cohérents",
        "Sheaves on algebraic varieties.",
        ("Jean-Pierre Serre",),
        1955,
    ),
    Paper(
        "levy",
        "Parameter Estimation for α-Stable Distributions",
        "Estimating the tail of distributions without variance.",
        ("B. Wade Brorsen", "Shin Yang O’Brien"),
        1990,
    ),
    Paper(
        "bert",
        "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        "A model of language that reads both ways is trained on plain text.",
        ("Jacob Devlin", "Ming-Wei Chang", "Kenton Lee", "Kristina Toutanova"),
        2019,
    ),
    Paper(
        "self",
        "Self-supervised Learning: Generative or Contrastive",
        "A survey of learning from data alone, of language and of networks.",
        ("Xiao Liu", "Fanjin Zhang"),
        2021,
    ),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    return _searcher(LIBRARY, tmp_path_factory.mktemp("library"))


def _searcher(papers: list[Paper], root: Path) -> Searcher:
    build(papers, root, WordEncoder())
    return Searcher(open_searcher(root).generation, WordEncoder())


def _named(searcher: Searcher, question: str) -> tuple[str, set[str]]:
    """How, and which papers, when the first hit is there by name."""
    hits = searcher.search(question, k=min(len(searcher), 100))
    why = hits[0].matched_by
    if why in {"meaning", "words", "meaning and words"}:
        return "", set()
    return why, {hit.paper.id for hit in hits if hit.matched_by == why}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("10.1016/j.cell.2006.07.024", "cell"),
        ("DOI:10.1016/J.CELL.2006.07.024.", "cell"),
        ("<https://doi.org/10.1016/j.cell.2006.07.024>", "cell"),
        ("(https://dx.doi.org/10.1016%2Fj.cell.2006.07.024)", "cell"),
        ("https://pubmed.ncbi.nlm.nih.gov/16904174", "cell"),
        ("PMID: 16904174", "cell"),
        ("arXiv:2402.11417v2", "2402.11417"),
        ("https://arxiv.org/pdf/2402.11417v1.pdf", "2402.11417"),
        ("https://arxiv.org/html/2402.11417v3", "2402.11417"),
        ("arXiv 2402.11417 please", "2402.11417"),
        ("10.48550/arXiv.2402.11417", "2402.11417"),
        ("1706.03762", "vaswani2017attention"),
        ("arxiv.org/abs/1706.03762", "vaswani2017attention"),
        ("arXiv:cs/0112017", "cs/0112017"),
        ("https://arxiv.org/abs/cs.IR/0112017v1", "cs/0112017"),
        ("https://aclanthology.org/P19-1001.pdf", "P19-1001"),
        ("p19-1001", "P19-1001"),
        ("10.18653/v1/P19-1001", "P19-1001"),
        ("vaswani2017attention", "vaswani2017attention"),
    ],
)
def test_an_identifier_in_any_form_is_its_paper(library: Searcher, question: str, expected: str) -> None:
    assert _named(library, question) == ("identifier", {expected})


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("attention is all you need", "vaswani2017attention"),
        ("Attention Is All Yuo Need", "vaswani2017attention"),
        ("Atention is all you neeed", "vaswani2017attention"),
        ("Attention is allyou need", "vaswani2017attention"),
        ("Attention, is all you need!", "vaswani2017attention"),
        ("Attention is all you need (2017)", "vaswani2017attention"),
        ("Vaswani et al., Attention is all you need", "vaswani2017attention"),
        ("Quick sort", "quicksort"),
        ("quicksrot", "quicksort"),
        ("Curriculum learnnig", "curriculum"),
        ("Parameter Estimation for $\\alpha$-Stable Distributions", "levy"),
        ("parameter estimation for alpha stable distributions", "levy"),
        ("Ｐarameter Estimation for α‑Stable Distri­butions", "levy"),
        ("Faisceaux algebriques coherents", "serre"),
        ("Faisceaux alg\\'ebriques coh\\'erents", "serre"),
        ("Visualizing data using tSNE", "tsne"),
        ("selfsupervised learning: generative or contrastive", "self"),
        ("Self supervised learning — generative or contrastive?", "self"),
        (
            "Induction of Pluripotent Cells from Mouse Embryonic and Adult Fibroblast "
            "Cultures by Defined Factors",
            "cell",
        ),
        ("BERT", "bert"),
        ("bengio curriculum learning", "curriculum"),
        ("One time of interaction may not be enough", "P19-1001"),
    ],
)
def test_a_title_is_found_in_spite_of_its_typing(library: Searcher, question: str, expected: str) -> None:
    results = library.search(question)
    assert results[0].paper.id == expected
    assert results[0].matched_by in {"title", "author"}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Geoffrey Hinton", {"deep", "tsne"}),
        ("hinton, geoffrey", {"deep", "tsne"}),
        ("G. Hinton", {"deep", "tsne"}),
        ("Hinton GE", {"deep", "tsne"}),
        ("Hinton", {"deep", "tsne"}),
        ("articles de Hinton", {"deep", "tsne"}),
        ("papers by Geoffrey Hinton", {"deep", "tsne"}),
        ("Geofrey Hinton", {"deep", "tsne"}),
        ("Ian Goodfellow", {"gan"}),
        ("Ian James Goodfellow", {"gan"}),
        ("I. Goodfellow", {"gan"}),
        ("Warde-Farley", {"gan"}),
        ("David Warde Farley", {"gan"}),
        ("Wardefarley, D.", {"gan"}),
        ("van der Maaten", {"tsne"}),
        ("L. van der Maaten", {"tsne"}),
        ("Jean Pierre Serre", {"serre"}),
        ("J.-P. Serre", {"serre"}),
        ("JP Serre", {"serre"}),
        ("jeanpierre serre", {"serre"}),
        ("Tony Hoare", set()),
        ("Charles Hoare", {"quicksort"}),
        ("Shin Yang OBrien", {"levy"}),
        ("O'Brien", {"levy"}),
        ("Bengio and Hinton", {"deep"}),
        ("LeCun & Hinton", {"deep"}),
        ("Yoshua Bengio, Hugo Larochelle", {"shallow"}),
        ("Hinton et al. 2008", {"tsne"}),
        ("papers by Bengio about networks", {"curriculum", "shallow", "deep"}),
        ("Yoshua Bengio networks", {"curriculum", "shallow", "deep"}),
    ],
)
def test_an_author_is_found_however_the_name_is_written(
    library: Searcher, question: str, expected: set[str]
) -> None:
    assert _named(library, question) == ("author" if expected else "", expected)


@pytest.mark.parametrize(
    "question",
    [
        "deep network",
        "self supervised",
        "graph neural networks",
        "how do networks learn from easy examples?",
        "layers of networks",
        "learning language",
        "is attention all that a translator needs when it is trained?",
        "stem cells of a mouse",
        "deep learning of language",
        "max pooling",
        "long documents",
        "wong answers",
    ],
)
def test_a_question_is_not_taken_for_a_name(library: Searcher, question: str) -> None:
    assert _named(library, question) == ("", set())


def test_equally_near_titles_all_come_first_and_a_nearer_one_alone(tmp_path: Path) -> None:
    # Three parts of a real series, and Shannon's paper.
    series = "On the Foundations of Combinatorial Theory"
    papers = [Paper(f"rota{n}", f"{series} {n}", "", ("Gian-Carlo Rota",)) for n in ("I", "V", "X")]
    searcher = _searcher([*papers, Paper("shannon", "A Mathematical Theory of Communication")], tmp_path)
    assert _named(searcher, f"{series} W") == ("title", {"rotaI", "rotaV", "rotaX"})
    assert _named(searcher, f"{series} V") == ("title", {"rotaV"})


def test_a_word_of_a_short_title_is_no_slip_for_another_word(tmp_path: Path) -> None:
    papers = [
        Paper("1", "The Graph Neural Network Model"),
        Paper("2", "Neural Network Pruning", "A network with fewer weights."),
    ]
    searcher = _searcher(papers, tmp_path)
    assert _named(searcher, "neural networks pruning") == ("", set())
    assert _named(searcher, "neural netwrok pruning") == ("title", {"2"})


def test_a_coined_word_names_its_paper_in_a_long_question_of_many_papers(tmp_path: Path) -> None:
    coined = Paper("vit", "Scaling Vision Transformers", "ViT-22B reads images, as BrowserGym reads pages.")
    many = [
        Paper(f"{i}", f"Note {i} on Transformers", "Large transformers read images.") for i in range(1000)
    ]
    searcher = _searcher([coined, *many], tmp_path)
    for question in (
        "how large are the transformers in ViT-22B?",
        "which agents were tried with BrowserGym pages?",
    ):
        assert _named(searcher, question) == ("acronym", {"vit"})
    assert _named(searcher, "how large are the transformers that read images?") == ("", set())


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_other_modes_are_not_routed(library: Searcher, mode: Mode) -> None:
    for hits in (
        library.search("Geoffrey Hinton", mode=mode),
        library.search("Curriculum Learning", mode=mode),
    ):
        assert {hit.matched_by for hit in hits} <= {"meaning", "words", "meaning and words"}


def test_a_title_that_a_filter_leaves_out_is_not_shown(library: Searcher) -> None:
    hits = library.search("Curriculum Learning", filters=Filters(year_from=2010))
    assert "curriculum" not in [hit.paper.id for hit in hits]


def test_one_paper_alone_is_found_by_its_slips_too(tmp_path: Path) -> None:
    searcher = _searcher([replace(LIBRARY[10], authors=("Charles Hoare",))], tmp_path)
    assert _named(searcher, "Quiksort") == ("title", {"quicksort"})
    assert _named(searcher, "Charles Haore") == ("author", {"quicksort"})
