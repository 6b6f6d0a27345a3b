from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import zstandard

from semsearch.errors import SourceError
from semsearch.ingest import opening
from semsearch.ingest.opening import opened
from semsearch.ingest.reader import read
from semsearch.ingest.source import Source
from semsearch.paper import Rejected

HOARE = b"@article{hoare1962, title = {Quicksort}, author = {Hoare, C. A. R.}}\n"
FLOYD = b'{"id": "floyd1964", "title": "Treesort 3", "authors": ["Robert W. Floyd"]}\n'


def zipped(members: dict[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return raw.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w") -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return raw.getvalue()


def content_of(path: Path | str) -> dict[str, bytes]:
    found = {}
    for source in opened(path):
        assert isinstance(source, Source)
        found[source.name] = source.bytes().read()
    return found


@pytest.mark.parametrize(
    "compress", [gzip.compress, bz2.compress, lzma.compress, zstandard.ZstdCompressor().compress]
)
def test_a_compressed_file_is_the_file(tmp_path: Path, compress: object) -> None:
    path = tmp_path / "refs.bib.packed"
    path.write_bytes(compress(HOARE * 10_000))  # type: ignore[operator]
    assert content_of(path) == {str(path): HOARE * 10_000}


@pytest.mark.parametrize("pack", [zipped, tarred, lambda members: tarred(members, "w:gz")])
def test_an_archive_is_the_files_in_it(tmp_path: Path, pack: object) -> None:
    path = tmp_path / "library"
    inner = zipped({"deep/papers.jsonl": FLOYD})
    path.write_bytes(
        pack({"refs.bib": HOARE, "more.zip": inner, "__MACOSX/._refs.bib": b"\0", ".hidden": b"x"})  # type: ignore[operator]
    )
    assert content_of(path) == {
        f"{path}/refs.bib": HOARE,
        f"{path}/more.zip/deep/papers.jsonl": FLOYD,
    }
    papers, rejected = read(path)
    assert [(paper.title, paper.source) for paper in papers] == [
        ("Quicksort", f"{path}/refs.bib:1"),
        ("Treesort 3", f"{path}/more.zip/deep/papers.jsonl:1"),
    ]
    assert rejected == []


def test_a_folder_is_its_files_and_what_is_none_of_papers_is_said(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "refs.bib").write_bytes(HOARE)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(FLOYD))
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.7\n")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_bytes(HOARE)
    papers, rejected = read(tmp_path)
    assert [paper.title for paper in papers] == ["Treesort 3", "Quicksort"]
    assert [(item.where, item.why.partition(".")[0]) for item in rejected] == [
        (str(tmp_path / "paper.pdf"), "is a PDF")
    ]


def test_a_folder_without_papers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nothing in it is a file of papers"):
        read(tmp_path)
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.7\n")
    with pytest.raises(SourceError, match="nothing in it is a file of papers"):
        read(tmp_path)


def test_standard_input_is_a_source(monkeypatch: pytest.MonkeyPatch) -> None:
    for raw in (HOARE, gzip.compress(HOARE), zipped({"refs.bib": HOARE})):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        (paper,), _ = read("-")
        assert paper.title == "Quicksort"
        assert paper.source.startswith("standard input")


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress, lambda x: zipped({"a": x})])
def test_what_unpacks_out_of_all_proportion_is_refused_in_time(tmp_path: Path, compress: object) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(compress(bytes(1) * (opening._GROWN_FREELY + (1 << 20))))  # type: ignore[operator]
    with pytest.raises(SourceError, match="unpacks to more than 300 times its size"):
        content_of(path)


@pytest.mark.parametrize("cut", [4, 40])
def test_a_file_cut_short_is_refused_and_not_half_read(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "papers.jsonl.gz"
    whole = b"".join(FLOYD.replace(b"64", str(n).encode()) for n in range(99))
    path.write_bytes(gzip.compress(whole)[:-cut])
    with pytest.raises(SourceError, match="is damaged or cut short"):
        read(path)


def test_members_that_cannot_be_read_are_said_and_the_others_read(tmp_path: Path) -> None:
    path = tmp_path / "library.zip"
    damaged = bytearray(zipped({"refs.bib": HOARE}))
    damaged[45] ^= 0xFF
    path.write_bytes(zipped({"bad.zip": bytes(damaged), "a\nb.pdf": b"%PDF-", "ok.jsonl": FLOYD}))
    papers, rejected = read(path)
    assert [paper.id for paper in papers] == ["floyd1964"]
    assert [item.where for item in rejected] == [
        f"{path}/bad.zip/refs.bib",
        f"{path}/a\N{REPLACEMENT CHARACTER}b.pdf",
    ]


def test_archives_are_followed_so_deep_and_no_deeper(tmp_path: Path) -> None:
    path, raw = tmp_path / "deep.zip", FLOYD
    for _ in range(5):
        raw = zipped({"in.zip": raw})
    path.write_bytes(raw)
    items = list(opened(path))
    assert [isinstance(item, Rejected) and "too deep" in item.why for item in items] == [True]


def test_an_office_document_is_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    path.write_bytes(zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}))
    with pytest.raises(SourceError, match=r"is an office document\. Save its table as CSV"):
        read(path)


def test_a_file_that_cannot_be_opened_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"missing\.bib: there is no such file"):
        list(opened(tmp_path / "missing.bib"))
    with pytest.raises(SourceError, match="cannot be read"):
        list(opened("nul\0byte"))


def test_a_text_with_the_word_of_tar_in_its_place_is_text(tmp_path: Path) -> None:
    start = '{"title": "Archives", "abstract": "'
    line = start + "x" * (257 - len(start)) + 'ustar"}'
    (tmp_path / "papers.jsonl").write_text(line)
    papers, rejected = read(tmp_path / "papers.jsonl")
    assert ([paper.title for paper in papers], rejected) == (["Archives"], [])
