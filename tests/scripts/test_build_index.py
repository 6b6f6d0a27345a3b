"""The offline rebuild, run as cron runs it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from semsearch.index.store import Store

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "examples" / "publications.txt"


@pytest.fixture(scope="module")
def script() -> Callable[..., int]:
    """The script's `main`, given its arguments; in this process, so that torch is loaded once."""
    spec = importlib.util.spec_from_file_location("build_index", ROOT / "scripts" / "build_index.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def run(*arguments: object) -> int:
        sys.argv = ["build_index.py", *map(str, arguments)]
        return int(module.main())

    return run


def test_it_builds_where_its_file_says(
    script: Callable[..., int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    (tmp_path / "semsearch.toml").write_text(f'[index]\nrunner = "ray"\n[[source]]\npath = "{PAGE}"\n')
    assert script("--index", tmp_path / "index") == 1
    assert "semsearch[cluster]" in caplog.text


def test_it_builds_then_rebuilds_from_the_recorded_sources(
    script: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    page = tmp_path / "page.txt"
    page.write_bytes(PAGE.read_bytes())
    store = Store(tmp_path / "index")
    assert script(page, "--index", store.root) == 0
    assert script("--index", store.root) == 0
    assert store.manifest(store.published()).counts.embedded == 0
    assert capsys.readouterr().out == ""
    assert "27 papers" in caplog.text

    before = store.current()
    page.unlink()
    assert script("--index", store.root) == 1
    assert "page.txt" in caplog.text
    assert store.current() == before

    with store.lock():
        assert script(PAGE, "--index", store.root) == 75
    assert store.current() == before


def test_wrong_usage_is_exit_code_2(script: Callable[..., int]) -> None:
    with pytest.raises(SystemExit) as ended:
        script("--keep", "0")
    assert ended.value.code == 2
