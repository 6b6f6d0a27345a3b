"""Papers as other programs read them: JSON, BibTeX, RIS, CSL-JSON, CSV. Each form takes a list of papers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from semsearch.harmless import dump
from semsearch.paper import Paper
from semsearch.search.hits import public
from semsearch.serve.citation.bibtex import write_bibtex
from semsearch.serve.citation.csl import write_csl
from semsearch.serve.citation.ris import write_ris
from semsearch.serve.citation.table import write_csv


@dataclass(frozen=True, slots=True)
class Format:
    """A form of citation.

    Attributes:
        write: Papers to one text, in their order; without any, to an empty list, table or text.
        media_type: As HTTP names it.
        suffix: What the name of such a file ends in, with its dot.
    """

    write: Callable[[Sequence[Paper]], str]
    media_type: str
    suffix: str


def as_json(paper: Paper) -> str:
    """One paper as a JSON object, without the path of the file it was read from."""
    return dump(public(paper), indent=2) + "\n"


def write_json(papers: Sequence[Paper]) -> str:
    """Papers as a JSON array of such objects, which ``semsearch index`` reads."""
    return dump([public(paper) for paper in papers], indent=2) + "\n"


FORMATS: Mapping[str, Format] = {
    "json": Format(write_json, "application/json", ".json"),
    "bibtex": Format(write_bibtex, "application/x-bibtex; charset=utf-8", ".bib"),
    "ris": Format(write_ris, "application/x-research-info-systems; charset=utf-8", ".ris"),
    "csl": Format(write_csl, "application/vnd.citationstyles.csl+json", ".csl.json"),
    "csv": Format(write_csv, "text/csv; charset=utf-8; header=present", ".csv"),
}
