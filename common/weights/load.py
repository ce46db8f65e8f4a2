"""State dicts into networks: every tensor matched, or nothing loaded."""

import pickle
import re
from pathlib import Path
from typing import NamedTuple

import torch
from torch import nn

from ..errors import RunError, WeightsError
from ..files import sha256_of_file

_HEADS = ("fc.", "classifier.")
"""Prefixes of torchvision's ImageNet classifiers, which no task of ours can use."""

_DENSE_LAYER = re.compile(r"^(features\.denseblock\d+\.denselayer\d+)\.(norm|relu|conv)\.?(\d)\.")
"""`denselayer1.norm1.` in torchvision, `denselayer1.norm.1.` in its files, `denselayer1.layers.norm1.` in MONAI."""


class Source(NamedTuple):
    """Where a backbone's weights came from, in words, and the input contract they were trained with."""

    description: str
    contract: str


def load_backbone(backbone: nn.Module, name: str, pretrained: str) -> Source:
    """Load `pretrained` into `backbone` and return where it came from.

    Args:
        backbone: The network, changed in place.
        name: Its variant, for messages.
        pretrained: `random` leaves it as it is; else the path of a state dict in torchvision's layout.

    Raises:
        WeightsError: No such file, or a file that does not match the network tensor by tensor.
    """
    if pretrained == "random":
        return Source("random weights", contract="torchvision")
    path = Path(pretrained)
    if not path.is_file():
        raise WeightsError(f"pretrained is 'random' or the path of a weights file; there is no file {pretrained!r}")
    count = load_strictly(backbone, _in_monai_names(_read(path)), f"{path} (a torchvision-layout {name})")
    return Source(f"{path.name}, {count} tensors, sha256 {sha256_of_file(path)[:12]}", contract="torchvision")


def load_network(network: nn.Module, path: str | Path) -> None:
    """Load a trained `model.pt` into the whole network.

    Raises:
        RunError: There is no such file yet.
        WeightsError: The file does not match the network tensor by tensor.
    """
    if not Path(path).is_file():
        raise RunError(f"no trained model at {path}: run this bundle's train.json first")
    load_strictly(network, _read(Path(path)), str(path))


def load_strictly(network: nn.Module, state: dict[str, torch.Tensor], origin: str) -> int:
    """Copy `state` into `network` and return the number of tensors; nothing is copied unless all of them fit.

    Counters of seen batches (`num_batches_tracked`), which older files lack, may be missing.

    Raises:
        WeightsError: Missing, unexpected or differently shaped tensors, counted, the first of each named.
    """
    own = network.state_dict()
    required = {key for key in own if not key.endswith("num_batches_tracked")}
    faults = {
        "missing": sorted(required - set(state)),
        "unexpected": sorted(set(state) - set(own)),
        "of another shape": sorted(key for key in set(own) & set(state) if own[key].shape != state[key].shape),
    }
    if any(faults.values()):
        found = "; ".join(f"{len(keys)} {kind}, e.g. {keys[0]}" for kind, keys in faults.items() if keys)
        matched = len(set(own) & set(state)) - len(faults["of another shape"])
        raise WeightsError(
            f"{origin}: all {len(required)} tensors must match, {matched} do; {found}: not this network's"
        )
    network.load_state_dict({**own, **state})
    return len(state)


def _read(path: Path) -> dict[str, torch.Tensor]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(
            f"{path}: not a file of plain tensors ({reason}): save a state dict with torch.save"
        ) from error
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise WeightsError(
            f"{path}: a weights file is a flat state dict of tensors; this one holds {type(state).__name__}"
        )
    return state


def _in_monai_names(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    kept = {key: value for key, value in state.items() if not key.startswith(_HEADS)}
    return {_DENSE_LAYER.sub(r"\1.layers.\2\3.", key): value for key, value in kept.items()}
