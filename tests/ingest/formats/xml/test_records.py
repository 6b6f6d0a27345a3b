from __future__ import annotations

import io
import tracemalloc
from typing import IO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.ingest.formats import format_of
from semsearch.ingest.formats.record import UnusableError
from semsearch.ingest.formats.xml.records import elements, text_of
from semsearch.ingest.source import Source
from semsearch.paper import Rejected
from tests.ingest.formats.xml.support import DATA


def found(text: str, around: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """The place and the text of each record, or what is wrong with it."""
    return [
        (where, str(each) if isinstance(each, UnusableError) else (text_of(each) or str(dict(each.attrib))))
        for where, each in elements(Source.of("a.xml", text), ("entry", "note"), around)
    ]


def test_records_are_the_same_wherever_the_text_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "<feed>\n" + "".join(
        f"<entry>\n<t>Part {n}</t></entry><note/>\n<set id='{n}'\n>" for n in range(30)
    )
    text = text.replace("Part 7</t></entry>", "Part 7</t>") + "<entry>cut"
    at_once = found(text, ("set",))
    assert len(at_once) == 91
    assert at_once[0] == ("a.xml:2", "\nPart 0")
    assert ("a.xml:5", "{'id': '0'}") not in at_once
    assert ("a.xml:4", "{'id': '0'}") in at_once
    assert at_once[-1][1].startswith("the <entry> does not end before the file does")
    assert [why for _, why in at_once if "before the next <note> begins" in why]
    for size in (1, 7, 50):
        monkeypatch.setattr(
            Source,
            "chunks",
            lambda _, size=size: iter([text[i : i + size] for i in range(0, len(text), size)]),
        )
        assert found(text, ("set",)) == at_once


@pytest.mark.parametrize(
    ("record", "text"),
    [
        ("<entry>caf&eacute; &amp; AT&amp;T &#233;</entry>", "café & AT&T é"),
        ("<entry><a:b>prefix</a:b> of <a:c xmlns:a='x'>nowhere</a:c></entry>", "prefix of nowhere"),
        ("<a:entry xlink:href='x'>root</a:entry>", "root"),
        ("<entry><![CDATA[a < b & c]]></entry>", "a < b & c"),
        ("<entry>x<!-- <b>not</b> this --><?nor this?>y</entry>", "xy"),
        ("<entry>a\x02b&#x2;c&#31;d&#9;e</entry>", "abcd\te"),
        (
            "<entry><a>E = mc<sup> 2 </sup></a>, <b>CO<sub>2</sub></b></entry>",
            "E = mc<sup>2</sup>, CO<sub>2</sub>",
        ),
        ("<entry><tex-math>\\alpha</tex-math>-helix<p>next</p></entry>", "\\(\\alpha\\)-helix next "),
    ],
)
def test_what_exports_do_to_xml_is_read(record: str, text: str) -> None:
    assert found(record) == [("a.xml:1", text)]


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ("<entry><a></b></entry>", "Opening and ending tag mismatch"),
        ("<entry>R&D</entry>", "EntityRef"),
        ("<entry>&nosuch;</entry>", "Entity 'nosuch' not defined"),
        ("<entry><a b=c></a></entry>", "AttValue"),
        ("<entry>" + "<i>" * 50_000 + "</i>" * 50_000 + "</entry>", "Excessive depth"),
    ],
)
def test_what_is_wrong_with_a_record_is_said(record: str, why: str) -> None:
    bad, good = found(f"{record}\n<entry>next</entry>")
    assert why in bad[1]
    assert good == ("a.xml:2", "next")


def test_a_file_cannot_define_entities_or_ask_for_others() -> None:
    lol = "<!ENTITY a 'lol'>" + "".join(
        f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefg", "bcdefgh", strict=True)
    )
    (entry,) = found(f"<!DOCTYPE feed [{lol}]><feed><entry>&h;</entry></feed>")
    assert "Entity 'h' not defined" in entry[1]
    (entry,) = found(
        '<!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/passwd">]><feed><entry>&x;</entry></feed>'
    )
    assert "Entity 'x' not defined" in entry[1]


def test_an_encoding_is_the_one_the_file_declares() -> None:
    text = "<?xml version='1.0' encoding='ISO-8859-1'?><entry>Gödel</entry>"
    in_ascii = text.replace("ISO-8859-1", "US-ASCII").encode()
    in_name_alone = text.replace("ISO-8859-1", "utf-16").encode()
    for raw in (text.encode("latin-1"), in_ascii, in_name_alone, text.encode("utf-16")):
        ((_, entry),) = elements(Source("a.xml", io.BytesIO(raw)), ("entry",))
        assert text_of(entry) == "Gödel"
    ((_, entry),) = elements(Source("a.xml", io.BytesIO(text[43:].encode("latin-1"))), ("entry",))
    assert "not UTF-8: byte 0xf6" in str(entry)


@pytest.mark.parametrize("name", ["pubmed", "endnote", "acl", "arxiv", "dblp"])
@given(
    damage=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 30), st.sampled_from(" <>/&;\"'x\x00é")), max_size=5
    )
)
def test_no_damage_stops_a_reader(name: str, damage: list[tuple[float, int, str]]) -> None:
    text = (DATA / f"{name}.xml").read_text(encoding="utf-8")
    reader = format_of(Source.of("a.xml", text)).read
    for where, length, instead in damage:
        at = int(where * len(text))
        text = text[:at] + instead + text[at + length :]
    for item in reader(Source.of("a.xml", text.replace("\0", "\x01"))):
        assert isinstance(item, Rejected) or (item.title and item.id)


def test_a_file_is_read_in_memory_that_does_not_grow_with_it() -> None:
    entry = b"<entry><title>Part</title><summary>%s</summary></entry>\n" % (b"x" * 900)

    class Endless(io.RawIOBase):
        """Twenty megabytes, made while they are read."""

        left, rest = 20_000, b""

        def read(self, size: int = -1) -> bytes:
            if not self.rest and self.left:
                self.left, self.rest = self.left - 50, entry * 50
            piece, self.rest = self.rest[:size], self.rest[size:]
            return piece

    tracemalloc.start()
    found = sum(1 for _ in elements(Source("a.xml", cast("IO[bytes]", Endless())), ("entry",)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == 20_000
    assert peak < 8 << 20
