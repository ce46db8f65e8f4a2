"""A network as OpenVINO takes it: from ONNX, in float32, float16, and in whole numbers of 8 bits after calibration."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from ..errors import ExportError
from ..inferers.optional import optional

KINDS = ("fp32", "fp16", "int8")
"""Of `models/openvino_KIND.xml`, with its weights in a `.bin` beside it."""

CALIBRATION = 300
"""Training images that INT8's ranges are taken from: NNCF's own default for `subset_size`."""


def convert(onnx: Path, folder: Path, calibration: Sequence[torch.Tensor]) -> list[Path]:
    """Write the kinds into `folder` and return their `.xml`; without calibration images, there is no INT8.

    Args:
        onnx: The network.
        folder: Where to.
        calibration: Images `(1, 1, H, W)`, of the training part.

    Raises:
        ExportError: OpenVINO, or for INT8 NNCF, is not installed.
    """
    openvino = _module("openvino")
    folder.mkdir(parents=True, exist_ok=True)
    model = openvino.convert_model(str(onnx))
    paths = {kind: folder / f"openvino_{kind}.xml" for kind in KINDS}
    openvino.save_model(model, str(paths["fp32"]), compress_to_fp16=False)
    openvino.save_model(model, str(paths["fp16"]), compress_to_fp16=True)
    if not calibration:
        return [paths["fp32"], paths["fp16"]]
    nncf = _module("nncf")
    images = nncf.Dataset([image.numpy() for image in calibration])
    quantised = nncf.quantize(model, images, subset_size=len(calibration))
    openvino.save_model(quantised, str(paths["int8"]), compress_to_fp16=False)
    return list(paths.values())


def _module(name: str) -> Any:
    try:
        return optional(name)
    except ImportError as error:
        raise ExportError(
            f"this needs {name}, which is optional: pip install {name} (requirements-dev.txt has the version)"
        ) from error
