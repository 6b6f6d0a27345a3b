"""Texts to vectors: the encoder, its windows, and the cache of what it has already encoded."""

from semsearch.encode.encoder import CANARIES, CANARY_TOLERANCE, Encoder, Passport, Vectors, pooled, unit
from semsearch.encode.models import DEFAULT

__all__ = ["CANARIES", "CANARY_TOLERANCE", "DEFAULT", "Encoder", "Passport", "Vectors", "pooled", "unit"]
