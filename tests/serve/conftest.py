"""An index for tests that serve it from processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from semsearch.api import build
from tests.support import CORPUS


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus with the default encoder, exported; not to be written to."""
    folder = tmp_path_factory.mktemp("built")
    build(CORPUS, folder)
    return folder
