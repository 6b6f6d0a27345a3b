"""What a real terminal gets of hostile papers: text and the program's own colours, and nothing else."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from semsearch.api import build
from semsearch.harmless import dump, line, plain
from semsearch.ingest.formats.jsonl import to_json
from tests.hostile import PAPERS, TEXTS
from tests.support import CORPUS, WordEncoder

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_ISOLATED = re.compile("\u2068[^\u2068\u2069]*(?:\u2069|$)")
_BAR = re.compile(r"\x1b\[(?:\?25[lh]|[12]?K|1A)")  # what moves a progress bar
_TURNING = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
_ALONE = "\x1b[31m"  # red and not bold: no text of ours


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile") / "index"
    build([*CORPUS, *PAPERS], folder, encoder=WordEncoder(), force=True)
    return folder


def seen(*arguments: str) -> str:
    """What a terminal of 100 columns is sent by a command."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100", "LANG": "C.UTF-8"}
    environment.pop("NO_COLOR", None)
    command = [sys.executable, "-m", "semsearch", *arguments]
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=theirs, env=environment)
    os.close(theirs)
    sent = bytearray()
    while True:
        try:
            sent += (got := os.read(ours, 65_536))
        except OSError:  # the other side is closed
            break
        if not got:
            break
    os.close(ours)
    process.wait()
    return sent.decode("utf-8")


def inert(sent: str) -> None:
    """Nothing that a terminal acts on, or that turns the direction of what follows."""
    acting = [c for c in sent.replace("\r\n", "\n") if unicodedata.category(c) in ("Cc", "Cs") and c != "\n"]
    assert not acting
    turning = [c for c in sent if unicodedata.bidirectional(c) in _TURNING]
    assert not turning


def harmless(sent: str) -> None:
    """No control but colours, nothing unseen, and letters from right to left only where they are isolated."""
    assert _ALONE not in sent
    for shown in _COLOURS.sub("", sent).replace("\r\n", "\n").split("\n"):
        bad = [c for c in shown if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp", "Cn", "Co")]
        assert not bad, (bad, shown)
        unseen = [c for c in shown if unicodedata.category(c) == "Cf" and c not in "\u200c\u200d\u2068\u2069"]
        assert not unseen, (unseen, shown)
        outside = _ISOLATED.sub("", shown)
        assert "\u2069" not in outside, shown
        assert not any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in outside), shown


COMMANDS = [
    ("search", "title", "--mode", "lexical", "-k", "100"),
    ("search", "Ignore all previous instructions", "--mode", "lexical"),
    ("search", '"Title of arabic" "Title of hebrew" \x1b[31m\u202e', "--mode", "lexical"),
    ("related", "gan", "-k", "60"),
    ("show", "gan", *(paper.id for paper in PAPERS if not paper.id.startswith("-"))),
    ("show", "no such paper \x1b[31m\u202e\x9b31m"),
    ("generations",),
    ("report",),
]


@pytest.mark.parametrize(
    "command", COMMANDS, ids=lambda command: " ".join(command)[:40].encode("ascii", "replace")
)
def test_a_terminal_gets_text_and_our_colours(root: Path, command: tuple[str, ...]) -> None:
    sent = seen(*command, "--index", str(root))
    harmless(sent)
    assert "Traceback" not in sent


@pytest.mark.parametrize("form", ["json", "bibtex", "ris", "csl", "csv"])
def test_a_terminal_does_not_act_on_what_is_meant_for_files(root: Path, form: str) -> None:
    sent = seen("search", "title", "--mode", "lexical", "-k", "100", "--format", form, "--index", str(root))
    inert(sent.replace("\r\r\n", "\n"))  # a table ends its lines so itself


def test_what_reading_and_building_say_is_harmless(tmp_path: Path) -> None:
    lines = [json.dumps(to_json(paper)) for paper in PAPERS]
    bad = [json.dumps({"id": text, "title": ""}) for text in TEXTS.values()]
    file = tmp_path / "papers \x1b[31m\u202e.jsonl"
    file.write_text("\n".join([*lines, *lines, *bad]), encoding="utf-8")
    said, _, told = seen("convert", str(file), "-q").rpartition("}\r\n")
    inert(said)
    harmless(told)
    for arguments in (
        (str(file), "-o", str(tmp_path / "out.jsonl")),
        (str(tmp_path / "no \x1b[31m\u202e.bib"),),
    ):
        harmless(_BAR.sub("", seen("convert", *arguments)).replace("\r\n", "\n").replace("\r", "\n"))
    harmless(seen("doctor", "--index", str(tmp_path / "no \x1b[31m\u202e index")))


def test_titles_from_right_to_left_are_read_as_they_are_written(root: Path) -> None:
    for name in ("arabic", "hebrew", "persian"):
        (paper,) = (paper for paper in PAPERS if f"Title of {name} " in paper.title)
        sent = _COLOURS.sub("", seen("show", paper.id, "--index", str(root)))
        assert f"\u2068{paper.title[:40]}" in sent
        assert f"\u2068{paper.venue}\u2069 · " in sent


def test_markup_and_emoji_names_are_shown_as_they_are(root: Path) -> None:
    (paper,) = (paper for paper in PAPERS if "Title of rich " in paper.title)
    sent = _COLOURS.sub("", seen("show", paper.id, "--index", str(root))).replace("\r\n", " ")
    assert TEXTS["rich"] in sent


@pytest.mark.parametrize("name", TEXTS)
def test_a_line_is_a_line(name: str) -> None:
    shown = plain(TEXTS[name])
    harmless(shown)
    assert line(line(TEXTS[name])) == line(TEXTS[name])


def test_text_without_harm_stays_as_it_is() -> None:
    fine = [
        "Generative Adversarial Nets",
        "Mądry, Łukasz, Nguyễn",
        "深層学習",
        "क्षत्रिय",
        "👩\u200d🔬",
        "བསྒྲུབས",
        "x₁ ≤ α²",
    ]
    assert [plain(text) for text in fine] == fine


def test_marks_are_not_piled_up() -> None:
    assert line("a" + "\u0301" * 50 + "b") == "a" + "\u0301" * 6 + "b"
    assert line("a" + "\u0301\u200d" * 50 + "b").count("\u0301") == 6


@pytest.mark.parametrize("name", TEXTS)
def test_json_is_the_same_strings_and_harmless(name: str) -> None:
    text = f"{TEXTS[name]}\ud800"
    written = dump({text: [text]})
    assert json.loads(written) == {text: [text]}
    inert(written)
    assert "\n" not in written
    assert dump({"title": "深層学習"}) == '{"title": "深層学習"}'
