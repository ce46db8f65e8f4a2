"""Reference phantoms for checking weights: grey images with the statistics that medical images share."""

import numpy as np
import numpy.typing as npt
import torch

COUNT, SIDE = 16, 224
"""Of images and of rows and columns: each channel of the deepest batch norm then averages over 16 x 7 x 7 places."""

TEXTURE = 0.06
"""Standard deviation of the texture inside the organs, as a share of white."""


def reference_images() -> torch.Tensor:
    """Return the reference phantoms `(16, 1, 224, 224)`, float32 in `[0, 1]`, always the same. They are synthetic.

    Dark air around overlapping ellipses of even grey, and a texture whose amplitude falls with frequency as 1/f: the
    spectrum of natural images (Field, J Opt Soc Am A 1987;4:2379) and, about, of radiographs and sections.
    """
    generator = np.random.default_rng(20220727)
    return torch.from_numpy(np.stack([_image(generator) for _ in range(COUNT)])[:, None])


def _image(generator: np.random.Generator) -> npt.NDArray[np.float32]:
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
    texture = _pink(generator) * (image > 0.03)
    return np.clip(image + TEXTURE * texture, 0, 1).astype(np.float32)


def _pink(generator: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return noise of unit variance whose amplitude falls as 1/f."""
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None])
    frequency[0, 0] = np.inf
    noise = np.fft.irfft2(np.fft.rfft2(generator.standard_normal((SIDE, SIDE))) / frequency, (SIDE, SIDE))
    return (noise - noise.mean()) / noise.std()
