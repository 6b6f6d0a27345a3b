"""Citations read with the libraries others use: to papers again, with the fields that the format holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pybtex.database
import rispy
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares.latex_encoding import LatexDecodingMiddleware
from bibtexparser.middlewares.names import SeparateCoAuthors, SplitNameParts

from semsearch.ingest.clean import clean_name
from semsearch.paper import Paper
from semsearch.serve.citation.fields import line

_DECODER = LatexDecodingMiddleware()
_VENUES = ("journal", "booktitle", "howpublished")


def expected(paper: Paper) -> Paper:
    """What a format that has lines can hold of a paper: each value on one line, names in natural order."""
    return Paper(
        "",
        line(paper.title),
        line(paper.abstract),
        tuple(_natural(name) for name in paper.authors),
        paper.year,
        paper.venue,
        paper.doi,
        paper.url,
        paper.language,
        tuple(keyword for given in paper.keywords for keyword in given.split(";")),
    )


def by_bibtexparser(text: str) -> list[Paper]:
    library = parse_string(text)
    assert not library.failed_blocks
    assert not library.comments
    names = [SeparateCoAuthors(allow_inplace_modification=False), SplitNameParts()]
    people = parse_string(text, append_middleware=names)
    assert not people.failed_blocks
    papers = []
    for entry, named in zip(library.entries, people.entries, strict=True):
        fields = {field.key: field.value for field in entry.fields}
        author = named.fields_dict.get("author")
        authors = [parts.merge_first_name_first for parts in author.value] if author else []
        papers.append(_from_bibtex(fields, authors))
    return papers


def by_pybtex(text: str) -> list[Paper]:
    papers = []
    for entry in pybtex.database.parse_string(text, "bibtex").entries.values():
        authors = [
            " ".join(p.first_names + p.middle_names + p.prelast_names + p.last_names + p.lineage_names)
            for p in entry.persons.get("author", ())
        ]
        papers.append(_from_bibtex(entry.fields, authors))
    return papers


def by_rispy(text: str) -> list[Paper]:
    return [
        Paper(
            "",
            record["title"],
            record.get("abstract", ""),
            tuple(_natural(name) for name in record.get("authors", ())),
            int(record["year"]) if "year" in record else None,
            record.get("secondary_title"),
            record.get("doi"),
            ";".join(record["urls"])
            if "urls" in record
            else None,  # rispy takes a semicolon for two addresses
            record.get("language"),
            tuple(keyword for given in record.get("keywords", ()) for keyword in given.split(";")),
        )
        for record in rispy.loads(text)
    ]


def by_json(text: str) -> list[Paper]:
    return [from_csl(item) for item in json.loads(text)]


def from_csl(item: Mapping[str, Any]) -> Paper:
    parts = ("given", "non-dropping-particle", "family", "suffix", "literal")
    authors = [" ".join(name[part] for part in parts if name.get(part)) for name in item.get("author", ())]
    return Paper(
        "",
        line(item["title"]),
        line(item.get("abstract", "")),
        tuple(authors),
        item["issued"]["date-parts"][0][0] if "issued" in item else None,
        item.get("container-title"),
        item.get("DOI"),
        item.get("URL"),
        item.get("language"),
        _keywords(item.get("keyword", "")),
    )


def _from_bibtex(fields: Mapping[str, str], authors: Iterable[str]) -> Paper:
    """Addresses are verbatim in BibTeX; everything else is TeX."""
    return Paper(
        "",
        _decoded(fields["title"]),
        _decoded(fields.get("abstract", "")),
        tuple(_decoded(name) for name in authors),
        int(fields["year"]) if "year" in fields else None,
        next((_decoded(fields[key]) for key in _VENUES if key in fields), None),
        fields.get("doi"),
        fields.get("url"),
        fields.get("language"),
        _keywords(_decoded(fields.get("keywords", ""))),
    )


def _decoded(value: str) -> str:
    r"""As bibtexparser's own middleware decodes, but that pylatexenc takes ``\textasciicircum`` for ``ˆ``."""
    text, error = _DECODER._transform_python_value_string(value)
    assert not error
    return text.replace("ˆ", "^")


def _natural(name: str) -> str:
    """``Bengio, Yoshua`` is Yoshua Bengio; "Jr." needs no comma."""
    return clean_name(name).replace(", Jr", " Jr") if "," in name else name


def _keywords(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(";" if ";" in text else ",") if word.strip())
