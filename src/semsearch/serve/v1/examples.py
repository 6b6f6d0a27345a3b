"""Examples for the OpenAPI document; tests run those that are questions.

Titles, authors and years are those of the papers; the summaries are ours.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from fastapi.openapi.models import Example

Identifier = Annotated[
    str, Path(description="Id or DOI of a paper; may hold slashes.", examples=["10.1038/171737a0"])
]

_SENTENCE = (
    "The salt of deoxyribose nucleic acid is given a structure of two helical chains wound around one axis "
    "and running in opposite directions."
)
_GENERATION = "000001-658d51973020"

PAPER: dict[str, Any] = {
    "id": "watson1953molecular",
    "title": "Molecular Structure of Nucleic Acids: A Structure for Deoxyribose Nucleic Acid",
    "abstract": (
        f"{_SENTENCE} Purine and pyrimidine bases on the inside are paired by hydrogen bonds, adenine with "
        "thymine and guanine with cytosine. Because each chain fixes the order of bases on the other, the "
        "model also hints at how genes could duplicate."
    ),
    "authors": ["James D. Watson", "Francis H. C. Crick"],
    "year": 1953,
    "venue": "Nature",
    "doi": "10.1038/171737a0",
    "url": "https://doi.org/10.1038/171737a0",
    "language": "en",
    "keywords": ["DNA", "double helix", "genetics"],
    "truncated": False,
    "identifiers": [],
    "translations": [],
    "versions": [],
}
_HIT = {
    "rank": 1,
    "score": 8.475426,
    "similarity": 0.712257,
    "confidence": "strong",
    "matched_by": "meaning and words",
    "evidence": {"text": _SENTENCE, "start": 0, "end": len(_SENTENCE), "words": [[48, 57]]},
    "title_words": [[10, 19], [40, 49]],
    "reasons": None,
    "paper": PAPER,
}
ANSWER: dict[str, Any] = {
    "query": "what is the structure of DNA?",
    "mode": "auto",
    "generation": _GENERATION,
    "took_ms": 11.42,
    "confidence": "strong",
    "notes": [],
    "hits": [_HIT],
    "offset": 0,
    "next": f"/v1/search?q=what+is+the+structure+of+DNA%3F&k=1&offset=1&generation={_GENERATION}",
}
RELATIVES: dict[str, Any] = {
    "query": "10.1126/science.1225829",
    "mode": "related",
    "generation": _GENERATION,
    "took_ms": 6.05,
    "confidence": "fair",
    "notes": [],
    "hits": [
        _HIT
        | {
            "score": 2.107732,
            "similarity": 0.487215,
            "confidence": "fair",
            "matched_by": "related",
            "title_words": [],
            "reasons": {"words": ["DNA", "genetics"], "authors": [], "venue": None},
        }
    ],
}
FACETS: dict[str, Any] = {
    "generation": _GENERATION,
    "papers": 3,
    "years": [{"year": 1953, "papers": 1}, {"year": 1985, "papers": 1}, {"year": 2012, "papers": 1}],
    "authors": [{"name": "Francis H. C. Crick", "papers": 1}, {"name": "James D. Watson", "papers": 1}],
    "venues": [{"name": "Science", "papers": 2}, {"name": "Nature", "papers": 1}],
}
QUESTIONS: dict[str, Example] = {
    "one": {
        "summary": "One question",
        "value": {"q": "what is the structure of DNA?", "k": 5, "year_to": 2020},
    },
    "several": {
        "summary": "Several, answered from one generation",
        "value": {
            "queries": [
                {"q": "what is the structure of DNA?", "k": 5},
                {"q": "comment trouver les documents pertinents ?", "mode": "hybrid"},
            ]
        },
    },
}
SEEDS: dict[str, Example] = {
    "several": {
        "summary": "Like these, not like that",
        "value": {
            "positive": ["10.1038/171737a0", "arXiv:1706.03762"],
            "negative": ["10.1126/science.1225829"],
            "k": 5,
            "diversity": 0.3,
        },
    }
}
EXPORTS: dict[str, Any] = {
    "two": {
        "summary": "Two papers as BibTeX",
        "value": {"ids": ["10.1038/171737a0", "arXiv:1706.03762"], "format": "bibtex"},
    }
}

ANSWERS: dict[str, Any] = {"generation": _GENERATION, "results": [ANSWER]}
# FastAPI would leave out what is null in them, so the OpenAPI document refers to them by name.
OF_DOCUMENTS: dict[str, dict[str, Any]] = {
    "Paper": PAPER,
    "Answer": ANSWER,
    "Answers": ANSWERS,
    "Relatives": RELATIVES,
    "Facets": FACETS,
}
