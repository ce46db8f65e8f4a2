"""Augmentation of whole batches, on the device that trains; what each image gets follows from its `draw` alone."""

from collections.abc import Callable, Mapping, Sequence
from math import pi
from typing import Any

import numpy as np
import torch
from monai.data import MetaTensor
from torch.nn.functional import grid_sample

Augmentation = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Moves pixels of images `(B, C, H, W)` by uniform numbers `(B, draws)` in [0, 1); has an attribute `draws`."""

LESION = 0.5
"""What a mask must at least be where it was sampled between its pixels to be lesion there."""


class AugmentedBatch:
    """A `prepare_batch`: images and labels on the engine's device, float32 in [0, 1], augmented in a trainer.

    Labels that are masks `(B, 1, H, W)` go with their images, and stay 0 or 1.

    Args:
        transforms: Applied in their order; each gets as many uniform numbers an image as its `draws` says. An
            evaluator's are none.
    """

    def __init__(self, transforms: Sequence[Augmentation]) -> None:
        self.transforms = list(transforms)

    def __call__(
        self, batch: Mapping[str, Any], device: torch.device | str, non_blocking: bool = False, **_: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return images `(B, C, H, W)` and labels; `batch` has `image`, `label` and the seeds `draw`, `(B,)`."""
        images = batch["image"]
        images = images.as_tensor() if isinstance(images, MetaTensor) else images
        images = images.to(device, non_blocking=non_blocking)
        if images.dtype == torch.uint8:  # a quarter of the bytes on the way to the device
            images = images.float() / 255
        counts = [transform.draws for transform in self.transforms]  # type: ignore[attr-defined]
        seeds = [int(seed) for seed in batch["draw"]]
        numbers = np.stack([np.random.default_rng(seed).random(sum(counts), dtype=np.float32) for seed in seeds])
        shares = torch.split(torch.from_numpy(numbers).to(device), counts, dim=1)
        labels = batch["label"]
        labels = labels.as_tensor() if isinstance(labels, MetaTensor) else labels
        labels = labels.to(device, non_blocking=non_blocking)
        channels = images.shape[1]
        masked = labels.ndim == images.ndim
        both = torch.cat([images, labels], dim=1) if masked else images  # one sampling moves them alike
        for transform, share in zip(self.transforms, shares, strict=True):
            both = transform(both, share)
        return both[:, :channels], (both[:, channels:] >= LESION).float() if masked else labels


class RandomAffine:
    """Each image rotated, shifted, sheared, zoomed and flipped at random, in one bilinear sampling.

    What comes in from outside repeats the border. Ranges are those of Keras's ImageDataGenerator, in which the paper
    states its own: each drawn uniformly from minus to plus its limit, rows and columns apart but for the rotation.

    Args:
        rotation: Largest angle, degrees.
        shift: Largest displacement, as a share of the side.
        shear: Largest shear, as a factor: the displacement of a row by its distance from the centre.
        zoom: Largest relative change of size.
        flip: Probability that left and right change places.
    """

    draws = 8

    def __init__(
        self, *, rotation: float = 0, shift: float = 0, shear: float = 0, zoom: float = 0, flip: float = 0
    ) -> None:
        self.rotation = rotation * pi / 180
        self.shift = shift
        self.shear = shear
        self.zoom = zoom
        self.flip = flip

    def __call__(self, images: torch.Tensor, numbers: torch.Tensor) -> torch.Tensor:
        """Return the images `(B, C, H, W)`; `numbers` is `(B, 8)`, uniform in [0, 1)."""
        height, width = images.shape[-2:]
        grid = _grid(self.matrices(numbers, (height, width)), height, width)
        return grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)

    def matrices(self, numbers: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
        """Return `(B, 2, 3)`: from (x, y) of the result to those of the image, both from -1 to 1, as `affine_grid`."""
        height, width = size
        signed = 2 * numbers - 1
        angle = self.rotation * signed[:, 0]
        cosine, sine, one, zero = angle.cos(), angle.sin(), torch.ones_like(angle), torch.zeros_like(angle)
        rotated = _matrix(cosine, -sine, sine, cosine)
        sheared = _matrix(one, self.shear * signed[:, 1], self.shear * signed[:, 2], one)
        flipped = torch.where(numbers[:, 7] < self.flip, -one, one)
        zoomed = _matrix(flipped * (1 + self.zoom * signed[:, 3]), zero, zero, 1 + self.zoom * signed[:, 4])
        linear = rotated @ sheared @ zoomed
        # Angles and shears are of the picture's own pixels, which (-1, 1) stretches where it is not square.
        linear = linear * linear.new_tensor([[1, height / width], [width / height, 1]])
        # The whole side is 2 long.
        shifted = 2 * self.shift * signed[:, 5:7]
        return torch.cat([linear, shifted[:, :, None]], dim=2)


def _grid(matrices: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Return what torch's `affine_grid` does, `(B, H, W, 2)`, whose matrix product takes as long as the sampling."""
    x, y = (
        (2 * torch.arange(side, device=matrices.device, dtype=matrices.dtype) + 1) / side - 1
        for side in (width, height)
    )
    by_x, by_y, constant = matrices[..., None, None].unbind(2)
    return (by_x * x + (by_y * y[:, None] + constant)).permute(0, 2, 3, 1)


def _matrix(*entries: torch.Tensor) -> torch.Tensor:
    """Return `(B, 2, 2)` of its four entries `(B,)`, row by row."""
    return torch.stack(entries, dim=1).view(-1, 2, 2)
