"""Who may ask: the options of serve and mcp that say so, and the command that looks after API keys."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from semsearch.cli.grouping import Under
from semsearch.cli.options import json_option, print_json

if TYPE_CHECKING:
    from semsearch.serve.guard.keys import KeyFile

ACCESS = ("keys", "rate", "proxies", "origins", "hosts")
_HEADING = "Who may ask (SECURITY.md says how to expose a service)"
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d+)?|https?://\[[0-9a-f:]+\](:\d+)?|\*")
_HOST = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:]+\]|\*")


def _rate(_: click.Context, __: click.Parameter, text: str | None) -> object:
    if text is None:
        return None
    from semsearch.serve.guard.rates import Rate

    try:
        return Rate.parse(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from error


def _networks(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    for text in given:
        try:
            ipaddress.ip_network(text)
        except ValueError as error:
            raise click.BadParameter(f"{error}: write 10.0.0.7 or 10.0.0.0/24.") from error
    return given


def _shaped(form: re.Pattern[str], example: str) -> Callable[..., tuple[str, ...]]:
    def check(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
        for text in given:
            if not form.fullmatch(text.lower()):
                raise click.BadParameter(f"{text!r} is none: write it like {example}.")
        return tuple(text.lower() for text in given)

    return check


_OPTIONS = (
    click.option(
        "--keys",
        cls=Under,
        heading=_HEADING,
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="SEMSEARCH_KEYS",
        metavar="FILE",
        help="Answer those alone who have an API key of this file; `semsearch keys` makes them.",
    ),
    click.option(
        "--rate",
        cls=Under,
        heading=_HEADING,
        callback=_rate,
        metavar="N/UNIT",
        help="How often each may ask, by key or else by address: 30/minute, 5/second, 1000/hour.",
    ),
    click.option(
        "--allow-host",
        "hosts",
        cls=Under,
        heading=_HEADING,
        multiple=True,
        callback=_shaped(_HOST, "papers.example.org"),
        metavar="NAME",
        help="A name by which this service is asked, such as papers.example.org, or * for any; may be "
        "repeated.  [default: on loopback the names of this machine, elsewhere any]",
    ),
    click.option(
        "--allow-origin",
        "origins",
        cls=Under,
        heading=_HEADING,
        multiple=True,
        callback=_shaped(_ORIGIN, "https://example.org"),
        metavar="ORIGIN",
        help="A site whose pages may read answers: https://example.org, or * for all; may be repeated.",
    ),
    click.option(
        "--proxy",
        "proxies",
        cls=Under,
        heading=_HEADING,
        multiple=True,
        callback=_networks,
        metavar="ADDRESS",
        help="A web server in front of this one that says whose request it passes on; may be repeated.  "
        "[default: 127.0.0.1 and ::1]",
    ),
)


def access_options(command: Callable[..., None]) -> Callable[..., None]:
    """All options of who may ask, which the command gets as one `Access`, named ``access``."""

    @functools.wraps(command)
    def call(**given: Any) -> None:
        from semsearch.serve.guard.access import Access

        said = {name: value for name in ACCESS if (value := given.pop(name))}
        command(access=Access(**said), **given)

    return functools.reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), call)


def _at(command: Callable[..., None]) -> Callable[..., None]:
    return click.option(
        "--keys",
        "path",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="SEMSEARCH_KEYS",
        show_envvar=True,
        required=True,
        metavar="FILE",
        help="The file of keys.",
    )(command)


@click.group()
def keys() -> None:
    """Look after API keys.

    The file holds names and hashes. A service that was started with `semsearch serve --keys FILE` goes by the
    file as it is: a key that is added lets in at once, and one that is revoked no longer does.

    \b
    semsearch keys add reading-group --keys keys.json
    semsearch serve --keys keys.json
    curl -H "Authorization: Bearer semsearch_..." http://127.0.0.1:8000/v1/search?q=entropy
    """


def _file(path: Path) -> KeyFile:
    from semsearch.serve.guard.keys import KeyFile

    return KeyFile(path)


@keys.command()
@click.argument("name")
@_at
@json_option
def add(name: str, path: Path, as_json: bool) -> None:
    """Make a key for somebody, and print it.

    It is printed this once, and kept nowhere: the file, which is made when there is none, holds its hash.
    """
    key = _file(path).add(name)
    if as_json:
        print_json({"name": name, "key": key, "file": str(path)})
        return
    click.echo(key)
    click.echo(f"The key of {name!r}. Note it down: it is not shown again.", err=True)


@keys.command("list")
@_at
@json_option
def list_(path: Path, as_json: bool) -> None:
    """List who has a key, and since when."""
    found = _file(path).read()
    if as_json:
        print_json({"keys": [{"name": name, **asdict(key)} for name, key in found.items()]})
        return
    for name, key in found.items():
        click.echo(f"{name:<24}  since {key.created}")
    if not found:
        click.echo("No keys: nobody is let in.", err=True)


@keys.command()
@click.argument("name")
@_at
@json_option
def revoke(name: str, path: Path, as_json: bool) -> None:
    """Take a key back; a service that runs lets nobody in by it any more."""
    _file(path).revoke(name)
    if as_json:
        print_json({"revoked": name, "file": str(path)})
    else:
        click.echo(f"Revoked the key of {name!r}.")
