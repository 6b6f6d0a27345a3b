"""Where the sentences of an abstract begin and end."""

from __future__ import annotations

# Shorter ones ("See Fig. 2.") answer no question and only add vectors.
_SHORTEST = 20


def split(text: str, language: str | None = None) -> list[tuple[int, int]]:
    """Character offsets ``(start, end)`` of each sentence, white space at its ends left out.

    A fragment of fewer than 20 characters belongs to the sentence before it.
    """
    import sentencex

    spans: list[tuple[int, int]] = []
    for boundary in sentencex.get_sentence_boundaries(language or "en", text):
        raw = text[boundary["start_index"] : boundary["end_index"]]
        start = boundary["start_index"] + len(raw) - len(raw.lstrip())
        end = start + len(raw.strip())
        if end == start:
            continue
        if spans and end - start < _SHORTEST:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans
