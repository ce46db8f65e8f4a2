"""Images that show the same picture: pixel for pixel, or the same exposure saved twice.

Two images of different patients can look alike as a whole (bright above, dark below) but never share their speckle
or texture. So whoever resembles another as a whole is compared again in fine detail, with the whole taken out and every
place made to count alike: a scanner's frame, its letters or a skull are the strongest edges, and much the same in all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ..files import sha256

THUMBNAIL = 16
"""Side in pixels of the thumbnails that all pairs are compared by."""

ALIKE = 0.85
"""Correlation of thumbnails from which a pair is looked at closely: 972 of BUS-BRA's 1.76 million pairs of patients.

Saved again with other gain, noise, compression or size, or with callipers, or cropped by 3 %, an image keeps >= 0.86.
"""

DETAIL = 64
"""Side in pixels of the detail images: the smallest that still resolves the coarse speckle."""

NEIGHBOURHOOD = 5
"""Pixels of `DETAIL` whose mean is taken out and whose contrast is made one, which leaves texture."""

FLAT = 0.005
"""Contrast, of values in `[0, 1]`, that stays small: about one of 255 grey levels, which compression leaves behind."""

SHIFT = 4
"""Pixels of `DETAIL` (6 % of the side) by which two pictures may be displaced, as after cropping."""

SAME = 0.5
"""Correlation of detail from which two pictures are one exposure.

Of the 972 pairs of BUS-BRA that look alike none exceeds 0.20; of 20,000 such pairs of CT-ICH 9 exceed 0.5, none 0.57.
The same image saved again (see `ALIKE`) keeps >= 0.95; cropped by 1 to 3 % as well, 95 in 100 keep >= 0.52
(120 images of each data set).
"""

BLOCK = 2048
"""Images compared with all others at a time: 2,048 x 100,000 correlations are 0.8 GB."""


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """What is kept of an image to compare it with others, and to see whether there is anything on it."""

    pixels: str
    """First 16 hexadecimal digits of the SHA-256 of size and values, rounded to 16 bits."""
    shape: tuple[int, int]
    """Height and width in pixels."""
    spread: float
    """Standard deviation of the values, which lie in `[0, 1]`."""
    thumbnail: np.ndarray
    """`(THUMBNAIL * THUMBNAIL,)` float32, mean 0 and norm 1 (0 for a constant image)."""
    detail: np.ndarray
    """`(DETAIL, DETAIL)` float32, local mean and contrast taken out, mean 0 and norm 1 (0 for a constant image)."""


@dataclass(frozen=True, order=True)
class Duplicate:
    """Two images, by position, that show the same picture."""

    first: int
    second: int
    exact: bool


def fingerprint(image: np.ndarray) -> Fingerprint:
    """Return the fingerprint of a float32 image `(H, W)` in `[0, 1]`."""
    values = np.round(image * 65535).astype("<u2")
    coarse, fine = _reduced(image, THUMBNAIL), _reduced(image, DETAIL)
    return Fingerprint(
        pixels=sha256(repr(image.shape).encode() + values.tobytes())[:16],
        shape=(image.shape[0], image.shape[1]),
        spread=float(image.std()),
        thumbnail=_normalised(coarse).ravel(),
        detail=_normalised(_texture(fine)),
    )


def _texture(image: np.ndarray) -> np.ndarray:
    """Return the image with its local mean taken out and its local contrast made one."""
    from scipy.ndimage import uniform_filter

    detail = image - uniform_filter(image, NEIGHBOURHOOD, mode="nearest")
    contrast = np.sqrt(uniform_filter(detail**2, NEIGHBOURHOOD, mode="nearest").clip(min=0))
    return np.asarray(detail / (contrast + FLAT), dtype=np.float32)


def _reduced(image: np.ndarray, side: int) -> np.ndarray:
    return np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BOX), dtype=np.float32)


def _normalised(image: np.ndarray) -> np.ndarray:
    centred = image - image.mean()
    norm = float(np.linalg.norm(centred))
    # Rounding leaves about 1e-6 on a constant image, where there is nothing to compare.
    return centred / norm if norm > 1e-4 else np.zeros_like(centred)


def find_duplicates(prints: Sequence[Fingerprint], patients: Sequence[str]) -> list[Duplicate]:
    """Return the pairs that show the same picture, by position.

    Exact ones are reported whoever the patient, each with the first of its kind. Near duplicates of one patient (its
    views resemble each other, and stay together anyway) are not reported.

    Args:
        prints: Fingerprints of the images.
        patients: The patient of each; empty if unknown.
    """
    first = {its.pixels: position for position, its in reversed(list(enumerate(prints)))}
    exact = [Duplicate(first[its.pixels], n, exact=True) for n, its in enumerate(prints) if first[its.pixels] < n]
    near = [
        Duplicate(one, other, exact=False)
        for one, other in _alike(prints)
        if not (patients[one] and patients[one] == patients[other])
        and prints[one].pixels != prints[other].pixels
        and correlation(prints[one].detail, prints[other].detail) > SAME
    ]
    return sorted(exact + near)


def _alike(prints: Sequence[Fingerprint]) -> list[tuple[int, int]]:
    """Return the pairs (first < second) whose thumbnails correlate."""
    if not prints:
        return []
    thumbnails = np.stack([its.thumbnail for its in prints])
    pairs: list[tuple[int, int]] = []
    for start in range(0, len(thumbnails), BLOCK):
        alike = thumbnails[start : start + BLOCK] @ thumbnails[start:].T > ALIKE
        pairs += [(start + int(one), start + int(other)) for one, other in np.argwhere(np.triu(alike, 1))]
    return pairs


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Return the largest correlation of two normalised images `(N, N)` over shifts of up to `SHIFT` pixels.

    All shifts at once by the correlation theorem: `irfft2(rfft2(a) * conj(rfft2(b)))`.
    """
    surface = np.fft.irfft2(np.fft.rfft2(one) * np.conj(np.fft.rfft2(other)), s=one.shape)
    near = np.r_[0 : SHIFT + 1, -SHIFT:0]
    return float(surface[np.ix_(near, near)].max())
