"""ONNX files: standard operators, and all weights in the file."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

STANDARD = ("", "ai.onnx")
"""Names of the domain of ONNX's own operators; another's come from libraries that somebody registers."""


def check_onnx(path: Path) -> list[str]:
    """Return what an ONNX file has beyond standard operators and weights of its own, a line each.

    Without the package onnx it cannot be read, which is said, and the bundle refused: a file may not go in unseen.
    """
    if find_spec("onnx") is None:
        return ["an ONNX file is read with the package onnx, which is not installed: pip install onnx"]
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load(path, load_external_data=False)
    except (DecodeError, ValueError) as error:
        return [f"no ONNX file ({error})"]
    return sorted(set(_problems(model.graph)) | {"functions of its own" for _ in model.functions})


def _problems(graph: Any) -> list[str]:
    found = [f"the domain {node.domain!a} is not ONNX's own" for node in graph.node if node.domain not in STANDARD]
    tensors, sparse = list(graph.initializer), list(graph.sparse_initializer)
    for node in graph.node:
        for attribute in node.attribute:
            tensors += [attribute.t, *attribute.tensors]
            sparse += [attribute.sparse_tensor, *attribute.sparse_tensors]
            for inner in [attribute.g, *attribute.graphs]:
                found += _problems(inner) if inner.ByteSize() else []
    tensors += [part for its in sparse for part in (its.values, its.indices)]
    lies = [tensor.name for tensor in tensors if tensor.external_data or tensor.data_location]
    return found + [f"the weights {name!a} lie in another file" for name in lies]
