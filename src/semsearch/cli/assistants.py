"""The command that lets assistants ask an index: mcp."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from semsearch.cli.grouping import Grouped
from semsearch.cli.guarding import ACCESS, access_options
from semsearch.cli.options import index_option, one_thread_each

if TYPE_CHECKING:
    from semsearch.serve.guard.access import Access


@click.command(cls=Grouped)
@click.option("--http", is_flag=True, help="Answer over HTTP, at /mcp, instead of standard input and output.")
@click.option("--host", default="127.0.0.1", show_default=True, help="With --http: address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8001,
    show_default=True,
    help="With --http: the port; 0 picks a free one.",
)
@index_option
@access_options
def mcp(access: Access, http: bool, host: str, port: int, root: Path) -> None:
    """Let an assistant search the index (Model Context Protocol).

    The assistant starts this command itself and talks to it over standard input and output; run by hand, it
    waits in silence for one. Name it where the assistant keeps its servers, with the whole path of the index:

    \b
    {"mcpServers": {"papers": {
        "command": "semsearch",
        "args": ["mcp", "--index", "/home/me/papers/index"]}}}

    With --http, one process answers many assistants, at http://127.0.0.1:8001/mcp. It asks nobody who they
    are, unless there are --keys: leave it on this machine, or ask for keys.

    The tools are search, get_paper, related and cite. All read; none changes the index. A new generation
    answers as soon as it is published.

    \b
    semsearch mcp --index ~/papers/index
    semsearch mcp --http --port 8001
    """
    context = click.get_current_context()
    for parameter in context.command.params:
        of_http = parameter.name in {"host", "port", *ACCESS}
        if of_http and not http and _given(context, parameter):
            raise click.UsageError(f"{parameter.opts[0]} needs --http.")
    one_thread_each()
    from semsearch.serve.mcp.run import serve_http, serve_stdio

    if http:
        serve_http(root, host, port, access)
    else:
        serve_stdio(root)


def _given(context: click.Context, parameter: click.Parameter) -> bool:
    return context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
