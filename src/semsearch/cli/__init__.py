"""The command line: parse, one call, print. Heavy libraries are imported by the command that needs them."""

from __future__ import annotations

import sys
from itertools import takewhile

import click

from semsearch.cli import (
    asking,
    assistants,
    building,
    completing,
    converting,
    doctor,
    evaluating,
    guarding,
    harvesting,
    keeping,
    planning,
    reporting,
    scheduling,
)
from semsearch.cli.options import print_json_error
from semsearch.errors import SemsearchError


def main() -> None:
    """Entry point: a mendable error becomes a message and exit code 1, wrong usage exit code 2.

    With ``--json`` the same is on stdout as well, for whoever reads that.
    """
    as_json = "--json" in takewhile(lambda argument: argument != "--", sys.argv)
    try:
        cli(standalone_mode=False)
    except SemsearchError as error:
        from semsearch.terminal import show_error

        show_error(error)
        if as_json:
            print_json_error(error.what, where=error.where, hint=error.hint)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        if as_json:
            context = getattr(error, "ctx", None)
            command = context.command_path if context else "semsearch"
            print_json_error(error.format_message(), where=command, hint=f"{command} --help")
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone: nothing to say, and nobody to say it to
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="semsearch")
def cli() -> None:
    """Ask a body of scientific papers questions in your own words.

    \b
    semsearch index publications.txt refs.bib     read, embed and publish an index
    semsearch search "how do agents remember?"    the papers that answer best, and why
    semsearch related ID                          papers like one you know
    semsearch serve                               the same over HTTP, with a page
    semsearch doctor                              what is wrong here, and what mends it

    Every command explains itself with --help.
    """


for _command in (
    building.index,
    building.rebuild,
    converting.convert,
    harvesting.harvest,
    planning.plan,
    scheduling.schedule,
    reporting.report,
    asking.search,
    asking.related,
    asking.show,
    evaluating.evaluate,
    keeping.generations,
    keeping.verify,
    keeping.rollback,
    keeping.prune,
    keeping.serve,
    guarding.keys,
    doctor.doctor,
    completing.completion,
    assistants.mcp,
):
    cli.add_command(_command)
