"""The command that says what became of the records of a build."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from semsearch.cli.completing import generation_ids
from semsearch.cli.options import index_option, json_option, print_json, store_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semsearch.index.manifest import Manifest


@click.command()
@click.argument("generation", required=False, metavar="[ID]", shell_complete=generation_ids)
@index_option
@json_option
def report(generation: str | None, root: Path, as_json: bool) -> None:
    """Say what became of the records of a build.

    How many came from each source; which were merged into one paper, and what showed that they are of one;
    which could not be used, and why. Without ID, the published generation.

    \b
    semsearch report | less
    semsearch report --json | jq '.merged[].versions[].why'
    """
    from semsearch.index import outcome

    store = store_of(root)
    name = generation or store.published()
    manifest = store.manifest(name)
    merged, rejected = (outcome.read(store, name, of) for of in (outcome.MERGED, outcome.REJECTED))
    if as_json:
        counts = {"counts": asdict(manifest.counts), "sources": _sources(manifest)}
        about = {"generation": name, "created": manifest.created, "config": manifest.recipe.config}
        print_json({**about, **counts, "merged": merged, "rejected": rejected})
    else:
        _show(name, manifest, merged, rejected)


def _sources(manifest: Manifest) -> dict[str, int]:
    """Each source in the order in which it was named, and how many of its records could be used."""
    return {source: manifest.papers_of.get(source, 0) for source in manifest.sources}


def _show(
    name: str, manifest: Manifest, merged: Sequence[Mapping[str, Any]], rejected: Sequence[Mapping[str, Any]]
) -> None:
    from rich.text import Text

    from semsearch.harmless import line, plain
    from semsearch.paper import Version
    from semsearch.terminal import count, hanging, out, show_version

    counts = manifest.counts
    out.print(f"{name}: {count(counts.papers, 'paper')}, built {manifest.created[:16].replace('T', ' ')} UTC")
    if manifest.recipe.config:
        out.print(f"following {plain(manifest.recipe.config)}", soft_wrap=True)
    for source, number in _sources(manifest).items():
        out.print(f"{number:>9,}  from {plain(source)}", soft_wrap=True)
    out.print(f"{counts.merged:>9,}  merged into others")
    out.print(f"{counts.rejected:>9,}  could not be used")
    if merged:
        out.print("\nMerged, and what showed that they are of one paper:", style="bold")
    for paper in merged:
        out.print(hanging(Text(), Text(line(paper["title"]))))
        for version in paper["versions"]:
            show_version(Version(**version), style="")
    if rejected:
        out.print("\nCould not be used:", style="bold")
    for item in rejected:
        out.print(f"{plain(item['where'])}: {plain(item['why'])}", soft_wrap=True)
