"""What sort of publication a paper is, by its own record."""

from __future__ import annotations

import pytest

from semsearch.paper import Paper
from semsearch.serve.citation.kinds import Kind, arxiv_id, kind_of

VENUES: dict[Kind, list[str]] = {
    "article": [
        "Nature",
        "PNAS",
        "Computational Linguistics",
        "Journal of Physics: Conference Series",
        "Proceedings of the IEEE",
        "Proceedings of the National Academy of Sciences",
        "Proc. Natl. Acad. Sci. USA",
        "Proceedings of the ACM on Human-Computer Interaction",
        "Proceedings of the American Mathematical Society",
        "Transactions of the Association for Computational Linguistics",
        "Annual Review of Astronomy and Astrophysics",
    ],
    "conference": [
        "ICML",
        "SIGIR '19",
        "DEFT 2021",
        "Interspeech 2021",
        "CHI '08: CHI '08 extended abstracts on Human factors in computing systems",
        "International Conference on Computational Linguistics COLING 1969: Preprint No. 56",
        "Proceedings of the IEEE Conference on Computer Vision and Pattern Recognition",
        "Proceedings of the Annual Meeting of the Cognitive Science Society",
        "Findings of the Association for Computational Linguistics: EMNLP 2020",
        "Actes de la conférence sur le Traitement Automatique des Langues Naturelles",
        "Advances in Neural Information Processing Systems",
    ],
    "preprint": [
        "arXiv",
        "arXiv preprint arXiv:1706.03762",
        "bioRxiv",
        "PsyArXiv",
        "CoRR",
        "SSRN",
        "Preprint at medRxiv",
    ],
}


@pytest.mark.parametrize(("kind", "venue"), [(kind, venue) for kind in VENUES for venue in VENUES[kind]])
def test_a_venue_shows_what_it_publishes(kind: Kind, venue: str) -> None:
    assert kind_of(Paper("x", "A title", venue=venue)) == kind


def test_without_a_venue_the_address_shows_it() -> None:
    assert kind_of(Paper("x", "A title")) == "other"
    assert kind_of(Paper("x", "A title", url="https://arxiv.org/abs/1706.03762")) == "preprint"
    assert kind_of(Paper("x", "A title", doi="10.48550/arXiv.1706.03762")) == "preprint"
    assert kind_of(Paper("x", "A title", url="https://arxiv.org/abs/1706.03762", venue="Nature")) == "article"


@pytest.mark.parametrize(
    ("address", "identifier"),
    [
        ("https://arxiv.org/abs/1706.03762v5", "1706.03762"),
        ("http://arxiv.org/pdf/hep-th/9901001", "hep-th/9901001"),
        ("https://doi.org/10.48550/arXiv.1706.03762", "1706.03762"),
        ("https://example.org/1706.03762", None),
    ],
)
def test_arxiv_identifiers(address: str, identifier: str | None) -> None:
    assert arxiv_id(Paper("x", "A title", url=address)) == identifier
