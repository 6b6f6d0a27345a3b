"""semsearch: ask a body of scientific papers questions in your own words.

import semsearch

papers, rejected = semsearch.read("papers.bib")
semsearch.build(papers, "index/")
searcher = semsearch.open("index/")
for hit in searcher.search("how do agents remember?", k=10):
print(hit.rank, hit.paper.title)
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

# Libraries that compute report to their makers that they are used, on what, and by which machine. Nothing
# leaves this one: ONNX Runtime looks for its variable once, when it is imported, and OpenVINO does without.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

if TYPE_CHECKING:
    from semsearch.api import build, open, read  # noqa: A004 -- the contract's name
    from semsearch.errors import SemsearchError
    from semsearch.paper import Paper, Rejected

_HOMES = {
    "build": "semsearch.api",
    "open": "semsearch.api",
    "read": "semsearch.api",
    "Paper": "semsearch.paper",
    "Rejected": "semsearch.paper",
    "SemsearchError": "semsearch.errors",
}

__all__ = ["Paper", "Rejected", "SemsearchError", "build", "open", "read"]


def __getattr__(name: str) -> Any:
    """Import what is asked for, and numpy and FAISS only with it: ``semsearch --help`` needs neither."""
    if name not in _HOMES:
        raise AttributeError(f"module 'semsearch' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
