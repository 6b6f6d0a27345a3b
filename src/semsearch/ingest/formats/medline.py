"""MEDLINE records, as PubMed saves them (nbib, or the "PubMed" format), to papers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from semsearch.ingest.clean import clean_abstract, clean_language, clean_printed, clean_text, clean_title
from semsearch.ingest.formats.links import doi_in, identifiers_in, url_in
from semsearch.ingest.formats.names import authors_of
from semsearch.ingest.formats.tagged import Dialect, Record, read_tagged
from semsearch.ingest.formats.titles import titles
from semsearch.ingest.identity import make_id
from semsearch.paper import Original, Paper, Rejected, Translation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semsearch.ingest.source import Source

_START = re.compile(r"^(?:PMID|OWN ?|STAT|DCOM|LID ?)- ", re.MULTILINE)
# Tags have up to four characters and are filled up to four; ERIC does not always.
_DIALECT = Dialect(re.compile(r"([A-Z][A-Z0-9]{1,4}) {0,3}- ?(.*)"), begins="PMID", ends="")
_KIND = re.compile(r"\s*\[(\w+)\]$")  # "10.1093/bib/3.3.296 [doi]"
_NUMBER = re.compile(r"\d+")


def is_medline(head: str) -> bool:
    """Whether a file that begins so is in the format of MEDLINE."""
    return _START.search(head) is not None


def read_medline(source: Source) -> Iterator[Paper | Rejected]:
    """Read every record of a MEDLINE file; one that cannot be read is a `Rejected` with its first line."""
    return read_tagged(source, _DIALECT, _paper)


def _paper(record: Record, where: str) -> Paper | Rejected:
    # In a record of a chapter the title of the book is a field of its own.
    languages = record.first("LA")
    title, translations = titles(record.first("TI", "BTI", "CTI"), languages, record.first("TT"))
    if not title:
        return Rejected(where, "the record has no title (TI). Add one.")
    abstract = clean_abstract(" ".join(dict.fromkeys(record.all("AB"))))
    authors = authors_of(record.all("FAU") or record.all("AU"))
    authors += tuple(filter(None, map(clean_text, record.all("CN"))))
    links = record.all("LID", "AID", "URL", "4099")
    doi = doi_in([each for each in record.all("LID", "AID", "DOI") if _is_doi(each)], links)
    pmid = _NUMBER.search(record.first("PMID"))
    address = [f"https://pubmed.ncbi.nlm.nih.gov/{pmid[0]}/"] if pmid else []
    accession = record.first("OID")
    return Paper(
        id=(pmid[0] if pmid else doi or accession) or make_id(title, authors),
        title=title,
        abstract=abstract,
        authors=authors,
        year=record.year("DP", "DEP", "DA", "EDAT", "CRDT"),
        venue=_venue(record, title),
        doi=doi,
        url=url_in([], doi) or url_in([*links, *address], None),
        language=clean_language(languages),
        keywords=_keywords(record.all("OT") or record.all("MH")),
        source=where,
        identifiers=identifiers_in([*address, *record.all("PMC"), doi or ""]),
        translations=_with_abstracts(record, translations),
        printed=clean_printed(record.first("VI"), record.first("PG")),
        original=Original(record.first("TI", "BTI", "CTI"), " ".join(dict.fromkeys(record.all("AB")))),
    )


def _is_doi(value: str) -> bool:
    kind = _KIND.search(value)
    return kind is None or kind[1] == "doi"


def _venue(record: Record, title: str) -> str | None:
    venues = (clean_title(venue) for venue in record.all("JT", "BTI", "CTI", "TA"))
    return next((venue for venue in venues if venue != title), None)


def _keywords(values: list[str]) -> tuple[str, ...]:
    """The authors' own, or those of the library, where a star marks what a paper is mainly about."""
    keywords = (clean_text(value).removeprefix("*").replace("/*", "/") for value in values)
    return tuple(dict.fromkeys(filter(None, keywords)))


def _with_abstracts(record: Record, titled: tuple[Translation, ...]) -> tuple[Translation, ...]:
    """The abstracts in other languages, each with the title in its language where there is one."""
    found = {each.language: each for each in titled}
    for raw, code in zip(record.all("OAB"), record.all("OABL"), strict=False):
        abstract, language = clean_abstract(raw), clean_language(code)
        if abstract and language:
            title = found[language].title if language in found else ""
            found[language] = Translation(language, title, abstract)
    return tuple(found.values())
