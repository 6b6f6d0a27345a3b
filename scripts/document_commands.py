#!/usr/bin/env python3
"""Write docs/commands.md, the reference of every command and option, from the commands themselves.

    python scripts/document_commands.py

A test fails where the page and the commands differ.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from semsearch.cli import cli

PAGE = Path(__file__).resolve().parent.parent / "docs" / "commands.md"
_HEAD = """\
# Commands

Every command and every option, as `semsearch COMMAND --help` tells them. This page is written by
`python scripts/document_commands.py`; a test fails where it differs from the commands.

With `--json` a command prints one JSON document to stdout, and nothing else; progress, logs and what people
are told go to stderr. What cannot be done is a document too, `{"error": {"what": …, "where": …, "hint": …}}`.
The exit code is 0 when it is done, 1 when there is something you can mend, and 2 for wrong usage.

Options of all commands: `-h`, `--help` explains; `semsearch --version` says which version it is.
"""


def page() -> str:
    """The whole page."""
    parts = [_HEAD, " · ".join(f"[{name}](#semsearch-{name})" for name in cli.commands) + "\n"]
    parts += ["\n".join(_command(name, command)) for name, command in cli.commands.items()]
    return "\n".join(parts)


def _command(name: str, command: click.Command) -> Iterator[str]:
    yield f"## semsearch {name}\n"
    arguments = [_value(p) for p in command.params if isinstance(p, click.Argument)]
    group = isinstance(command, click.Group)
    usage = ["semsearch", name, *arguments, "COMMAND" if group else "[OPTIONS]"]
    yield f"    {' '.join(usage)}\n"
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        if paragraph.startswith("\b"):
            yield "\n".join(f"    {line}" for line in paragraph.splitlines()[1:]) + "\n"
        else:
            yield paragraph + "\n"
    options = [p for p in command.params if isinstance(p, click.Option)]
    if options:
        yield "| option | what it does |"
        yield "| --- | --- |"
        for option in options:
            names = ", ".join(option.opts + option.secondary_opts)
            yield f"| `{f'{names} {_value(option)}'.strip()}` | {_about(option)} |".replace(
                "|PATH", "\\|PATH"
            )
        yield ""
    if isinstance(command, click.Group):
        for part, below in command.commands.items():
            yield from _command(f"{name} {part}", below)


def _about(option: click.Option) -> str:
    """Its help, and what holds when it is not given."""
    text, _, otherwise = (option.help or "").partition("  [default: ")
    if otherwise:
        text += f" Default: {otherwise.rstrip(']')}."
    if option.envvar:
        text += f" Also `${option.envvar}`."
    if not option.is_flag and isinstance(option.default, str | int | float | Path):
        text += f" Default: `{option.default}`."
    return text


def _value(parameter: click.Parameter) -> str:
    """What stands for the value: ``FILE``, ``a, b or c``; nothing for a flag."""
    if isinstance(parameter, click.Option) and parameter.is_flag:
        return ""
    if parameter.metavar:
        return parameter.metavar
    if isinstance(parameter.type, click.Choice):
        return "/".join(map(str, parameter.type.choices))
    if isinstance(parameter, click.Argument):
        return str(parameter.name).upper()
    kinds = {"integer range": "N", "float range": "X", "directory": "DIR", "path": "FILE"}
    return kinds.get(parameter.type.name, str(parameter.name).upper())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
