"""The encoder that made an index, loaded again and proved to be the same."""

from __future__ import annotations

import numpy as np

from semsearch.encode import CANARIES, CANARY_TOLERANCE, Encoder
from semsearch.errors import IndexForeign
from semsearch.index.generation import Generation


def load_encoder(generation: Generation) -> Encoder:
    """Load the encoder that the generation's manifest names.

    Raises:
        EncoderError: It cannot be loaded.
        IndexForeign: What was loaded is another encoder.
    """
    from semsearch.encode.transformer import TransformerEncoder

    encoder = TransformerEncoder(generation.manifest.encoder.name, threads=1)
    prove(encoder, generation)
    return encoder


def prove(encoder: Encoder, generation: Generation) -> None:
    """Check that an encoder gives the vectors of this index: by its passport, then by encoding the canaries.

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
    moved = np.linalg.norm(encoder.encode_documents(CANARIES) - generation.canaries, axis=1).max()
    if not moved <= CANARY_TOLERANCE:
        raise IndexForeign(
            f"the encoder {found.name} no longer gives the vectors it gave at build (moved by {moved:.2f}).",
            where=generation.id,
            hint=_REBUILD,
        )


_REBUILD = "Build the index again with the encoder you want: semsearch rebuild [--encoder NAME]"
