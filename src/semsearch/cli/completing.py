"""The command that teaches a shell to complete semsearch, and what it completes with.

A shell starts `semsearch` at every press of the TAB key, so nothing here may import what is slow: the index
is looked at with the standard library alone.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from semsearch.harmless import plain

_MOST = 50  # ids at a time: more would fill the screen
_BY_ID = "SELECT id, title FROM papers WHERE id >= ? AND id < ? ORDER BY id LIMIT ?"
_MODES = ("auto", "hybrid", "dense", "lexical")
_LAST = "\U0010ffff"
# A shell puts what is completed into the command as it is: an id must not end the word it stands in, and
# `$(…)` in it would be run with the command.
_ONE_WORD = re.compile(r"[\w./][\w./:()+,@%=-]*")


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes the TAB key complete semsearch in a shell.

    It completes commands, options and their values, files, and the ids of generations and papers. Try it in
    the shell you are in; to keep it, put the same line into the file that this shell reads when it starts.

    \b
    bash    eval "$(semsearch completion bash)"       ~/.bashrc
    zsh     eval "$(semsearch completion zsh)"        ~/.zshrc, below compinit
    fish    semsearch completion fish | source        ~/.config/fish/config.fish
    """
    root = click.get_current_context().find_root()
    writer = get_completion_class(shell)
    if writer is None:
        raise ValueError(f"click knows no shell {shell!r}")
    click.echo(writer(root.command, {}, "semsearch", "_SEMSEARCH_COMPLETE").source())


def generation_ids(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The generations of the index at ``--index``, the published one said to be it."""
    root = _root(context)
    folder = root / "generations"
    names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
    return [
        CompletionItem(name, help="published" if name == _published(root) else None)
        for name in names
        if name.startswith(incomplete) and not name.startswith(".")
    ]


def paper_ids(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Papers of the published generation, by how their ids begin; with titles, which some shells show.

    An id that a shell would not take for one word has to be typed, in quotes.
    """
    return [
        CompletionItem(name, help=plain(title))
        for name, title in _papers(_root(context), incomplete)
        if _ONE_WORD.fullmatch(name)
    ]


def sides(context: click.Context, option: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What ``evaluate --compare`` takes: modes, generations, and run files, which the shell knows."""
    modes = [CompletionItem(mode) for mode in _MODES if mode.startswith(incomplete)]
    found = modes + generation_ids(context, option, incomplete)
    return found or [CompletionItem(incomplete, type="file")]


def _papers(root: Path, beginning: str) -> Iterator[tuple[str, str]]:
    path = root / "generations" / _published(root) / "papers.sqlite"
    if not path.is_file():
        return
    # Immutable, as those who answer open it: no lock, and a press of a key never writes.
    uri = f"{path.resolve().as_uri()}?immutable=1&mode=ro"
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(uri, uri=True)) as database:
        # A damaged file completes nothing: the command itself says what is wrong with it.
        yield from database.execute(_BY_ID, (beginning, beginning + _LAST, _MOST))


def _root(context: click.Context) -> Path:
    return Path(context.params.get("root") or "index").expanduser()


def _published(root: Path) -> str:
    current = root / "CURRENT"
    return current.read_text(encoding="utf-8").strip() if current.is_file() else ""
