"""PubMed's XML to papers, as E-utilities and the yearly files have it: articles, and chapters of books."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from semsearch.ingest.clean import clean_doi, clean_language, clean_printed, clean_text, clean_year
from semsearch.ingest.formats.record import UnusableError, by_language, identifiers
from semsearch.ingest.formats.xml.records import Element, papers, text_of
from semsearch.ingest.identity import make_id
from semsearch.paper import Original, Paper, Translation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from semsearch.ingest.source import Source
    from semsearch.paper import Rejected

_START = re.compile(r"(?=\s*<[?!\w]).*?<(?:Pubmed(?:Book)?Article|MedlineCitation)(?:Set)?[\s/>]", re.DOTALL)
_ARTICLES = ("PubmedArticle", "PubmedBookArticle")
_OLD = ("MedlineCitation",)  # files of before 2016 have these alone
_NO_LABEL = ("", "UNLABELLED", "UNASSIGNED")
# "[Title.]" is the National Library of Medicine's translation of a title in another language.
_TRANSLATED = re.compile(r"\[(.+)\]\.?", re.DOTALL)
_NO_TITLE = re.compile(r"not available\.?|in process citation\.?|", re.IGNORECASE)

_VENUES = ("Journal/Title", "Journal/ISOAbbreviation", "Book/BookTitle", "../MedlineJournalInfo/MedlineTA")
_DATES = ("Journal/JournalIssue/PubDate", "Book/PubDate", "ArticleDate", "ContributionDate")


def is_pubmed(head: str) -> bool:
    """Whether a file that begins so is PubMed's XML."""
    return _START.match(head) is not None


def read_pubmed(source: Source) -> Iterator[Paper | Rejected]:
    """Read every record of a PubMed file; one that cannot be read is a `Rejected` with its line."""
    old = not re.search(r"<Pubmed(?:Book)?Article", source.head)
    return papers(source, _OLD if old else _ARTICLES, _paper)


def _paper(record: Element, where: str) -> Paper:
    book = record.find("BookDocument")
    article = record.find(".//Article") if book is None else book
    if article is None:
        raise UnusableError("the record has no article in it. Fetch it again.")
    languages = [code for each in article.findall("Language") if (code := clean_language(each.text or ""))]
    title, translations = _titles(article, languages)
    abstract = _sections(article.find("Abstract"))
    for other in record.findall(".//OtherAbstract"):
        language, own = clean_language(other.get("Language", "")) or "en", _sections(other)
        if language != "en":
            translations.append(Translation(language, "", own))
        abstract = abstract or (own if language == "en" else "")
    if not title:
        raise UnusableError("the record has no title. Add one.")
    authors = _authors(article)
    pmid = _plain(record.find(".//PMID"))
    numbers = {each.get("IdType"): _plain(each) for each in _numbers(record)}
    doi = clean_doi(numbers.get("doi", "")) or clean_doi(_plain(article.find("ELocationID[@EIdType='doi']")))
    return Paper(
        id=pmid or doi or make_id(title, authors),
        title=title,
        abstract=abstract,
        authors=authors,
        year=_year(article),
        venue=next((venue for path in _VENUES if (venue := clean_text(text_of(article.find(path))))), None),
        doi=doi,
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else None,
        language=languages[0] if languages else None,
        keywords=_keywords(record),
        source=where,
        original=Original(text_of(article.find("ArticleTitle")), _sections(article.find("Abstract"), str)),
        identifiers=identifiers(("pmid", pmid), ("pmc", numbers.get("pmc"))),
        translations=by_language(translations),
        printed=clean_printed(
            _plain(article.find("Journal/JournalIssue/Volume")),
            _plain(article.find("Pagination/MedlinePgn")) or _plain(article.find("Pagination/StartPage")),
        ),
    )


def _titles(article: Element, languages: list[str]) -> tuple[str, list[Translation]]:
    """The English title and those in other languages; of a chapter its own, of a book that of the book."""
    title = clean_text(text_of(article.find("ArticleTitle"))) or clean_text(
        text_of(article.find("Book/BookTitle"))
    )
    if translated := _TRANSLATED.fullmatch(title):
        title = translated[1]
    own = clean_text(text_of(article.find("VernacularTitle")))
    if _NO_TITLE.fullmatch(title):
        return own, []
    language = next((code for code in languages if code != "en"), None)
    return title, [Translation(language, own)] if own and language else []


def _sections(abstract: Element | None, clean: Callable[[str], str] = clean_text) -> str:
    """An abstract, each part behind its label, such as ``METHODS: We looked.``."""
    parts = []
    for part in () if abstract is None else abstract.findall("AbstractText"):
        label, text = part.get("Label", "").strip().rstrip(":"), clean(text_of(part))
        parts.append(f"{label}: {text}" if text and label.upper() not in _NO_LABEL else text)
    return clean(" ".join(filter(None, parts)))


def _authors(article: Element) -> tuple[str, ...]:
    """People and collectives; of a book without a chapter's authors, those of the book, or its editors."""
    lists = [*article.findall("AuthorList"), *article.findall("Book/AuthorList")]
    lists.sort(key=lambda each: each.get("Type") == "editors")
    for each in lists:
        people = (_author(author) for author in each.findall("Author") if author.get("ValidYN") != "N")
        if names := tuple(filter(None, people)):
            return names
    return ()


def _author(author: Element) -> str:
    parts = {child.tag: clean_text(text_of(child)) for child in author}
    first = parts.get("ForeName") or parts.get("FirstName") or parts.get("Initials", "")
    person = f"{first} {parts.get('LastName', '')} {parts.get('Suffix', '')}".strip()
    return parts.get("CollectiveName") or person


def _year(article: Element) -> int | None:
    """The year of the issue, also from ``1998 Dec-1999 Jan``; else of the article on the web."""
    for date in (found for path in _DATES for found in article.findall(path)):
        if year := clean_year(_plain(date.find("Year"))) or clean_year(_plain(date.find("MedlineDate"))):
            return year
    return None


def _numbers(record: Element) -> list[Element]:
    """The identifiers of the record itself, not those of what it refers to."""
    paths = ("PubmedData/ArticleIdList/ArticleId", "PubmedBookData/ArticleIdList/ArticleId")
    return [
        found for path in (*paths, "BookDocument/ArticleIdList/ArticleId") for found in record.findall(path)
    ]


def _keywords(record: Element) -> tuple[str, ...]:
    """The authors' keywords, then the subject headings."""
    found = [*record.findall(".//KeywordList/Keyword"), *record.findall(".//MeshHeading/DescriptorName")]
    return tuple(dict.fromkeys(word for each in found if (word := clean_text(text_of(each)).rstrip("."))))


def _plain(element: Element | None) -> str:
    return "" if element is None else (element.text or "").strip()
