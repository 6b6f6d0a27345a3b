from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from semsearch.ingest.formats.bibtex import is_bibtex, read_bibtex
from semsearch.ingest.source import Source
from semsearch.paper import Paper, Rejected, Translation
from tests.support import source_of


def read(text: str) -> list[Paper | Rejected]:
    return list(read_bibtex(Source.of("refs.bib", text)))


def only(text: str) -> Paper:
    (paper,) = read(text)
    assert isinstance(paper, Paper), paper
    return paper


def test_a_file_of_every_dialect(data: Path) -> None:
    source = Source.of("refs.bib", (data / "refs.bib").read_text(encoding="utf-8"))
    assert list(read_bibtex(source)) == [
        Paper(
            id="vaswani2017attention",
            title="Attention Is All You Need",
            abstract="A sequence is translated by attention alone: every word looks at every other, without "
            "recurrence or convolution. Training is parallel, and costs ~12 hours on eight GPUs.",
            authors=(
                "Ashish Vaswani",
                "Noam Shazeer",
                "Niki Parmar",
                "Jakob Uszkoreit",
                "Llion Jones",
                "Aidan N. Gomez",
                "Łukasz Kaiser",
                "Illia Polosukhin",
            ),
            year=2017,
            venue="Advances in Neural Information Processing Systems",
            url="https://arxiv.org/abs/1706.03762",
            source="refs.bib:7",
            identifiers=("arxiv:1706.03762",),
        ),
        Paper(
            id="shannon1948",
            title="A Mathematical Theory of Communication",
            authors=("Claude E. Shannon",),
            year=1948,
            venue="Bell System Technical Journal",
            doi="10.1002/j.1538-7305.1948.tb01338.x",
            url="https://doi.org/10.1002/j.1538-7305.1948.tb01338.x",
            source="refs.bib:19",
        ),
        Paper(
            id="goedel1931",
            title="Über formal unentscheidbare Sätze der Principia Mathematica und verwandter Systeme I",
            authors=("Kurt Gödel",),
            year=1931,
            venue="Monatshefte für Mathematik und Physik",
            doi="10.1007/BF01700692",
            url="https://doi.org/10.1007/BF01700692",
            language="de",
            source="refs.bib:27",
        ),
        Paper(
            id="devlin2019",
            title="BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
            authors=("Jacob Devlin", "Ming-Wei Chang", "Kenton Lee", "Kristina Toutanova"),
            year=2019,
            venue="NAACL-HLT",
            doi="10.18653/v1/N19-1423",
            url="https://aclanthology.org/N19-1423/",
            language="en",
            keywords=("language models", "pre-training, transformers"),
            source="refs.bib:36",
            identifiers=("acl:n19-1423",),
        ),
        Paper(
            id="jumper2021alphafold",
            title="Highly accurate protein structure prediction with AlphaFold",
            abstract="The shape of a protein is predicted from its sequence, often to the width of an atom & "
            "faster than by experiment.",
            authors=("John Jumper", "Richard Evans"),
            year=2021,
            venue="Nature",
            source="refs.bib:48",
        ),
        Paper(
            id="arthur2007",
            title="k-means++: The Advantages of Careful Seeding",
            abstract="Choosing the first centres at random, far apart, is O(log k)-competitive with the "
            "optimum.",
            authors=("David Arthur", "Sergei Vassilvitskii"),
            year=2007,
            venue="ACM-SIAM Symposium on Discrete Algorithms",
            source="refs.bib:53",
        ),
        Paper(
            id="strunk1918",
            title="The Elements of Style",
            authors=("William Strunk Jr.",),
            year=1918,
            source="refs.bib:61",
        ),
        Paper(
            id="who1948",
            title="Constitution of the World Health Organization",
            authors=("World Health Organization",),
            source="refs.bib:63",
        ),
    ]


def test_a_bad_entry_is_reported_and_never_takes_a_good_one_with_it(data: Path) -> None:
    source = Source.of("refs.bib", (data / "refs-malformed.bib").read_text(encoding="utf-8"))
    items = list(read_bibtex(source))
    assert [item.title for item in items if isinstance(item, Paper)] == [
        "Computing Machinery and Intelligence",
        "The Chemical Basis of Morphogenesis",
        "An Axiomatic Basis for Computer Programming",
        "Go To Statement Considered Harmful",
        "Time, Clocks, and the Ordering of Events",
    ]
    check = "Check its braces, quotes and commas, or export it again."
    assert [item for item in items if isinstance(item, Rejected)] == [
        Rejected("refs.bib:2", f"the entry is damaged: it does not end before the next one begins. {check}"),
        Rejected("refs.bib:12", "the entry gives title more than once. Keep one of each."),
        Rejected("refs.bib:17", "the entry has no title. Add one."),
        Rejected("refs.bib:19", f"a comma is missing after the field “title”. {check}"),
        Rejected("refs.bib:25", f"this text lies outside every entry, but looks like part of one. {check}"),
        Rejected("refs.bib:31", f"the entry is damaged: it does not end. {check}"),
    ]


@pytest.mark.parametrize(
    ("start", "why"),
    [
        ("@article{a,\n title = {Quick", "does not end"),
        ('@article{a,\n title = "Quick', "does not end"),
        ("@article{a,\n title = ", "does not end"),
        ("@article{a,\n title", "does not end"),
        ("@article{a", "does not end"),
        ("@article(a,\n title = {Quicksort}", "does not end"),
        ("@article a,\n title = {Quicksort}}", "outside every entry"),
    ],
)
def test_wherever_an_entry_is_cut_the_next_is_read(start: str, why: str) -> None:
    rejected, paper = read(f"{start}\n\n@article{{shell1959, title = {{A High-Speed Sorting Procedure}}}}")
    assert isinstance(rejected, Rejected)
    assert rejected.where == "refs.bib:1"
    assert why in rejected.why
    assert isinstance(paper, Paper)
    assert paper.title == "A High-Speed Sorting Procedure"


@pytest.mark.parametrize(
    ("author", "names"),
    [
        (
            r"Barr\'{o}n-Cede\~{n}o, Alberto and {\'A}lvarez, Bel\'en",
            ("Alberto Barrón-Cedeño", "Belén Álvarez"),
        ),
        ("von Hippel, Eric and Sherry, John F., Jr.", ("Eric von Hippel", "John F. Sherry Jr.")),
        ("Patterson, EE and Mickelson, JR", ("EE Patterson", "JR Mickelson")),
        ("{Barnes and Noble} and Ludwig van Beethoven", ("Barnes and Noble", "Ludwig van Beethoven")),
        ("Donald~E. Knuth\n and  others", ("Donald E. Knuth",)),
        ("", ()),
    ],
)
def test_names_are_in_natural_order(author: str, names: tuple[str, ...]) -> None:
    assert only(f"@misc{{k, title = {{Sorting}}, author = {{{author}}}}}").authors == names


@pytest.mark.parametrize(
    ("fields", "venue", "doi", "url"),
    [
        ("journaltitle = {Mind}, booktitle = {X}", "Mind", None, None),
        ("publisher = {Springer}, editor = {Knuth, Donald E.}", None, None, None),
        (
            "eprint = {math/0211159v1}, eprinttype = {arxiv}",
            "arXiv",
            None,
            "https://arxiv.org/abs/math/0211159v1",
        ),
        ("eprint = {1412.6980}", "arXiv", None, "https://arxiv.org/abs/1412.6980"),
        (
            r"doi = {10.1007/978-3-030\_12}",
            None,
            "10.1007/978-3-030_12",
            "https://doi.org/10.1007/978-3-030_12",
        ),
        (r"url = {http://x.org/{\textasciitilde}a\_b}", None, None, "http://x.org/~a_b"),
        (
            "url = {https://doi.org/10.1145/1137627}",
            None,
            "10.1145/1137627",
            "https://doi.org/10.1145/1137627",
        ),
    ],
)
def test_venue_and_addresses(fields: str, venue: str | None, doi: str | None, url: str | None) -> None:
    paper = only(f"@misc{{k, title = {{Sorting}}, {fields}}}")
    assert (paper.venue, paper.doi, paper.url) == (venue, doi, url)


def test_entries_without_a_key_are_told_apart() -> None:
    first, second = read("@misc{, title = {Sorting}}\n@misc{, title = {Searching}}")
    assert isinstance(first, Paper)
    assert isinstance(second, Paper)
    assert first.id.startswith("sorting-")
    assert second.id.startswith("searching-")


def test_what_is_no_paper_is_no_news() -> None:
    assert (
        read("% note\n@string{a = {b}}\n@string{a = {c}}\n@comment{jabref-meta: x;}\n@preamble{{x}}\nthe end")
        == []
    )


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ("@article{a,", True),
        ("% exported by hand\n\n  @Book (a,", True),
        ("@string{a = {b}}", True),
        ("Write to me@home {now}", False),
        ("Attention Is All You Need\nAshish Vaswani", False),
        ("", False),
    ],
)
def test_is_bibtex(head: str, answer: bool) -> None:
    assert is_bibtex(head) is answer


PARTS = st.sampled_from(
    ["@article{", "@a(", "k,", " title = ", "{x}", '"y"', "{", "}", '"', ",", "#", "=", ")", "\n"]
)


@example("@article{, title = {A}}").via("an entry without a key")
@given(st.lists(st.one_of(PARTS, st.text(max_size=5)), max_size=40).map("".join))
def test_no_text_is_too_damaged(text: str) -> None:
    for item in read("% refs\n" + text.replace("\0", "")):
        assert isinstance(item, Rejected) or (item.title and item.id)


@pytest.mark.parametrize(
    ("name", "papers", "abstracts", "rejected"),
    [
        ("acm-csur.bib", 2047, 1159, 0),
        ("acm-sigir-2019.bib", 287, 262, 0),
        ("zotero-asysd.bib", 1000, 776, 0),
        ("taln-2011.bib", 109, 90, 0),  # Six papers have the key of an earlier one.
        ("jabref-complex.bib", 20, 1, 0),
    ],
)
def test_real_exports(shared_data: Path, name: str, papers: int, abstracts: int, rejected: int) -> None:
    items = list(read_bibtex(source_of(shared_data / "raw" / "bibtex" / name)))
    read_papers = [item for item in items if isinstance(item, Paper)]
    assert len(read_papers) == papers
    assert sum(bool(paper.abstract) for paper in read_papers) == abstracts
    assert len(items) - papers == rejected
    texts = [text for p in read_papers for text in (p.title, p.venue or "", *p.authors)]
    assert not [text for text in texts if set(text) & set("\\{}$")]


def test_fields_in_a_language_are_translations() -> None:
    paper = only(
        "@article{a, title = {Is Writing More Difficult?}, abstract = {We ask.}, title_fr = {Écrire, est-ce"
        " plus difficile ?}, abstract_fr = {Nous demandons.}, abstract-de = {Wir fragen.}}"
    )
    assert paper.translations == (
        Translation("fr", "Écrire, est-ce plus difficile ?", "Nous demandons."),
        Translation("de", "", "Wir fragen."),
    )


def test_a_resume_is_the_abstract_where_there_is_no_other() -> None:
    french = "Nous demandons si les enfants se souviennent de moins de mots quand ils écrivent ou parlent."
    (with_both, alone) = (
        only(f"@phdthesis{{a, title = {{Écrire}}, resume = {{{french}}}, {more}}}")
        for more in ("abstract = {We ask.}", "year = 1994")
    )
    assert (with_both.abstract, with_both.translations) == ("We ask.", (Translation("fr", "", french),))
    assert (alone.abstract, alone.translations) == (french, ())
    own = only(
        f"@phdthesis{{a, title={{Write}}, langid={{fr}}, title_fr={{Écrire}}, abstract_fr={{{french}}}}}"
    )
    assert (own.abstract, own.translations) == (french, ())
