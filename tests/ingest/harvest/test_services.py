"""Each service: asked as it documents, its replies read, no record lost, and then only what is new."""

from __future__ import annotations

from datetime import date

import pytest

from semsearch.errors import HarvestError
from semsearch.ingest.harvest import Request
from semsearch.ingest.harvest.services import SERVICES
from tests.ingest.harvest import server
from tests.ingest.harvest.conftest import CONTACT, KINDS, Harvested

EVERY = pytest.mark.parametrize("ask", sorted(KINDS), indirect=True)
TITLES = [title for title, *_ in server.WORKS]


@EVERY
def test_every_paper_comes_once_and_whole(ask: Harvested) -> None:
    report = ask.run()
    assert (report.new, report.changed, report.total, report.complete, report.since) == (7, 0, 7, True, None)
    papers = ask.papers()
    assert [paper.title for paper in papers] == TITLES
    for paper, work in zip(papers, ask.service.known, strict=True):
        assert (paper.abstract, paper.authors) == (work.abstract, work.authors)
        assert paper.year == int(work.published[:4])
        assert paper.source.startswith(f"{ask.output}:")
    assert sorted(path.name for path in ask.output.parent.iterdir()) == sorted(
        [ask.output.name, f".{ask.output.name}.harvest"]
    )


@EVERY
def test_services_are_asked_politely(ask: Harvested) -> None:
    ask.run()
    gaps = [
        after.at - before.at for before, after in zip(ask.service.asked, ask.service.asked[1:], strict=False)
    ]
    wanted = {"arxiv": 3, "openalex": 0.1, "hal": 1, "crossref": 1 / 3, "semantic-scholar": 3}[ask.name]
    assert len(gaps) >= 3
    assert min(gaps) == pytest.approx(wanted)
    for asked in ask.service.asked:
        assert asked.headers["user-agent"].startswith("semsearch/")
        assert f"(mailto:{CONTACT})" in asked.headers["user-agent"]
        assert asked.one("mailto") == (CONTACT if ask.name in ("openalex", "crossref") else "")


@EVERY
def test_the_next_harvest_asks_for_what_is_new_and_changed(ask: Harvested) -> None:
    ask.run()
    before = ask.output.read_text()
    asked = len(ask.service.asked)
    ask.clock.days(3)
    changed = ask.service.known[6 if ask.name == "semantic-scholar" else 2]
    changed.title += " (revised)"
    changed.updated = "2026-03-03"
    if ask.name == "semantic-scholar":
        changed.published = "2025-12-01"
    ask.service.known.append(server.later())
    report = ask.run()
    assert (report.new, report.changed, report.total) == (1, 1, 8)
    assert report.since == date(2026, 3, 1)
    lines, old = ask.output.read_text().splitlines(), before.splitlines()
    place = ask.service.known.index(changed)
    assert [n for n, line in enumerate(old) if line != lines[n]] == [place]
    papers = ask.papers()
    assert papers[place].title == changed.title
    assert papers[7].title == server.later().title
    assert len(ask.service.asked) - asked <= 2
    assert {"hal": "2026-03-01", "crossref": "2026-03-01", "openalex": "updated_date:desc"}.get(
        ask.name, ""
    ) in str(ask.service.asked[asked].parameters)
    ask.clock.days(1)
    same = ask.run()
    assert (same.new, same.changed, same.total) == (0, 0, 8)


def _asked(ask: Harvested, **fields: object) -> server.Asked:
    """What is asked for a request."""
    ask.run(request=Request(ask.name, **fields), afresh=True)  # type: ignore[arg-type]
    return next(each for each in reversed(ask.service.asked))


@pytest.mark.parametrize("ask", ["hal"], indirect=True)
@pytest.mark.parametrize(
    ("fields", "path", "filters"),
    [
        ({"institution": "collection:LORIA"}, "/search/LORIA/", []),
        ({"institution": "441569"}, "/search/", ["structId_i:441569"]),
        ({"institution": "LIG"}, "/search/", ['structAcronym_s:"LIG" OR structName_s:"LIG"']),
        ({"institution": "ror.org/02kvxyf05"}, "/search/", ['structRorIdExt_s:"https://ror.org/02kvxyf05"']),
        ({"author": "marie-curie"}, "/search/", ['authIdHal_s:"marie-curie"']),
        ({"author": 'Marie "M" Curie'}, "/search/", ['authFullName_t:"Marie \\"M\\" Curie"']),
        ({"author": "0000-0002-1825-0097"}, "/search/", ['authOrcidIdExt_s:"0000-0002-1825-0097"']),
        ({"category": "info.info-ai"}, "/search/", ['domain_s:"1.info.info-ai"']),
        (
            {"query": "language_s:fr", "since": date(2020, 1, 1), "until": date(2020, 12, 31)},
            "/search/",
            ["producedDate_tdate:[2020-01-01T00:00:00Z TO 2020-12-31T23:59:59Z]"],
        ),
        (
            {"category": "shs", "until": date(2020, 5, 1)},
            "/search/",
            ['domain_s:"0.shs"', "producedDate_tdate:[* TO 2020-05-01T23:59:59Z]"],
        ),
    ],
)
def test_hal_is_asked_in_solrs_language(
    ask: Harvested, fields: dict[str, object], path: str, filters: list[str]
) -> None:
    asked = _asked(ask, **fields)
    assert (asked.path, asked.parameters.get("fq", [])) == (path, filters)
    assert asked.one("q") == fields.get("query", "*:*")
    assert {"*_title_s", "*_abstract_s", "halId_s"} <= {*asked.one("fl").split(",")}


@pytest.mark.parametrize("ask", ["hal"], indirect=True)
def test_a_collection_is_no_path(ask: Harvested) -> None:
    for code in ("../ref/structure", "a b", ""):
        with pytest.raises(HarvestError, match="no code of a collection"):
            ask.run(request=Request("hal", institution=f"collection:{code}"))
    assert not ask.service.asked


@pytest.mark.parametrize("ask", ["hal"], indirect=True)
def test_hals_papers_have_their_french_and_their_english_title(ask: Harvested) -> None:
    ask.service.known[0].french = "Une théorie mathématique de la communication"
    ask.run()
    paper = ask.papers()[0]
    assert paper.title == "A Mathematical Theory of Communication"
    (french,) = paper.translations
    assert (french.language, french.title, french.abstract) == (
        "fr",
        "Une théorie mathématique de la communication",
        "En français.",
    )


@pytest.mark.parametrize("ask", ["arxiv"], indirect=True)
@pytest.mark.parametrize(
    ("fields", "search"),
    [
        ({"query": 'graph "neural networks"'}, 'all:graph AND all:"neural networks"'),
        (
            {"query": "ti:attention OR abs:word", "category": "cs.CL"},
            "(ti:attention OR abs:word) AND cat:cs.CL",
        ),
        (
            {"author": "Ashish Vaswani", "category": "cs.CL, cs.LG"},
            'au:"Ashish Vaswani" AND (cat:cs.CL OR cat:cs.LG)',
        ),
        (
            {"category": "cs.LG", "since": date(2014, 6, 10), "until": date(2015, 12, 10)},
            "cat:cs.LG AND submittedDate:[201406100000 TO 201512102359]",
        ),
    ],
)
def test_arxiv_is_asked_in_its_own_language(ask: Harvested, fields: dict[str, object], search: str) -> None:
    asked = _asked(ask, **fields)
    assert asked.one("search_query") == search
    assert (asked.one("sortBy"), asked.one("sortOrder")) == ("submittedDate", "ascending")
    assert [paper.title for paper in ask.papers()] == (TITLES[3:6] if "since" in fields else TITLES)


@pytest.mark.parametrize("ask", ["arxiv"], indirect=True)
def test_arxiv_is_not_asked_deeper_than_it_lists(ask: Harvested, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("semsearch.ingest.harvest.services.arxiv._DEEP", 4)
    done: list[tuple[int, int | None]] = []
    report = ask.run(progress=lambda seen, total: done.append((seen, total)))
    assert max(int(asked.one("start")) for asked in ask.service.asked) < 4
    assert any("submittedDate:[201406100000 TO" in asked.one("search_query") for asked in ask.service.asked)
    assert report.total == 7
    assert [paper.title for paper in ask.papers()] == TITLES
    assert done[0] == (2, 7)
    monkeypatch.setattr("semsearch.ingest.harvest.services.arxiv._DEEPEST", 4)
    for work in ask.service.known:
        work.updated = "2026-03-09"
    ask.clock.days(9)
    report = ask.run()
    assert (report.total, report.since) == (7, None)
    assert [paper.title for paper in ask.papers()] == TITLES


@pytest.mark.parametrize("ask", ["openalex"], indirect=True)
@pytest.mark.parametrize(
    ("fields", "filters"),
    [
        ({"institution": "https://ror.org/02kvxyf05"}, "authorships.institutions.lineage:I1326498283"),
        ({"institution": "i1326498283"}, "authorships.institutions.lineage:I1326498283"),
        ({"institution": "university of paris"}, "authorships.institutions.lineage:I1"),
        ({"institution": "UP"}, "authorships.institutions.lineage:I2"),
        (
            {"author": "https://orcid.org/0000-0002-1825-0097"},
            "authorships.author.orcid:https://orcid.org/0000-0002-1825-0097",
        ),
        ({"author": "A5023888391"}, "authorships.author.id:A5023888391"),
        ({"category": "artificial intelligence"}, "primary_topic.subfield.id:1702"),
        ({"category": "fields/17"}, "primary_topic.field.id:17"),
        (
            {"category": "T10028", "since": date(1900, 1, 1)},
            "primary_topic.id:T10028,from_publication_date:1900-01-01",
        ),
    ],
)
def test_openalex_is_asked_by_number(ask: Harvested, fields: dict[str, object], filters: str) -> None:
    assert _asked(ask, **fields).one("filter") == filters
    assert ask.output.exists()


@pytest.mark.parametrize("ask", ["openalex"], indirect=True)
def test_a_name_of_several_or_of_none_is_not_guessed(ask: Harvested) -> None:
    with pytest.raises(HarvestError) as error:
        ask.run(request=Request("openalex", institution="Paris"))
    assert "https://ror.org/05f82e368 (University of Paris, FR, 9 works)" in error.value.hint
    with pytest.raises(HarvestError) as error:
        ask.run(request=Request("openalex", author="Wei Wang"))
    assert "A4 (Wei Wang, 4 works); A5 (Wei Wang, 5 works)" in error.value.hint
    with pytest.raises(HarvestError, match="no field or topic"):
        ask.run(request=Request("openalex", category="Alchemy"))
    with pytest.raises(HarvestError, match="refuses \\(404\\)"):
        ask.run(request=Request("openalex", institution="https://ror.org/05f82e368"))
    assert not ask.output.exists()


@pytest.mark.parametrize("ask", ["crossref"], indirect=True)
def test_crossref_is_asked_by_identifier_or_by_words(ask: Harvested) -> None:
    given = {
        "institution": "https://ror.org/02FEAHW73",
        "author": "0000-0002-1825-009X",
        "since": date(1940, 1, 1),
    }
    asked = _asked(ask, **given)
    filters = "ror-id:https://ror.org/02feahw73,orcid:https://orcid.org/0000-0002-1825-009X,from-pub-date:1940-01-01"
    assert asked.one("filter") == filters
    line = ask.output.read_text().splitlines()[0]
    assert '"score"' not in line
    assert '"reference"' not in line
    for path in ask.output.parent.iterdir():
        path.unlink()
    asked = _asked(ask, query="sorting", institution="Inria", author="Hoare")
    words = [asked.one(f"query.{name}") for name in ("bibliographic", "affiliation", "author")]
    assert words == ["sorting", "Inria", "Hoare"]


@pytest.mark.parametrize("ask", ["crossref"], indirect=True)
def test_who_does_not_say_who_asks_asks_less_often(ask: Harvested) -> None:
    ask.run(contact=None)
    assert ask.service.asked[1].at - ask.service.asked[0].at == pytest.approx(1)
    assert ask.service.asked[0].headers["user-agent"].count("(") == 0


@pytest.mark.parametrize("ask", ["crossref"], indirect=True)
def test_a_rate_that_a_reply_states_is_kept(ask: Harvested) -> None:
    stated = {"x-rate-limit-limit": "2", "x-rate-limit-interval": "10s"}
    ask.service.faults[1] = lambda handler, reply: server.send(handler, reply, **stated)
    ask.run()
    assert ask.service.asked[1].at - ask.service.asked[0].at == pytest.approx(5)


@pytest.mark.parametrize("ask", ["semantic-scholar"], indirect=True)
def test_semantic_scholar_lists_the_papers_of_an_author(ask: Harvested) -> None:
    report = ask.run(request=Request("semantic-scholar", author="Yoshua Bengio"))
    assert report.total == 7
    assert [asked.path for asked in ask.service.asked[:2]] == [
        "/graph/v1/author/search",
        "/graph/v1/author/1688882/papers",
    ]
    assert [asked.one("offset") for asked in ask.service.asked[1:]] == ["", "2", "4", "6"]
    ask.output = ask.output.with_name("other.jsonl")
    with pytest.raises(HarvestError, match="not both"):
        ask.run(request=Request("semantic-scholar", author="1688882", query="learning"))
    with pytest.raises(HarvestError, match="must be asked for words"):
        ask.run(request=Request("semantic-scholar", category="Computer Science"))


@pytest.mark.parametrize("ask", ["openalex", "crossref", "semantic-scholar"], indirect=True)
def test_a_key_is_sent_where_it_belongs_and_kept_to_itself(
    ask: Harvested, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "k3y-0f-m1ne"
    monkeypatch.setenv(SERVICES[ask.name].setting, secret)
    ask.run()
    asked = ask.service.asked[0]
    sent = {
        "openalex": asked.one("api_key"),
        "crossref": asked.headers.get("crossref-plus-api-token", "").removeprefix("Bearer "),
        "semantic-scholar": asked.headers.get("x-api-key", ""),
    }
    assert sent[ask.name] == secret
    assert all(secret not in path.read_text() for path in ask.output.parent.iterdir())
    ask.service.faults[len(ask.service.asked) + 1] = server.status(
        403, f'{{"error": "no such key: {secret}"}}'
    )
    with pytest.raises(HarvestError) as error:
        ask.run()
    assert "no such key: …" in str(error.value)
    assert SERVICES[ask.name].setting in error.value.hint
