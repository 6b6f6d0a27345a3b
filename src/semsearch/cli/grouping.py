"""Help with options under headings, for commands that have many."""

from __future__ import annotations

from typing import Any

import click


class Under(click.Option):
    """An option that the help shows under a heading.

    Args:
        *names: As click's own.
        heading: The heading.
        **about: As click's own.
    """

    def __init__(self, *names: Any, heading: str, **about: Any) -> None:
        super().__init__(*names, **about)
        self.heading = heading


class Grouped(click.Command):
    """A command whose help has a section for each heading, after the options without one."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, click's own way but for the headings."""
        sections: dict[str, list[tuple[str, str]]] = {"Options": []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                sections.setdefault(getattr(parameter, "heading", "Options"), []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)
