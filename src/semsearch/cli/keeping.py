"""Commands that look after an index: generations, verify, rollback, prune, serve."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from semsearch.cli.clustering import ServingOptions, check, serving_options
from semsearch.cli.completing import generation_ids
from semsearch.cli.grouping import Grouped
from semsearch.cli.guarding import access_options
from semsearch.cli.options import (
    index_option,
    json_option,
    keep_option,
    one_thread_each,
    print_json,
    rerank_option,
    size_of,
    store_of,
)

if TYPE_CHECKING:
    from semsearch.serve.guard.access import Access


@click.command()
@index_option
@json_option
def generations(root: Path, as_json: bool) -> None:
    """List the builds that are kept."""
    from semsearch.terminal import show_generations

    store = store_of(root)
    current, held = store.published(), store.held()
    rows = []
    for name in store.ids():
        manifest = store.manifest(name)
        rows.append(
            {
                "id": name,
                "published": name == current,
                "state": "published" if name == current else "held back" if name in held else "",
                "created": manifest.created,
                "papers": manifest.counts.papers,
                "encoder": manifest.encoder.name,
                "parent": manifest.parent,
                "bytes": sum(record.size for record in manifest.files.values()),
            }
        )
    if as_json:
        print_json({"generations": rows})
    else:
        show_generations(rows)


@click.command()
@click.argument("generation", required=False, metavar="[ID]", shell_complete=generation_ids)
@index_option
@json_option
def verify(generation: str | None, root: Path, as_json: bool) -> None:
    """Check a generation's files and its encoder.

    Every file must be as it was written, and the encoder give the vectors it gave. Without ID, the published
    generation.
    """
    from semsearch.index.generation import open_generation
    from semsearch.search.loading import load_encoder, prove

    opened = open_generation(store_of(root), generation, thoroughly=True)
    prove(load_encoder(opened), opened, thoroughly=True)
    files = len(opened.manifest.files)
    if as_json:
        print_json({"generation": opened.id, "papers": len(opened.papers), "files": files, "ok": True})
    else:
        click.echo(f"{opened.id}: {files} files and the encoder are as they were built.")


@click.command()
@click.argument("generation", required=False, metavar="[ID]", shell_complete=generation_ids)
@index_option
@json_option
def rollback(generation: str | None, root: Path, as_json: bool) -> None:
    """Publish an older generation again. Without ID, the one before the published one.

    It is checked first; nothing is deleted, so rolling forward is the same command with the newer ID.
    """
    from semsearch.errors import IndexDamaged, IndexMissing
    from semsearch.index.generation import open_generation

    store = store_of(root)
    try:
        current: str | None = store.published()
    except (IndexMissing, IndexDamaged):
        if generation is None or not store.ids():
            raise
        current = None  # what is published cannot be told, and this is what mends it
    with store.lock():
        older = [name for name in store.ids() if current is not None and name < current]
        if generation is None and not older:
            raise IndexMissing("there is no generation before this one.", where=current)
        target = generation or older[-1]
        open_generation(store, target)
        store.publish(target)
    if as_json:
        print_json({"published": target, "was": current})
    else:
        click.echo(f"Published {target} (was {current or 'none'}).")


@click.command()
@keep_option
@index_option
@json_option
def prune(keep: int, root: Path, as_json: bool) -> None:
    """Delete old generations.

    All but the last few go, and never the published one.
    """
    store = store_of(root)
    store.published()
    with store.lock():
        removed = store.prune(keep)
    if as_json:
        print_json({"removed": removed})
    else:
        click.echo(f"Removed {len(removed)}: {', '.join(removed)}" if removed else "Nothing to remove.")


@click.command(cls=Grouped)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 picks a free one."
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Processes that answer. One keeps two cores busy; they share the memory of the index.",
)
@rerank_option
@click.option(
    "--resident",
    callback=size_of,
    metavar="SIZE",
    help="What a process keeps mapped of its files, such as 800MB. The system takes that back when it needs "
    "memory, but counts it as the process's: 3.5 GB with a million papers. Slower.  [default: no limit]",
)
@click.option(
    "--max-wait",
    type=click.FloatRange(0),
    default=0.5,
    show_default=True,
    help="Seconds that a request may wait before its work begins; then it is refused with 503. 0: any time.",
)
@click.option(
    "--max-seconds",
    type=click.FloatRange(0),
    default=30,
    show_default=True,
    help="Seconds that an answer may take; then it is given up, with 503. 0: any time.",
)
@click.option(
    "--drain",
    type=click.FloatRange(0),
    default=20,
    show_default=True,
    help="Seconds that are given to what is being answered when the service is told to stop.",
)
@click.option(
    "--connections",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    help="Connections that one process keeps open; the next is refused with 503.",
)
@click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    help="Serve /metrics on this port of 127.0.0.1, and no longer on --port; 0 picks a free one.",
)
@click.option(
    "--access-log",
    is_flag=True,
    help="Write a line for every request: id, path, status, time; not what was asked.",
)
@click.option("--json-log", is_flag=True, help="Write the log as JSON lines.")
@index_option
@access_options
@serving_options
def serve(
    access: Access,
    cluster: ServingOptions,
    host: str,
    port: int,
    workers: int,
    rerank: str | None,
    resident: int | None,
    max_wait: float,
    max_seconds: float,
    drain: float,
    connections: int,
    metrics_port: int | None,
    access_log: bool,
    json_log: bool,
    root: Path,
) -> None:
    """Answer over HTTP, with a page.

    Answers from the published generation, and from each new one as it is published. A page at /, the API
    under /v1, its documentation at /docs; /health/live, /health/ready and /metrics for those who watch.
    Listens on this machine only, unless --host says otherwise, and then asks nobody who they are, unless
    there are --keys.

    SIGTERM and Ctrl-C stop it when what was asked is answered, a second one at once.
    """
    check(cluster)
    one_thread_each()
    from semsearch.serve.run import serve as run
    from semsearch.serve.settings import Limits

    limits = Limits(
        max_wait=max_wait or None,
        max_seconds=max_seconds or None,
        drain=drain,
        connections=connections,
    )
    if cluster.runner == "ray":
        cluster.serve(root, host, port, access, limits, rerank)
        return
    run(
        root,
        host,
        port,
        access=access,
        workers=workers,
        rerank=rerank,
        resident=resident,
        access_log=access_log,
        json_log=json_log,
        metrics_port=metrics_port,
        limits=limits,
    )
