"""What computes a forward pass: PyTorch, or a file that `scripts/export.py` wrote beside the model."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from monai.data import MetaTensor
from monai.inferers import Inferer
from torch import nn

from ..errors import ConfigError
from .optional import optional
from .precision import PrecisionInferer, multiplies_bfloat16

BACKENDS = {"torch": (), "onnx": ("model.onnx",),
            "openvino": ("openvino_int8.xml", "openvino_fp16.xml", "openvino_fp32.xml", "model.onnx")}  # fmt: skip
"""Values of the head key `backend`, and the files beside `model.pt` that each can run, the fastest first."""

PACKAGES = {"onnx": "onnxruntime", "openvino": "openvino"}

Run = Callable[[torch.Tensor], torch.Tensor]

_logger = logging.getLogger(__name__)


class BackendInferer(Inferer):
    """Float32 predictions, by whatever is asked to make them; only PyTorch runs the network that it is called with.

    Args:
        backend: A key of `BACKENDS`.
        inferer: What calls the network, where that is PyTorch.
        ckpt_dir: Where the other backends' files are.

    Raises:
        ConfigError: Another backend; its package is not installed, or there is no file for it.
    """

    def __init__(self, backend: str, inferer: PrecisionInferer, ckpt_dir: str) -> None:
        if backend not in BACKENDS:
            raise ConfigError(f"backend is one of {', '.join(BACKENDS)}; got {backend!r}: give --backend another value")
        self.inferer = inferer
        self._run: Run | None = None
        if backend != "torch":
            path = _file_of(backend, Path(ckpt_dir))
            self._run = RUNNERS[backend](path)
            _logger.info("backend %s: %s", backend, path.name)

    def __call__(self, inputs: torch.Tensor, network: nn.Module, *args: Any, **kwargs: Any) -> torch.Tensor:
        """Return the logits of `inputs`, `(B, 1, H, W)`, as float32."""
        if self._run is None:
            return self.inferer(inputs, network, *args, **kwargs)
        images = inputs.as_tensor() if isinstance(inputs, MetaTensor) else inputs
        return self._run(images.cpu()).to(inputs.device)


def run_onnx(path: Path) -> Run:
    """Return an ONNX file in ONNX Runtime, on this machine's processor."""
    runtime = _package("onnx")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda image: torch.from_numpy(session.run(None, {"image": image.numpy()})[0])


def run_openvino(path: Path, *, precision: str = "") -> Run:
    """Return a model in OpenVINO, on this machine's processor.

    Args:
        path: An `.xml` or ONNX file.
        precision: That it computes in, where the file leaves a choice: `f32`, `bf16`, or the processor's best.
    """
    best = "bf16" if multiplies_bfloat16(torch.device("cpu")) else "f32"
    how = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": precision or best,
        "INFERENCE_NUM_THREADS": torch.get_num_threads(),
    }
    compiled = _package("openvino").Core().compile_model(str(path), "CPU", how)
    return lambda image: torch.from_numpy(compiled([image.numpy()])[0].copy())


RUNNERS: dict[str, Callable[[Path], Run]] = {"onnx": run_onnx, "openvino": run_openvino}


def _file_of(backend: str, folder: Path) -> Path:
    found = [folder / name for name in BACKENDS[backend] if (folder / name).is_file()]
    if not found:
        raise ConfigError(
            f"backend {backend} runs {' or '.join(BACKENDS[backend])} beside the model; {folder} has none: export the "
            "bundle and give --ckpt_dir dist/NAME/models, or --backend torch"
        )
    return found[0]


def _package(backend: str) -> Any:
    name = PACKAGES[backend]
    try:
        return optional(name)
    except ImportError as error:
        raise ConfigError(
            f"backend {backend} needs {name}, which is optional and not installed: pip install {name}"
        ) from error
