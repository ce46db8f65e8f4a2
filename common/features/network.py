"""What features come from and what a head is put on again: the bundle's own network, or none but the head."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import torch
from monai.utils import set_determinism
from torch import nn

from ..networks.classifier import DROPOUT, Classifier
from ..weights.load import Source
from .configured import configured

GIVEN = "features"
"""The `backbone` of an arm that is known by its features only; `pretrained` is then their file."""


class HeadAlone(nn.Module):
    """Logits `(B, classes)` of features `(B, D)`; its tensors are called as a `Classifier`'s.

    Args:
        width: D.
        num_classes: Number of logits.
        origin: Where the features are from, in words.
    """

    def __init__(self, width: int, num_classes: int, origin: str) -> None:
        super().__init__()
        self.source = Source(origin, contract="")
        self.classifier = nn.Sequential(nn.Dropout(DROPOUT), nn.Linear(width, num_classes))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return logits `(B, classes)`."""
        return self.classifier(features)


def network_of(files: str, given: Mapping[str, str], card: Mapping[str, Any]) -> Classifier | HeadAlone:
    """Return the untrained network that a run begins with, as its seed and its weights make it; do not change it.

    Args:
        files: The run's configuration.
        given: Its head keys.
        card: Of the store that its head is trained on.
    """
    parser = configured(files, given)
    if parser["backbone"] != GIVEN:
        return _built(files, tuple((key, given[key]) for key in _DECIDE if key in given))
    set_determinism(seed=parser["seed"])
    return HeadAlone(card["width"], len(parser["class_names"]), card["source"])


_DECIDE = ("backbone", "pretrained", "input_contract", "seed")
"""Head keys that decide what an untrained network is."""


@lru_cache(maxsize=1)
def _built(files: str, given: tuple[tuple[str, str], ...]) -> Classifier:
    """Return the network; runs that follow one another share it, since it is a hundred times what a head is."""
    parser = configured(files, dict(given))
    set_determinism(seed=parser["seed"])
    return parser.get_parsed_content("network_def").eval()
