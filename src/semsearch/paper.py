"""The records that every stage speaks: a paper, and a record that could not become one."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Translation:
    """Title and abstract of a paper in one more language; either may be empty, not both."""

    language: str
    title: str = ""
    abstract: str = ""


@dataclass(frozen=True, slots=True)
class Original:
    """Title and abstract as the source writes them, markup and notices included.

    Either is empty where cleaning changed no more than white space.
    """

    title: str = ""
    abstract: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One of the records that a paper was merged from: a preprint, say, or the same from another source.

    Attributes:
        id: As in its source.
        title: Its own.
        year: Its own, as venue, doi and url are.
        source: Where the record was read.
        why: What showed that it is of the paper; empty for the record that came first.
    """

    id: str
    title: str
    year: int | None = None
    venue: str | None = None
    doi: str | None = None
    url: str | None = None
    source: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper, as a reader found it and as a search returns it.

    Attributes:
        id: Unique in an index; may hold slashes (a DOI is a good id).
        title: Never empty.
        abstract: Empty when the source has none.
        authors: In the source's order, each as the source writes the name.
        year: Year of publication.
        venue: Journal, conference or archive.
        doi: Bare, without ``https://doi.org/``.
        url: Where the paper can be read.
        language: ISO 639-1 code: what the source says, otherwise what title and abstract are found to be in;
            None where they are too short to tell. What a source says is kept, though it may be said of the
            whole paper and not of these texts, which libraries translate: a text is therefore taken apart
            in its own language (`semsearch.ingest.language.spoken`).
        keywords: The source's own.
        source: Where the record was read, such as ``refs.bib:120``.
        truncated: The source itself cuts the abstract short; the abstract then ends in ``…``.
        identifiers: What other services know it by, such as ``arxiv:1706.03762`` or ``pmid:29768149``.
        translations: Title and abstract in further languages; they are searched by their words, and shown.
        versions: The records it was merged from; empty where there was one.
        printed: Volume and first page, such as ``209:2088``: evidence of what is one paper and what are two,
            kept no longer than until that is known.
        original: Title and abstract before cleaning; None where that changed no more than white space. Papers
            that say the same are equal, however their sources write it.
    """

    id: str
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str | None = None
    doi: str | None = None
    url: str | None = None
    language: str | None = None
    keywords: tuple[str, ...] = ()
    source: str = ""
    truncated: bool = False
    identifiers: tuple[str, ...] = ()
    translations: tuple[Translation, ...] = ()
    versions: tuple[Version, ...] = ()
    printed: str = field(default="", compare=False)
    original: Original | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be read: a value, so that one bad record never ends a file.

    Attributes:
        where: File and line, such as ``refs.bib:120``.
        why: What is wrong with it, and what would mend it.
    """

    where: str
    why: str
