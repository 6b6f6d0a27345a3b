"""Completion, as a shell asks for it: by a key pressed in a real one, where it is installed."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from semsearch.api import build
from semsearch.index.store import Store
from tests.support import CORPUS, Run, WordEncoder

_PATIENCE = 30  # seconds
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[()][0-9A-B]|[=>]|\][^\x07]*\x07)|[\r\x07\x08]")
_STARTED = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
_TAUGHT = {
    "bash": 'eval "$(semsearch completion bash)"',
    "zsh": 'autoload -Uz compinit && compinit -u -D && eval "$(semsearch completion zsh)"',
    "fish": "semsearch completion fish | source",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two generations of the small corpus."""
    folder = tmp_path_factory.mktemp("completing") / "index"
    for _ in range(2):
        build(CORPUS, folder, encoder=WordEncoder())
    return folder


@pytest.fixture(scope="module")
def environment(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Where `semsearch` is the command of this checkout."""
    folder = tmp_path_factory.mktemp("bin")
    command = folder / "semsearch"
    command.write_text(f"#!{sys.executable}\nfrom semsearch.cli import main\nmain()\n")
    command.chmod(0o755)
    return {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "SEMSEARCH_INDEX": str(root),
        "HOME": str(folder),
        "TERM": "xterm",
        "LANG": "C.UTF-8",
    }


def _candidates(environment: dict[str, str], *words: str) -> list[str]:
    """What click answers a shell that asks how the last of some words goes on."""
    asked = {"_SEMSEARCH_COMPLETE": "bash_complete", "COMP_CWORD": str(len(words) - 1)}
    asked["COMP_WORDS"] = " ".join(words)
    done = subprocess.run(["semsearch"], env=environment | asked, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.split()]


def test_it_knows_commands_options_choices_and_ids(environment: dict[str, str], root: Path) -> None:
    ids = Store(root).ids()
    assert "search" in _candidates(environment, "semsearch", "")
    assert "--rerank" in _candidates(environment, "semsearch", "search", "--re")
    assert _candidates(environment, "semsearch", "search", "--mode", "d") == ["dense"]
    assert _candidates(environment, "semsearch", "verify", "") == ids
    assert _candidates(environment, "semsearch", "rollback", "000002") == ids[1:]
    assert _candidates(environment, "semsearch", "show", "10.") == ["10.1038/171737a0"]
    assert _candidates(environment, "semsearch", "related", "gan", "--not", "c") == ["curriculum"]
    assert _candidates(environment, "semsearch", "evaluate", "--compare", "h") == ["hybrid"]
    assert ids[0] in _candidates(environment, "semsearch", "evaluate", "--compare", "dense", "0")
    assert _candidates(environment, "semsearch", "show", "--index", "/nowhere", "1") == []


def test_a_damaged_index_completes_nothing_and_says_nothing(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "generations" / "000001-x").mkdir(parents=True)
    (tmp_path / "generations" / "000001-x" / "papers.sqlite").write_text("no database")
    (tmp_path / "CURRENT").write_text("000001-x\n")
    assert _candidates(environment | {"SEMSEARCH_INDEX": str(tmp_path)}, "semsearch", "show", "a") == []


@pytest.mark.parametrize("shell", _STARTED)
def test_a_key_pressed_in_a_real_shell_completes(environment: dict[str, str], root: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"skipped: no {shell}")
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(shell, _STARTED[shell], environment)
    try:
        # What is echoed holds the quote; only the shell's own output does not.
        _type(terminal, f"{_TAUGHT[shell]}; echo re''ady\n", until="\nready")
        _type(terminal, "semsearch veri\t", until="semsearch verify ")
        _type(terminal, "000002\t", until=Store(root).ids()[1])
        _type(terminal, "--ind\t", until="--index")
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
        os.close(terminal)


def _type(terminal: int, keys: str, *, until: str) -> None:
    """Press keys, and wait until the terminal shows something."""
    os.write(terminal, keys.encode())
    shown, deadline = "", time.monotonic() + _PATIENCE
    while until not in _ESCAPES.sub("", shown):
        assert time.monotonic() < deadline, (until, shown)
        if select.select([terminal], [], [], 0.2)[0]:
            shown += os.read(terminal, 65_536).decode(errors="replace")


@pytest.mark.parametrize("shell", _STARTED)
def test_the_help_says_how_each_shell_is_taught(run: Run, shell: str) -> None:
    code, out, _ = run("completion", shell)
    assert code == 0
    assert "_SEMSEARCH_COMPLETE" in out
    _, out, _ = run("completion", "--help")
    assert _TAUGHT[shell].rpartition("&& ")[2] in out


def test_a_key_imports_nothing_heavy(environment: dict[str, str]) -> None:
    code = (
        "import sys; sys.argv = ['semsearch']\n"
        "from semsearch.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'faiss', 'torch', 'rich', 'transformers', 'fastapi'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    asked = {"_SEMSEARCH_COMPLETE": "bash_complete", "COMP_WORDS": "semsearch show g", "COMP_CWORD": "2"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment | asked, capture_output=True, text=True, check=True)
    assert done.stdout == "plain,gan\n"
