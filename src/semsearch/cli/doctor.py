"""The command that says what is wrong here: doctor."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from semsearch.cli.options import index_option, json_option, print_json

if TYPE_CHECKING:
    from semsearch.doctor import Finding

_MARKS = {
    "good": ("✓", "green"),
    "note": ("·", "dim"),
    "warning": ("!", "yellow"),
    "problem": ("✗", "bold red"),
}
_INDENT = " " * 18


@click.command()
@index_option
@json_option
def doctor(root: Path, as_json: bool) -> None:
    """Look for what is wrong here, and say what mends it.

    Checks the installation, the models, the index and the machine; takes some seconds, for every file of the
    index is read. Nothing is changed.

    \b
    ✓ good    · worth knowing
    ! questions are answered, but a rebuild will fail, or something is slow
    ✗ to be mended: exit code 1
    """
    from semsearch.doctor import examine

    findings = []
    section = ""
    for part, finding in examine(root):
        findings.append({"section": part, **asdict(finding)})
        if as_json:
            continue
        if part != section:
            _head(part, root)
            section = part
        _show(finding)
    problems, warnings = (sum(f["state"] == state for f in findings) for state in ("problem", "warning"))
    if as_json:
        print_json({"ok": not problems, "problems": problems, "warnings": warnings, "findings": findings})
    else:
        _sum_up(problems, warnings)
    if problems:
        sys.exit(1)


def _head(section: str, root: Path) -> None:
    from rich.text import Text

    from semsearch.harmless import plain
    from semsearch.terminal import out

    where = f" {plain(str(root))}" if section == "index" else ""
    out.print(Text.assemble("\n", (section.capitalize(), "bold"), where), soft_wrap=True)


def _show(finding: Finding) -> None:
    from rich.text import Text

    from semsearch.harmless import line
    from semsearch.terminal import hanging, out

    mark, style = _MARKS[finding.state]
    label = Text.assemble("  ", (mark, style), f" {finding.about:<13} ")
    out.print(hanging(label, Text(line(finding.what))), soft_wrap=True)
    if finding.mend:
        out.print(hanging(Text(_INDENT), Text(f"→ {line(finding.mend)}", style="cyan")), soft_wrap=True)


def _sum_up(problems: int, warnings: int) -> None:
    from semsearch.terminal import count, out

    if problems:
        out.print(f"\n{count(problems, 'thing')} to mend, {count(warnings, 'warning')}.", style="bold red")
    elif warnings:
        out.print(f"\nNothing must be mended; {count(warnings, 'warning')}.", style="yellow")
    else:
        out.print("\nAll is well.", style="green")
