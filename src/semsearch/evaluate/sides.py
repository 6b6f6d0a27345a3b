"""What ``semsearch evaluate --compare`` holds against each other: modes, generations, run files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from semsearch.evaluate.comparison import Comparison, compare
from semsearch.evaluate.evaluation import Evaluation, evaluate, judge
from semsearch.evaluate.judged import Qrels, Question, judged
from semsearch.evaluate.runs import read_run
from semsearch.index.generation import open_generation
from semsearch.index.progress import Progress
from semsearch.index.store import Store
from semsearch.search import MODES, Mode, Searcher, open_searcher


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: a mode of the published generation, a generation, or a run file.

    Attributes:
        name: As it is shown: the mode, the whole id of the generation, the path.
        mode: When it is a mode.
        generation: When it is a generation.
        run: When it is a run file.
    """

    name: str
    mode: Mode | None = None
    generation: str | None = None
    run: Path | None = None


def parse_side(text: str, generations: list[str]) -> Side:
    """What a word of the command line names; a mode before a generation, a generation before a file.

    Args:
        text: A mode, the id of a generation or the beginning of one, or the path of a run file.
        generations: The ids there are.

    Raises:
        ValueError: It names none of these, or several generations.
    """
    for mode in MODES:
        if text == mode:
            return Side(text, mode=mode)
    meant = [name for name in generations if name.startswith(text)] if text else []
    if len(meant) == 1:
        return Side(meant[0], generation=meant[0])
    if meant:
        raise ValueError(f"{text!r} begins the ids of {len(meant)} generations: {', '.join(meant)}.")
    if Path(text).is_file():
        return Side(text, run=Path(text))
    known = ", ".join(generations) if generations else "none here"
    raise ValueError(f"{text!r} is no mode ({', '.join(MODES)}), no generation ({known}) and no file.")


def compare_sides(
    sides: tuple[Side, Side],
    questions: list[Question],
    qrels: Qrels,
    *,
    root: Path,
    progress: Progress,
    mode: Mode = "auto",
    related: bool = False,
    rerank: str | None = None,
    changed: int = 10,
) -> Comparison:
    """Ask or read both sides and hold them against each other.

    Args:
        sides: A and B.
        questions: Those without a judgment do not count.
        qrels: The judgments.
        root: The index that is asked; not touched when both sides are run files.
        progress: Told of every side that is asked.
        mode: In which generations are asked.
        related: Measure related papers instead.
        rerank: The reranker of every side that is asked.
        changed: How many of the questions that changed most are listed.

    Raises:
        EvaluationError: Questions, judgments or a run file cannot be used.
        IndexMissing, IndexDamaged, IndexForeign, EncoderError: A generation cannot be asked.
        MissingExtra: ir-measures is not installed.
    """
    store = Store(root)
    searcher: Searcher | None = None
    found: list[Evaluation] = []
    names: list[str] = []
    for side in sides:
        if side.run is not None:
            found.append(judge(read_run(side.run), questions, qrels, where=side.run))
            names.append(side.name)
            continue
        generation = side.generation or store.published()
        if searcher is None:
            searcher = open_searcher(root, generation=generation, rerank=rerank)
        elif searcher.generation.id != generation:
            searcher = searcher.reopened(open_generation(store, generation))
        names.append(f"{side.name}, reranked" if rerank else side.name)
        progress.step(f"evaluating {names[-1]}", len(judged(questions, qrels)))
        found.append(
            evaluate(
                searcher, questions, qrels, mode=side.mode or mode, related=related, advance=progress.advance
            )
        )
    return compare(questions, (names[0], names[1]), found[0], found[1], changed=changed)
