"""The commands that the documentation shows run, and print what it says they print."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.support import script

ROOT = Path(__file__).resolve().parent.parent.parent
runs = script("document_runs")
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", ["README.md", "docs/tour.md", "docs/input.md"])
def test_every_command_prints_what_the_page_says(name: str, tmp_path: Path) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    if "curl " in text and shutil.which("curl") is None:
        pytest.skip("skipped: no curl")
    for block, said in runs.play(text, tmp_path):
        if block.output is not None:
            assert runs.agree(block.output, said), f"{name}:{block.line} now prints:\n{said}"


def test_every_block_is_run_or_says_why_not() -> None:
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for block in runs.blocks(path.read_text(encoding="utf-8")):
            if path.name not in {"README.md", "tour.md", "input.md"}:
                assert re.fullmatch(r"not run: \w.*", block.mark), f"{path.name}:{block.line}"


def test_the_example_in_python_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    (code,) = PYTHON.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    exec(code, {})
    out = capsys.readouterr().out.splitlines()
    assert [line.partition(" ")[0] for line in out] == [str(rank) for rank in range(1, 11)]


def test_what_differs_from_run_to_run_is_no_difference_and_the_rest_is() -> None:
    said = "Indexed 91 papers in 10.3 s as generation 000001-658d51973020\n 1  Attention\n"
    assert runs.agree("Indexed 91 papers in 2.0 s as generation 000001-0123456789ab\n 1  Attention\n", said)
    assert runs.agree("Indexed 91 papers in 2.0 s as generation 000001-0123456789ab\n…\n", said)
    assert not runs.agree(
        "Indexed 90 papers in 10.3 s as generation 000001-658d51973020\n 1  Attention\n", said
    )
    assert not runs.agree("Indexed 91 papers in 10.3 s as generation 000001-658d51973020\n", said)
    assert not runs.agree("…\n 1  Intention\n", said)


def test_a_block_is_found_with_its_mark_and_its_output() -> None:
    text = "Words.\n\n<!-- serves -->\n```sh\nserve\n```\n```text\nserving\n```\n\n```sh\nask\n```\n"
    first, second = runs.blocks(text)
    assert (first.mark, first.code, first.output, first.line) == ("serves", "serve\n", "serving\n", 5)
    assert (second.mark, second.code, second.output) == ("", "ask\n", None)
    start, end = first.span
    assert text[start:end] == "serving\n"
