"""API keys in their file: what is kept, who may write it, and when a change counts."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from semsearch.errors import KeysError
from semsearch.serve.guard.keys import KeyFile, Keys
from tests.support import Run


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "keys.json")


def test_the_file_holds_the_hash_of_a_key_and_is_its_owners_alone(file: KeyFile) -> None:
    os.umask(os.umask(0))  # whatever the umask is
    key = file.add("ada")
    assert re.fullmatch(r"semsearch_[0-9a-f]{40}", key)
    text = file.path.read_text()
    assert key not in text
    assert key.removeprefix("semsearch_") not in text
    assert json.loads(text)["keys"]["ada"]["sha256"] == hashlib.sha256(key.encode()).hexdigest()
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert [path.name for path in file.path.parent.iterdir()] == ["keys.json"]


def test_keys_differ_and_let_in_by_name(file: KeyFile) -> None:
    given = {name: file.add(name) for name in ("ada", "bob", "eve")}
    assert len({*given.values()}) == 3
    keys = Keys(file.path)
    assert {name: keys.owner(key) for name, key in given.items()} == {name: name for name in given}
    for wrong in ("", given["ada"][:-1], given["ada"] + "0", given["ada"].upper(), "ada", "\udc80", "é"):
        assert keys.owner(wrong) is None


def test_every_key_is_compared_whichever_is_right(file: KeyFile, monkeypatch: pytest.MonkeyPatch) -> None:
    given = [file.add(name) for name in ("ada", "bob", "eve")]
    keys, compared = Keys(file.path), list[str]()
    real = hashlib.sha256

    def compare(asked: str, known: str) -> bool:
        compared.append(known)
        return asked == known

    monkeypatch.setattr("hmac.compare_digest", compare)
    for key in (*given, "semsearch_none"):
        compared.clear()
        keys.owner(key)
        assert compared == [real(each.encode()).hexdigest() for each in given]


def test_a_change_of_the_file_counts_from_the_next_request_on(file: KeyFile) -> None:
    ada, keys = file.add("ada"), Keys(file.path)
    bob = file.add("bob")
    assert (keys.owner(ada), keys.owner(bob)) == ("ada", "bob")
    file.revoke("ada")
    assert (keys.owner(ada), keys.owner(bob)) == (None, "bob")


def test_a_file_that_cannot_be_read_lets_nobody_in_until_it_can(
    file: KeyFile, caplog: pytest.LogCaptureFixture
) -> None:
    ada, before = file.add("ada"), file.path.read_bytes()
    keys = Keys(file.path)
    for damage in (b"{", b'{"keys": {"ada": {"sha256": "0", "created": ""}}}', b"\xff", b"[]", None):
        if damage is None:
            file.path.unlink()
        else:
            file.path.write_bytes(damage)
        caplog.clear()
        for _ in range(3):
            with pytest.raises(KeysError):
                keys.owner(ada)
        assert len([r for r in caplog.records if "nobody is let in" in r.message]) == 1
        file.path.write_bytes(before)
        file.path.chmod(0o600)
        assert keys.owner(ada) == "ada"


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_refused(file: KeyFile, mode: int) -> None:
    file.add("ada")
    file.path.chmod(mode)
    with pytest.raises(KeysError, match="may be written by others") as caught:
        Keys(file.path)
    assert "chmod 600" in caught.value.hint
    with pytest.raises(KeysError):
        file.add("bob")


def test_a_file_of_somebody_else_is_refused(file: KeyFile) -> None:
    file.add("ada")
    if os.geteuid() != 0:
        pytest.skip("skipped: only root gives files away")
    os.chown(file.path, 65_534, 65_534)
    with pytest.raises(KeysError, match="may be written by others"):
        Keys(file.path)


def test_one_that_may_be_read_is_not_refused(file: KeyFile) -> None:
    """As secrets are mounted into containers: hashes let nobody in."""
    ada = file.add("ada")
    file.path.chmod(0o444)
    assert Keys(file.path).owner(ada) == "ada"


def test_no_link_of_somebody_else_is_followed_when_it_is_written(file: KeyFile, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("theirs")
    for name in (".keys.json.tmp", f".keys.json.{os.getpid()}", "keys.json.tmp"):
        (tmp_path / name).symlink_to(victim)
    file.add("ada")
    assert victim.read_text() == "theirs"


def test_of_two_who_add_at_once_neither_is_lost(file: KeyFile) -> None:
    names = [f"n{n}" for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        given = dict(zip(names, pool.map(file.add, names), strict=True))
    keys = Keys(file.path)
    assert all(keys.owner(key) == name for name, key in given.items())


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "ключ", "x" * 65, "../x", "a{b}"])
def test_a_name_that_could_do_harm_in_a_log_is_none(file: KeyFile, name: str) -> None:
    with pytest.raises(KeysError, match="no name for a key"):
        file.add(name)
    assert not file.path.exists()


def test_the_command_shows_a_key_once(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "k.json"
    code, key, err = run("keys", "add", "ada", "--keys", path)
    assert code == 0
    assert re.fullmatch(r"semsearch_[0-9a-f]{40}\n", key)
    assert "not shown again" in err
    code, out, _ = run("keys", "list", "--keys", path)
    assert (code, out.split()[0]) == (0, "ada")
    assert key.strip() not in out
    assert run("keys", "add", "ada", "--keys", path)[0] == 1
    assert run("keys", "revoke", "bob", "--keys", path)[0] == 1
    code, out, _ = run("keys", "revoke", "ada", "--keys", path, "--json")
    assert (code, json.loads(out)) == (0, {"revoked": "ada", "file": str(path)})
    assert json.loads(run("keys", "list", "--keys", path, "--json")[1]) == {"keys": []}
    code, out, _ = run("keys", "add", "eve", "--keys", path, "--json")
    assert (code, json.loads(out)["name"]) == (0, "eve")
    code, _, err = run("keys", "list", "--keys", tmp_path / "none")
    assert code == 1
    assert "semsearch keys add NAME" in err


def test_a_service_does_not_start_without_its_keys(published: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "semsearch", "serve", "--port", "0", "--index", str(published)]
    done = subprocess.run(
        [*command, "--keys", str(tmp_path / "none")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "there is no such file" in done.stderr
