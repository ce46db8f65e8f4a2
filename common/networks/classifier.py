"""A pretrained backbone, pooled, with a linear classifier on top."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from ..errors import ConfigError, WeightsError
from ..weights.load import load_backbone
from .backbones import BACKBONES, variant
from .input_contract import InputContract

DROPOUT = 0.5
"""Share of pooled features dropped before the classifier, as in the paper."""

TRAINABLE = ("all", "top", "head")
"""What is trained: everything; the backbone's last block and the classifier; the classifier alone."""


class Classifier(nn.Module):
    """Logits `(B, classes)` of grey images `(B, 1, H, W)` in `[0, 1]`, or of clips of T frames, `(B, T, H, W)`.

    Input contract -> backbone -> global average pooling -> dropout -> linear layer. Features at strides 2 to 32,
    for segmentation and class-activation maps, are `backbone(contract(image))`. The
    pooled features of a clip are the mean of its frames'. What is frozen stays frozen:
    its batch norms keep their running statistics while the rest trains.

    Args:
        backbone: Variant of the network, a key of `BACKBONES`.
        num_classes: Number of logits.
        pretrained: Weights of the backbone: `random`, `auto`, the name of a source, or the path of a published file
            or of a trained `model.pt`.
        input_contract: `native`, the input that these weights were trained with, or a name in `NORMALISATIONS`.
        trainable: `all`, `top` or `head`.
        dropout: Share of pooled features dropped before the classifier.

    Raises:
        ConfigError: An argument outside its list.
        WeightsError: Weights that do not fit the backbone exactly.
    """

    variant_id: torch.Tensor

    def __init__(
        self,
        backbone: str,
        num_classes: int,
        *,
        pretrained: str = "random",
        input_contract: str = "native",
        trainable: str = "all",
        dropout: float = DROPOUT,
    ) -> None:
        super().__init__()
        if trainable not in TRAINABLE:
            raise ConfigError(f"trainable is one of {', '.join(TRAINABLE)}; got {trainable!r}")
        self.variant = variant(backbone)
        self.trainable = trainable
        self.backbone = self.variant.build()
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(self.variant.channels[-1], num_classes))
        self.source = load_backbone(self.backbone, backbone, pretrained)
        self.contract = InputContract(self.source.contract if input_contract == "native" else input_contract)
        self.register_buffer("variant_id", torch.tensor(self.variant.id))
        self.register_load_state_dict_pre_hook(_refuse_other_variant)  # type: ignore[no-untyped-call]
        for parameter in self._frozen_parameters():
            parameter.requires_grad_(False)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return logits `(B, classes)` of `(B, T, H, W)`; T is 1 for an image."""
        frames = image.flatten(0, 1).unsqueeze(1)  # (B * T, 1, H, W)
        pooled = self.pool(self.backbone(self.contract(frames))[-1])  # (B * T, features)
        return self.classifier(pooled.view(image.shape[0], image.shape[1], -1).mean(1))

    def train(self, mode: bool = True) -> "Classifier":
        """Set training mode where parameters train, evaluation mode where they are frozen."""
        super().train(mode)
        for module in self.backbone.modules():
            own = list(module.parameters(recurse=False))
            if own and not any(parameter.requires_grad for parameter in own):
                module.eval()
        return self

    def _frozen_parameters(self) -> Iterable[nn.Parameter]:
        if self.trainable == "all":
            return
        for name, parameter in self.backbone.named_parameters():
            if self.trainable == "head" or not name.startswith(self.variant.top):
                yield parameter


def _refuse_other_variant(module: nn.Module, state: dict[str, torch.Tensor], prefix: str, *_: Any) -> None:
    """Refuse weights of another network, even where the loader is not strict (MONAI Label's is not)."""
    own = int(module.get_buffer("variant_id"))
    names = {entry.id: name for name, entry in BACKBONES.items()}
    if prefix + "variant_id" not in state:
        raise WeightsError(
            f"weights of this {names[own]} classifier carry a 'variant_id'; these have none: another network's"
        )
    found = int(state[prefix + "variant_id"])
    if found != own:
        raise WeightsError(
            f"weights must be of {names[own]}; these are of {names.get(found, f'unknown variant {found}')}"
        )
