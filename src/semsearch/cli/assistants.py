"""The command that lets assistants ask an index: mcp."""

from __future__ import annotations

from pathlib import Path

import click
from click.core import ParameterSource

from semsearch.cli.options import index_option, one_thread_each


@click.command()
@click.option("--http", is_flag=True, help="Answer over HTTP, at /mcp, instead of standard input and output.")
@click.option("--host", default="127.0.0.1", show_default=True, help="With --http: address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8001,
    show_default=True,
    help="With --http: the port; 0 picks a free one.",
)
@click.option(
    "--allow-host",
    "names",
    multiple=True,
    metavar="NAME",
    help="With --http: a name that clients use for this server, such as papers.example.org; may be repeated.",
)
@index_option
@click.pass_context
def mcp(context: click.Context, http: bool, host: str, port: int, names: tuple[str, ...], root: Path) -> None:
    """Let an assistant search the index (Model Context Protocol).

    The assistant starts this command itself and talks to it over standard input and output; run by hand, it
    waits in silence for one. Name it where the assistant keeps its servers, with the whole path of the index:

    \b
    {"mcpServers": {"papers": {
        "command": "semsearch",
        "args": ["mcp", "--index", "/home/me/papers/index"]}}}

    With --http, one process answers many assistants, at http://127.0.0.1:8001/mcp. It asks nobody who they
    are: leave it on this machine, or put a server in front of it that does.

    The tools are search, get_paper, related and cite. All read; none changes the index. A new generation
    answers as soon as it is published.

    \b
    semsearch mcp --index ~/papers/index
    semsearch mcp --http --port 8001
    """
    if not http:
        for option in ("host", "port", "names"):
            if context.get_parameter_source(option) is not ParameterSource.DEFAULT:
                name = "--allow-host" if option == "names" else f"--{option}"
                raise click.UsageError(f"{name} needs --http.")
    one_thread_each()
    from semsearch.serve.mcp.run import serve_http, serve_stdio

    if http:
        serve_http(root, host, port, names=names)
    else:
        serve_stdio(root)
