"""Storage that all machines of a cluster reach: what came of jobs, and the encoder."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semsearch.errors import ClusterError, MissingExtra

_CHECKSUM = hashlib.sha256().digest_size
_PART = ".part"  # ends the name of what is being written
_ENCODERS = "encoders"


@dataclass(frozen=True)
class Storage:
    """A folder on any file system that fsspec knows: ``/mnt/shared``, ``s3://bucket/folder``, ``gs://...``.

    What is written appears complete or not at all: it is written under another name and then renamed, which
    object stores do by a copy that appears at once.

    Attributes:
        url: Where it is.
    """

    url: str

    def __reduce__(self) -> tuple[type[Storage], tuple[str]]:
        """Each machine opens it for itself."""
        return Storage, (self.url,)

    @cached_property
    def _opened(self) -> tuple[Any, str]:
        """The file system, and the path on it."""
        try:
            import fsspec
        except ImportError as error:
            raise MissingExtra("fsspec", "cluster") from error
        try:
            found: tuple[Any, str] = fsspec.core.url_to_fs(self.url)
        except (ImportError, ValueError, OSError) as error:
            raise ClusterError(
                f"cannot be used as storage ({error}).",
                where=self.url,
                hint="Name a folder that all machines reach, or a bucket whose fsspec library is installed.",
            ) from error
        return found

    def read(self, name: str) -> NDArray[Any] | None:
        """The array of a name; None where there is none, or it is damaged."""
        files, root = self._opened
        try:
            content = files.cat_file(f"{root}/{name}")
        except FileNotFoundError:
            return None
        checksum, body = content[:_CHECKSUM], content[_CHECKSUM:]
        if hashlib.sha256(body).digest() != checksum:
            return None
        array: NDArray[Any] = np.load(io.BytesIO(body), allow_pickle=False)
        return array

    def write(self, name: str, array: NDArray[Any]) -> None:
        """Write an array under a name."""
        body = io.BytesIO()
        np.save(body, array, allow_pickle=False)
        content = body.getvalue()
        self._put(name, hashlib.sha256(content).digest() + content)

    def forget(self, folder: str) -> None:
        """Remove the arrays of a folder, and what was left by those who were killed writing them."""
        files, root = self._opened
        with contextlib.suppress(FileNotFoundError):
            files.rm(f"{root}/{folder}", recursive=True)

    def put_encoder(self, folder: Path) -> None:
        """Copy an exported encoder, a folder of files, unless it is there."""
        files, root = self._opened
        for path in sorted(folder.iterdir()):
            name = f"{_ENCODERS}/{folder.name}/{path.name}"
            if not files.exists(f"{root}/{name}"):
                self._put(name, path.read_bytes())

    def encoders(self, name: str) -> Path:
        """The folder on this machine that holds an exported encoder, fetched if need be.

        Args:
            name: Of the encoder's own folder.
        """
        files, root = self._opened
        if "file" in files.protocol:
            return Path(root) / _ENCODERS
        here = Path(tempfile.gettempdir()) / f"semsearch-{os.getuid()}" / _ENCODERS
        here.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (here / name).is_dir():
            staging = Path(tempfile.mkdtemp(dir=here))
            files.get(f"{root}/{_ENCODERS}/{name}/", f"{staging}/", recursive=True)
            try:
                staging.rename(here / name)
            except OSError:  # another process was faster
                shutil.rmtree(staging)
        return here

    def _put(self, name: str, content: bytes) -> None:
        files, root = self._opened
        target = f"{root}/{name}"
        part = f"{target}.{os.getpid()}-{os.urandom(4).hex()}{_PART}"
        files.makedirs(str(PurePosixPath(target).parent), exist_ok=True)
        files.pipe_file(part, content)
        files.mv(part, target)
