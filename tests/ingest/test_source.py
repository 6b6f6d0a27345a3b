from __future__ import annotations

import codecs
import io

import pytest

from semsearch.errors import SourceError
from semsearch.ingest import source as module
from semsearch.ingest.source import HEAD, Source, undecoded

TITLE = "Mémoire sur la probabilité des causes"


def of(raw: bytes, name: str = "x") -> Source:
    return Source(name, io.BytesIO(raw))


@pytest.mark.parametrize(
    "raw",
    [
        TITLE.encode(),
        codecs.BOM_UTF8 + TITLE.encode(),
        codecs.BOM_UTF16_LE + TITLE.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TITLE.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TITLE.encode("utf-32-le"),
        codecs.BOM_UTF32_BE + TITLE.encode("utf-32-be"),
    ],
)
def test_a_byte_order_mark_says_the_encoding_and_is_no_text(raw: bytes) -> None:
    assert of(raw).head == of(raw).text() == TITLE
    assert list(of(raw).lines()) == [TITLE]
    assert of(raw).bytes().read() == raw


def test_every_line_end_becomes_one() -> None:
    raw = b"a\r\nb\rc\nd"
    assert of(raw).text() == "a\nb\nc\nd"
    assert list(of(raw).lines()) == ["a", "b", "c", "d"]


def test_what_was_looked_at_is_read_again() -> None:
    raw = ("é" * HEAD + "\n" + TITLE).encode()
    source = of(raw)
    assert source.head.startswith("é")
    assert source.bytes().read() == raw
    assert of(raw).text() == raw.decode()
    assert list(of(raw).lines())[1] == TITLE


@pytest.mark.parametrize(
    "raw", [b"", b" \r\n\t", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF8 + b"\n"]
)
def test_an_empty_file_is_refused(raw: bytes) -> None:
    with pytest.raises(SourceError, match=r"^x: is empty\. Save"):
        of(raw).text()


def test_another_encoding_is_refused_with_the_place_and_the_cure() -> None:
    with pytest.raises(SourceError) as caught:
        of(b"Title\n" + TITLE.encode("windows-1252"), "my refs.bib").text()
    assert caught.value.what == "is not UTF-8: byte 0xe9 on line 2."
    assert "iconv -f WINDOWS-1252 -t UTF-8 'my refs.bib'" in caught.value.hint


def test_a_byte_order_mark_does_not_shift_the_place() -> None:
    with pytest.raises(SourceError, match="byte 0xe9 on line 2"):
        of(codecs.BOM_UTF8 + b"Title\nM\xe9moire").text()


def test_of_lines_only_the_one_with_a_bad_byte_is_concerned() -> None:
    lines = list(of(b"first\nM\xe9moire\nlast").lines(strict=False))
    assert [bool(undecoded(line)) for line in lines] == [False, True, False]
    with pytest.raises(SourceError, match="byte 0xe9 on line 2"):
        list(of(b"first\nM\xe9moire\nlast").lines())


def test_a_line_without_end_is_cut_and_the_next_one_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_LINE", 10)
    lines = list(of(b"0123456789\n" + b"x" * 1_000 + b"\nnext").lines())
    assert [len(line) for line in lines] == [10, 11, 4]


def test_what_is_read_whole_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_TEXT", 10)
    with pytest.raises(SourceError, match="Split it, or convert it"):
        of(b"x" * 11).text()


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"\x7fELF\x00\x01\xff", "is a binary file."),
        (b"plain text\x00", "is a binary file."),
        (b"%PDF-1.7\nobj", "is a PDF."),
    ],
)
def test_a_binary_file_is_refused_for_what_it_is(raw: bytes, what: str) -> None:
    with pytest.raises(SourceError) as caught:
        of(raw).text()
    assert caught.value.what == what
