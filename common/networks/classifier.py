"""A pretrained backbone, pooled, with a linear classifier on top."""

from typing import Any

import torch
from torch import nn

from ..errors import ConfigError
from .backbones import apart
from .encoder import build_encoder, hold_frozen, take_only

DROPOUT = 0.5
"""Share of pooled features dropped before the classifier, as in the paper."""

LEAST = torch.finfo(torch.float32).tiny
"""A probability whose logarithm is finite."""


class Classifier(nn.Module):
    """Logits `(B, classes)` of grey images `(B, 1, H, W)` in `[0, 1]`, or of clips of T frames, `(B, T, H, W)`.

    Input contract -> backbone -> global average pooling -> dropout -> linear layer. Features at strides 2 to 32,
    for segmentation and class-activation maps, are `backbone(contract(image))`. The
    pooled features of a clip are the mean of its frames'. What is frozen stays frozen:
    its batch norms keep their running statistics while the rest trains.

    Several networks, or one that sees mirror images too, give the logarithm of the mean of their probabilities, since
    softmax of that is the mean again: of classes that exclude one another. Features, and so class-activation maps, are
    those of the first network, of the image itself.

    Args:
        backbone: Variant of the network, a key of `BACKBONES`; of the mean of several, what `together` makes of theirs.
        num_classes: Number of logits.
        pretrained: Weights of the backbone: `random`, `auto`, the name of a source, or the path of a published file
            or of a trained `model.pt`.
        input_contract: `native`, the input that these weights were trained with, or a name in `NORMALISATIONS`.
        trainable: `all`, `top`, `top10` or `head`.
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
        (first, *others), self.flips = apart(backbone)
        if backbone != first and pretrained != "random":
            raise ConfigError(
                f"networks are trained each alone, and a mean is made of them; got {backbone!r}: give one"
            )
        alike: dict[str, Any] = {"pretrained": pretrained, "input_contract": input_contract, "trainable": trainable}
        encoder = build_encoder(first, **alike)
        self.source = encoder.source
        # Before the rest: whoever looks for the last layer finds the first network's.
        self.others = nn.ModuleList(Classifier(name, num_classes, dropout=dropout, **alike) for name in others)
        self.backbone = encoder.backbone
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(encoder.variant.channels[-1], num_classes))
        self.contract = encoder.contract
        self.least = LEAST
        take_only(self, encoder.variant)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return logits `(B, classes)` of `(B, T, H, W)`; T is 1 for an image."""
        if not self.flips and len(self.others) == 0:
            return self.classifier(self.features(image))
        said: list[torch.Tensor] = []
        for view in [image.flip(-1), image] if self.flips else [image]:  # whoever listens hears of the image last
            for other in self.others:
                said.append(other(view).softmax(1))
            said.append(self.classifier(self.features(view)).softmax(1))
        return torch.stack(said).mean(0).clamp(min=self.least).log()

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
