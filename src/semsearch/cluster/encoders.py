"""An encoder as the machines of a cluster get it: what it takes to load the very same one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from semsearch.cluster.storage import Storage
from semsearch.encode import Encoder, Passport, export, pretrained
from semsearch.encode.runtime import RuntimeName
from semsearch.errors import EncoderError


@dataclass(frozen=True, slots=True)
class Loading:
    """Loads an encoder, wherever it is called.

    Which runtime computes is decided once for all machines, so that it does not matter where a shard is made.

    Attributes:
        passport: Which encoder.
        storage: Where its export is.
        runtime: What runs it; ``auto`` is ONNX Runtime, in float32, which gives the same on every machine.
        threads: That compute; None for as many as there are cores.
    """

    passport: Passport
    storage: Storage
    runtime: RuntimeName = "auto"
    threads: int | None = 1

    def __call__(self) -> Encoder:
        """The encoder, proved to be this one.

        Raises:
            EncoderError: It is another, or cannot be loaded.
        """
        fingerprint = self.passport.fingerprint
        if self.runtime == "torch":
            loaded = pretrained.load(self.passport.name)
            if loaded.passport.fingerprint != fingerprint:
                raise EncoderError(
                    "is another model on this machine.",
                    where=self.passport.name,
                    hint="Install the same one on all machines of the cluster.",
                )
            return loaded.encoder(threads=self.threads)
        folder = self.storage.encoders(export.folder_of(Path(), fingerprint).name)
        found = export.find(folder, fingerprint)
        if found is None:
            raise EncoderError(
                "is not in the storage of the cluster.",
                where=folder,
                hint="Start the build again; it puts the encoder there.",
            )
        encoder = found.load("openvino" if self.runtime == "openvino" else "onnx", threads=self.threads)
        found.prove(encoder)
        return encoder


def shipped(passport: Passport, exports: Path, storage: Storage, runtime: RuntimeName) -> Loading:
    """Put what machines need of an encoder where they find it.

    Args:
        passport: Which encoder.
        exports: Where it was exported; see `semsearch.encode.export`.
        storage: Where it is put.
        runtime: What runs it; ``torch`` has each machine load the model itself, by its name.
    """
    found = export.find(exports, passport.fingerprint)
    if found is None:
        return Loading(passport, storage, "torch")  # it could not be exported, as the build has said
    if runtime != "torch":
        storage.put_encoder(found.folder)
    return Loading(passport, storage, runtime)
