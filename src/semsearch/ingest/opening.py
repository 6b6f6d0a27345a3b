"""What the user names, to the files it stands for: a file, a folder, an archive, standard input."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

from semsearch.errors import MissingExtra, SourceError
from semsearch.ingest.source import Source, stream_of
from semsearch.paper import Rejected

STANDARD_INPUT = "standard input"  # what messages call it

_DEEPEST = 3  # archives in archives
_MOST_GROWTH = 300  # records shrink to a tenth; what unpacks to so many times its size is made to do harm
_GROWN_FREELY = 64 << 20  # bytes
_SPOOLED = 16 << 20  # bytes of an archive kept in memory, where it must be read back and forth
_DAMAGE = (OSError, EOFError, lzma.LZMAError, zlib.error, zipfile.BadZipFile)
_OFFICE = {"[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"}
_JUNK = ("__MACOSX/", "Thumbs.db", "desktop.ini")

Opened = Iterator[Source | Rejected]


def opened(name: str | Path) -> Opened:
    """The sources that a name stands for, each open until the next is asked for.

    Archives and compressed files are told by what is in them, and read as they stream by. Files of a folder
    come in the order of their paths, hidden ones not at all.

    Yields:
        Sources; and, for what of a folder or of an archive cannot be opened, why.

    Raises:
        SourceError: What was named cannot be opened.
    """
    if str(name) == "-":
        yield from _unpacked(STANDARD_INPUT, sys.stdin.buffer, 0)
        return
    path = Path(name)
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file() and not any(part.startswith(".") for part in file.relative_to(path).parts):
                yield from _or_why(lambda file=file: _of_file(file))  # type: ignore[misc]
        return
    yield from _of_file(path)


def _of_file(path: Path) -> Opened:
    try:
        stream = path.open("rb")
    except FileNotFoundError as error:
        raise SourceError("there is no such file.", where=path, hint="Check the path.") from error
    except (OSError, ValueError) as error:
        raise SourceError(f"cannot be read ({_reason(error)}).", where=path) from error
    with stream:
        yield from _unpacked(str(path), stream, 0)


def _or_why(open_it: Callable[[], Opened]) -> Opened:
    """The same; in place of an error, what could not be opened and why."""
    try:
        yield from open_it()
    except SourceError as error:
        yield Rejected(error.where, f"{error.what} {error.hint}".strip())


def _unpacked(name: str, stream: IO[bytes], depth: int) -> Opened:
    """The source in a stream of bytes, or the sources if it is an archive."""
    try:
        source = Source(name, stream)
    except OSError as error:
        raise SourceError(f"cannot be read ({_reason(error)}).", where=name) from error
    unpack = _packing(source.begins)
    if unpack is None:
        yield source
        return
    if depth == _DEEPEST:
        raise SourceError("is an archive in an archive, too deep to follow.", where=name, hint="Unpack it.")
    try:
        yield from unpack(name, source.bytes(), depth + 1)
    except (*_DAMAGE, tarfile.TarError, NotImplementedError) as error:
        raise _damaged(name, error) from error


def _packing(begins: bytes) -> Callable[[str, IO[bytes], int], Opened] | None:
    """How what begins so is unpacked."""
    for magic, unpack in _PACKED.items():
        if begins.startswith(magic):
            return unpack
    return _tar if begins[257:265] in (b"ustar\x0000", b"ustar  \x00") else None


def _compressed(content_of: Callable[[IO[bytes]], IO[bytes]]) -> Callable[[str, IO[bytes], int], Opened]:
    """How a file is unpacked that holds one other."""

    def unpack(name: str, stream: IO[bytes], depth: int) -> Opened:
        packed = 0

        def counted(size: int) -> bytes:
            nonlocal packed
            piece = stream.read(size)
            packed += len(piece)
            return piece

        content = content_of(stream_of(counted))
        yield from _unpacked(name, _guarded(name, content, lambda: packed), depth)

    return unpack


def _zstandard(stream: IO[bytes]) -> IO[bytes]:
    try:
        import zstandard
    except ImportError as error:
        raise MissingExtra("zstandard", "formats") from error
    content = zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True)

    def take(size: int) -> bytes:
        try:
            return content.read(size)
        except zstandard.ZstdError as error:
            raise EOFError(str(error)) from error

    return stream_of(take)


def _tar(name: str, stream: IO[bytes], depth: int) -> Opened:
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content and not _is_junk(member.name):
                inside = f"{name}/{_shown(member.name)}"
                yield from _or_why(lambda i=inside, c=content: _unpacked(i, c, depth))  # type: ignore[misc]


def _zip(name: str, stream: IO[bytes], depth: int) -> Opened:
    with tempfile.SpooledTemporaryFile(_SPOOLED) as spooled:
        while piece := stream.read(1 << 20):
            spooled.write(piece)
        with zipfile.ZipFile(spooled) as archive:
            members = archive.infolist()
            if _OFFICE & {member.filename for member in members}:
                raise SourceError(
                    "is an office document.", where=name, hint="Save its table as CSV, or its text as text."
                )
            for member in members:
                if not member.is_dir() and not _is_junk(member.filename):
                    yield from _or_why(lambda m=member: _zipped(name, archive, m, depth))  # type: ignore[misc]


def _zipped(name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, depth: int) -> Opened:
    inside = f"{name}/{_shown(member.filename)}"
    if member.flag_bits & 1:
        raise SourceError("is encrypted.", where=inside, hint="Unpack the archive.")
    with archive.open(member) as content:
        yield from _unpacked(inside, _guarded(inside, content, lambda: member.compress_size), depth)


def _is_junk(member: str) -> bool:
    return member.startswith(_JUNK) or any(part.startswith(".") for part in Path(member).parts)


def _shown(member: str) -> str:
    """The name of a member, which whoever packed the archive chose, on one line."""
    return "".join(c if c.isprintable() else "�" for c in member)


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")


def _damaged(name: str, error: Exception) -> SourceError:
    return SourceError(
        f"is damaged or cut short ({_reason(error)}).", where=name, hint="Fetch or pack it again."
    )


def _guarded(name: str, content: IO[bytes], packed: Callable[[], int]) -> IO[bytes]:
    """A stream of what another unpacks to; refused where that is damaged, or out of all proportion.

    Args:
        name: What messages call it.
        content: What it unpacks to.
        packed: How many bytes it was unpacked from so far.
    """
    unpacked = 0

    def take(size: int) -> bytes:
        nonlocal unpacked
        try:
            piece = content.read(size)
        except _DAMAGE as error:
            raise _damaged(name, error) from error
        unpacked += len(piece)
        if unpacked > _GROWN_FREELY and unpacked > _MOST_GROWTH * packed():
            raise SourceError(
                f"unpacks to more than {_MOST_GROWTH} times its size, which no file of papers does.",
                where=name,
                hint="If you trust it, unpack it and name what comes out.",
            )
        return piece

    return stream_of(take)


_PACKED: dict[bytes, Callable[[str, IO[bytes], int], Opened]] = {
    b"\x1f\x8b": _compressed(lambda stream: cast("IO[bytes]", gzip.GzipFile(fileobj=stream))),
    b"BZh": _compressed(lambda stream: cast("IO[bytes]", bz2.BZ2File(stream))),
    b"\xfd7zXZ\x00": _compressed(lambda stream: cast("IO[bytes]", lzma.LZMAFile(stream))),  # noqa: SIM115
    b"\x28\xb5\x2f\xfd": _compressed(_zstandard),
    b"PK\x03\x04": _zip,
}
