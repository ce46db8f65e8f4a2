"""A pretrained backbone, pooled, with a linear classifier on top."""

import torch
from torch import nn

from .encoder import build_encoder, hold_frozen, take_only

DROPOUT = 0.5
"""Share of pooled features dropped before the classifier, as in the paper."""


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
        encoder = build_encoder(backbone, pretrained=pretrained, input_contract=input_contract, trainable=trainable)
        self.source = encoder.source
        self.backbone = encoder.backbone
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(encoder.variant.channels[-1], num_classes))
        self.contract = encoder.contract
        take_only(self, encoder.variant)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return logits `(B, classes)` of `(B, T, H, W)`; T is 1 for an image."""
        return self.classifier(self.features(image))

    def features(self, image: torch.Tensor) -> torch.Tensor:
        """Return the pooled features `(B, D)` of `(B, T, H, W)`: all that the classifier learns from."""
        frames = image.flatten(0, 1).unsqueeze(1)  # (B * T, 1, H, W)
        pooled = self.pool(self.backbone(self.contract(frames))[-1])  # (B * T, D)
        return pooled.view(image.shape[0], image.shape[1], -1).mean(1)

    def train(self, mode: bool = True) -> "Classifier":
        """Set training mode where parameters train, evaluation mode where they are frozen."""
        super().train(mode)
        hold_frozen(self.backbone)
        return self
