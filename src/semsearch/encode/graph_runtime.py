"""An exported model, run by ONNX Runtime or OpenVINO: torch is not imported, and a process starts at once."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from semsearch.encode.encoder import Vectors
from semsearch.encode.runtime import CPU_BATCH, INPUTS, Ids
from semsearch.errors import MissingExtra

OUTPUT = "vectors"


class OnnxRuntime:
    """ONNX Runtime, in float32.

    Args:
        graph: The exported model. Its weights lie in a file beside it, which is memory-mapped: processes that
            answer from one index share the pages.
        threads: How many the computing may use; None for one a core.
    """

    def __init__(self, graph: Path, *, threads: int | None = None) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or os.cpu_count() or 1
        options.inter_op_num_threads = 1
        # A thread that waits by spinning takes the core from whatever else has to be done.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        self.name = "onnx float32"
        self.multiple, self.batch = 8, CPU_BATCH

    def __call__(self, ids: Ids, mask: Ids) -> Vectors:
        """See `Runtime`."""
        (vectors,) = self._session.run([OUTPUT], dict(zip(INPUTS, (ids, mask), strict=True)))
        return np.asarray(vectors, dtype=np.float32)


class OpenVinoRuntime:
    """OpenVINO: in bfloat16 where the processor computes in it, in float32 otherwise.

    Args:
        graph: The exported model.
        half: Compute in bfloat16.
        threads: How many the computing may use; None for one a core.

    Raises:
        MissingExtra: OpenVINO is not installed.
    """

    def __init__(self, graph: Path, *, half: bool = False, threads: int | None = None) -> None:
        try:
            import openvino
        except ImportError as error:
            raise MissingExtra("OpenVINO", "openvino") from error
        self._request = (
            openvino.Core()
            .compile_model(
                str(graph),
                "CPU",
                {
                    "INFERENCE_NUM_THREADS": threads or os.cpu_count() or 1,
                    "PERFORMANCE_HINT": "LATENCY",
                    "INFERENCE_PRECISION_HINT": "bf16" if half else "f32",
                },
            )
            .create_infer_request()
        )
        self.name = f"openvino {'bfloat16' if half else 'float32'}"
        self.multiple, self.batch = 32 if half else 8, CPU_BATCH

    def __call__(self, ids: Ids, mask: Ids) -> Vectors:
        """See `Runtime`."""
        found = self._request.infer(dict(zip(INPUTS, (ids, mask), strict=True)))
        return np.array(found[OUTPUT], dtype=np.float32)
