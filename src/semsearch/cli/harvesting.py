"""The command that asks services for papers: harvest, and one below it for each service."""

from __future__ import annotations

import calendar
import functools
import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

from semsearch.cli.options import json_option, print_json, quiet_option

_DAY = re.compile(r"([12][0-9]{3})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01]))?)?")
_PATIENCE = 600


class _Day(click.ParamType[date]):
    """A day; of a year or a month, its first or its last."""

    name = "DAY"

    def __init__(self, *, last: bool = False) -> None:
        self._last = last

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """See `click.ParamType`."""
        if not (found := _DAY.fullmatch(str(value))):
            self.fail(f"{value!r} is no day. Write 2024-05-17, 2024-05 or 2024.", param, ctx)
        year, month, day = (int(part) if part else 0 for part in found.groups())
        month = month or (12 if self._last else 1)
        try:
            return date(year, month, day or (calendar.monthrange(year, month)[1] if self._last else 1))
        except ValueError:
            self.fail(f"there is no day {value}.", param, ctx)


_SHARED = (
    click.option(
        "--since",
        type=_Day(),
        metavar="DAY",
        help="Papers of that day (2024-05-17), month or year, and later.",
    ),
    click.option(
        "--until", type=_Day(last=True), metavar="DAY", help="Papers of that day, month or year, and earlier."
    ),
    click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="The file of papers; it is the same request's from one run to the next.  "
        "[default: named after the request]",
    ),
    click.option(
        "--contact",
        envvar="SEMSEARCH_CONTACT",
        show_envvar=True,
        metavar="ADDRESS",
        help="Your e-mail address, which the service is told: it serves those better whom it can reach.",
    ),
    click.option(
        "--limit",
        type=click.IntRange(1),
        metavar="N",
        help="Stop after N papers that are new or changed; the next run goes on from there.",
    ),
    click.option(
        "--afresh", is_flag=True, help="Ask for everything again; papers that the service no longer has go."
    ),
    click.option(
        "--patience",
        type=click.FloatRange(0),
        default=_PATIENCE,
        show_default=True,
        metavar="SECONDS",
        help="How long one page is waited for while the service is busy or out of reach.",
    ),
    quiet_option,
    json_option,
)


def _asks(**helps: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options of one service's command: what it can be asked by, and those of all."""

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        service = command.__name__.replace("_", "-")

        @functools.wraps(command)
        def call(**given: Any) -> None:
            _harvest(service, **given)

        own = [click.option(f"--{name}", metavar=name.upper(), help=text) for name, text in helps.items()]
        return functools.reduce(lambda made, option: option(made), reversed([*own, *_SHARED]), call)

    return decorated


def _harvest(
    service: str,
    *,
    output: Path | None,
    contact: str | None,
    limit: int | None,
    afresh: bool,
    patience: float,
    quiet: bool,
    as_json: bool,
    collection: str | None = None,
    **asked: Any,
) -> None:
    from semsearch.harmless import plain
    from semsearch.ingest.harvest import Request, harvest
    from semsearch.request import file_name
    from semsearch.terminal import BuildBar, err

    if collection:
        if asked.get("institution"):
            raise click.UsageError("Give --collection or --institution, not both.")
        asked["institution"] = f"collection:{collection}"
    request = Request(service, **asked)
    path = output or Path(file_name(request))
    silent, shown = quiet or as_json, [0, False]

    def progress(done: int, total: int | None) -> None:
        if not shown[1]:
            bar.step("harvesting", total or 0)
            shown[1] = True
        bar.advance(done - shown[0])
        shown[0] = done

    def say(what: str) -> None:
        if not silent:
            err.print(plain(what), style="dim", soft_wrap=True)

    if contact is None:
        say("No address is told to the service: --contact, or SEMSEARCH_CONTACT, is the polite way.")
    try:
        with BuildBar(quiet=silent) as bar:
            report = harvest(
                request,
                path,
                contact=contact,
                limit=limit,
                progress=progress,
                afresh=afresh,
                patience=patience,
                say=say,
            )
    except KeyboardInterrupt:
        say("Stopped. What came is kept: the same command goes on from there.")
        raise
    if as_json:
        print_json({"service": service, **asdict(report), "output": str(path.resolve())})
    else:
        _show(report, path)


def _show(report: Any, path: Path) -> None:
    from rich.text import Text

    from semsearch.harmless import plain
    from semsearch.terminal import count, err

    if not report.total:
        err.print("Nothing answers this request. Is everything spelt as the service has it?", style="yellow")
        return
    changes = f"{report.new:,} new, {report.changed:,} changed"
    line = Text.assemble((count(report.total, "paper"), "bold green"), f" in {plain(str(path))}: {changes}")
    err.print(line.append(f" ({report.seconds:.1f} s)"), soft_wrap=True)
    if not report.complete:
        err.print("  There are more: the same command goes on from here.", style="yellow")
    err.print(f"  semsearch index {plain(str(path))}", style="dim", soft_wrap=True)


@click.group()
def harvest() -> None:
    """Ask services such as HAL and OpenAlex for papers.

    OpenAlex, arXiv, HAL, Crossref and Semantic Scholar have a command each, which says what they can be
    asked by. What comes is a file of JSON lines for `semsearch index`. A harvest that was stopped, however
    rudely, goes on when the same command is given again; one that came to its end asks only for what is new
    or changed since. Then a paper that changed takes the place of the older one.

    \b
    semsearch harvest hal --collection LORIA --contact me@example.org
    semsearch harvest arxiv --category cs.CL --since 2024
    semsearch harvest openalex --institution https://ror.org/02kvxyf05
    semsearch index hal-collection-LORIA.jsonl arxiv-cs.CL-2024-01-01.jsonl

    Services are told who asks (--contact), asked no faster than they want, and let be while they are busy.
    A small hidden file beside the output remembers what was asked and how far it came.
    """


@harvest.command()
@_asks(
    query='Words in title, abstract or text; AND, OR, NOT and "phrases".',
    institution="Its ROR, its number (I1294671590) or its name; with its laboratories.",
    author="An ORCID, a number (A5023888391) or a name.",
    category="A field or topic: its name, fields/17, subfields/1702 or T10028.",
)
def openalex() -> None:
    """Ask OpenAlex: works of all fields, by institution or topic.

    A name must be one institution's, author's or topic's alone; otherwise those that come near are listed, to
    choose from. Harvests of the next day ask for what changed last first, and stop at what has not changed.

    The free key of your account there (https://openalex.org/settings/api), in the environment variable
    OPENALEX_API_KEY, lets you ask a good deal more each day. Words cost ten times what the rest does.

    \b
    semsearch harvest openalex --institution https://ror.org/02kvxyf05 --since 2020
    semsearch harvest openalex --author 0000-0002-1825-0097
    semsearch harvest openalex --category "Artificial Intelligence" --query '"graph neural network"'
    """


@harvest.command()
@_asks(
    query="Words, all of which must be there; or arXiv's language: ti:, abs:, AND, OR, ANDNOT.",
    author="A name.",
    category="A category, or several with commas between: cs.CL,cs.LG.",
)
def arxiv() -> None:
    """Ask arXiv: preprints, all with abstracts.

    arXiv wants three seconds between requests: 200 papers in three seconds, 10,000 in three minutes. Its
    days, for --since and --until, are those of the first version. Later harvests ask for the last versions,
    newest first. It knows no institutions. https://arxiv.org/category_taxonomy lists the categories.

    \b
    semsearch harvest arxiv --category cs.CL,cs.LG --since 2024-05 --until 2024-06
    semsearch harvest arxiv --query "graph neural networks" --category stat.ML
    semsearch harvest arxiv --query "ti:attention ANDNOT abs:vision" --author "Ashish Vaswani"
    """


@harvest.command()
@_asks(
    query="Words, or Solr's language: title_t:graphe, language_s:fr, docType_s:(ART OR COMM).",
    collection="The code of a collection, in capitals (LORIA), or a portal, in small letters (tel).",
    institution="A structure: its number (441569), ROR, acronym or name; with those below it.",
    author="An idHal (marie-curie), an ORCID or a name.",
    category="A domain: info, info.info-ai, shs.hist.",
)
def hal() -> None:
    """Ask HAL: the open archive of French research.

    Titles and abstracts come in all languages they have, French and English first of all, and questions in
    either find them. --since and --until go by the day a paper was produced: published, or defended. A
    document has one record, whatever its versions.

    https://aurehal.archives-ouvertes.fr/structure has the numbers and acronyms of structures; an acronym may
    be that of several, and its number is not.

    \b
    semsearch harvest hal --collection LORIA
    semsearch harvest hal --institution LIG --since 2020 --query "docType_s:(ART OR COMM)"
    semsearch harvest hal --institution 441569 --query "language_s:fr"
    semsearch harvest hal --author marie-curie
    semsearch harvest hal --collection tel --category info.info-ai --since 2023
    """


@harvest.command()
@_asks(
    query="Words of title, authors and journal.",
    institution="Its ROR; a name is looked for in affiliations, as words.",
    author="An ORCID; a name is looked for as words.",
)
def crossref() -> None:
    """Ask Crossref: what publishers gave a DOI.

    Many works come without an abstract.

    A ROR, an ORCID and days choose works. Words only put them in order, the best first, and leave none out:
    say with --limit how many of them will do. Later harvests ask for what was indexed since.

    With --contact you ask in the polite pool, three times a second instead of once; a token of Metadata Plus
    goes in the environment variable CROSSREF_PLUS_TOKEN.

    \b
    semsearch harvest crossref --institution https://ror.org/02feahw73 --since 2023 --contact me@example.org
    semsearch harvest crossref --author 0000-0002-1825-0097
    semsearch harvest crossref --query "speech recognition in noise" --limit 500
    """


@harvest.command()
@_asks(
    query='Words of title and abstract, all of which must be there; or "phrases", -not, prefix*.',
    author="A number (1741101) or a name. It stands alone: with no query, no category.",
    category='A field of study, beside a query: "Computer Science".',
)
def semantic_scholar() -> None:
    """Ask Semantic Scholar: papers of all fields, by words.

    It tells no day of change. Later harvests ask for papers of the half year before the last one, and since,
    as papers reach it late; for changes of older ones, ask with --afresh. It cannot be asked by institution.

    A key, https://www.semanticscholar.org/product/api, in the environment variable SEMANTIC_SCHOLAR_API_KEY
    lets you ask once a second. Without one all the world shares a limit: expect to wait.

    \b
    semsearch harvest semantic-scholar --query "(whale | dolphin) acoustics" --since 2015
    semsearch harvest semantic-scholar --query "language model*" --category Linguistics
    semsearch harvest semantic-scholar --author 1741101
    """
