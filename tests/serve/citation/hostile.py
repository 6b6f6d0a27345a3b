"""Papers made up to break out of their fields, and what must come out of every form of citation."""

from __future__ import annotations

from hypothesis import strategies as st

from semsearch.paper import Paper
from semsearch.serve.citation import FORMATS
from tests.hostile import ADDRESSES, TEXTS
from tests.serve.citation.reading import by_bibtexparser, by_json, by_pybtex, by_rispy, expected

_PIECE = st.one_of(
    st.sampled_from(list(TEXTS.values())),
    st.text(st.sampled_from("\\{}$%&#_^~\"'`-@,=()<>|?!;:/ \t\n\r\u2028\x00éß漢αa1=+"), max_size=12),
    st.text(max_size=12),
)
_TEXT = st.lists(_PIECE, max_size=3).map(lambda pieces: f"A {''.join(pieces)} Z")

papers = st.lists(
    st.builds(
        Paper,
        id=_PIECE,
        title=_TEXT,
        abstract=_TEXT,
        authors=st.lists(st.sampled_from(["Ada Lovelace", "Ludwig van Beethoven", "Plato"]), max_size=2).map(
            tuple
        ),
        year=st.none() | st.integers(1000, 2999),
        venue=st.none() | _TEXT,
        url=st.none() | st.sampled_from(ADDRESSES),
        keywords=st.lists(_TEXT, max_size=2).map(tuple),
    ),
    max_size=3,
)


def check(found: list[Paper]) -> None:
    """As many entries as papers, in their order, with the same titles and abstracts."""
    wanted = [expected(paper) for paper in found]
    for form, read in (
        ("bibtex", by_bibtexparser),
        ("bibtex", by_pybtex),
        ("ris", by_rispy),
        ("csl", by_json),
    ):
        back = read(FORMATS[form].write(found))
        assert [(p.title, p.abstract, p.year) for p in back] == [
            (p.title, p.abstract, p.year) for p in wanted
        ]
