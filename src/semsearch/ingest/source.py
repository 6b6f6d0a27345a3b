"""A file of papers on its way in: opened, decoded, and refused with reasons when it cannot be."""

from __future__ import annotations

import codecs
import shlex
from dataclasses import dataclass
from pathlib import Path

from semsearch.errors import SourceError

# UTF-32 before UTF-16: the little-endian mark of one begins with that of the other.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Files that are picked by mistake, and whose first bytes could pass for text.
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "an archive or an office document"),
    (b"\x1f\x8b", "compressed with gzip"),
)


@dataclass(frozen=True, slots=True)
class Source:
    r"""The decoded text of one file.

    Attributes:
        name: What messages call it: the path as the user gave it.
        text: Its text, with ``\n`` line ends and without a byte-order mark.
    """

    name: str
    text: str


def load(path: str | Path) -> Source:
    """Read and decode one file.

    Raises:
        SourceError: The file is missing, a folder, unreadable, empty, binary, or in no known encoding.
    """
    name = str(path)
    try:
        raw = Path(path).read_bytes()
    except FileNotFoundError as error:
        raise SourceError("there is no such file.", where=name, hint="Check the path.") from error
    except IsADirectoryError as error:
        raise SourceError("is a folder.", where=name, hint="Name the files in it.") from error
    except OSError as error:
        raise SourceError(f"cannot be read ({error.strerror}).", where=name) from error
    return Source(name, decode(raw, name))


def decode(raw: bytes, name: str) -> str:
    """Decode a file's bytes: UTF-8, or whatever a byte-order mark announces; never a guess.

    Raises:
        SourceError: Empty, binary, or not in the encoding it must be in.
    """
    kind = next((kind for magic, kind in _MAGIC if raw.startswith(magic)), None)
    if kind:
        raise _binary(name, kind)
    mark, encoding = next((m for m in _MARKS if raw.startswith(m[0])), (b"", "utf-8"))
    body = raw[len(mark) :]
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8" and b"\0" in body[:4096]:
            raise _binary(name) from error
        line = body.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"is not {encoding.upper()}: byte 0x{body[error.start]:02x} on line {line}.",
            where=name,
            hint="Save it as UTF-8. If it is in Windows-1252, for example: "
            f"iconv -f WINDOWS-1252 -t UTF-8 {shlex.quote(name)} > converted.txt",
        ) from error
    if "\0" in text:
        raise _binary(name)
    if not text.strip():
        raise SourceError("is empty.", where=name, hint="Save the page or export the references again.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _binary(name: str, kind: str = "a binary file") -> SourceError:
    return SourceError(
        f"is {kind}.",
        where=name,
        hint="semsearch reads text: a publications page (text or HTML), JSONL or BibTeX.",
    )
