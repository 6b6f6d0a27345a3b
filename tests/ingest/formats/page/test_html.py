from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import pytest

from semsearch.errors import SourceError
from semsearch.ingest.formats.page.html import is_html, read_html, visible_lines
from semsearch.ingest.formats.page.text import read_page
from semsearch.ingest.source import Source
from semsearch.paper import Paper, Rejected
from tests.support import source_of

if TYPE_CHECKING:
    from pathlib import Path


def texts(html: str) -> list[str]:
    return [line.text for line in visible_lines(html) if line.text]


def test_every_paper_of_the_page(data: Path) -> None:
    papers = [item for item in read_html(source_of(data / "page.html")) if isinstance(item, Paper)]
    assert [(p.title, p.authors, p.abstract) for p in papers] == [
        (
            "Attention Is All You Need",
            ("Ashish Vaswani", "Noam Shazeer", "Niki Parmar"),
            "A network for translation that does without recurrence: every word looks at every other through "
            "attention, and the order of the words is told by waves added to their vectors.",
        ),
        ("Curriculum Learning", ("Yoshua Bengio", "Jérôme Louradour", "Ronan Collobert"), ""),
        (
            "Latent Dirichlet Allocation",
            ("David M. Blei", "Andrew Y. Ng", "Michael I. Jordan"),
            "Each document mixes a few topics, and each topic is a way to draw words. We infer both from the "
            "words alone & show that the topics make sense.",
        ),
    ]
    assert not any(p.truncated for p in papers)
    assert papers[2].source.endswith("page.html:32")


def test_a_page_with_broken_tags(data: Path) -> None:
    items = list(read_html(source_of(data / "page-malformed.html")))
    papers = [item for item in items if isinstance(item, Paper)]
    assert [(p.title, p.authors) for p in papers] == [
        ("Attention Is All You Need", ("Ashish Vaswani", "Noam Shazeer")),
        ("Deep Residual Learning for Image Recognition", ("Kaiming He", "Xiangyu Zhang")),
    ]
    assert "recurrence & looks at every word at once, if n < 512." in papers[0].abstract
    (repeat,) = (item for item in items if isinstance(item, Rejected))
    assert "repeats the paper at" in repeat.why


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<p>one</p>two<div>three<br>four</div>", ["one", "two", "three", "four"]),
        ("<p>a <b>phrase</b> that\n runs <i>on</i></p>", ["a phrase that runs on"]),
        ("<p>wor<span>d</span></p>", ["word"]),
        ("<table><tr><td>title<td>author</table>", ["title", "author"]),
        ("<ul><li>one<li>two</ul>", ["one", "two"]),
        ("<my-card>one</my-card><my-card>two</my-card>", ["one", "two"]),
        ("<pre>one\ntwo\n\nthree</pre>", ["one", "two", "three"]),
        ("<p><a>A B</a>, <a>C D</a> and <a>E F</a></p>", ["A B", "C D", "E F"]),
        ("<p><a>A B</a><a>C D</a></p>", ["A B", "C D"]),
        ("<h3><em>Deep</em> <em>learning</em></h3>", ["Deep learning"]),
        ("<p>x<sub>i</sub> and <a>y</a></p>", ["xi and y"]),
        ("<nav>menu</nav><style>p{}</style><script>if (a<b) {}</script><p>one</p>", ["one"]),
        ("<!-- one --><p>two<!-- three --> four</p>", ["two four"]),
        ("<div hidden>menu</div><div style='display: none'>menu</div><p>one</p>", ["one"]),
        ("<p>one</p><footer>© 2025</footer>", ["one"]),
        ("<div>noise</div><main><p>one</p></main>", ["one"]),
        ("<div role='dialog'>Accept?</div><div class='cookie-banner'>Cookies!</div><p>one</p>", ["one"]),
        ("<p>caf&eacute;&nbsp;noir</p>", ["café noir"]),
        ("", []),
    ],
)
def test_the_lines_a_reader_sees(html: str, lines: list[str]) -> None:
    assert texts(html) == lines


def test_a_hidden_abstract_is_an_abstract() -> None:
    abstract = (
        "We show that what a page folds away is read all the same. It is what its reader wanted to see."
    )
    assert texts(f"<p>one</p><div style='display:none'>{abstract}</div>") == ["one", abstract]


def test_lines_know_where_they_come_from() -> None:
    lines = visible_lines("<html>\n<p>one\n<p>\ntwo\n<pre>\nthree\nfour</pre>")
    assert [(line.text, line.number) for line in lines] == [("one", 2), ("two", 3), ("three", 6), ("four", 7)]


@pytest.mark.parametrize("declared", ["iso-8859-1", "utf-16"])
def test_a_declared_encoding_is_past(declared: str) -> None:
    assert texts(f'<?xml version="1.0" encoding="{declared}"?><meta charset="{declared}"><p>é') == ["é"]


def test_one_long_text_is_not_lost() -> None:
    assert len(texts("<p>one<p>" + "x" * 11_000_000)[1]) == 11_000_000


@pytest.mark.parametrize(
    "head",
    [
        "<!DOCTYPE html>\n<html>",
        '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">',
        "<!-- saved from url=(0014)about:internet -->\n<html lang='fr'>",
        "\n  <HTML>",
        '<div class="publications">\n<h3>',
        "<ul><li>",
    ],
)
def test_html_is_known_by_its_beginning(head: str) -> None:
    assert is_html(head)


@pytest.mark.parametrize(
    "head",
    [
        "Publications\n\n<b>Attention</b>",
        '<?xml version="1.0"?><PubmedArticleSet>',
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">',
        '<article article-type="research-article">',
        '{"title": "<html>"}',
        "@article{key,",
        "<think> of a title",
        "<!-- " * 10_000,
        "<!-- x -->" * 6_000 + "text",
    ],
)
def test_other_formats_are_not_html(head: str) -> None:
    assert not is_html(head)


def test_html_without_papers_is_refused() -> None:
    with pytest.raises(SourceError, match="holds no paper"):
        read_html(
            Source.of("index.html", "<html><body><h1>Welcome</h1><p>Under construction.</p></body></html>")
        )


@pytest.mark.parametrize("wrap", ["<div>{}</div>", "{}<br>", "<li><span>{}</span></li>"])
def test_the_same_papers_as_from_text(data: Path, wrap: str) -> None:
    text = (data / "page.txt").read_text(encoding="utf-8")
    html = "<html><body>" + "\n".join(wrap.format(escape(line)) for line in text.split("\n"))
    of_text = [item for item in read_page(Source.of("page.txt", text)) if isinstance(item, Paper)]
    of_html = [item for item in read_html(Source.of("page.html", html)) if isinstance(item, Paper)]
    assert [(p.id, p.abstract) for p in of_html] == [(p.id, p.abstract) for p in of_text]
