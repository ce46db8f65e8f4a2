"""Images that show the same picture: pixel for pixel, or the same exposure saved twice.

Two ultrasound images of different patients can look alike as a whole (bright above, dark below) but never share
their speckle; two slices of different heads never share their sulci. So whoever resembles another as a whole is
compared again in fine detail, with the whole taken out.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import ImageError
from .fingerprints import Fingerprint
from .lookalikes import count_alike, look_alikes

SHIFT = 5
"""Pixels of the detail image (5 % of the side) by which each tile may be displaced, as after cropping."""

SAME = 0.5
"""Correlation of detail from which two pictures are one exposure, where few pairs look alike as a whole.

Of the 972 such pairs of different patients in BUS-BRA none exceeds 0.23. The same image saved again (JPEG at quality
60, 1.2 times as bright, gamma 0.7, 0.8 or 1.5 times as large, noise, callipers) keeps >= 0.89 in BUS-BRA and >= 0.94 in
CT-ICH; cropped by 1 and 2 % of both sides >= 0.54 and 0.72, by 3 % the median is 0.55 and 0.68 (120 images each).
"""

FEW = 1000
"""Pairs that look alike, up to which `SAME` holds."""

STRICTER = 0.06
"""How much higher the correlation must be for each tenfold of `FEW`: of many pairs of strangers the most alike are more
alike. Among the 35,249 pairs of CT-ICH 1 in 100 exceeds 0.41, 1 in 1,000 0.46, and the greatest is 0.57."""

CHUNK = 256
"""Pairs compared in detail at a time: 2 x 256 x 9,216 float32 are 19 MB, and their spectra twice that."""


@dataclass(frozen=True, order=True)
class Duplicate:
    """Two images, by position, that show the same picture."""

    first: int
    second: int
    exact: bool


def find_duplicates(prints: Sequence[Fingerprint | ImageError], patients: Sequence[str]) -> list[Duplicate]:
    """Return the pairs that show the same picture, by position; unreadable images are in none.

    Exact ones are reported whoever the patient, each with the first of its kind. Near duplicates of one patient (its
    views resemble each other, and stay together anyway) are not reported.

    Args:
        prints: Fingerprints of the images, or why they cannot be read.
        patients: The patient of each; empty if unknown.
    """
    thumbnails, digests, readable = _columns(prints)
    owners = _owners(patients)
    limit = SAME + STRICTER * float(np.log10(max(count_alike(thumbnails), FEW) / FEW))
    pairs = look_alikes(thumbnails)
    del thumbnails  # 192 MB for 750,000 images, which are used up as soon as they are whitened
    found = [
        (first[other], second[other])
        for first, second in pairs
        if (other := (owners[first] != owners[second]) & (digests[first] != digests[second])).any()
    ]
    return sorted(_copies(digests, readable) + _same(prints, _once(found, len(prints)), limit))


def _columns(prints: Sequence[Fingerprint | ImageError]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return thumbnails (0 for an unreadable image), digests as uint64, and the positions of readable images."""
    thumbnails = np.zeros((len(prints), 0), np.int8)
    digests = np.zeros(len(prints), np.uint64)
    readable = np.zeros(len(prints), bool)
    for position, its in enumerate(prints):
        if isinstance(its, Fingerprint):
            if not thumbnails.size:
                thumbnails = np.zeros((len(prints), its.thumbnail.size), np.int8)
            thumbnails[position], digests[position], readable[position] = its.thumbnail, int(its.pixels, 16), True
    return thumbnails, digests, np.flatnonzero(readable)


def _owners(patients: Sequence[str]) -> np.ndarray:
    """Return a number for each patient; unknown ones have one each."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) if name else -1 - n for n, name in enumerate(patients)])


def _copies(digests: np.ndarray, readable: np.ndarray) -> list[Duplicate]:
    _, first, kind = np.unique(digests[readable], return_index=True, return_inverse=True)
    earlier = readable[first[kind]]
    return [Duplicate(int(a), int(b), exact=True) for a, b in zip(earlier, readable, strict=True) if a < b]


def _once(found: Sequence[tuple[np.ndarray, np.ndarray]], count: int) -> np.ndarray:
    """Return each pair once, `(pairs, 2)`."""
    numbers = [first.astype(np.int64) * count + second for first, second in found]
    return np.stack(np.divmod(np.unique(np.concatenate([np.zeros(0, np.int64), *numbers])), max(count, 1)), 1)


def _same(prints: Sequence[Fingerprint | ImageError], pairs: np.ndarray, limit: float) -> list[Duplicate]:
    from tqdm import tqdm

    result = []
    for start in tqdm(range(0, len(pairs), CHUNK), desc="pairs", unit=f" x {CHUNK}", delay=1, disable=None):
        some = pairs[start : start + CHUNK]
        # Pairs come by their first image, which is read once.
        details = {position: prints[position].detail for position in np.unique(some)}
        one, other = (np.stack([details[position] for position in column]) for column in some.T)
        alike = some[correlations(one, other) > limit]
        result += [Duplicate(int(first), int(second), exact=False) for first, second in alike]
    return result


def correlations(ones: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return how far pairs of detail images agree, float32 `(pairs,)` in `[-1, 1]`; 0 where one of them is constant.

    Each tile is displaced by up to `SHIFT` pixels to where it agrees best; all shifts at once by the correlation
    theorem: `irfft2(rfft2(a) * conj(rfft2(b)))`.

    Args:
        ones: int8 `(pairs, tiles, side, side)`.
        others: Likewise.
    """
    from scipy.fft import irfft2, rfft2

    a, b = ones.astype(np.float32), others.astype(np.float32)
    workers = os.cpu_count()
    spectrum = rfft2(a, workers=workers) * np.conj(rfft2(b, workers=workers))
    surface = irfft2(spectrum, s=a.shape[-2:], workers=workers)
    near = np.r_[0 : SHIFT + 1, -SHIFT:0]
    best = surface[..., near, :][..., near].max((2, 3)).sum(1)
    norms = np.sqrt((a**2).sum((1, 2, 3)) * (b**2).sum((1, 2, 3)))
    return np.divide(best, norms, out=np.zeros_like(best), where=norms > 0)
