"""A short run of the requests made up from the OpenAPI document."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT
from tests.serve.serving import live_on, serving
from tests.support import CORPUS


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz_api", ROOT / "scripts" / "fuzz_api.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_nothing_made_up_from_the_document_breaks_what_it_says(tmp_path: Path, script: ModuleType) -> None:
    with serving(live_on(tmp_path / "index", CORPUS)) as client:
        report, said = script.fuzz(str(client.base_url), 5, 0, tmp_path)
    assert report["exit_code"] == 0, said
    assert report["operations"]["tested"] == report["operations"]["total"] == 10
    assert report["test_cases"]["generated"] > 300
