"""The encoder of a build: exported once, and run by what is fastest here once there is much to encode."""

from __future__ import annotations

import importlib.util
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from semsearch.encode import export, pretrained
from semsearch.encode.encoder import CANARY_TOLERANCE, unit
from semsearch.encode.export import Export
from semsearch.encode.models import DEFAULT
from semsearch.encode.pretrained import Pretrained
from semsearch.encode.runtime import Runtime, RuntimeName, run
from semsearch.encode.transformer import TransformerEncoder
from semsearch.errors import EncoderError

log = logging.getLogger(__name__)

_SAMPLE = 24  # windows that each candidate computes, twice


def load(name: str = DEFAULT, *, exports: Path, runtime: RuntimeName = "auto") -> TransformerEncoder:
    """An encoder for papers.

    Args:
        name: The embedded default, a folder, or a name on the model hub.
        exports: Where exported encoders are kept; a model that was never exported is exported there.
        runtime: ``auto`` begins with the exported model, which loads at once, and after a few thousand texts
            measures which library and number format encode most a second on this machine. The others
            are what they say.

    Raises:
        EncoderError: It cannot be found, loaded or, where ``runtime`` asks for that, exported.
        MissingExtra: The library that ``runtime`` names is not installed.
        OSError: ``exports`` cannot be written.
    """
    source = pretrained.files_sha256(name)
    found, loaded = export.find_source(exports, source), None
    if found is None:
        loaded = pretrained.load(name)
        try:
            found = export.write(loaded, exports, source)
        except EncoderError as error:
            if runtime in {"onnx", "openvino"}:
                raise
            log.warning("%s", error)
    if found is None or runtime == "torch":
        return (loaded or pretrained.load(name)).encoder(half=runtime == "auto" and computes_in_bfloat16())
    found = replace(found, passport=replace(found.passport, name=name))
    encoder = found.load("openvino", half=computes_in_bfloat16()) if runtime == "openvino" else found.load()
    found.prove(encoder)
    if runtime == "auto":
        encoder.faster = lambda sample: fastest(encoder.runtime, sample, found, loaded)
    return encoder


def fastest(
    current: Runtime, sample: Sequence[Sequence[int]], found: Export, loaded: Pretrained | None = None
) -> Runtime:
    """The runtime that encodes a sample in the least time, among those whose vectors are right.

    Args:
        current: What runs now, in float32; the others must agree with it.
        sample: Token ids of texts as they come.
        found: The exported model.
        loaded: The model itself, where it is loaded already.
    """
    sample = sample[:: max(1, len(sample) // _SAMPLE)][:_SAMPLE]
    expected = unit(run(current, sample))
    best, least = current, _seconds(current, sample)
    log.info("%s: %.0f texts a second", current.name, len(sample) / least)
    for candidate in candidates(found, loaded):
        moved = np.linalg.norm(unit(run(candidate, sample)) - expected, axis=1).max()
        if not moved <= CANARY_TOLERANCE:
            log.warning("%s gives other vectors (moved by %.2f) and is not used", candidate.name, moved)
            continue
        seconds = _seconds(candidate, sample)
        log.info("%s: %.0f texts a second", candidate.name, len(sample) / seconds)
        if seconds < least:
            best, least = candidate, seconds
    log.info("encoding with %s", best.name)
    return best


def candidates(found: Export, loaded: Pretrained | None) -> Iterator[Runtime]:
    """What else could run a model here; each is made when its turn comes."""
    formats = (False, True) if computes_in_bfloat16() else (False,)
    if importlib.util.find_spec("openvino") is not None:
        for half in formats:
            yield found.load("openvino", half=half).runtime
    loaded = loaded or pretrained.load(found.passport.name)
    for half in formats if loaded.model.device.type == "cpu" else (False, True):
        yield loaded.encoder(half=half).runtime


def _seconds(runtime: Runtime, sample: Sequence[Sequence[int]]) -> float:
    """The shorter of two runs: what else the machine does can only lengthen one."""
    seconds = []
    for _ in range(2):
        started = time.perf_counter()
        run(runtime, sample)
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def computes_in_bfloat16() -> bool:
    """Whether this processor says that it multiplies matrices in bfloat16; `fastest` sees whether it pays."""
    flags = Path("/proc/cpuinfo")
    if not flags.exists():
        return False
    return any(flag in flags.read_text(encoding="utf-8") for flag in ("amx_bf16", "avx512_bf16"))
