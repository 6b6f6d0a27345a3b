"""The command that says when an index is built again, and what has a machine do it."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from semsearch.cli.options import config_option, index_option, json_option, print_json

if TYPE_CHECKING:
    from semsearch.config import Settings
    from semsearch.index.offline import Times
    from semsearch.schedule import Schedule

_TIMER = """\
# {path}: {text}
# Starts semsearch-rebuild.service, which stands in deploy/. Written by: semsearch schedule --as systemd

[Unit]
Description=semsearch: rebuild the index

[Timer]
{calendar}
# A time at which the machine was off is made up for.
Persistent=true

[Install]
WantedBy=timers.target
"""


@click.command()
@click.option(
    "--as",
    "form",
    type=click.Choice(["cron", "systemd"]),
    help="Print what has a machine follow it: a line for crontab, or a timer for systemd.",
)
@config_option
@index_option
@json_option
def schedule(form: str | None, config: Path | None, root: Path, as_json: bool) -> None:
    """Say when the index is built again.

    The schedule stands in semsearch.toml. Nothing here runs by itself: cron or systemd does, once it is told
    what this command prints. The line for cron asks every hour whether a rebuild is due, so that a change of
    the schedule counts at once, and what was missed while the machine was off is made up for.

    \b
    semsearch schedule
    (crontab -l; semsearch schedule --as cron) | crontab -
    semsearch schedule --as systemd > /etc/systemd/system/semsearch-rebuild.timer
    """
    from semsearch.index.offline import remembered, times

    settings = remembered(root, config)
    when, found = settings.schedule, times(settings, root)
    if when is None:
        raise ValueError("times are told of a schedule")
    line = _cron(when, root, config)
    if as_json:
        print_json(
            {
                "config": settings.path,
                "schedule": when.text,
                "cron": when.cron,
                "built": found.built and found.built.isoformat(),
                "next": found.next.isoformat(),
                "due": found.due,
                "crontab": line,
                "calendar": when.calendar(),
            }
        )
    elif form == "cron":
        click.echo(line)
    elif form == "systemd":
        calendar = "\n".join(f"OnCalendar={each}" for each in when.calendar())
        click.echo(_TIMER.format(path=settings.path, text=when.text, calendar=calendar), nl=False)
    else:
        _show(settings, when, found, line)


def _cron(when: Schedule, root: Path, config: Path | None) -> str:
    """A line for crontab: the minutes of the schedule, in every hour."""
    here = Path(sys.executable).with_name("semsearch")
    command = [str(here)] if here.is_file() else [sys.executable, "-m", "semsearch"]
    command += ["rebuild", "--if-due", "--quiet", "--index", str(root.resolve())]
    command += ["--config", str(config.resolve())] if config else []
    # cron ends a command at a %, quoted or not (crontab(5)).
    return f"{when.minutes} * * * * " + shlex.join(command).replace("%", "\\%")


def _show(settings: Settings, when: Schedule, found: Times, line: str) -> None:
    from semsearch.harmless import plain
    from semsearch.terminal import out

    written = when.text if when.text == when.cron else f"{when.text} (to cron: {when.cron})"
    rows = {
        "schedule": f"{written}, in {plain(settings.path or '')}",
        "built": f"{found.built:%Y-%m-%d %H:%M}" if found.built else "not yet",
        "next": "now: it is due" if found.due else f"{found.next:%Y-%m-%d %H:%M}",
    }
    for name, value in rows.items():
        out.print(f"{name:<10}{value}", soft_wrap=True)
    click.echo(f"\nTo have it done, add this line with crontab -e; or see --as systemd:\n\n{line}")
