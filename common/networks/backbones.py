"""The published variants of the backbones: how to build each, how wide its features are, which part is its top."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from torch import nn

from ..errors import ConfigError
from .densenet import DenseNet121, densenet121_keras
from .inception_resnet_v2 import InceptionResNetV2
from .inception_v3 import InceptionV3, inception_v3_keras
from .resnet import ResNet50, resnet50_keras


class Variant(NamedTuple):
    """One published form of a network, from `(B, 3, H, W)` to features at strides 2, 4, 8, 16 and 32.

    `id` is stored in weights and never changes; `channels` are the features' widths; `top` are the prefixes of the
    parameters of its last block, which `trainable: top` leaves free, and `top10` those of the last ten layers that
    Keras's application has, its pooling among them; `smallest` is the least side of an image, pixels.
    """

    id: int
    build: Callable[[], nn.Module]
    channels: tuple[int, int, int, int, int]
    top: tuple[str, ...]
    top10: tuple[str, ...]
    smallest: int = 32


_RESNET = (64, 256, 512, 1024, 2048)
_DENSENET = (64, 256, 512, 1024, 1024)
_INCEPTION = (64, 192, 288, 768, 2048)
_DENSENET_TOP = ("features.denseblock4.", "features.norm5.")
_RESNET_TOP10 = tuple(f"layer4.2.{its}." for its in ("bn1", "conv2", "bn2", "conv3", "bn3"))
_DENSENET_TOP10 = ("features.denseblock4.denselayer16.", "features.norm5.")
_INCEPTION_TOP10 = ("Mixed_7c.branch_pool.bn.",)

BACKBONES = {
    "resnet50": Variant(1, ResNet50, _RESNET, top=("layer4.",), top10=_RESNET_TOP10),
    "resnet50_keras": Variant(3, resnet50_keras, _RESNET, top=("layer4.",), top10=_RESNET_TOP10),
    "densenet121": Variant(2, DenseNet121, _DENSENET, top=_DENSENET_TOP, top10=_DENSENET_TOP10),
    "densenet121_keras": Variant(4, densenet121_keras, _DENSENET, top=_DENSENET_TOP, top10=_DENSENET_TOP10),
    "inception_v3": Variant(5, InceptionV3, _INCEPTION, top=("Mixed_7",), top10=_INCEPTION_TOP10, smallest=75),
    "inception_v3_keras": Variant(
        6, inception_v3_keras, _INCEPTION, top=("Mixed_7",), top10=_INCEPTION_TOP10, smallest=75
    ),
    "inception_resnet_v2": Variant(
        7,
        InceptionResNetV2,
        (64, 192, 320, 1088, 1536),
        top=("Mixed_7a.", "block8.", "Conv2d_7b_1x1."),
        top10=("block8.9.branches.1.2.bn.", "block8.9.up.", "Conv2d_7b_1x1."),
        smallest=75,
    ),
}
"""By the name that the head key `backbone` takes."""


def variant(name: str) -> Variant:
    """Return the variant called `name`.

    Raises:
        ConfigError: There is none.
    """
    if name not in BACKBONES:
        raise ConfigError(f"backbone is one of {', '.join(BACKBONES)}; got {name!r}")
    return BACKBONES[name]


JOINED, FLIPPED = " + ", " with flips"
"""What stands between the backbones of a mean of networks, and after them where it sees mirror images too."""

MOST_NETWORKS = 64
"""In one mean: eight times the eighths that can validate in turn; more are asked for by strangers' files alone."""


def together(backbones: Sequence[str], *, flips: bool) -> str:
    """Return what `backbone` is of the mean of these networks, with `flips` on each image and its mirror image."""
    return JOINED.join(backbones) + (FLIPPED if flips else "")


def apart(backbone: str) -> tuple[list[str], bool]:
    """Return the backbones that the head key `backbone` names, mostly one, and whether each sees mirror images too.

    Raises:
        ConfigError: There is no such backbone, or there are too many.
    """
    names = backbone.removesuffix(FLIPPED).split(JOINED)
    if len(names) > MOST_NETWORKS:
        raise ConfigError(f"a mean is of at most {MOST_NETWORKS} networks; got {len(names)}: leave some out")
    for name in names:
        variant(name)
    return names, backbone.endswith(FLIPPED)
