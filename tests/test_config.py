"""``semsearch.toml``: what it says is what is followed, and what is wrong with it is said with its line."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from semsearch import config
from semsearch.config import RuntimeName, Settings, beside, read_settings
from semsearch.encode import runtime
from semsearch.errors import ConfigError
from semsearch.request import Request

ROOT = Path(__file__).resolve().parent.parent
WHOLE = """\
# A library's settings.
contact = "library@example.org"
schedule = "daily at 03:17"

[index]
encoder = "a/name"
runtime = "onnx"
golden = "golden.jsonl"
keep = 3
exact = true
keep-duplicates = true
max-rejected = 0

[[source]]
path = "refs.bib"

[[source]]
harvest = "hal"
institution = "Inria"
since = 2020-01-01
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that settings name."""
    monkeypatch.delenv("SEMSEARCH_CONTACT", raising=False)
    for name in ("refs.bib", "golden.jsonl"):
        (tmp_path / name).touch()
    return tmp_path


def write(folder: Path, text: str) -> Path:
    path = folder / "semsearch.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_everything_that_can_be_said(folder: Path) -> None:
    settings = read_settings(write(folder, WHOLE))
    assert settings.schedule is not None
    assert settings.schedule.cron == "17 3 * * *"
    assert settings == Settings(
        sources=(str(folder / "refs.bib"), Request("hal", institution="Inria", since=date(2020, 1, 1))),
        encoder="a/name",
        runtime="onnx",
        golden=str(folder / "golden.jsonl"),
        keep=3,
        exact=True,
        keep_duplicates=True,
        max_rejected=0,
        schedule=settings.schedule,
        contact="library@example.org",
        path=str(folder / "semsearch.toml"),
    )


def test_what_is_not_said_is_as_without_a_file(folder: Path) -> None:
    path = write(folder, '[[source]]\npath = "refs.bib"\n')
    assert read_settings(path) == Settings(sources=(str(folder / "refs.bib"),), path=str(path))


def test_who_asks_may_stand_in_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(folder, "[[source]]\nharvest = 'hal'\nquery = 'proteins'\n")
    monkeypatch.setenv("SEMSEARCH_CONTACT", "me@example.org")
    assert read_settings(path).contact == "me@example.org"
    path.write_text("contact = 'us@example.org'\n" + path.read_text())
    assert read_settings(path).contact == "us@example.org"


def test_an_encoder_in_a_folder_is_found_from_the_file(folder: Path) -> None:
    (folder / "model").mkdir()
    path = write(folder, '[index]\nencoder = "model"\n[[source]]\npath = "refs.bib"\n')
    assert read_settings(path).encoder == str(folder / "model")


def test_a_cluster_is_a_few_words(folder: Path) -> None:
    said = '[index]\nrunner = "ray"\naddress = "head:6379"\nstorage = "{}"\nshards = 8\ngpus = 2\n' + SOURCE
    found = read_settings(write(folder, said.format("s3://papers/shards")))
    assert (found.runner, found.address, found.shards, found.gpus) == ("ray", "head:6379", 8, 2)
    assert found.storage == "s3://papers/shards"
    assert read_settings(write(folder, said.format("shards"))).storage == str(folder / "shards")
    with pytest.raises(ConfigError, match="cannot be “spark”"):
        read_settings(write(folder, '[index]\nrunner = "spark"\n' + SOURCE))


def test_the_file_is_looked_for_beside_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert beside(Path("index")) == tmp_path / "semsearch.toml"
    assert beside(Path("/srv/papers/index")) == Path("/srv/papers/semsearch.toml")


def test_runtimes_are_those_that_there_are() -> None:
    assert get_args(RuntimeName) == runtime.RUNTIMES


SOURCE = '[[source]]\npath = "refs.bib"\n'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("shedule = 'daily'\n" + SOURCE, 1, "shedule: there is no such key. Did you mean “schedule”?"),
        (
            SOURCE + "\n[index]\nkeep = 3\nencodr = 'x'\n",
            6,
            "encodr of [index]: there is no such key. Did you m",
        ),
        ("keep = 3\n" + SOURCE, 1, "keep: there is no such key. It belongs into [index]."),
        ("[index]\nmax_rejected = 3\n" + SOURCE, 2, "Did you mean “max-rejected”?"),
        ("[index]\nkeep = '3'\n" + SOURCE, 2, "keep of [index]: must be a whole number, and is “3”."),
        ("[index]\nkeep = true\n" + SOURCE, 2, "must be a whole number, and is true."),
        ("[index]\nkeep = 0\n" + SOURCE, 2, "must be at least 1, and is 0."),
        ("[index]\nmax-rejected = -1\n" + SOURCE, 2, "must be at least 0, and is -1."),
        ("[index]\nexact = 1\n" + SOURCE, 2, "must be true or false, and is 1."),
        ("[index]\nencoder = ''\n" + SOURCE, 2, "must be text in quotes, and is empty."),
        ("[index]\nruntime = 'onyx'\n" + SOURCE, 2, "cannot be “onyx”. Did you mean “onnx”?"),
        ("[index]\ngolden = 'goldne.jsonl'\n" + SOURCE, 2, "Did you mean “golden.jsonl”?"),
        ("schedule = 'now and then'\n" + SOURCE, 1, "schedule: “now and then” cannot be followed"),
        ("schedule = 3\n" + SOURCE, 1, "schedule: must be text in quotes, and is 3."),
        ("contact = ['a']\n" + SOURCE, 1, "contact: must be text in quotes, and is a list."),
        (SOURCE + "\n[[source]]\npath = 'ref.bib'\n", 5, "path of source 2: there is no "),
        (SOURCE + "\n[[source]]\npath = 'ref.bib'\n", 5, "Did you mean “refs.bib”?"),
        (SOURCE + "\n[[source]]\npaht = 'refs.bib'\n", 5, "Did you mean “path”?"),
        (SOURCE + "[[source]]\n", 3, "source 2: has neither path nor harvest"),
        ("[[source]]\npath = 'refs.bib'\nharvest = 'hal'\n", 1, "has both path and harvest"),
        ("[[source]]\npath = 'refs.bib'\nauthor = 'Curie'\n", 3, "author of source 1: is for a harvest"),
        ("[[source]]\nharvest = 'halle'\n", 2, "harvest of source 1: cannot be “halle”. Did you mean “hal”?"),
        ("[[source]]\nharvest = 'hal'\nsince = 2020-01-01\n", 2, "asks for everything there is"),
        ("[[source]]\nharvest = 'hal'\nsince = '2020'\n", 3, "must be a date, as 2024-01-31, and is “2020”."),
        ("[[source]]\nharvest = 'hal'\nquery = 'proteins'\n", None, "contact: is missing."),
        ("[source]\npath = 'refs.bib'\n", 1, "write [[source]], in double brackets."),
        ("index = 3\n" + SOURCE, 1, "index: is a table"),
        ("schedule = 'daily'\n", None, "source: is missing."),
        ("", None, "source: is missing."),
        ("schedule = daily\n", None, "is no TOML: Invalid value (at line 1, column 12)."),
    ],
)
def test_what_is_wrong_is_said_with_its_line(folder: Path, text: str, line: int | None, said: str) -> None:
    path = write(folder, text)
    with pytest.raises(ConfigError) as wrong:
        read_settings(path)
    assert said in f"{wrong.value.what} {wrong.value.hint}"
    assert wrong.value.where == (f"{path}:{line}" if line else str(path))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        read_settings(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_settings(tmp_path / "binary.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_settings(tmp_path)


def test_every_key_is_documented_and_the_example_can_be_followed() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    keys = {*config._TABLES, *config._INDEX, *config._SOURCE}
    assert {key for key in keys if not re.search(rf"`\[*{key}\]*`", page)} == set()
    assert {service for service in config._SERVICES if f"`{service}`" not in page} == set()
    settings = read_settings(ROOT / "examples" / "semsearch.toml")
    assert [Path(str(source)).name for source in settings.sources] == ["landmarks.bib", "publications.txt"]
