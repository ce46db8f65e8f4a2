"""A bundle's weights: plain tensors, finite, and of the network that its model.json names."""

import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import ConfigError, TrustError, WeightsError
from .layout import check_layout

CARD = "models/model.json"


def check_weights(path: Path, card: Any) -> list[str]:
    """Return what is wrong with a file of weights, a line each.

    Args:
        path: A state dict of torch's, or safetensors.
        card: What model.json says of the model; None where there is none.
    """
    from ..weights.formats import read
    from ..weights.load import misfits

    try:
        if zipfile.is_zipfile(path):
            check_layout(path)
        tensors = read(path).tensors
        claimed, held = sum(tensor.nbytes for tensor in tensors.values()), path.stat().st_size
        if claimed > 2 * held:
            return [f"tensors of {claimed:,} bytes in a file of {held:,}"]
        expected = {name: tensor.shape for name, tensor in tensors.items()} if card is None else _expected(card)
    except (WeightsError, TrustError) as error:
        return [str(error).removeprefix(f"{path}: ")]
    problem = misfits(expected, tensors)
    return [problem] if problem else []


def _expected(card: Any) -> dict[str, Any]:
    known = isinstance(card, dict) and _is_ours(card.get("backbone"), card.get("task"))
    if not known or not isinstance(card.get("class_names"), list):
        raise TrustError(f"{CARD} names backbone and class_names of a network of ours; it does not")
    return _shapes(card["backbone"], len(card["class_names"]), segments=card.get("task") == "segmentation")


def _is_ours(backbone: Any, task: Any) -> bool:
    """Return whether there is such a network: a segmenter has one backbone, a classifier may be a mean of several."""
    from ..networks.backbones import BACKBONES, apart

    if not isinstance(backbone, str) or task == "segmentation":
        return backbone in list(BACKBONES)
    try:
        return bool(apart(backbone))
    except ConfigError:
        return False


@cache
def _shapes(backbone: str, classes: int, *, segments: bool) -> dict[str, Any]:
    """Return the shapes of a network's tensors by name; nothing is allocated."""
    import torch

    from ..networks import Classifier, Segmenter

    family = Segmenter if segments else Classifier
    with torch.device("meta"):
        network = family(backbone=backbone, num_classes=classes, pretrained="random")
    return {name: tensor.shape for name, tensor in network.state_dict().items()}
