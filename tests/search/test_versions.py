"""Versions of a paper: found from each other, oldest first, and no others."""

from __future__ import annotations

import pytest

from semsearch.api import build
from semsearch.errors import PaperNotFound
from semsearch.paper import Paper
from semsearch.search import Searcher, open_searcher
from tests.support import CORPUS, WordEncoder

AUTHORS = ("Diederik P. Kingma", "Jimmy Ba")
ADAM = [
    Paper("preprint", "Adam: A Method for Stochastic Optimization", "", AUTHORS, 2014, "arXiv"),
    Paper("published", "Adam: A Method for Stochastic Optimization", "", AUTHORS, 2015, "ICLR"),
    Paper("undated", "Adam: a method for stochastic optimization", "", AUTHORS),
    # By others, and of another paper.
    Paper("other", "On the Convergence of Adam and Beyond", "", ("Sashank J. Reddi", "Satyen Kale"), 2018),
]


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    root = tmp_path_factory.mktemp("versions")
    build([*CORPUS, *ADAM], root, encoder=WordEncoder())
    return open_searcher(root)


def test_all_records_of_a_paper_know_each_other(searcher: Searcher) -> None:
    for paper, others in (
        ("preprint", ["published", "undated"]),
        ("published", ["preprint", "undated"]),
        ("undated", ["preprint", "published"]),
        ("other", []),
        ("gan", []),
    ):
        assert [other.id for other in searcher.versions(paper)] == others


def test_a_paper_that_is_not_there_has_none(searcher: Searcher) -> None:
    with pytest.raises(PaperNotFound):
        searcher.versions("nobody")
    with pytest.raises(PaperNotFound):
        searcher.added("nobody")
