"""Pairs of images that look alike as a whole: all of them in a set of thousands, nearly all in one of a million.

Up to `EXHAUSTIVE` images every pair is compared. 750,000 images have 2.8e11 pairs; there thumbnails are freed from what
all of them share (whitened: 48 independent numbers each) and sorted into buckets by the signs of their projections on
random directions, several times over; pairs that share a bucket are compared (Charikar, STOC 2002).
"""

from collections.abc import Iterator

import numpy as np

ALIKE = 0.85
"""Correlation of thumbnails from which a pair is looked at closely: 972 of BUS-BRA's 1.76 million pairs of patients.

Saved again with other gain, noise, compression or size, or with callipers, or cropped by 3 %, an image keeps >= 0.86.
"""

APART = 0.7
"""Correlation that the thumbnails of such a pair must have too once what all images share is taken out of them.

Radiographs of the chest are all alike as a whole: 16 % of Kermany's pairs, and 0.2 % of them with this as well. Saved
again and cropped by 3 %, 99.5 % of the images of BUS-BRA, CT-ICH and Kermany keep it (about 200 of each).
"""

ENOUGH = 500
"""Images from which their mean is what all share; that of a few is mostly their own."""

BLOCK = 2048
"""Images compared with all others at a time: 2,048 x 20,000 correlations are 164 MB."""

EXHAUSTIVE = 20_000
"""Images up to which every pair is compared."""

SAMPLE = 4096
"""Images, evenly spaced, from which the number of pairs that look alike is estimated in a larger set."""

COMPONENTS = 48
"""Principal components of the thumbnails that are kept when they are whitened."""

CLOSE = 0.9
"""Correlation of whitened thumbnails from which a pair is looked at closely in a large set.

Saved again, an image keeps >= 0.96 in CT-ICH and >= 0.90 in BUS-BRA, cropped by 1 % >= 0.94; of 35,249 pairs of
different heads that look alike none exceeds 0.90. Crops of 2 % and more are found in small sets only.
"""

TABLES = 32
"""Times that the images are sorted into buckets. A pair that correlates by r shares a bucket of b bits with probability
(1 - arccos(r) / pi) ** b: at r = 0.96 and b = 17 one of 32 buckets with probability 0.999, at r = 0.94 with 0.99."""

PER_BUCKET = 8
"""Images in a bucket of average size: decides how many bits a bucket has (17 for 750,000 images)."""

DEPTH = 4096
"""Images of one bucket that each is compared with at most, so that a heap of like images does not cost its square."""


Pairs = tuple[np.ndarray, np.ndarray]
"""Positions of the first and of the second image of some pairs."""


def look_alikes(thumbnails: np.ndarray) -> Iterator[Pairs]:
    """Yield pairs (first < second), by position, whose pictures look alike; in a large set some pairs repeatedly.

    Args:
        thumbnails: int8 `(images, pixels)`, mean 0; all 0 for an image that resembles nobody.
    """
    return _among_all(_unit(thumbnails)) if len(thumbnails) <= EXHAUSTIVE else _sorted_into_buckets(thumbnails)


def count_alike(thumbnails: np.ndarray) -> int:
    """Return the number of pairs whose thumbnails correlate above `ALIKE`; an estimate beyond `SAMPLE` images."""
    chosen = thumbnails[:: -(-len(thumbnails) // SAMPLE) or 1]
    found = sum(len(first) for first, _ in _every_pair((_unit(chosen), ALIKE)))
    return round(found * (len(thumbnails) / max(len(chosen), 1)) ** 2)


def _unit(images: np.ndarray) -> np.ndarray:
    values = images.astype(np.float32)
    norms = np.linalg.norm(values, axis=1, keepdims=True)
    return np.divide(values, norms, out=np.zeros_like(values), where=norms > 0)


def _among_all(unit: np.ndarray) -> Iterator[Pairs]:
    own = [(_unit(unit - unit.mean(0)), APART)] if len(unit) >= ENOUGH else []
    return _every_pair((unit, ALIKE), *own)


def _every_pair(*criteria: tuple[np.ndarray, float]) -> Iterator[Pairs]:
    """Yield the pairs that correlate above the limit by each criterion: unit vectors of all images, and a limit."""
    for start in range(0, len(criteria[0][0]), BLOCK):
        near = [unit[start : start + BLOCK] @ unit[start:].T > limit for unit, limit in criteria]
        first, second = np.nonzero(np.triu(np.logical_and.reduce(near), 1))
        yield start + first, start + second


def _sorted_into_buckets(thumbnails: np.ndarray) -> Iterator[Pairs]:
    from tqdm import tqdm

    lit = np.flatnonzero(thumbnails.any(1))
    whitened = _whitened(thumbnails, lit)
    del thumbnails
    bits = min(int(np.log2(max(len(lit), 2) / PER_BUCKET)) + 1, COMPONENTS)
    for table in tqdm(range(TABLES), desc="look-alikes", delay=1, disable=None):
        # Orthogonal directions, so that no two bits of a bucket say nearly the same.
        normal = np.random.default_rng(table).standard_normal((COMPONENTS, COMPONENTS))
        signs = whitened @ np.linalg.qr(normal)[0][:, :bits].astype(np.float32) > 0
        codes = sum((sign.astype(np.int64) << bit for bit, sign in enumerate(signs.T)), np.zeros(len(lit), np.int64))
        for first, second in _in_one_bucket(codes):
            close = np.einsum("ij,ij->i", whitened[first], whitened[second]) > CLOSE
            one, other = lit[first[close]], lit[second[close]]
            yield np.minimum(one, other), np.maximum(one, other)


def _whitened(thumbnails: np.ndarray, lit: np.ndarray) -> np.ndarray:
    """Return the first principal components of thumbnails, each of variance 1, as unit vectors; float32."""
    blocks = [lit[start : start + BLOCK] for start in range(0, len(lit), BLOCK)]
    total = sum(_unit(thumbnails[block]).sum(0, dtype=np.float64) for block in blocks)
    mean = total / len(lit)
    scatter = sum((part := _unit(thumbnails[block]) - mean).T @ part for block in blocks)
    values, vectors = np.linalg.eigh(scatter)
    # A direction in which no image differs would be divided by zero; eigh sorts upwards.
    scale = 1 / np.sqrt(np.maximum(values[-COMPONENTS:], 1e-6 * values[-1]))
    projection = vectors[:, -COMPONENTS:] * scale
    result = np.empty((len(lit), COMPONENTS), np.float32)
    for start, block in zip(range(0, len(lit), BLOCK), blocks, strict=True):
        result[start : start + BLOCK] = _unit((_unit(thumbnails[block]) - mean) @ projection)
    return result


def _in_one_bucket(codes: np.ndarray) -> Iterator[Pairs]:
    """Yield the pairs of positions with equal codes: neighbours in sorted order, then those two apart, and so on."""
    order = np.argsort(codes, kind="stable")
    codes = codes[order]
    start = np.arange(len(codes))
    for distance in range(1, DEPTH + 1):
        start = start[: np.searchsorted(start, len(codes) - distance)]
        start = start[codes[start] == codes[start + distance]]
        if not len(start):
            return
        for some in np.array_split(start, len(start) // 2**16 + 1):
            yield order[some], order[some + distance]
