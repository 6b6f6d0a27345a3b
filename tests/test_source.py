"""What no module may do, whoever writes it: the promises of SECURITY.md that can be read off the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "scripts").rglob("*.py")])
# Modules by which reading data can run code, and those that start programs or speak to other machines.
PICKLES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "pandas"}
RUNS_CODE = {"eval", "exec", "compile", "__import__", "breakpoint"}
SPEAKS = {"requests", "urllib3", "httpx", "httpx2", "aiohttp", "ftplib", "smtplib", "telnetlib", "xmlrpc"}
# The one module that asks other machines: those of the services that are harvested.
ASKS = ROOT / "src" / "semsearch" / "ingest" / "harvest" / "client.py"
LOADERS = {("np", "load"), ("numpy", "load")}
NEVER = {
    ("torch", "load"),
    ("torch", "hub"),
    ("yaml", "load"),
    ("yaml", "unsafe_load"),
    ("os", "system"),
    ("os", "popen"),
    ("tempfile", "mktemp"),
    ("ssl", "_create_unverified_context"),
}


def faults(text: str, *, package: bool = True) -> Iterator[str]:
    """What a source may not do, with the line where it does.

    Args:
        text: The source.
        package: Whether it is a module of semsearch and not a script.
    """
    for node in ast.walk(ast.parse(text)):
        line = f"line {getattr(node, 'lineno', 0)}: "
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = (
                [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            )
            for name in names:
                top = name.partition(".")[0]
                if top in PICKLES or (
                    package and (top in SPEAKS | {"subprocess"} or name == "urllib.request")
                ):
                    yield f"{line}imports {name}"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if (node.value.id, node.attr) in NEVER:
                yield f"{line}{node.value.id}.{node.attr}"
        elif isinstance(node, ast.Call):
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            if isinstance(node.func, ast.Name) and node.func.id in RUNS_CODE:
                yield f"{line}calls {node.func.id}"
            for name in ("shell", "allow_pickle", "trust_remote_code"):
                value = given.get(name)
                if value is not None and not (isinstance(value, ast.Constant) and value.value is False):
                    yield f"{line}{name} is not False"
            if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                called = (node.func.value.id, node.func.attr)
                if called in LOADERS and "allow_pickle" not in given:
                    yield f"{line}np.load without allow_pickle=False"
            loader = node.func.id if isinstance(node.func, ast.Name) else ""
            if package and loader in {"SentenceTransformer", "CrossEncoder"}:
                if "trust_remote_code" not in given or "local_files_only" not in given:
                    yield f"{line}{loader} that is not told whom to trust"
                if "use_safetensors" not in ast.unparse(node):
                    yield f"{line}{loader} that may read pickled weights"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_runs_what_it_reads_or_speaks_to_others(path: Path) -> None:
    found = [*faults(path.read_text(encoding="utf-8"), package="src" in path.parts)]
    assert [fault for fault in found if path != ASKS or not fault.endswith("imports httpx2")] == []


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from joblib import load",
        "import numpy as np\nnp.load('x')",
        "np.load('x', allow_pickle=True)",
        "np.load('x', allow_pickle=choose())",
        "eval('1')",
        "exec(code)",
        "compile(code, '', 'exec')",
        "torch.load('x')",
        "yaml.load(stream)",
        "os.system('ls')",
        "import subprocess",
        "run(command, shell=True)",
        "import requests",
        "from urllib.request import urlopen",
        "SentenceTransformer('x', trust_remote_code=True)",
        "SentenceTransformer('x')",
    ],
)
def test_it_would_be_seen(text: str) -> None:
    assert [*faults(text)]


def test_what_is_allowed_is_not_seen() -> None:
    assert not [*faults("import re\nimport numpy as np\nre.compile('x')\nnp.load('x', allow_pickle=False)")]
