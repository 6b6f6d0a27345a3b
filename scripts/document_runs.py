#!/usr/bin/env python3
"""Run the commands that the documentation shows, and write what they print below them.

    python scripts/document_runs.py README.md docs/tour.md docs/input.md

Blocks fenced as ``sh`` are run one after the other, in an empty folder beside ``examples`` and ``scripts``; a
block fenced as ``text`` behind one is what it prints. A line ``…`` there stands for any lines, and such a
block is not written anew. A comment above a block says what is different about it::

    <!-- not run: why -->     it installs something, or needs another machine
    <!-- serves -->           it goes on until the document ends; its port is a free one
    <!-- run: main -->        only its lines that begin with .venv/bin/semsearch are run

A test runs the same and compares, but for what differs from run to run: times, dates and ids of generations.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>[^>]*) -->\n)?^```sh\n(?P<code>.*?)^```\n(?:\n?^```text\n(?P<output>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
_SHOWN_ADDRESS = "http://127.0.0.1:8000"
_ANYTHING = "…"
_CHANGING = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\b0000(\d\d)-[0-9a-f]{12}\b", r"0000\1-#"),
        (r"\b\d{4}-\d\d-\d\d[T ][\d:.,]+(?:\+00:00|Z)?", "#time"),
        (r"\b[\d,.]+ (ms|s|MB|GB)\b", r"# \1"),
        (r'("(?:took_ms|seconds|bytes|score|similarity)":) [\d.]+', r"\1 #"),
        (r"built .* ago", "built # ago"),
        (r"[ \t]+$", ""),
    )
)


@dataclass(frozen=True, slots=True)
class Block:
    """One block of commands.

    Attributes:
        code: The commands.
        mark: What is different about it; empty for most.
        output: What the document says it prints; None where it does not say.
        span: Where ``output`` stands in the document.
        line: Where the block stands.
    """

    code: str
    mark: str
    output: str | None
    span: tuple[int, int]
    line: int


def blocks(text: str) -> list[Block]:
    """The blocks of a document, in their order."""
    return [
        Block(
            found["code"],
            found["mark"] or "",
            found["output"],
            found.span("output"),
            text.count("\n", 0, found.start("code")) + 1,
        )
        for found in _BLOCK.finditer(text)
    ]


def play(text: str, folder: Path) -> Iterator[tuple[Block, str]]:
    """Run a document's blocks in a folder; yields each and what it printed.

    Raises:
        RuntimeError: A command fails, or prints a traceback.
    """
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "COLUMNS": "80",
        **{name: os.environ[name] for name in ("PYTHONPATH", "OMP_NUM_THREADS") if name in os.environ},
    }
    for name in ("examples", "scripts"):
        (folder / name).symlink_to(ROOT / name)
    address = _SHOWN_ADDRESS
    with contextlib.ExitStack() as running:
        for block in blocks(text):
            code = block.code.replace(_SHOWN_ADDRESS, address)
            if block.mark.startswith("not run"):
                continue
            if block.mark.startswith("run: "):
                lines = [line for line in code.splitlines() if line.startswith(".venv/bin/semsearch ")]
                code = "\n".join(lines).replace(".venv/bin/", "")
            if not code:
                continue
            if block.mark == "serves":
                address, said = running.enter_context(_served(code, folder, environment))
            else:
                said = _said(code, folder, environment)
            yield block, said.replace(address, _SHOWN_ADDRESS)


def _said(code: str, folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", code],  # noqa: S607 -- as the reader would
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    if done.returncode or "Traceback" in done.stdout:
        raise RuntimeError(f"{code}\nended with {done.returncode}:\n{done.stdout}")
    return done.stdout


@contextlib.contextmanager
def _served(code: str, folder: Path, environment: dict[str, str]) -> Iterator[tuple[str, str]]:
    """A server on a port of its own: its address, and the line it prints."""
    command = ["bash", "-c", f"exec {code.strip()} --port 0"]
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True) as server:
        try:
            said = server.stderr.readline() if server.stderr else ""
            address = _ADDRESS.search(said)
            if address is None:
                raise RuntimeError(f"{code}\nsaid: {said}")
            yield address[0], said
        finally:
            server.terminate()


def agree(promised: str, said: str) -> bool:
    """Whether a command printed what the document says, but for what differs from run to run."""
    lines = _steady(promised).splitlines()
    pattern = "".join(r"(?:.*\n)*?" if line == _ANYTHING else re.escape(line) + r"\n" for line in lines)
    return re.fullmatch(pattern, _steady(said).rstrip("\n") + "\n") is not None


def _steady(text: str) -> str:
    lines = []
    for line in text.splitlines():
        for pattern, replacement in _CHANGING:
            line = pattern.sub(replacement, line)
        lines.append(line)
    return "\n".join(lines)


def rewritten(text: str, folder: Path) -> str:
    """The document with what its commands print now."""
    pieces, end = [], 0
    for block, said in play(text, folder):
        if block.output is None or _ANYTHING in block.output.splitlines() or agree(block.output, said):
            continue
        start = block.span[0]
        pieces += [text[end:start], "".join(f"{line.rstrip()}\n" for line in said.rstrip("\n").splitlines())]
        end = block.span[1]
    return "".join(pieces) + text[end:]


if __name__ == "__main__":
    for name in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as empty:
            path = Path(name)
            path.write_text(rewritten(path.read_text(encoding="utf-8"), Path(empty)), encoding="utf-8")
