"""Libraries that would report to their makers do not: no process of semsearch tells anybody that it ran."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

_USED = """
import semsearch
import {library}
{use}
"""


@pytest.mark.parametrize(
    ("library", "use"),
    [
        ("onnxruntime", "onnxruntime.get_available_providers()"),
        ("openvino", "openvino.Core().available_devices"),
        ("huggingface_hub.constants", "assert huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY"),
    ],
)
def test_a_library_keeps_no_identifier_of_this_machine(tmp_path: Path, library: str, use: str) -> None:
    """Before they report they note down whom from, under the home folder; not where CI is said to be."""
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"skipped: no {library}")
    reporting = {"CI", "ORT_DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY", "TF_BUILD", "JENKINS_URL"}
    plain = {name: value for name, value in os.environ.items() if name not in reporting}
    done = subprocess.run(
        [sys.executable, "-B", "-c", _USED.format(library=library, use=use)],
        env=plain | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
