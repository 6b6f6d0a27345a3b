"""Checks of what is installed: Python, the libraries and their versions, the extras."""

from __future__ import annotations

import importlib
import platform
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from semsearch.doctor.finding import Case, Finding

# The libraries in which something can be broken although their version is right: those with compiled parts,
# and those that must fit each other. By module, and the package that holds it.
_COMPILED = {
    "numpy": "numpy",
    "faiss": "faiss-cpu",
    "lxml.etree": "lxml",
    "onnxruntime": "onnxruntime",
    "tokenizers": "tokenizers",
    "torch": "torch",
    "sentence_transformers": "sentence-transformers",
}
_SHOWN = ("faiss-cpu", "numpy", "onnxruntime", "sentence-transformers", "torch")


def python(_: Case) -> Iterator[Finding]:
    """Which Python runs."""
    yield Finding("Python", "good", f"{platform.python_version()}, {sys.executable}")


def requirements(_: Case) -> Iterator[Finding]:
    """Whether every library is installed, in a version that semsearch works with."""
    wanted = [need for need, extras in _requirements() if not extras]
    wrong = [(need, why) for need in wanted if (why := _why_not(need))]
    for need, why in wrong:
        yield Finding(need.name, "problem", why, f"pip install '{_plain(need)}'")
    if not wrong:
        versions = ", ".join(f"{name} {version(name)}" for name in _SHOWN)
        yield Finding("versions", "good", f"all {len(wanted)} libraries are as required, such as {versions}")


def libraries(_: Case) -> Iterator[Finding]:
    """Whether the libraries with compiled parts can be imported here."""
    broken = False
    for module, package in _COMPILED.items():
        try:
            importlib.import_module(module)
        except Exception as error:  # noqa: BLE001 -- a broken library may raise anything
            broken = True
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            mend = f"pip install --force-reinstall --no-deps {package}=={_version(package) or '...'}"
            yield Finding(package, "problem", f"cannot be imported ({reason}).", mend)
    if not broken:
        yield Finding("libraries", "good", "those with compiled parts can be imported")


def extras(_: Case) -> Iterator[Finding]:
    """Which of the optional parts are there, and what adds the others."""
    needs: dict[str, list[Requirement]] = {}
    for need, names in _requirements():
        for name in names:
            needs.setdefault(name, []).append(need)
    for name, wanted in sorted(needs.items()):
        if name == "dev" or any(need.name == "semsearch" for need in wanted):
            continue  # what those are made of who work on semsearch, and collections of other extras
        if missing := [need.name for need in wanted if _why_not(need)]:
            what = f"not installed ({', '.join(missing)})"
            yield Finding(f"[{name}]", "note", what, f"pip install 'semsearch[{name}]'")
        else:
            yield Finding(f"[{name}]", "good", "installed")


def _requirements() -> Iterator[tuple[Requirement, list[str]]]:
    """What semsearch requires on this machine, and the extras that require it; none for what all need."""
    stated = [Requirement(text) for text in requires("semsearch") or ()]
    names = {name for need in stated for name in _named(need)}
    for need in stated:
        if need.marker is None or need.marker.evaluate({"extra": ""}):
            yield need, []
        elif wanted := [name for name in sorted(names) if need.marker.evaluate({"extra": name})]:
            yield need, wanted


def _named(need: Requirement) -> Iterable[str]:
    """The extras in a marker such as ``extra == "web"``."""
    text = str(need.marker or "")
    return [part.split('"')[1] for part in text.split("extra == ")[1:]]


def _why_not(need: Requirement) -> str:
    """What keeps a requirement from being met; empty when it is."""
    found = _version(need.name)
    if found is None:
        return "is not installed."
    if not need.specifier.contains(found, prereleases=True):
        return f"{found} is installed, and {need.specifier} is needed."
    return ""


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _plain(need: Requirement) -> str:
    """As pip takes it, without the marker."""
    extras = f"[{','.join(sorted(need.extras))}]" if need.extras else ""
    return f"{need.name}{extras}{need.specifier}"
