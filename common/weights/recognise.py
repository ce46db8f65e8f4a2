"""Which network a file's tensors are, told from their names and shapes; its tensors under our names, or a refusal."""

import re
from pathlib import Path
from typing import NamedTuple

import torch

from ..errors import WeightsError
from ..networks.backbones import BACKBONES
from ..networks.input_contract import NORMALISATIONS
from . import formats
from .formats.hdf5 import HEAD
from .layouts import LAYOUTS, State, shapes
from .load import misfits

PREFIXES = ("module.", "model.", "_orig_mod.", "network.", "encoder.")
"""What wrappers (DataParallel, Lightning, torch.compile) put before every name."""

_DROPPED = re.compile(rf"(?:fc|classifier|AuxLogits|class_layers)\..*|{HEAD.pattern}/.*")
"""Classifiers of other tasks, and InceptionV3's auxiliary one: known by name and left out."""

OWN_HEAD = "classifier.1.bias"
"""A trained model's head in `networks.Classifier`: one value per class."""

SECOND = "others.0.variant_id"
"""What is in a model of several networks, a mean that `networks.Classifier` takes."""


class Weights(NamedTuple):
    """A backbone's tensors under our names, and what the file told of them.

    `dropped` are the file's tensors that belong to a classifier; `dtypes` those of the file (ours are float32);
    `about` what one of our own files says of its origin.
    """

    network: str
    layout: str
    form: str
    tensors: State
    dropped: tuple[str, ...]
    dtypes: tuple[str, ...]
    about: dict[str, str]


def read_weights(path: str | Path) -> Weights:
    """Return the weights in a file of any published form.

    Raises:
        WeightsError: A file that cannot be read, is none of our networks, or differs from the nearest in any tensor.
    """
    checkpoint = formats.read(path)
    if SECOND in checkpoint.tensors:
        raise WeightsError(f"a training begins from one network; {path} is a mean of several: give one of these alone")
    state, about = _of_our_model(_without_prefix(checkpoint.tensors), checkpoint.about)
    dropped = tuple(name for name in state if _DROPPED.fullmatch(name))
    state = {name: tensor for name, tensor in state.items() if name not in dropped}
    if not state:
        raise WeightsError(f"{path}: a backbone's weights are needed; here is only a classifier: get the whole file")
    dtypes = tuple(sorted({str(tensor.dtype).removeprefix("torch.") for tensor in state.values()} - {"int64"}))
    network, layout, tensors = _nearest(checkpoint.form, state, about.get("network", ""))
    if message := misfits(shapes(network), tensors):
        raise WeightsError(f"{path} (nearest to {layout} {network}): {message}")
    tensors = {name: _as_float32(name, tensor, path) for name, tensor in tensors.items()}
    return Weights(network, layout, checkpoint.form, tensors, dropped, dtypes, about)


def _without_prefix(state: State) -> State:
    for prefix in PREFIXES:
        if all(name.startswith(prefix) for name in state):
            return _without_prefix({name.removeprefix(prefix): tensor for name, tensor in state.items()})
    return state


def _of_our_model(state: State, about: dict[str, str]) -> tuple[State, dict[str, str]]:
    """Return a trained model of this collection without its buffers, and what these and its head say of it.

    Its head keeps its name, by which it is left out; so does what has no place in a classifier, which is then refused.
    """
    if "variant_id" not in state or "contract.id" not in state:
        return state, about
    networks = {variant.id: name for name, variant in BACKBONES.items()}
    contracts = {contract.id: name for name, contract in NORMALISATIONS.items()}
    variant, contract = int(state["variant_id"]), int(state["contract.id"])
    about = {
        "network": networks.get(variant, f"unknown variant {variant}"),
        "contract": contracts.get(contract, f"unknown contract {contract}"),
    }
    if OWN_HEAD in state:
        about["classes"] = str(len(state[OWN_HEAD]))
    said = ("variant_id", "contract.id", "contract.mean", "contract.std")
    return {name.removeprefix("backbone."): tensor for name, tensor in state.items() if name not in said}, about


def _nearest(form: str, state: State, network: str) -> tuple[str, str, State]:
    """Return the network, the layout and the renamed tensors that fit best; `network` if the file names it."""
    if network not in ("", *BACKBONES):
        raise WeightsError(f"a backbone is one of {', '.join(BACKBONES)}; this file's header says {network!r}")
    family = "HDF5" if "HDF5" in form else "PyTorch"
    candidates = [
        (name, layout.name, layout.renamed(name, state))
        for layout in LAYOUTS[family]
        for name in layout.networks
        if network in ("", name)
    ]
    return max(candidates, key=lambda candidate: _fit(shapes(candidate[0]), candidate[2]))


def _fit(expected: dict[str, torch.Size], tensors: State) -> int:
    """Return how many tensors fit, less those that do not: ResNet50's all fit its biased form, which has more."""
    fitting = sum(name in tensors and tensors[name].shape == shape for name, shape in expected.items())
    return 2 * fitting - len(expected)


def _as_float32(name: str, tensor: torch.Tensor, path: str | Path) -> torch.Tensor:
    if name.endswith("num_batches_tracked"):
        return tensor
    if not tensor.is_floating_point():
        raise WeightsError(
            f"{path}: weights are floating-point; {name} is {tensor.dtype}: get the original, unquantised"
        )
    return tensor.float().contiguous()
