"""Weights into networks: every tensor matched, or nothing loaded."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from torch import nn

from ..errors import RunError, WeightsError
from ..seen import read_seen

UNTRAINED = "torchvision"
"""The input contract of random weights: any will do, and this one centres and scales an ordinary image."""


class Source(NamedTuple):
    """Where a backbone's weights came from, in words, and the input contract they were trained with.

    `seen` are the digests of the images that they are known to have seen (`common.seen`).
    """

    description: str
    contract: str
    seen: frozenset[str] = frozenset()


def load_backbone(backbone: nn.Module, name: str, pretrained: str) -> Source:
    """Load `pretrained` into `backbone` and return where it came from.

    Args:
        backbone: The network, changed in place.
        name: Its variant.
        pretrained: `random` leaves it as it is; `auto` is RadImageNet's weights for this variant if they have been
            imported, else random; the name of a source is its imported weights; else the path of a published file,
            or of a trained `model.pt`, whose head is left out.

    Raises:
        WeightsError: Weights that are not installed, or do not match the network tensor by tensor.
    """
    if pretrained == "random":
        return Source("random weights", UNTRAINED)
    from . import store
    from .declared import declare
    from .recognise import read_weights

    path = store.resolve(pretrained, name)
    if path is None:
        return Source(f"random weights (pretrained is auto; RadImageNet's {name} is not imported)", UNTRAINED)
    weights = read_weights(path)
    if weights.network != name:
        raise WeightsError(
            f"weights must be of the backbone, {name}; {path} holds {weights.network}: "
            f"give --backbone {weights.network}, or other weights"
        )
    declaration = declare(weights, path)
    count = load_strictly(backbone, weights.tensors, str(path))
    classes = weights.about.get("classes")
    left_out = f"; head of {classes} classes left out" if classes else ""
    description = f"{declaration.title}, {count} tensors, sha256 {declaration.sha256[:12]}{left_out}"
    return Source(description, declaration.contract, read_seen(path))


def load_network(network: nn.Module, path: str | Path) -> None:
    """Load a trained `model.pt` into the whole network.

    Raises:
        RunError: There is no such file yet.
        WeightsError: The file does not match the network tensor by tensor.
    """
    from .formats import read

    if not Path(path).is_file():
        raise RunError(f"no trained model at {path}: run this bundle's train.json first")
    load_strictly(network, read(path).tensors, str(path))


def load_strictly(network: nn.Module, state: Mapping[str, torch.Tensor], origin: str) -> int:
    """Copy `state` into `network` and return the number of tensors; nothing is copied unless all of them fit.

    Raises:
        WeightsError: Missing, unexpected or differently shaped tensors, counted, the first of each named.
    """
    own = network.state_dict()
    if message := misfits({name: tensor.shape for name, tensor in own.items()}, state):
        raise WeightsError(f"{origin}: {message}")
    network.load_state_dict({**own, **state})
    return len(state)


def misfits(expected: Mapping[str, torch.Size], state: Mapping[str, torch.Tensor]) -> str:
    """Return in words what of `state` does not fit tensors of the `expected` shapes; empty where all of it does.

    Counters of seen batches (`num_batches_tracked`), which older files lack, may be missing; values must be finite, and
    variances not negative.
    """
    required = {name for name in expected if not name.endswith("num_batches_tracked")}
    common = expected.keys() & state.keys()
    alike = sorted(name for name in common if expected[name] == state[name].shape)
    faults = {
        "missing": sorted(required - state.keys()),
        "unexpected": sorted(state.keys() - expected.keys()),
        "of another shape": sorted(common - set(alike)),
        "not finite": [name for name in alike if not torch.isfinite(state[name]).all()],
        "negative": [name for name in alike if name.endswith("running_var") and (state[name] < 0).any()],
    }
    if not any(faults.values()):
        return ""
    found = "; ".join(f"{len(names)} {kind}, e.g. {names[0]}" for kind, names in faults.items() if names)
    matched = len(required & state.keys()) - len(faults["of another shape"])
    return (
        f"all {len(required)} tensors must match, {matched} do; {found}: not this network's weights, or a damaged file"
    )
