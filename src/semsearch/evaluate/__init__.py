"""Judged questions to figures: how good the answers are, how sure that is, and which of two is better."""

from semsearch.evaluate.comparison import Comparison, Difference, compare
from semsearch.evaluate.evaluation import Evaluation, evaluate, judge
from semsearch.evaluate.judged import Qrels, Question, judged, read_qrels, read_questions
from semsearch.evaluate.measures import MEASURES, measure
from semsearch.evaluate.runs import DEPTH, Run, read_run, write_run
from semsearch.evaluate.sides import Side, compare_sides, parse_side

__all__ = [
    "DEPTH",
    "MEASURES",
    "Comparison",
    "Difference",
    "Evaluation",
    "Qrels",
    "Question",
    "Run",
    "Side",
    "compare",
    "compare_sides",
    "evaluate",
    "judge",
    "judged",
    "measure",
    "parse_side",
    "read_qrels",
    "read_questions",
    "read_run",
    "write_run",
]
