"""Names of regions: the words of the papers in it, written as they write them."""

from __future__ import annotations

import numpy as np

from semsearch.index.naming import names
from semsearch.paper import Paper


def papers(*titles: str) -> list[Paper]:
    return [Paper(f"p{i}", title, "") for i, title in enumerate(titles)]


LEARNING = [
    "Reinforcement Learning for Robots",
    "Safe reinforcement learning with a novel approach",
    "Offline Reinforcement Learning: Results",
    "A Paper on Robots that use Reinforcement Learning",
]
GENES = [
    "DNA Repair in Yeast",
    "On the repair of DNA",
    "Results on DNA and its damage in yeast cells",
    "A Novel Approach to Yeast DNA",
]
FLOWS = [
    "Heat Transfer in Laminar Boundary Layers",
    "The laminar boundary layer on a plate",
    "Results on a novel boundary layer approach",
    "Boundary layers of a paper plane",
]


def test_clusters_are_named_by_their_words_and_not_by_those_that_say_nothing() -> None:
    everything = papers(*LEARNING, *GENES, *FLOWS)
    (named,) = names(everything, [np.repeat([0, 1, 2], 4)])
    assert named[0][0] == "reinforcement learning"
    assert named[1][0] == "DNA"
    assert named[2][0] == "boundary layer"
    said = {word for name in named for term in name for word in term.lower().split()}
    assert not said & {"novel", "approach", "results", "paper", "on", "a"}
    assert "yeast" in named[1]


def test_a_name_says_nothing_twice() -> None:
    (named,) = names(papers(*LEARNING, *GENES, *FLOWS), [np.repeat([0, 1, 2], 4)])
    for name in named:
        words = [word for term in name for word in term.split()]
        assert len(words) == len(set(words))


def test_a_region_within_another_is_not_called_the_same() -> None:
    titles = [f"{kind} graph kernels" for kind in ("quantum", "molecular") for _ in range(6)]
    everything = papers(*titles, *["Boundary layers on plates"] * 6)
    coarse, fine = np.repeat([0, 1], [12, 6]), np.repeat([0, 1, 2], 6)
    outer, inner = names(everything, [coarse, fine])
    assert outer[0][0] == "graph kernels"
    assert [name[0] for name in inner[:2]] == ["quantum graph kernels", "molecular graph kernels"]


def test_capitals_of_titles_go_and_those_of_names_stay() -> None:
    titles = [
        "Bayesian LoRA Adapters for LLMs",
        "BAYESIAN LORA ADAPTERS",
        "On Bayesian LoRA adapters and LLMs",
    ] * 3
    (named,) = names(papers(*titles, *FLOWS * 2), [np.repeat([0, 1], [9, 8])])
    assert set(" ".join(named[0]).split()) == {"Bayesian", "LoRA", "adapters", "LLMs"}


def test_keywords_name_too_and_abstracts_are_counted() -> None:
    of_one = [Paper(f"a{i}", f"Part {i}", "Glaciers melt.", keywords=("ice cores",)) for i in range(5)]
    of_other = [Paper(f"b{i}", f"Part {i}", "We study volcanoes.") for i in range(4)]
    volcano, glacier = Paper("v", "Volcanoes", ""), Paper("g", "On glaciers", "")
    (named,) = names([*of_one, glacier, *of_other, volcano], [np.repeat([0, 1], [6, 5])])
    assert set(named[0][:2]) == {"glaciers", "ice cores"}
    assert named[1] == ("volcanoes",)


def test_what_nobody_says_twice_names_nothing() -> None:
    everything = papers("Glaciers", "Volcanoes", "", "On the use of")
    assert names(everything, [np.zeros(4, dtype=np.int64)]) == [[()]]
