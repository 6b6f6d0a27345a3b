"""The columns of a table, under the names that databases and reference managers give them, to papers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from semsearch.ingest.clean import (
    clean_abstract,
    clean_keywords,
    clean_language,
    clean_printed,
    clean_text,
    clean_year,
    folded,
)
from semsearch.ingest.formats.links import doi_in, identifiers_in, url_in
from semsearch.ingest.formats.names import authors_of, listed, split_names
from semsearch.ingest.formats.titles import titles
from semsearch.ingest.identity import make_id
from semsearch.paper import Original, Paper, Rejected, Translation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# The names of columns without case, accents and punctuation, the best first: Scopus, Web of Science, Lens,
# Dimensions, Embase, PubMed, IEEE, OpenAlex, HAL, Zotero, Rayyan, Covidence, Publish or Perish, and plain.
_NAMES = {
    "id": "id key citationkey bibtexkey paperid corduid halids recordid identifier articleid",
    "title": "title articletitle documenttitle itemtitle papertitle primarytitle displayname titles "
    "titledisplay titre titel titulo titolo",
    "abstract": "abstract abstractnote abstracttext abstracts summary resume zusammenfassung resumen resumo "
    "paperabstract",
    "authors": "authorfullnames authfullnames authorshipsauthordisplayname authorshipsrawauthorname "
    "authors author authornames authorsnames firstauthors authorlist auteurs auteur autoren autores autori "
    "creator creators",
    "year": "year publicationyear pubyear publishedyear yearpublished publicationdateyi produceddateyi "
    "annee jahr ano anno datepublished publicationdate published date pubdate publishtime coverdate issued "
    "earlyaccessdate",
    "venue": "sourcetitle publicationtitle journalbook journaltitle journaltitles journal journalname venue "
    "publicationname primarylocationsourcedisplayname hostvenuedisplayname booktitle conferencetitle "
    "conferencetitles conferencename conference proceedingstitle containertitle secondarytitle "
    "alternatetitle3 anthologytitle revue zeitschrift revista rivista publication abbreviatedsourcetitle "
    "journalabbreviation alternatetitle2 source",
    "doi": "doi doiids itemdoi doinumber digitalobjectidentifier doilink bookdoi",
    "url": "url link uris uri urls weblink articleurl externalurl landingpageurl fulltexturl "
    "primarylocationlandingpageurl sourcelinkout dimensionsurl permalink plink doilink pdflink sourceurls",
    "language": "language languageoforiginaldocument articlelanguage languages lang langue sprache idioma",
    "keywords": "authorkeywords keywords keyword motscles manualtags keywordsdisplayname tags schlagworter "
    "palabrasclave automatictags subjects meshterms indexkeywords keywordsplus ieeeterms fieldsofstudy",
    "pmid": "pmid pubmedid medlinepmid idspmid pubmed",
    "pmc": "pmcid pmc idspmcid",
    "arxiv": "arxivid arxiv arxivids",
    "accession": "utuniquewosid utuniqueid ut eid lensid publicationid accessionnumber embaseaccessionid "
    "openalexid idsopenalex",
    "mag": "magid microsoftacademicid idsmag",
    "s2": "s2id semanticscholarid",
    "acl": "aclid",
    "volume": "volume journalvolume vol",
    "pages": "pages pagestart startpage firstpage beginpage beginningpage page pagination articlenumber "
    "artno",
}
_FIELDS = {name: field for field, names in _NAMES.items() for name in names.split()}
# What else there is in tables of papers: it tells one, and is not read.
_OTHER = frozenset(
    (
        "issue",
        "issn",
        "isbn",
        "publisher",
        "type",
        "documenttype",
        "itemtype",
        "citedby",
        "label",
    )
)
# Of these every column counts, of others the first that is filled.
_SEVERAL = frozenset({"year", "venue", "doi", "url", "pmc", "accession"})
_LANGUAGES = frozenset({"de", "en", "es", "fr", "it", "pt"})
_MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none", "[]"})
_DATABASES = frozenset({"scopus", "wos", "web of science", "pubmed", "medline", "embase", "crossref"})
# Before what a spreadsheet would compute; `serve.citation.table` writes it.
_APOSTROPHE = re.compile("^'(?='*[=+@\uff1d\uff0b\uff20\uff0d-])")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a table hold.

    Attributes:
        width: How many there are.
        fields: The places of the columns of each field, the best first.
        translated: The places of titles and abstracts in a certain language.
        known: How many columns have a name that is known.
    """

    width: int
    fields: Mapping[str, Sequence[int]]
    translated: Mapping[tuple[str, str], int]
    known: int = field(compare=False, default=0)

    @classmethod
    def of(cls, header: Iterable[str]) -> Columns:
        """The columns under a header."""
        names = [folded(name) for name in header]
        ranked: dict[str, list[tuple[int, int]]] = {}
        translated: dict[tuple[str, str], int] = {}
        known = 0
        for place, words in enumerate(names):
            name = "".join(words)
            found, language = _FIELDS.get(name), ""
            if found is None:
                found, language = _in_language(words)
            known += found is not None or name in _OTHER
            if found and language:
                translated.setdefault((found, language), place)
            elif found:
                rank = _NAMES[found].split().index(name)
                ranked.setdefault(found, []).append((rank, place))
        fields = {name: [place for _, place in sorted(places)] for name, places in ranked.items()}
        return cls(len(names), fields, translated, known)

    @property
    def has_papers(self) -> bool:
        """Whether a table with these columns is one of papers: it has titles, and something else."""
        titled = "title" in self.fields or any(name == "title" for name, _ in self.translated)
        return titled and self.known > 1

    @property
    def places(self) -> list[int]:
        """The places of the columns that are read."""
        of_fields = (place for places in self.fields.values() for place in places)
        return sorted({*of_fields, *self.translated.values()})

    def paper(self, cells: Sequence[object], where: str) -> Paper | Rejected | None:
        """Make a paper of one row; None of an empty one.

        Args:
            cells: Texts, numbers, lists of these, or records with a name, as a table of any kind has them.
            where: Where the row was read.
        """
        row, languages = self._row(cells), self._translations(cells)
        language = clean_language(_first(row, "language"))
        title, translations = titles(_first(row, "title"), _first(row, "language"))
        abstract = clean_abstract(_first(row, "abstract"))
        if not title and languages:
            own = language if language in languages else next(iter(languages))
            title, abstract = languages[own].title, abstract or languages[own].abstract
            language = language or own
        if not title:
            blank = not any(text for cell in cells for text in _texts(cell))
            return None if blank else Rejected(where, "the row has no title. Add one.")
        translations += tuple(each for each in languages.values() if each.title != title)
        authors = authors_of(_names(row.get("authors", ())))
        links = [link for text in row.get("url", ()) for link in text.split()]
        doi = doi_in(row.get("doi", ()), links)
        identifiers = _identifiers(row, links, doi)
        return Paper(
            id=_id(row, identifiers, doi) or make_id(title, authors),
            title=title,
            abstract=abstract,
            authors=authors,
            year=next(filter(None, map(clean_year, row.get("year", ()))), None),
            venue=_venue(row.get("venue", ())),
            doi=doi,
            url=url_in(links, doi),
            language=language,
            keywords=_keywords(row.get("keywords", ())),
            source=where,
            identifiers=identifiers,
            translations=translations,
            printed=clean_printed(_first(row, "volume"), _first(row, "pages")),
            original=Original(_first(row, "title"), _first(row, "abstract")),
        )

    def _row(self, cells: Sequence[object]) -> dict[str, list[str]]:
        """The texts of each field that has any."""
        row: dict[str, list[str]] = {}
        for name, places in self.fields.items():
            filled = (texts for place in places if place < len(cells) and (texts := _texts(cells[place])))
            texts = [text for each in filled for text in each] if name in _SEVERAL else next(filled, [])
            if texts:
                row[name] = texts
        return row

    def _translations(self, cells: Sequence[object]) -> dict[str, Translation]:
        found: dict[str, dict[str, str]] = {}
        for (name, language), place in self.translated.items():
            text = clean_text(next(iter(_texts(cells[place])), "")) if place < len(cells) else ""
            if text:
                found.setdefault(language, {})[name] = text
        return {
            language: Translation(language, texts.get("title", ""), texts.get("abstract", ""))
            for language, texts in found.items()
        }


def _in_language(words: list[str]) -> tuple[str | None, str]:
    """The field and the language of a column such as ``title_fr`` or HAL's ``en_abstract_s``."""
    language = next((word for word in words if word in _LANGUAGES), "")
    found = _FIELDS.get("".join(word for word in words if word not in (language, "s")))
    return (found, language) if language and found in ("title", "abstract") else (None, "")


def _texts(cell: object) -> list[str]:
    """The texts in a cell, in a list, or under the name in a record."""
    if isinstance(cell, str):
        text = _APOSTROPHE.sub("", cell.strip())
        return [] if text.casefold() in _MISSING else [text]
    if isinstance(cell, dict):
        keys = ("name", "display_name", "full_name", "author", "value", "text")
        return _texts(next((cell[key] for key in keys if cell.get(key)), None))
    if isinstance(cell, list | tuple):
        return [text for each in cell for text in _texts(each)]
    return [] if cell is None or cell != cell else [str(cell)]


def _first(row: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(row.get(name, ())), "")


def _names(texts: Sequence[str]) -> Iterable[str]:
    """The names of a list, or in one text."""
    return texts if len(texts) > 1 else (name for text in texts for name in split_names(text))


def _venue(texts: Sequence[str]) -> str | None:
    venues = (clean_text(text) for text in texts)
    return next((venue for venue in venues if venue.casefold() not in _DATABASES), None)


def _keywords(texts: Sequence[str]) -> tuple[str, ...]:
    if len(texts) == 1 and (parts := listed(texts[0])) is not None:
        texts = parts
    if len(texts) == 1:
        return clean_keywords(texts[0].replace("|", ";").replace("\n", ";"))
    return tuple(keyword for text in texts if (keyword := clean_text(text)))


def _identifiers(row: Mapping[str, Sequence[str]], links: Sequence[str], doi: str | None) -> tuple[str, ...]:
    own = [f"{scheme}:{value}" for scheme in ("arxiv", "acl", "s2") if (value := _first(row, scheme))]
    own += [f"{scheme}:{n}" for scheme in ("pmid", "mag") for n in _DIGITS.findall(_first(row, scheme))]
    texts = [*row.get("pmc", ()), *row.get("accession", ()), *row.get("id", ()), *links, doi or ""]
    lens = [f"lens.org/{text}" for text in row.get("accession", ())]
    bare = (each.casefold() for each in own)
    return tuple(dict.fromkeys((*bare, *identifiers_in([*texts, *lens]))))


def _id(row: Mapping[str, Sequence[str]], identifiers: Sequence[str], doi: str | None) -> str:
    """What the table calls it; then what most people know it by, in a table from PubMed its number there."""
    if given := _first(row, "id"):
        return given.removeprefix("https://openalex.org/")
    known = dict(reversed([each.split(":", 1) for each in identifiers]))
    pmid, accession = known.get("pmid", ""), _first(row, "accession")
    return ("" if accession else pmid) or doi or known.get("arxiv") or pmid or accession
