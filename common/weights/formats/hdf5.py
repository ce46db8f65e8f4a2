"""Keras's HDF5 files, whole models or weights alone, of every Keras since 1: tensors as `layer/role`."""

import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import torch

from ...errors import WeightsError
from . import Checkpoint

_ROLE = re.compile(
    r"(?:.*_)?(kernel|W|bias|b|gamma|beta|moving_mean|moving_variance|running_mean|running_std)(?:_\d+)?(?::0)?"
)
"""The end of a variable's name: `kernel:0` (TensorFlow), `kernel` (Keras 3), `conv1_W_1:0` (Keras 1)."""

_ROLE_NOW = {"W": "kernel", "b": "bias", "running_mean": "moving_mean", "running_std": "moving_variance"}
"""Keras 1's names; its `running_std` held the variance."""

_VARIABLES = {1: ("kernel",), 2: ("kernel", "bias"), 3: ("beta", "moving_mean", "moving_variance")}
"""Roles of a layer's numbered variables in Keras 3's `.weights.h5`, by number; 3 is a batch norm without scale."""

_SCALED = ("gamma", "beta", "moving_mean", "moving_variance")

_BESIDE = ("optimizer", "optimizer_weights")
"""Groups of a whole model that are not the network's."""

HEAD = re.compile(r"(?:dense|predictions|logits|fc\d*)(?:_\d+)?")
"""Layers of a classifier, which stand beside a nested backbone."""

DEPTH = 16
"""Nested groups that are followed; published files have up to 5."""


def read(path: Path) -> Checkpoint:
    """Return the tensors, named `layer/role` with the layer's own name, whatever model it is nested in.

    Raises:
        WeightsError: A damaged file, one that points to other files or declares more than it holds, or no Keras file.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            whole = "model_weights" in file
            arrays = dict(_arrays(path, file["model_weights"] if whole else file))
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise WeightsError(f"{path}: a damaged HDF5 file ({reason}): download it again") from error
    numbered = any(key[0].endswith("/vars") for key in arrays)
    tensors = _numbered(path, arrays) if numbered else _named(path, arrays)
    version = "Keras 3 HDF5" if numbered else "Keras HDF5"
    return Checkpoint(f"{version}, {'whole model' if whole else 'weights'}", tensors, {})


def _arrays(path: Path, root: Any) -> Iterator[tuple[tuple[str, str, str], torch.Tensor]]:
    """Yield (group, variable, layer's name where the group says it) and the tensor of every array in the file."""
    limit, seen = path.stat().st_size, 0
    for group, name, dataset in _datasets(path, root, depth=0):
        seen += dataset.size * dataset.dtype.itemsize
        if dataset.external or dataset.is_virtual:
            raise WeightsError(f"{path}: {dataset.name} lies in another file, which is not opened: get the whole file")
        if seen > limit:
            raise WeightsError(f"{path}: a file of {limit} bytes that declares {seen} or more is refused")
        if dataset.dtype.kind == "f":
            layer = group.attrs.get("name", "")
            key = (group.name.strip("/"), name, layer if isinstance(layer, str) else "")
            yield key, torch.from_numpy(dataset[()])


def _datasets(path: Path, group: Any, depth: int) -> Iterator[tuple[Any, str, Any]]:
    import h5py

    if depth > DEPTH:
        raise WeightsError(f"{path}: groups nested deeper than {DEPTH}, or in a circle, are refused")
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise WeightsError(f"{path}: {group.name}/{name} is a link, which is not followed: get the whole file")
        item = group[name]
        if isinstance(item, h5py.Dataset):
            yield group, name, item
        elif name not in _BESIDE or depth:
            yield from _datasets(path, item, depth + 1)


def _named(path: Path, arrays: dict[tuple[str, str, str], torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the tensors of a file whose variables have names."""
    found = [
        (group, match[1], tensor) for (group, name, _), tensor in arrays.items() if (match := _ROLE.fullmatch(name))
    ]
    if not found:
        raise WeightsError(f"{path}: an HDF5 file without a Keras layer's kernel, gamma or bias: not a Keras file")
    groups = _without_model(sorted({group.removeprefix("model_weights/") for group, _, _ in found}))
    tensors: dict[str, torch.Tensor] = {}
    for group, role, tensor in found:
        layer = _once(groups[group.removeprefix("model_weights/")]).replace("/", "_")
        _enter(tensors, f"{layer}/{_ROLE_NOW.get(role, role)}", tensor, path)
    return tensors


def _numbered(path: Path, arrays: dict[tuple[str, str, str], torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the tensors of a Keras 3 `.weights.h5`, whose variables have numbers and whose groups know their layer."""
    layers: dict[str, dict[int, torch.Tensor]] = {}
    for (group, number, layer), tensor in arrays.items():
        if not layer:
            raise WeightsError(
                f"{path}: {group} does not say which layer it is (Keras before 3.10 did not): save the model as .h5"
            )
        layers.setdefault(layer, {})[int(number)] = tensor
    tensors: dict[str, torch.Tensor] = {}
    for layer, variables in layers.items():
        roles = _VARIABLES.get(len(variables), _SCALED)
        for position, tensor in sorted(variables.items()):
            known = roles[position] if position < len(roles) else str(position)
            _enter(tensors, f"{layer.replace('/', '_')}/{known}", tensor, path)
    return tensors


def _enter(tensors: dict[str, torch.Tensor], name: str, tensor: torch.Tensor, path: Path) -> None:
    if name in tensors:
        raise WeightsError(f"{path}: two tensors are called {name}: which one counts cannot be told")
    tensors[name] = tensor


def _without_model(groups: list[str]) -> dict[str, str]:
    """Return each group's path below the model that all of them but the classifier's are nested in."""
    heads = {group: group.split("/")[0] for group in groups if HEAD.fullmatch(group.split("/")[0])}
    paths = {group: group.split("/") for group in groups if group not in heads}
    shared = takewhile(lambda parts: len(set(parts)) == 1, zip(*(path[:-1] for path in paths.values()), strict=False))
    depth = len(list(shared))
    return {**heads, **{group: "/".join(path[depth:]) for group, path in paths.items()}}


def _once(group: str) -> str:
    """Return `conv1_conv` for `conv1_conv/conv1_conv`: Keras 2 and 3 repeat the layer's name below its group."""
    parts = group.split("/")
    half = len(parts) // 2
    return "/".join(parts[:half]) if parts[:half] == parts[half:] else group
