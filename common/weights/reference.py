"""Reference phantoms for checking weights: grey images of four kinds, with statistics that medical images share."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

Picture = npt.NDArray[np.float64]

COUNT, SIDE = 8, 224
"""Images of a kind, and rows and columns: the deepest batch norms then average over 8 x 7 x 7 places."""


@cache
def reference_images(kind: str = "organs") -> torch.Tensor:
    """Return the phantoms of a kind `(8, 1, 224, 224)`, float32 in `[0, 1]`, always the same. They are synthetic.

    Args:
        kind: A key of `KINDS`.
    """
    generator = np.random.default_rng(20220727)
    pictures = np.stack([KINDS[kind](generator) for _ in range(COUNT)])
    return torch.from_numpy(np.clip(pictures, 0, 1).astype(np.float32)[:, None])


def organs(generator: np.random.Generator) -> Picture:
    """Return overlapping ellipses of even grey with a faint texture, in dark air: a section."""
    rows, columns = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    image = np.full((SIDE, SIDE), 0.03)
    for index in range(12):
        size = 0.85 if index == 0 else generator.uniform(0.05, 0.45)
        middle = generator.uniform(-0.1, 0.1, 2) if index == 0 else generator.uniform(-0.6, 0.6, 2)
        long, short = size * generator.uniform(0.6, 1.0, 2)
        turn = generator.uniform(0, np.pi)
        down, across = rows - middle[0], columns - middle[1]
        along, beside = down * np.cos(turn) + across * np.sin(turn), across * np.cos(turn) - down * np.sin(turn)
        inside = (along / long) ** 2 + (beside / short) ** 2 < 1
        image[inside] = generator.uniform(0.1, 0.9)
    return image + 0.06 * noise(generator, slope=1.0) * (image > 0.03)


def texture(generator: np.random.Generator) -> Picture:
    """Return noise whose amplitude falls as 1/f: natural images' spectrum (Field, J Opt Soc Am A 1987;4:2379)."""
    return 0.45 + 0.22 * noise(generator, slope=1.0)


def shades(generator: np.random.Generator) -> Picture:
    """Return smooth shades around dark grey: a radiograph's large forms."""
    return 0.25 + 0.3 * noise(generator, slope=1.7)


def speckle(generator: np.random.Generator) -> Picture:
    """Return shades seen through Rayleigh-distributed speckle: ultrasound."""
    echo = generator.standard_normal((2, SIDE, SIDE + 1))
    envelope = np.hypot(*(echo[..., 1:] + echo[..., :-1]) / 2)
    return np.asarray((0.1 + 0.25 * np.abs(noise(generator, slope=1.7))) * envelope)


def noise(generator: np.random.Generator, *, slope: float) -> Picture:
    """Return noise of mean 0 and variance 1 whose amplitude falls with the frequency to the power `slope`."""
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None])
    frequency[0, 0] = np.inf
    spectrum = np.fft.rfft2(generator.standard_normal((SIDE, SIDE))) / frequency**slope
    picture: Any = np.fft.irfft2(spectrum, (SIDE, SIDE))
    return np.asarray((picture - picture.mean()) / picture.std())


KINDS: dict[str, Callable[[np.random.Generator], Picture]] = {
    "organs": organs,
    "texture": texture,
    "shades": shades,
    "speckle": speckle,
}
"""What makes one image of each kind."""
