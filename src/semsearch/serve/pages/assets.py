"""Style sheets, scripts and pictures: their addresses hold a hash of the content, and never go stale."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FOREVER = "public, max-age=31536000, immutable"
_FOLDER = files("semsearch.serve.pages").joinpath("static")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the pages."""

    content: bytes
    media_type: str


@cache
def assets() -> dict[str, Asset]:
    """Every file by the name it is served under, such as ``page.3f8a0c12.css``."""
    return dict(_assets().values())


@cache
def address(name: str) -> str:
    """Where a file is served."""
    return f"/static/{_assets()[name][0]}"


@cache
def _assets() -> dict[str, tuple[str, Asset]]:
    found = {}
    for file in sorted(_FOLDER.iterdir(), key=lambda file: file.name):
        content, (stem, _, suffix) = file.read_bytes(), file.name.rpartition(".")
        media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        if media_type.startswith("text/") or suffix in {"svg", "json"}:
            media_type += "; charset=utf-8"
        served = f"{stem}.{hashlib.sha256(content).hexdigest()[:10]}.{suffix}"
        found[file.name] = served, Asset(content, media_type)
    return found
