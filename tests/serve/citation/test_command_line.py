"""Citations on the command line: several papers, and the hits of a question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from click.testing import CliRunner, Result

from semsearch.api import build
from semsearch.cli import cli
from tests.support import CORPUS, WordEncoder


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cited")
    build(CORPUS, folder, encoder=WordEncoder())
    return folder


def run(root: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(cli, [*arguments, "--index", str(root)])
    assert result.exit_code == 0, result.output
    return result


def keys(text: str) -> list[str]:
    return [entry.key for entry in parse_string(text).entries]


def test_show_prints_several_papers_in_the_order_asked_for(root: Path) -> None:
    ids = ["quicksort", "gan", "quicksort", "10.1038/171737a0"]
    assert keys(run(root, "show", *ids, "--format", "bibtex").stdout) == [
        "quicksort",
        "gan",
        "10.1038/171737a0",
    ]
    records = rispy.loads(run(root, "show", *ids, "--format", "ris").stdout)
    assert [record["id"] for record in records] == ["quicksort", "gan", "10.1038/171737a0"]
    items = json.loads(run(root, "show", *ids, "--format", "csl").stdout)
    assert [item["id"] for item in items] == ["quicksort", "gan", "10.1038/171737a0"]


def test_show_prints_one_paper_as_an_object_and_several_as_an_array(root: Path) -> None:
    one = json.loads(run(root, "show", "gan", "--json").stdout)
    assert one["title"] == "Generative Adversarial Nets"
    several = json.loads(run(root, "show", "gan", "quicksort", "--json").stdout)
    assert several[0] == one
    assert several[1]["id"] == "quicksort"


def test_show_prints_several_papers_to_be_read(root: Path) -> None:
    text = run(root, "show", "gan", "quicksort").stdout
    assert text.index("Generative Adversarial Nets") < text.index("Quicksort")


def test_search_prints_its_hits_as_citations(root: Path) -> None:
    result = run(root, "search", "networks", "--mode", "lexical", "--format", "bibtex")
    assert keys(result.stdout) == ["gan"]
    result = run(root, "search", "nosuchword", "--mode", "lexical", "--format", "ris")
    assert result.stdout == ""
    assert "No paper matches" in result.stderr


def test_related_prints_its_hits_as_citations(root: Path) -> None:
    hits = json.loads(run(root, "related", "bahdanau", "--json").stdout)["hits"]
    found = keys(run(root, "related", "bahdanau", "--format", "bibtex").stdout)
    assert found == [hit["paper"]["id"] for hit in hits]
