"""Run by itself in a portable bundle: writes its network as TorchScript, `.pt2` and ONNX. Imports nothing of ours.

`python -P -s convert.py FOLDER FORMAT...`; a process of its own each time, because TorchScript numbers the classes
that a process has ever scripted, and the second export would not be the first one's bytes. Nothing that is written
names a place on this machine. The last line of the output is JSON: by file, the largest difference from PyTorch.
"""

import json
import os
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

BATCH = 3
"""Of the check: another batch than that of the export, so that a batch that is not free is found."""

TOLERANCE = 1e-3
"""Of a logit, in float32: operators that are fused or ordered otherwise differ by some 1e-5 of what is computed."""

Run = Callable[[torch.Tensor], torch.Tensor]

jit: Any = torch.jit  # it publishes no types


def main(folder: str, formats: list[str]) -> None:
    """Write the formats into `models/` and print how far each is from PyTorch; exit code 1 if one is too far."""
    os.chdir(folder)
    sys.path.insert(0, str(Path.cwd()))
    network, shape = trained()
    generator = torch.Generator().manual_seed(0)
    image = torch.rand((BATCH, *shape), generator=generator)
    with torch.no_grad(), jit.optimized_execution(False):
        expected = network(image)
        differences = {}
        for name in formats:
            path = Path("models", f"model.{name}")
            run = FORMATS[name](network, torch.zeros((2, *shape)), path)
            differences[path.name] = float((run(image) - expected).abs().max())
    sys.stdout.write(f"\n{json.dumps(differences)}\n")
    sys.exit(int(any(not difference < TOLERANCE for difference in differences.values())))


def trained() -> tuple[nn.Module, tuple[int, ...]]:
    """Return the network with its weights, and the shape of its input: channels, rows, columns."""
    from monai.bundle import ConfigParser

    parser = ConfigParser()
    parser.read_config("configs/inference.json")
    network: nn.Module = parser.get_parsed_content("network_def")
    network.load_state_dict(torch.load("models/model.pt", weights_only=True))
    image = json.loads(Path("configs/metadata.json").read_text())["network_data_format"]["inputs"]["image"]
    return network.eval(), (image["num_channels"], *image["spatial_shape"])


def torchscript(network: nn.Module, example: torch.Tensor, path: Path) -> Run:
    """Write TorchScript without the names and lines of the files that it was compiled from, and return it loaded."""
    scripted = jit.script(network)
    scripted.save(str(path))
    with zipfile.ZipFile(path) as archive:
        content = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content:
            if not name.endswith(".debug_pkl"):
                archive.writestr(zipfile.ZipInfo(name), data)
    return jit.load(str(path))


def exported(network: nn.Module, example: torch.Tensor, path: Path) -> Run:
    """Write what `torch.export` makes of it, for any batch, without stack traces, and return it loaded."""
    program = torch.export.export(network, (example,), dynamic_shapes=({0: torch.export.Dim("batch")},))
    for module in program.graph_module.modules():
        for node in module.graph.nodes if isinstance(module, torch.fx.GraphModule) else ():
            node.meta.pop("stack_trace", None)
    torch.export.save(program, path)
    run: Run = torch.export.load(path).module()
    return run


def onnx(network: nn.Module, example: torch.Tensor, path: Path) -> Run:
    """Write ONNX for any batch, from the traced network, and return it in ONNX Runtime.

    The newer exporter, `dynamo=True`, takes ten times as long for the same graph, and writes the stack traces along.
    """
    import onnxruntime

    traced = jit.trace(network, example, check_trace=False)
    names: dict[str, Any] = {"input_names": ["image"], "output_names": ["pred"]}
    axes = {"image": {0: "batch"}, "pred": {0: "batch"}}
    torch.onnx.export(traced, (example,), str(path), **names, dynamic_axes=axes, dynamo=False)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return lambda image: torch.from_numpy(session.run(None, {"image": image.numpy()})[0])


FORMATS = {"ts": torchscript, "pt2": exported, "onnx": onnx}
"""By the ending of the file."""

if __name__ == "__main__":
    warnings.simplefilter("ignore")  # exporters warn of their own future
    main(sys.argv[1], sys.argv[2:])
