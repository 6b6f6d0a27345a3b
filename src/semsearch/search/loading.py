"""The encoder that made an index, loaded again and proved to be the same."""

from __future__ import annotations

import logging

import numpy as np

from semsearch.encode import CANARIES, CANARY_TOLERANCE, Encoder, export
from semsearch.encode.questions import QuestionEncoder
from semsearch.errors import IndexForeign
from semsearch.index.generation import Generation

log = logging.getLogger(__name__)


def load_encoder(generation: Generation) -> Encoder:
    """Load the encoder that the generation's manifest names: as it was exported, or else by torch.

    One thread computes: a question is so short that a second gains little, and waiting for it costs tenfold
    where the other core is busy.

    Raises:
        EncoderError: It cannot be loaded.
        IndexForeign: What was loaded is another encoder.
    """
    expected = generation.manifest.encoder
    exported = export.find(generation.encoders, expected.fingerprint)
    if exported is not None:
        encoder = exported.load(threads=1)
    else:
        from semsearch.encode import pretrained

        log.warning("the encoder was not exported, so that torch is loaded, which takes seconds")
        encoder = pretrained.load(expected.name).encoder(threads=1)
    prove(encoder, generation)
    return QuestionEncoder(encoder)


def prove(encoder: Encoder, generation: Generation, *, thoroughly: bool = False) -> None:
    """Check that an encoder gives the vectors of this index: by its passport, then by encoding the canaries.

    Args:
        encoder: The encoder.
        generation: The index.
        thoroughly: Encode the long canary too, which takes longer than all others.

    Raises:
        IndexForeign: It does not; a question's vector would point nowhere in this index.
    """
    expected, found = generation.manifest.encoder, encoder.passport
    if found.fingerprint != expected.fingerprint:
        raise IndexForeign(
            f"was built with the encoder {expected.name} (weights {expected.weights_sha256[:12]}…), "
            f"and {found.name} (weights {found.weights_sha256[:12]}…) is another.",
            where=generation.id,
            hint=_REBUILD,
        )
    canaries = CANARIES if thoroughly else CANARIES[:-1]
    vectors = encoder.encode_documents(canaries)
    moved = np.linalg.norm(vectors - generation.canaries[: len(canaries)], axis=1).max()
    if not moved <= CANARY_TOLERANCE:
        raise IndexForeign(
            f"the encoder {found.name} no longer gives the vectors it gave at build (moved by {moved:.2f}).",
            where=generation.id,
            hint=_REBUILD,
        )


_REBUILD = "Build the index again with the encoder you want: semsearch rebuild [--encoder NAME]"
