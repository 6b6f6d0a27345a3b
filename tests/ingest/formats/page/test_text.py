from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from semsearch.errors import SourceError
from semsearch.ingest.clean import clean_name, clean_text, fold
from semsearch.ingest.formats.page.text import read_page
from semsearch.ingest.identity import make_id
from semsearch.ingest.source import Source
from semsearch.paper import Paper, Rejected
from tests.support import source_of

if TYPE_CHECKING:
    from pathlib import Path

LONG = (
    "A network for translation that does without recurrence: every word looks at every other through "
    "attention, and the order of the words is told by waves added to their vectors."
)


def read(text: str) -> tuple[list[Paper], list[Rejected]]:
    items = list(read_page(Source.of("page.txt", text)))
    return [i for i in items if isinstance(i, Paper)], [i for i in items if isinstance(i, Rejected)]


def page(*lines: str) -> str:
    return "\n".join(("Publications", "", *lines, ""))


def abstract_of(line: str) -> Paper:
    papers, rejected = read(page("Attention Is All You Need", "Ashish Vaswani", line))
    assert [p.title for p in papers] == ["Attention Is All You Need"]
    assert not rejected
    return papers[0]


WRITTEN = """\
Attention Is All You Need: Ashish Vaswani, Noam Shazeer, Niki Parmar, Jakob Uszkoreit, Llion Jones, \
Aidan N. Gomez, Łukasz Kaiser, Illia Polosukhin; abstract
Curriculum Learning: Yoshua Bengio, Jérôme Louradour, Ronan Collobert, Jason Weston
Long Short-Term Memory: ; abstract
Deep Residual Learning for Image Recognition:\x20
Distilling the Knowledge in a Neural Network:\x20
Frustratingly Easy Domain Adaptation: Hal Daumé III; abstract
Open Language Learning for Information Extraction: Mausam, Michael Schmitz, Stephen Soderland, Robert Bart, \
Oren Etzioni; abstract
Pixel Recurrent Neural Networks: Aäron van den Oord, Nal Kalchbrenner, Koray Kavukcuoglu
A Mathematical Theory of Communication: C. E. Shannon; abstract
Le corpus Sequoia : annotation syntaxique et exploitation pour l'adaptation d'analyseur par pont lexical: \
Marie Candito, Djamé Seddah; abstract
The Generative Lexicon: James Pustejovsky
Conclusion: Karen Spärck Jones"""


def test_every_paper_of_the_page(data: Path) -> None:
    papers = [item for item in read_page(source_of(data / "page.txt")) if isinstance(item, Paper)]
    assert [
        f"{p.title}: {', '.join(p.authors)}{'; abstract' if p.abstract else ''}" for p in papers
    ] == WRITTEN.split("\n")
    assert [p.title for p in papers if p.truncated] == ["A Mathematical Theory of Communication"]
    assert "the order of the words is told by waves" in papers[0].abstract
    assert "annotée à la main. Il sert" in papers[9].abstract
    assert papers[1].source.endswith("page.txt:13")
    assert all(p.year is None and p.language is None for p in papers)


def test_a_damaged_page_gives_what_it_can(data: Path) -> None:
    papers, rejected = read((data / "page-malformed.txt").read_text("utf-8"))
    assert [p.source for p in papers] == ["page.txt:3", "page.txt:8", "page.txt:11", "page.txt:18"]
    assert papers[3].id == f"{papers[2].id}-2"
    orphan, repeat = rejected
    assert orphan.where == "page.txt:7"
    assert "reads like an abstract" in orphan.why
    assert repeat.where == "page.txt:15"
    assert "repeats the paper at page.txt:8" in repeat.why


@pytest.mark.parametrize(
    "control",
    [
        "… (voir plus)",
        "… (see more)",
        "...(see more)",
        "…\N{NO-BREAK SPACE}[see more]",
        "... [Voir\N{NO-BREAK SPACE}plus]",
    ],
)
@pytest.mark.parametrize("cut", [50, 54, 55, 140])
def test_the_control_leaves_no_trace(control: str, cut: int) -> None:
    paper = abstract_of(LONG[:cut] + control + LONG[cut:])
    assert paper.abstract == LONG
    assert not paper.truncated


@pytest.mark.parametrize(
    "end", [" (voir moins)", " (see less)", " Show more", " Afficher plus", "… (see less)"]
)
def test_a_control_at_the_end_of_the_whole_text(end: str) -> None:
    paper = abstract_of(LONG[:140] + "… (see more)" + LONG[140:] + end)
    assert paper.abstract == LONG
    assert not paper.truncated


@pytest.mark.parametrize("end", ["…", "...", " …", "… (voir plus)", "... [see more]", "… Show more"])
def test_what_the_page_cuts_short_says_so(end: str) -> None:
    paper = abstract_of(LONG[:140].rstrip() + end)
    assert paper.abstract == LONG[:140].rstrip() + "…"
    assert paper.truncated


def test_a_page_that_keeps_the_short_form_next_to_the_full_one() -> None:
    assert abstract_of(f"{LONG[:140]}… (see more) {LONG}").abstract == LONG


PAPERS = (
    "Attention Is All You Need\nAshish Vaswani\nNoam Shazeer\n" + LONG,
    "Deep Residual Learning for Image Recognition\nKaiming He\nXiangyu Zhang",
)


@pytest.mark.parametrize(
    "around",
    [
        "{0}\n{1}",
        "Publications (2)\n{0}\n{1}",
        "Vision and language: what our group has written\n\n{0}\n{1}",
        "Accueil\nÉquipe\nPublications\nContact\n\nNos publications\n{0}\n{1}\n1\n2\n3 … 12\nSuivant\n",
        "Publications\n\n2017\n{0}\n\n2016\nCVPR 2016\n{1}\n\nNext\n© 2025 Institute\nPrivacy policy",
    ],
)
def test_what_stands_around_the_papers(around: str) -> None:
    papers, rejected = read(around.format(*PAPERS))
    assert [p.title for p in papers] == [
        "Attention Is All You Need",
        "Deep Residual Learning for Image Recognition",
    ]
    assert papers[1].authors == ("Kaiming He", "Xiangyu Zhang")
    assert not rejected


def test_blank_lines_mean_nothing_below_the_heading() -> None:
    text = page(*"\n".join(PAPERS).split("\n"))
    assert [(p.title, p.authors) for p in read(text.replace("\n", "\n\n"))[0]] == [
        (p.title, p.authors) for p in read(text)[0]
    ]


@pytest.mark.parametrize(
    "abstract",
    [
        "We copy each feature twice, once for its domain and once for all; any learner does the rest.",
        "Cet article décrit un corpus de phrases françaises dont la syntaxe a été annotée à la main.",
        "Gates learn when to let something in or out. They bridge a thousand steps and more. The code is"
        " at https://example.org/lstm",
    ],
)
def test_a_short_abstract_is_known_without_a_control(abstract: str) -> None:
    assert abstract_of(abstract).abstract == abstract


def test_names_listed_in_one_line() -> None:
    papers, _ = read(page("Attention Is All You Need", "Ashish Vaswani, Noam Shazeer and Niki Parmar", LONG))
    assert papers[0].authors == ("Ashish Vaswani", "Noam Shazeer", "Niki Parmar")


def test_a_title_of_an_excessive_length() -> None:
    papers, rejected = read(page("A title " * 300, *PAPERS))
    assert len(papers) == 2
    assert rejected[0].where == "page.txt:3"
    assert "2,399 characters" in rejected[0].why


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "Publications\n",
        "Milk\nEggs\nOlive oil\nBrown bread\n2 kg potatoes\nToilet paper",
        "The house stood at the end of the road.\nWe went there every summer, when the days were long, and we"
        " looked through the windows, but never went in.\nOne day the door was open. There was a light.",
        "Storm hits the coast\nThousands were left without power as a storm hit the coast, officials said."
        " Trains were cancelled, and schools will stay closed.\nParliament votes on budget\nAfter a long"
        " debate its members have adopted the budget for next year, while taxes stay as they are.",
        "import os\n\n\ndef main():\n    print(os.name)\n\n\nif __name__ == '__main__':\n    main()",
        "2024-05-01 12:00:01 INFO Starting server\n2024-05-01 12:00:02 ERROR Connection refused",
        "name,age,city\nJohn,23,Paris\nMary,41,Lyon",
        "# Project\n\nA tool that does things.\n\n## Install\n\n```\npip install project\n```",
        "Dear John,\n\nThank you for your message. We will look at it soon.\n\nBest regards,\nMary Jones",
        "John Smith\nMary Jones\nPeter Müller\nWei Zhang",
        "Monday\nMeeting with Paul\nLunch at noon\nTuesday\nDentist",
    ],
)
def test_a_page_without_papers_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="holds no paper") as refused:
        read(text)
    assert refused.value.where == "page.txt"
    assert refused.value.hint


@pytest.mark.parametrize("unit", ["x", "… (", "...", "(see more)", "A B, ", " and ", "A.", "-", "中", ". "])
def test_an_endless_line_ends(unit: str) -> None:
    papers, rejected = read(page(*PAPERS, unit * (500_000 // len(unit))))
    assert len(papers) + len(rejected) >= 2


def test_a_long_page_takes_its_time_line_by_line() -> None:
    lines = (f"On the Learning of Thing {i}\nKaiming He\nXiangyu Zhang" for i in range(10_000))
    assert len(read(page(*lines))[0]) == 10_000


def test_ids_are_readable_and_stable() -> None:
    first = make_id("Réseaux de neurones : une synthèse des méthodes récentes", ["Élodie Blanc"])
    assert re.fullmatch(r"reseaux-de-neurones-une-synthese-des-[0-9a-f]{8}", first)
    assert make_id("RESEAUX DE NEURONES, UNE SYNTHESE DES METHODES RECENTES", ["Elodie Blanc"]) == first
    assert make_id("Réseaux de neurones : une synthèse des méthodes récentes", ["Paul Noir"]) != first
    assert re.fullmatch(r"paper-[0-9a-f]{8}", make_id("注意力", []))
    assert make_id("注意力", []) != make_id("机器翻译", [])


def test_the_institutes_page(shared_data: Path) -> None:
    items = list(read_page(source_of(shared_data / "pages" / "institute-listing.txt")))
    papers = [item for item in items if isinstance(item, Paper)]
    assert len(papers) == len(items) == 12
    assert [len(p.authors) for p in papers] == [6, 8, 5, 7, 5, 0, 0, 3, 5, 0, 0, 3]
    assert [bool(p.abstract) for p in papers] == [n not in (0, 8) for n in range(12)]
    assert not any("voir plus" in p.abstract or "…" in p.abstract for p in papers)


@pytest.mark.parametrize("name", ["listing-arxiv-en", "listing-acl-fr"])
def test_pages_of_four_hundred_papers(shared_data: Path, name: str) -> None:
    key = (shared_data / "pages" / f"{name}.key.jsonl").read_text("utf-8").splitlines()
    right = {
        (
            clean_text(paper["title"]),
            tuple(author for author in map(clean_name, paper["authors"]) if fold(author)),
            clean_text(paper["abstract"]),
        )
        for paper in map(json.loads, key)
    }
    found = list(read_page(source_of(shared_data / "pages" / f"{name}.txt")))
    correct = [p for p in found if isinstance(p, Paper) and (p.title, p.authors, p.abstract) in right]
    assert len(correct) >= 0.99 * len(right)
    assert abs(len(found) - len(right)) <= 0.01 * len(right)
