"""Random streams keyed by name and index, so that element i never depends on how many elements there are; fields."""

import zlib
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T")


def stream(seed: int, *key: str | int) -> np.random.Generator:
    """Return the generator that belongs to `seed` and `key`: equal for equal keys, independent for different ones."""
    words = [zlib.crc32(part.encode()) if isinstance(part, str) else part for part in key]
    # A spawn key, not a longer seed: numpy pads short seeds with zeros, so (seed, 3) and (seed, 3, 0) would be one.
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=words))


def from_block(block: Sequence[T], index: int, *, seed: int, key: str) -> T:
    """Return element `index` of an endless sequence in which each `len(block)` elements are `block` in random order.

    So proportions hold in every stretch of the sequence, and a longer one extends a shorter one.
    """
    turn, place = divmod(index, len(block))
    return block[int(stream(seed, key, turn).permutation(len(block))[place])]


def in_turn(block: Sequence[T], *, seed: int, key: str) -> Iterator[T]:
    """Yield the sequence of `from_block` without end."""
    return (from_block(block, index, seed=seed, key=key) for index in count())


def smooth(generator: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Return a smooth random field of about unit variance with `cells` (down, across) independent values."""
    from PIL import Image

    coarse = Image.fromarray(generator.standard_normal(cells, dtype=np.float32))
    return np.asarray(coarse.resize(shape[::-1], Image.Resampling.BICUBIC))


def edge(distance: npt.NDArray[np.floating[Any]], width: float) -> npt.NDArray[np.floating[Any]]:
    """Return 0 to 1 across a soft edge, about `width` wide, that lies where `distance` is 0."""
    return 1 / (1 + np.exp(np.clip(-4 * distance / np.float32(width), -30, 30)))
