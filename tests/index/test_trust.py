"""Files of an index are held against their checksums before any library reads them, and run nothing."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import faiss
import numpy as np
import pytest

from semsearch.api import build
from semsearch.errors import IndexDamaged, SemsearchError
from semsearch.index.database import Database, created
from semsearch.index.files import replace_atomically
from semsearch.index.generation import open_generation
from semsearch.index.store import Store
from tests.support import CORPUS, WordEncoder


@pytest.mark.parametrize("name", ["vectors.faiss", "papers.sqlite", "canaries.npy"])
def test_a_file_that_was_changed_is_given_to_no_library(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = build(CORPUS, tmp_path, encoder=WordEncoder())
    path = tmp_path / "generations" / report.generation / name
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    for library, reader in ((faiss, "read_index"), (np, "load"), (sqlite3, "connect")):
        monkeypatch.setattr(library, reader, lambda *_, **__: pytest.fail("was read before it was checked"))
    with pytest.raises(IndexDamaged, match="was changed after it was written") as caught:
        open_generation(Store(tmp_path))
    assert caught.value.where == str(path)


def test_a_database_is_not_written_and_its_schema_is_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "papers.sqlite"
    with created(path, "CREATE TABLE papers (id TEXT); CREATE VIEW loads AS SELECT load_extension('evil')"):
        pass
    database = Database(path, "SELECT * FROM papers")
    for statement in ("INSERT INTO papers VALUES ('x')", "DROP TABLE papers", "PRAGMA user_version = 7"):
        with pytest.raises((sqlite3.OperationalError, SemsearchError), match="readonly"):
            database.query(statement)
    refused = r"unsafe use|not authorized|no such function"
    with pytest.raises((sqlite3.OperationalError, SemsearchError), match=refused):
        database.query("SELECT * FROM loads")
    assert database.query("PRAGMA trusted_schema") == [(0,)]
    assert database.query("PRAGMA query_only") == [(1,)]
    assert not [*tmp_path.glob("papers.sqlite-*")]


def test_no_link_that_somebody_left_is_written_through(tmp_path: Path) -> None:
    """Whoever may make files in a folder must not choose what others write to."""
    victim, target = tmp_path / "victim", tmp_path / "CURRENT"
    victim.write_text("theirs")
    (tmp_path / f".CURRENT.{os.getpid()}").symlink_to(victim)
    replace_atomically(target, "ours")
    assert (victim.read_text(), target.read_text(), target.is_symlink()) == ("theirs", "ours", False)
