#!/usr/bin/env python3
"""Draw docs/terminal.svg: a question on the examples, as a terminal shows it.

python scripts/draw_terminal.py
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "terminal.svg"
_WIDTH = 88
_QUESTION = "translation that learns where to look in the source sentence"
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)  # fetched from another host


def main() -> None:
    """Index the examples, ask, and draw what was printed."""
    terminal = Console(record=True, width=_WIDTH, file=io.StringIO(), force_terminal=True)
    with tempfile.TemporaryDirectory() as folder:
        sources = ["examples/publications.txt", "examples/landmarks.bib"]
        _said(folder, "index", *sources, "--quiet")
        for shown, arguments in (
            (f'semsearch search "{_QUESTION}" -k 2', ["search", _QUESTION, "-k", "2"]),
            ("semsearch related lecun1998gradient -k 2", ["related", "lecun1998gradient", "-k", "2"]),
        ):
            terminal.print(Text.assemble(("$ ", "dim"), (shown, "bold")), end="\n\n")
            terminal.print(Text.from_ansi(_said(folder, *arguments)))
    drawn = terminal.export_svg(title="semsearch", unique_id="terminal")
    PICTURE.write_text(_FONT.sub("", drawn).replace("Fira Code", "ui-monospace"), encoding="utf-8")


def _said(folder: str, *arguments: str) -> str:
    settings = {"COLUMNS": str(_WIDTH), "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "semsearch", *arguments, "--index", folder]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


if __name__ == "__main__":
    main()
