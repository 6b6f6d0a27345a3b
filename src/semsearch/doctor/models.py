"""Checks of the models that come with the installation."""

from __future__ import annotations

from collections.abc import Iterator

from semsearch.doctor.finding import Case, Finding
from semsearch.encode.models import DEFAULT, DEFAULT_WEIGHTS_SHA256, locate
from semsearch.encode.multilingual import NAME, multilingual


def encoder(_: Case) -> Iterator[Finding]:
    """Whether the embedded encoder is there, and its weights are those that were published."""
    locate(DEFAULT)
    yield Finding("encoder", "good", f"{DEFAULT}, weights {DEFAULT_WEIGHTS_SHA256[:12]}… as published")


def words(_: Case) -> Iterator[Finding]:
    """Whether the multilingual encoder of words is there."""
    yield Finding("words", "good", f"{NAME}, weights {multilingual().passport.weights_sha256[:12]}…")
