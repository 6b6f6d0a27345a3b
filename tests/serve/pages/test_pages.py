"""The pages as the server sends them: all they show, without a line of script."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
import pytest
from lxml import html

from semsearch.search import Filters, Searcher
from semsearch.serve.pages import assets
from tests.serve.pages.conftest import HOSTILE


@pytest.fixture(scope="module")
def client(site: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site, timeout=60) as opened:
        yield opened


def _tree(client: httpx.Client, path: str, status: int = 200, language: str = "en") -> html.HtmlElement:
    reply = client.get(path, headers={"Accept-Language": language})
    assert reply.status_code == status
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    return html.document_fromstring(reply.text)


def _titles(tree: html.HtmlElement) -> list[str]:
    return [title.text_content().strip() for title in tree.cssselect(".hit h2")]


def _text(tree: html.HtmlElement, selector: str) -> str:
    return " ".join(" ".join(found.text_content().split()) for found in tree.cssselect(selector))


def _links(tree: html.HtmlElement, selector: str) -> list[str]:
    return [link.get("href") for link in tree.cssselect(selector)]


def test_an_answer_is_that_of_python(client: httpx.Client, searched: Searcher) -> None:
    question = "how do networks learn to translate?"
    tree = _tree(client, f"/?q={question}")
    results = searched.search(question)
    assert _titles(tree) == [hit.paper.title for hit in results]
    at = next(i for i, hit in enumerate(results) if hit.evidence and hit.evidence.words)
    first, hit = tree.cssselect(".hit")[at], results[at]
    assert [link.text for link in first.cssselect(".authors a")] == list(hit.paper.authors[:8])
    assert hit.evidence is not None
    assert _text(first, "blockquote") == hit.evidence.text
    marked = [mark.text for mark in first.cssselect("blockquote mark")]
    assert marked == [hit.paper.abstract[a:b] for a, b in hit.evidence.words]
    assert tree.cssselect("input[name=q]")[0].get("value") == question
    facets = searched.facets(question)
    assert f"{facets.papers} papers seem to be about this" in _text(tree, "#found")


def test_a_hit_says_how_sure_and_why_in_words(client: httpx.Client, searched: Searcher) -> None:
    def said(path: str, rank: int) -> str:
        return _text(_tree(client, path).cssselect(".hit")[rank - 1], ".why")

    assert said("/?q=curriculum+learning", 1) == "What you asked for your question is its title"
    assert said("/?q=papers+by+Hoare", 1) == "What you asked for by an author you named"
    assert said("/?q=quicksort&mode=lexical", 1) == "shares your words"
    near = searched.search("how do networks learn to translate?")
    wordings = {
        "strong": "Very likely about this near in meaning, and shares your words",
        "fair": "Probably about this near in meaning, and shares your words",
        "weak": "Hardly about this",
    }
    for hit in near:
        assert hit.matched_by == "meaning and words"
        wording = said("/?q=how+do+networks+learn+to+translate%3F", hit.rank)
        assert wording.startswith(wordings[str(hit.confidence)])
    hit = searched.related("gan", 1)[0]
    assert hit.reasons is not None
    assert ", ".join(hit.reasons.words) in said("/related?like=gan", 1)


def test_pages_continue_each_other_within_one_generation(client: httpx.Client, searched: Searcher) -> None:
    tree, seen = _tree(client, "/?q=learning"), list[str]()
    for _ in range(3):
        seen += _titles(tree)
        (following,) = _links(tree, "a[rel=next]")
        assert parse_qs(urlsplit(following).query)["generation"] == [searched.generation.id]
        tree = _tree(client, following)
    seen += _titles(tree)
    assert seen == [hit.paper.title for hit in searched.search("learning", 40)]


def test_a_generation_that_is_gone_offers_the_question_again(client: httpx.Client) -> None:
    tree = _tree(client, "/?q=learning&page=2&generation=000000-none&lang=en", 410)
    assert "no longer kept" in _text(tree, "h1")
    assert _links(tree, ".error a.button") == ["/?q=learning&lang=en"]


def test_filters_are_those_of_python_and_can_be_taken_away(client: httpx.Client, searched: Searcher) -> None:
    tree = _tree(client, "/?q=learning&year_from=1990&year_to=1999&author=&venue=")
    expected = searched.search("learning", filters=Filters(1990, 1999))
    assert _titles(tree) == [hit.paper.title for hit in expected]
    assert _text(tree, ".active") == "1990 to 1999"
    assert _links(tree, ".active a") == ["/?q=learning"]
    years = {year for year, _ in searched.facets("learning").years if year < 1990 or year > 1999}
    assert len(tree.cssselect(".bars .year:not(.in)")) > 0
    assert years


def test_counts_are_links_to_what_they_count(client: httpx.Client, searched: Searcher) -> None:
    tree = _tree(client, "/?q=learning")
    links = {link.cssselect("span")[0].text: link for link in tree.cssselect(".filters li a")}
    name, papers = searched.facets("learning").authors[0]
    assert links[name].cssselect("small")[0].text == str(papers)
    found = searched.search("learning", 100, filters=Filters(author=name))
    assert papers == sum(hit.confidence != "weak" for hit in found)
    assert _titles(_tree(client, links[name].get("href"))) == [hit.paper.title for hit in found[:10]]


def test_an_author_is_a_click_away(client: httpx.Client) -> None:
    tree = _tree(client, "/?q=attention")
    (link,) = {path for path in _links(tree, ".authors a") if "Vaswani" in path}
    found = _tree(client, link)
    assert "Attention Is All You Need" in _titles(found)
    assert "newest first" in _text(found, "#found")
    assert all("Vaswani" in _text(hit, ".authors") for hit in found.cssselect(".hit"))


def test_all_papers_of_a_filter_come_newest_first(client: httpx.Client) -> None:
    tree = _tree(client, "/?year_from=1900&year_to=1960")
    years = [int(re.search(r"\d{4}", _text(hit, ".about")).group()) for hit in tree.cssselect(".hit")]  # type: ignore[union-attr]
    assert years == sorted(years, reverse=True)
    assert len(years) == 10
    (following,) = _links(tree, "a[rel=next]")
    assert not {*_titles(tree)} & {*_titles(_tree(client, following))}


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/?q=", 200, "Type a question first"),
        ("/?q=%3F%3F", 422, "Type a question first"),
        ("/?q=-learning", 422, "only says what it does not want"),
        ("/?q=" + "a+" * 5_001, 422, "too long"),
    ],
)
def test_a_question_that_cannot_be_asked(client: httpx.Client, path: str, status: int, says: str) -> None:
    assert says in _text(_tree(client, path, status), "#found")


def test_nothing_near_is_said_and_shown_with_reserve(client: httpx.Client) -> None:
    tree = _tree(client, "/?q=zzyzx+qwfp")
    assert "Nothing in this collection seems to be about this." in _text(tree, "#found")
    assert len(tree.cssselect(".body > .hits > .hit")) == 3
    assert _text(tree, ".rest > summary") == "7 more that are no nearer"
    assert not tree.cssselect(".pages")


def test_nothing_at_all_is_said(client: httpx.Client) -> None:
    assert "No paper is left with these filters" in _text(_tree(client, "/?q=dna&year_from=3000"), "#found")
    assert "No paper holds these words" in _text(_tree(client, "/?q=zzyzx&mode=lexical"), "#found")
    assert "no more papers" in _text(_tree(client, "/?q=dna&mode=lexical&page=50"), "#found")
    assert "“soon” could not be read" in _text(_tree(client, "/?q=dna&year_from=soon"), ".note")


def test_notes_are_said_in_the_readers_language(client: httpx.Client) -> None:
    question = '/?q="gallop+of+horses"+and+"dual+carriageway"'
    assert _text(_tree(client, question), ".note") == (
        "No paper here holds “gallop of horses” and “dual carriageway” word for word. These are the nearest."
    )
    assert "« gallop of horses » et « dual carriageway »" in _text(
        _tree(client, question, language="fr"), ".note"
    )
    prose = '/?q="one"+' + "+".join(f"w{n}" for n in range(21))
    assert "guillemets" in _text(_tree(client, prose, language="fr"), ".note")


def test_language_is_the_browsers_unless_the_address_says(client: httpx.Client) -> None:
    french = _tree(client, "/?q=learning", language="fr-CA,fr;q=0.9")
    assert french.get("lang") == "fr"
    assert "semblent en parler" in _text(french, "#found")
    english = _tree(client, "/?q=learning&lang=en", language="fr")
    assert english.get("lang") == "en"
    inside = [
        path for path in _links(english, "main a[href^='/'], header a.name") if not path.startswith("/v1")
    ]
    assert inside
    assert all("lang=en" in path for path in inside), inside
    assert _links(english, ".languages a[hreflang=fr]") == ["/?q=learning&lang=fr"]


def test_the_map_is_of_the_same_question(client: httpx.Client) -> None:
    for path, there in (
        ("/", "/map"),
        ("/?lang=fr", "/map?lang=fr"),
        ("/?q=a%26b&year_from=2000&lang=fr", "/map?q=a%26b&lang=fr"),
        ("/papers/gan", "/map"),
    ):
        assert _links(_tree(client, path), "nav a[href^='/map']") == [there]


def test_texts_of_papers_are_in_their_own_language(client: httpx.Client) -> None:
    tree = _tree(client, "/?q=dynamique+de+l’électron")
    (title,) = (t for t in tree.cssselect(".hit h2") if t.text_content().startswith("Sur la dynamique"))
    assert title.get("lang") == "fr"


def test_a_paper_page_tells_all(client: httpx.Client, searched: Searcher, site: str) -> None:
    tree = _tree(client, "/papers/10.48550/arXiv.1412.6980")
    assert _text(tree, "h1") == "Adam: A Method for Stochastic Optimization"
    assert [link.text for link in tree.cssselect(".paper .authors a")] == ["Diederik P. Kingma", "Jimmy Ba"]
    metas = [(m.get("name"), m.get("content")) for m in tree.cssselect("meta[name^=citation_]")]
    assert metas == [
        ("citation_title", "Adam: A Method for Stochastic Optimization"),
        ("citation_author", "Diederik P. Kingma"),
        ("citation_author", "Jimmy Ba"),
        ("citation_publication_date", "2014"),
        ("citation_journal_title", "arXiv"),
        ("citation_doi", "10.48550/arXiv.1412.6980"),
        ("citation_language", "en"),
        ("citation_keywords", "optimization; stochastic gradients"),
        ("citation_abstract", searched.paper("10.48550/arXiv.1412.6980").abstract),
        ("citation_abstract_html_url", f"{site}/papers/10.48550/arXiv.1412.6980"),
        ("citation_pdf_url", "https://arxiv.org/pdf/1412.6980.pdf"),
    ]
    assert _links(tree, "link[rel=canonical]") == [f"{site}/papers/10.48550/arXiv.1412.6980"]
    for path in _links(tree, "link[rel=alternate]"):
        assert "Kingma" in client.get(path).text
    expected = searched.related("10.48550/arXiv.1412.6980", 6)
    assert _titles(tree) == [hit.paper.title for hit in expected]


def test_versions_of_a_paper_know_each_other(client: httpx.Client, searched: Searcher) -> None:
    (published,) = searched.versions("10.48550/arXiv.1412.6980")
    assert published.year == 2015
    assert [other.year for other in searched.versions(published.id)] == [2014]
    preprint = _tree(client, "/papers/10.48550/arXiv.1412.6980")
    assert _text(preprint, ".versions span").startswith("Later · 2015")
    (back,) = _links(preprint, ".versions a")
    assert _text(_tree(client, back), ".versions span") == "Earlier · 2014 · arXiv"
    assert searched.versions("poincare1905") == []


def test_the_records_of_a_paper_are_listed_but_for_the_one_that_it_shows(client: httpx.Client) -> None:
    tree = _tree(client, "/papers/poincare1905")
    section = "section[aria-labelledby=records]"
    palermo, english = tree.cssselect(f"{section} li")
    assert _text(tree, f"{section} h2") == "Also as"
    assert " ".join(palermo.text_content().split()) == (
        "Rendiconti del Circolo Matematico di Palermo 1906 · same title, authors and year"
    )
    assert _links(palermo, "a") == ["https://doi.org/10.1007/BF03013466"]
    said = " ".join(english.text_content().split())
    assert said == f"On the Dynamics of the Electron {HOSTILE} 1905 · same doi:10.1007/BF03013466"
    assert _links(english, "a") == []  # what is no address of the web is no link
    assert "/srv/papers" not in html.tostring(
        tree, encoding="unicode"
    )  # where files lie is nobody's business
    french = _tree(client, "/papers/poincare1905", language="fr")
    assert _text(french, f"{section} h2") == "Aussi sous la forme"
    assert _text(french, f"{section} li > span") == (
        "1906 · mêmes titre, auteurs et année 1905 · même doi:10.1007/BF03013466"
    )
    assert not _tree(client, "/papers/10.48550/arXiv.1412.6980").cssselect(section)


def test_a_paper_that_is_not_here(client: httpx.Client) -> None:
    tree = _tree(client, "/papers/no/such", 404)
    assert "There is no such paper here" in _text(tree, "h1")
    assert "“no/such”" in _text(tree, ".error")
    assert "Cet article" in _text(_tree(client, "/papers/no/such?lang=fr", 404), "h1")


def test_more_like_these_and_not_like_those(client: httpx.Client, searched: Searcher) -> None:
    tree = _tree(client, "/related?like=gan&like=bahdanau&not=quicksort")
    expected = searched.related(["gan", "bahdanau"], 20, unlike=["quicksort"])
    assert _titles(tree) == [hit.paper.title for hit in expected]
    assert [link.text for link in tree.cssselect(".side .like .short a:not(.act)")] == [
        "Generative Adversarial Nets",
        "Neural Machine Translation by Jointly Learning to Align and Translate",
    ]
    first = expected[0].paper.id
    like, unlike = (parse_qs(urlsplit(path).query) for path in _links(tree.cssselect(".hit")[0], ".acts > a"))
    assert like == {"like": ["gan", "bahdanau", first], "not": ["quicksort"]}
    assert unlike == {"like": ["gan", "bahdanau"], "not": ["quicksort", first]}


def test_ticked_papers_join_those_of_the_address(client: httpx.Client) -> None:
    def ticked(path: str, kind: str, *ids: str) -> str:
        reply = client.post(path, data={"ids": list(ids), "as": kind})
        assert reply.status_code == 303
        return str(reply.headers["Location"])

    assert ticked("/related", "like", "gan", "a/b") == "/related?like=gan&like=a%2Fb"
    # What is a seed already stays one: ticks are kept from page to page.
    assert ticked("/related?like=gan&lang=fr", "not", "gan", "x") == "/related?like=gan&not=x&lang=fr"
    assert "Choose papers" in _text(_tree(client, "/related"), "#found")
    assert "cannot be both" in _text(_tree(client, "/related?like=gan&not=gan", 422), ".error")
    _tree(client, "/related?like=nobody", 404)


def test_strangers_texts_are_texts(client: httpx.Client) -> None:
    for path in (
        "/?q=hostile",
        "/papers/hostile",
        "/related?like=hostile",
        f"/?q={HOSTILE}",
        f"/papers/{HOSTILE}",
    ):
        reply = client.get(path)
        assert "<script>document" not in reply.text
        assert "<img" not in reply.text
    assert f"Hostile {HOSTILE}" in _titles(_tree(client, "/?q=hostile"))


def test_nothing_is_inline_and_nothing_from_elsewhere(client: httpx.Client) -> None:
    for path in ("/", "/?q=learning", "/papers/gan", "/related?like=gan", "/papers/none"):
        reply = client.get(path)
        assert "default-src 'self'" in reply.headers["Content-Security-Policy"]
        assert "unsafe" not in reply.headers["Content-Security-Policy"]
        tree = html.document_fromstring(reply.text)
        assert not tree.xpath("//*[@style] | //style | //script[not(@src)] | //@*[starts-with(name(), 'on')]")
        loaded = tree.xpath("//script/@src | //link[@rel='stylesheet' or @rel='icon']/@href | //img/@src")
        assert loaded
        assert all(path.startswith("/static/") for path in loaded)


def test_static_files_are_kept_for_good_and_change_their_address(client: httpx.Client) -> None:
    path = assets.address("page.css")
    reply = client.get(path)
    assert reply.headers["Cache-Control"] == assets.FOREVER
    assert reply.headers["Content-Type"] == "text/css; charset=utf-8"
    assert re.fullmatch(r"/static/page\.[0-9a-f]{10}\.css", path)
    assert client.get("/static/page.css").status_code == 404
    assert client.get("/static/..%2Frouting.py").status_code == 404


def test_a_page_that_did_not_change_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get("/papers/gan")
    again = client.get("/papers/gan", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    french = {"If-None-Match": first.headers["ETag"], "Accept-Language": "fr"}
    assert client.get("/papers/gan", headers=french).status_code == 200


def test_the_start_page_is_about_this_collection(client: httpx.Client, searched: Searcher) -> None:
    tree = _tree(client, "/")
    assert f"{len(searched)} papers to ask" in _text(tree, ".lead")
    topics = [link.text for link in tree.cssselect(".topics a")]
    assert topics
    for topic in topics:
        held = searched.search(f'"{topic}"')
        assert not held.notes, topic  # the phrase stands in papers, word for word
    assert tree.cssselect("input[name=q][autofocus]")
    assert len(tree.cssselect(".start .short li")) == 5


def test_the_embedded_list_brings_its_data(client: httpx.Client, searched: Searcher) -> None:
    reply = client.get("/embed.js", params={"paper": "10.1038/171737a0", "k": 3, "lang": "fr"})
    assert reply.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    data = json.loads(reply.text.rstrip().removesuffix(");").rpartition(")(")[2])
    expected = searched.related("10.1038/171737a0", 3)
    assert [paper["title"] for paper in data["papers"]] == [hit.paper.title for hit in expected]
    assert data["heading"] == "Articles proches"
    unknown = client.get("/embed.js", params={"paper": "</script>"})
    assert unknown.text.startswith("console.warn(")
    assert "<" not in unknown.text
