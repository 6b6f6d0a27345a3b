"""The ACL Anthology's XML to papers: https://github.com/acl-org/acl-anthology/blob/master/data/xml/schema.rnc."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from semsearch.ingest.clean import clean_doi, clean_language, clean_text, clean_year
from semsearch.ingest.formats.record import UnusableError, by_language, identifiers
from semsearch.ingest.formats.xml.records import Element, elements, text_of
from semsearch.ingest.language import language_of, looks_french
from semsearch.paper import Original, Paper, Rejected, Translation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semsearch.ingest.source import Source

_START = re.compile(r"\s*(?:<\?[^>]*>\s*)?(?:<!--.*?-->\s*)*<collection\b[^>]*\bid=", re.DOTALL)
_OLD = re.compile(r"[A-Z][0-9]{2}")
# At least three words: fewer may be an acronym, or say more of the same.
_IN_PARENTHESES = re.compile(r"(.+\S) \(\s*(\S+\s+\S+\s+\S.*)\)", re.DOTALL)
_ADDRESS = "https://aclanthology.org/"


@dataclass(slots=True)
class _Volume:
    """What stands around a paper: the collection, the volume, and what the volume says of itself."""

    collection: str = ""
    number: str = ""
    meta: dict[str, str] = field(default_factory=dict)

    def id_of(self, paper: str) -> str:
        """The id of a paper that gives no address: ``2020.acl-main.1``, before 2020 ``P19-1001``."""
        if not _OLD.fullmatch(self.collection):
            return f"{self.collection}-{self.number}.{paper}"
        # The digits of volume and paper together are four; workshops have many volumes, and so have 1969's.
        digits = 2 if self.collection.startswith("W") or self.collection == "C69" else 1
        return f"{self.collection}-{self.number.zfill(digits)}{paper.zfill(4 - digits)}"


def is_acl(head: str) -> bool:
    """Whether a file that begins so is the ACL Anthology's XML."""
    return _START.match(head) is not None


def read_acl(source: Source) -> Iterator[Paper | Rejected]:
    """Read every paper of a collection; one that cannot be read is a `Rejected` with its line.

    The front matter of a volume is no paper.
    """
    volume = _Volume()
    for where, element in elements(source, ("meta", "paper"), ("collection", "volume")):
        try:
            if isinstance(element, UnusableError):
                raise element
            if element.tag == "paper":
                yield _paper(element, volume, where)
                continue
        except UnusableError as why:
            yield Rejected(where, str(why))
            continue
        if element.tag == "collection":
            volume = _Volume(element.get("id", ""))
        elif element.tag == "volume":
            volume = _Volume(volume.collection, element.get("id", ""))
        else:
            volume.meta = {child.tag: clean_text(text_of(child)) for child in element}


def _paper(record: Element, volume: _Volume, where: str) -> Paper:
    title = clean_text(text_of(record.find("title")))
    if not title:
        raise UnusableError("the paper has no title. Add one.")
    address = text_of(record.find("url")).strip()
    own = volume.id_of(record.get("id", "")) if not address or "://" in address else address
    language = clean_language(text_of(record.find("language")))
    abstracts = [(each.get("lang", ""), text_of(each)) for each in record.findall("abstract")]
    return Paper(
        id=own,
        title=title,
        abstract=clean_text(abstracts[0][1]) if abstracts else "",
        authors=tuple(map(_name, record.findall("author") or record.findall("editor"))),
        year=clean_year(text_of(record.find("year"))) or clean_year(volume.meta.get("year")),
        venue=volume.meta.get("journal-title") or volume.meta.get("booktitle") or None,
        doi=clean_doi(text_of(record.find("doi"))),
        url=address if "://" in address else f"{_ADDRESS}{own}/",
        language=language,
        source=where,
        original=Original(text_of(record.find("title")), abstracts[0][1] if abstracts else ""),
        identifiers=identifiers(("acl", own)),
        translations=by_language(
            (
                *_title_in_english(title, language),
                *(
                    Translation(code, "", clean_text(text))
                    for raw, text in abstracts[1:]
                    if (code := clean_language(raw))
                ),
            )
        ),
    )


def _title_in_english(title: str, language: str | None) -> Iterator[Translation]:
    """The translation that papers in French have in parentheses behind their titles."""
    found = _IN_PARENTHESES.fullmatch(title) if language == "fr" and len(title) < 1_000 else None
    if found and looks_french(found[1]) and not looks_french(found[2]) and language_of(found[2]) == "en":
        yield Translation("en", found[2].strip())


def _name(person: Element) -> str:
    """First name before last, also where a Chinese or Japanese form is given beside them."""
    return clean_text(" ".join(text_of(person.find(part)) for part in ("first", "last")))
