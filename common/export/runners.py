"""One network in every form that it was written in, each as a function from images to logits."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn

from ..inferers.backend import run_onnx, run_openvino
from ..inferers.precision import multiplies_bfloat16
from .openvino import KINDS

Run = Callable[[torch.Tensor], torch.Tensor]


class Form(NamedTuple):
    """A form of the network: what it is called, what runs it, and the files that it is made of."""

    name: str
    run: Run
    files: list[Path]


def forms(network: nn.Module, folder: Path, *, openvino_in: Path) -> list[Form]:
    """Return PyTorch in float32, which the others are compared with, then every form whose file is there.

    Args:
        network: In evaluation mode.
        folder: Of `model.pt`, `model.ts`, `model.pt2` and `model.onnx`.
        openvino_in: Of `openvino_*.xml`.
    """
    model = folder / "model.pt"
    found = [Form("PyTorch fp32", network, [model]), Form("PyTorch bf16, channels last", _bf16(network), [model])]
    if (path := folder / "model.ts").is_file():
        jit: Any = torch.jit
        found.append(Form("TorchScript", jit.load(str(path)).eval(), [path]))
    if (path := folder / "model.pt2").is_file():
        found.append(Form("torch.export", torch.export.load(path).module(), [path]))
    if (path := folder / "model.onnx").is_file():
        found.append(Form("ONNX Runtime", run_onnx(path), [path]))
    for kind in KINDS:
        path = openvino_in / f"openvino_{kind}.xml"
        if not path.is_file():
            continue
        files = [path, path.with_suffix(".bin")]
        found.append(Form(f"OpenVINO {kind.upper()}", run_openvino(path, precision="f32"), files))
        if kind == "fp16" and multiplies_bfloat16(torch.device("cpu")):
            run = run_openvino(path, precision="bf16")
            found.append(Form("OpenVINO FP16 file, bf16", run, files))
    return found


def _bf16(network: nn.Module) -> Run:
    from copy import deepcopy

    laid_out = deepcopy(network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def run(image: torch.Tensor) -> torch.Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            logits: torch.Tensor = laid_out(image)
        return logits.float()

    return run
