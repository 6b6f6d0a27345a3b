"""The measures of the field for each question, computed by ir-measures (on top of trec_eval), not here."""

from __future__ import annotations

from typing import Any

from semsearch.errors import MissingExtra
from semsearch.evaluate.judged import Qrels
from semsearch.evaluate.runs import Run

MEASURES = ("ndcg@10", "recall@100", "mrr@10", "map")


def library() -> Any:
    """The module of ir-measures.

    Raises:
        MissingExtra: It is not installed.
    """
    try:
        import ir_measures
    except ImportError as error:
        raise MissingExtra("ir-measures", "evaluate") from error
    return ir_measures


def measure(qrels: Qrels, run: Run) -> dict[str, dict[str, float]]:
    """Each measure of each judged question; a question with no answer scores 0.

    nDCG is trec_eval's: the gain is the grade itself, discounted by log2(rank + 1).

    Raises:
        MissingExtra: ir-measures is not installed.
    """
    ir = library()
    names = dict(zip((ir.nDCG @ 10, ir.R @ 100, ir.RR @ 10, ir.AP), MEASURES, strict=True))
    figures = {question: dict.fromkeys(MEASURES, 0.0) for question in qrels}
    for metric in ir.iter_calc(list(names), qrels, run):
        if metric.query_id in figures:
            figures[metric.query_id][names[metric.measure]] = metric.value
    return figures
