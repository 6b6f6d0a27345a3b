from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from semsearch.errors import SourceError
from semsearch.ingest.source import decode, load

TITLE = "Mémoire sur la probabilité des causes"


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
    assert decode(raw, "x") == TITLE


def test_every_line_end_becomes_one() -> None:
    assert decode(b"a\r\nb\rc\nd", "x") == "a\nb\nc\nd"


@pytest.mark.parametrize(
    "raw", [b"", b" \r\n\t", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF8 + b"\n"]
)
def test_an_empty_file_is_refused(raw: bytes) -> None:
    with pytest.raises(SourceError, match=r"^x: is empty\. Save"):
        decode(raw, "x")


def test_another_encoding_is_refused_with_the_place_and_the_cure() -> None:
    with pytest.raises(SourceError) as caught:
        decode(b"Title\n" + TITLE.encode("windows-1252"), "my refs.bib")
    assert caught.value.what == "is not UTF-8: byte 0xe9 on line 2."
    assert "iconv -f WINDOWS-1252 -t UTF-8 'my refs.bib'" in caught.value.hint


def test_a_byte_order_mark_does_not_shift_the_place() -> None:
    with pytest.raises(SourceError, match="byte 0xe9 on line 2"):
        decode(codecs.BOM_UTF8 + b"Title\nM\xe9moire", "x")


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"\x7fELF\x00\x01\xff", "is a binary file."),
        (b"plain text\x00", "is a binary file."),
        (b"%PDF-1.7\nobj", "is a PDF."),
        (b"PK\x03\x04word/document.xml", "is an archive or an office document."),
        (b"\x1f\x8b\x08", "is compressed with gzip."),
    ],
)
def test_a_binary_file_is_refused_for_what_it_is(raw: bytes, what: str) -> None:
    with pytest.raises(SourceError) as caught:
        decode(raw, "x")
    assert caught.value.what == what


def test_a_file_that_cannot_be_opened_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"missing\.bib: there is no such file"):
        load(tmp_path / "missing.bib")
    with pytest.raises(SourceError, match="is a folder"):
        load(tmp_path)


def test_a_source_keeps_the_name_the_user_gave(tmp_path: Path) -> None:
    path = tmp_path / "refs.bib"
    path.write_text(TITLE, encoding="utf-8")
    assert load(path).name == str(path)
    assert load(str(path)).text == TITLE
