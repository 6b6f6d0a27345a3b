"""A file of papers on its way in: its beginning, its lines, its whole text, or its bytes."""

from __future__ import annotations

import codecs
import io
import re
import shlex
from functools import cached_property
from typing import IO, TYPE_CHECKING

from semsearch.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEAD = 65_536  # bytes that tell what a file is
MOST_TEXT = 1 << 29  # bytes of a file that is read whole
MOST_LINE = 1 << 24  # characters of a line, or of a record, of a file that is not

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
    (b"\xd0\xcf\x11\xe0", "an old office document"),
)
# A byte that is not of the encoding is read as one of these, and found again where it matters.
_UNDECODED = re.compile("[\udc80-\udcff]")
# What an XML file says of itself. UTF-16 cannot be said in ASCII: some programs say so all the same.
_DECLARED = re.compile(
    rb"\s*<\?xml\s[^>]*?\bencoding\s*=\s*[\"'](?!utf-?(?:16|32))([\w.-]+)[\"']", re.IGNORECASE
)
_MENDING = "Save it as UTF-8. If it is in Windows-1252, for example: iconv -f WINDOWS-1252 -t UTF-8 "


class Source:
    r"""One file of papers, read once from its beginning.

    Its text has ``\n`` line ends and no byte-order mark, and is UTF-8 or what such a mark or the first line
    of an XML file announces, never a guess. Of `lines`, `chunks`, `text` and `bytes`, one is called, and
    once.

    Args:
        name: What messages call it: the path as it was given, ``refs.zip/a.bib`` for a file in an archive.
        stream: Where its bytes come from; it need not be able to go back.
    """

    def __init__(self, name: str, stream: IO[bytes]) -> None:
        self.name = name
        self.begins = _exactly(stream, HEAD)
        self._rest = stream
        mark, self._encoding = next(
            ((mark, encoding) for mark, encoding in _MARKS if self.begins.startswith(mark)),
            (b"", _declared(self.begins)),
        )
        self._mark = len(mark)

    @classmethod
    def of(cls, name: str, text: str) -> Source:
        """A source that is in memory already."""
        return cls(name, io.BytesIO(text.encode("utf-8", "surrogatepass")))

    @cached_property
    def head(self) -> str:
        """The text it begins with.

        Raises:
            SourceError: It is empty, or binary.
        """
        kind = next((kind for magic, kind in _MAGIC if self.begins.startswith(magic)), None)
        errors = "replace" if self._mark else "surrogateescape"
        text = codecs.getincrementaldecoder(self._encoding)(errors).decode(self.begins[self._mark :])
        if kind or "\0" in text:
            raise SourceError(
                f"is {kind or 'a binary file'}.",
                where=self.name,
                hint="It reads lists of papers: a page, an export of a reference manager or a database.",
            )
        if not text.strip() and len(self.begins) < HEAD:
            raise SourceError(
                "is empty.", where=self.name, hint="Save the page or export the references again."
            )
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def bytes(self) -> IO[bytes]:
        """Its bytes from the first on, mark included."""
        begins = io.BytesIO(self.begins)
        return stream_of(lambda size: begins.read(size) or self._rest.read(size))

    def lines(self, *, strict: bool = True) -> Iterator[str]:
        """Its lines, one after the other, none longer than `MOST_LINE` by more than one character.

        Args:
            strict: Refuse the source at the first byte that is not of its encoding. Otherwise such bytes are
                in the lines as lone surrogates, and `undecoded` finds them.

        Raises:
            SourceError: It cannot be read to its end, or is not in its encoding.
        """
        stream, number = self._characters(), 0
        try:
            while line := stream.readline(MOST_LINE + 1):
                number += 1
                if strict and (wrong := undecoded(line)):
                    raise self._undecodable(wrong, number)
                yield line.removesuffix("\n")
                if len(line) > MOST_LINE and not line.endswith("\n"):
                    while (more := stream.readline(MOST_LINE)) and not more.endswith("\n"):
                        pass
        except (UnicodeError, OSError, EOFError) as error:
            raise SourceError(f"cannot be read to its end ({error}).", where=self.name) from error

    def chunks(self) -> Iterator[str]:
        """Its text in pieces."""
        stream = self._characters()
        try:
            while chunk := stream.read(1 << 20):
                yield chunk
        except (UnicodeError, OSError, EOFError) as error:
            raise SourceError(f"cannot be read to its end ({error}).", where=self.name) from error

    def text(self) -> str:
        """All of it.

        Raises:
            SourceError: It is too large to be read at once, or not in its encoding.
        """
        pieces, size = list[str](), 0
        for chunk in self.chunks():
            pieces.append(chunk)
            size += len(chunk)
            if size > MOST_TEXT:
                raise SourceError(
                    f"has more than {MOST_TEXT >> 20} million characters; its format is read at once.",
                    where=self.name,
                    hint="Split it, or convert it to JSON lines.",
                )
        text = "".join(pieces)
        if wrong := undecoded(text):
            raise self._undecodable(wrong, text.count("\n", 0, wrong.start()) + 1)
        return text

    def _undecodable(self, wrong: re.Match[str], line: int) -> SourceError:
        return SourceError(
            f"is not {self._encoding.upper()}: {_byte(wrong)} on line {line}.",
            where=self.name,
            hint=_MENDING + f"{shlex.quote(self.name)} > converted.txt",
        )

    def _characters(self) -> io.TextIOWrapper:
        _ = self.head  # refused before it is read
        stream = self.bytes()
        stream.read(self._mark)
        return io.TextIOWrapper(stream, self._encoding, errors="surrogateescape")


def _declared(begins: bytes) -> str:
    """The encoding that an XML file declares; UTF-8 where there is none, or none that is known."""
    declared = _DECLARED.match(begins)
    try:
        name = codecs.lookup(declared[1].decode()).name if declared else "utf-8"
    except (LookupError, UnicodeError):
        return "utf-8"
    return "utf-8" if name == "ascii" else name


def undecoded(text: str) -> re.Match[str] | None:
    """The first byte in a text that is not of the encoding of its source."""
    return None if text.isascii() else _UNDECODED.search(text)


def why_undecoded(wrong: re.Match[str]) -> str:
    """What to say of a record with such a byte."""
    return f"not UTF-8: {_byte(wrong)} (column {wrong.start() + 1}). Save the file as UTF-8."


def _byte(wrong: re.Match[str]) -> str:
    return f"byte 0x{ord(wrong[0]) - 0xDC00:02x}"


def _exactly(stream: IO[bytes], size: int) -> bytes:
    """So many bytes, or all there are."""
    pieces = list[bytes]()
    while size and (piece := stream.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


class _Bytes(io.RawIOBase):
    def __init__(self, take: Callable[[int], bytes]) -> None:
        self._take = take

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._take(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def stream_of(take: Callable[[int], bytes]) -> IO[bytes]:
    """A stream of the bytes that ``take`` gives: of so many at most, none when there are no more."""
    return io.BufferedReader(_Bytes(take), HEAD)
