"""Order and augmentation as a function of (seed, epoch, index) alone: the same in any worker, and after any restart."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from monai.data import Dataset, set_track_meta
from monai.transforms import Compose
from torch.utils.data import Sampler

from ..errors import ConfigError

NICENESS = 15
"""How far the workers of a data loader stand back behind the network's threads; at 19 other programs starve them."""

Key = tuple[int, ...]
"""Of an item: `(epoch, index)`; where an epoch has an item again, `(epoch, index, turn)` with a turn from 1."""


def light_worker(worker: int) -> None:
    """Make a data loader's worker cheap: it runs in the gaps of the network's threads, and tracks no metadata.

    Metadata serves inverse transforms, which training has none of, and costs a fifth to a third of a transform's time.
    """
    os.nice(NICENESS)
    set_track_meta(False)


def keyed(key: Any) -> Key:
    """Return the key that a dataset was asked for; a plain index is of epoch 0."""
    return key if isinstance(key, tuple) else (0, key)


def draws(seed: int, key: Key) -> tuple[int, int]:
    """Return the seeds of an item's random transforms and, its `draw`, of what augments it later, in its batch."""
    first, second = np.random.SeedSequence([seed, *key]).generate_state(2)
    return int(first), int(second)


class SeededDataset(Dataset):
    """Items through a chain of transforms whose random ones are seeded for each (seed, epoch, index).

    Each item gains `draw`, the seed of what augments it later, in its batch.

    Args:
        data: Items.
        transform: The chain.
        seed: The run's seed.
    """

    def __init__(self, data: Sequence[Any], transform: Compose, seed: int) -> None:
        super().__init__(data, transform)
        self.seed = seed

    def __getitem__(self, key: Any) -> Any:
        """Return the item of a key."""
        key = keyed(key)
        own, draw = draws(self.seed, key)
        self.transform.set_random_state(seed=own)
        return {**self._transform(key[1]), "draw": draw}


class EpochSampler(Sampler[Key]):
    """Keys of an epoch's items, in an order that is a function of (seed, epoch); `epoch` is set from outside.

    The order is cut into global batches, and of each process `rank` of `world` takes its slice: so which items a step
    sees does not depend on how many processes share them. `start` is the number of global batches to pass over, those
    that a stopped run has seen; set it with `epoch`. What is left after the last whole batch, another epoch sees.

    Only the process that trains holds the order (8 bytes an item); the loader's workers get keys.

    Args:
        dataset: What is sampled: of plain epochs its length is used, of balanced ones its `labels`.
        seed: The run's seed.
        rank: Of this process, from 0.
        world: Number of processes.
        batch_size: Images of a batch of one process; a global batch has `world` times as many.
        balanced: Whether rare classes are seen more often: a class as often as the square root of its size says, in an
            epoch of the same length. Drawn alike, RadImageNet's rarest (47 images) would be seen 174 times an epoch,
            1.35 M / 165 / 47, and be learned by heart; the root is the middle between that and nature.

    Raises:
        ConfigError: Less than one global batch, or than two images.
    """

    def __init__(
        self, dataset: Any, seed: int, *, rank: int = 0, world: int = 1, batch_size: int = 1, balanced: bool = False
    ) -> None:
        if len(dataset) < 2:  # batch norm cannot train on one
            raise ConfigError(f"training takes two images or more; its part has {len(dataset)}: label more")
        if len(dataset) < world * batch_size:
            raise ConfigError(
                f"a step takes {world} x {batch_size} images, the training part has {len(dataset)}: lower batch_size"
            )
        self.dataset = dataset
        self.seed = seed
        self.rank = rank
        self.world = world
        self.batch_size = batch_size
        self.balanced = balanced
        self.epoch = 0
        self.start = 0

    def __len__(self) -> int:
        batches = len(self.dataset) // (self.world * self.batch_size)
        return max(batches - self.start, 0) * self.batch_size

    def __iter__(self) -> Iterator[Key]:
        generator = np.random.default_rng([self.seed, self.epoch])
        if not self.balanced:
            order = generator.permutation(len(self.dataset))
            return ((self.epoch, index) for index in self._own(order))
        order, turns = balanced_order(self.dataset.labels, generator)
        return (
            (self.epoch, index, turn) if turn else (self.epoch, index)
            for index, turn in zip(self._own(order), self._own(turns), strict=True)
        )

    def _own(self, order: npt.NDArray[np.int64]) -> Iterator[int]:
        """Yield the numbers of this process, batch by batch."""
        whole = self.world * self.batch_size
        for batch in range(self.start, len(order) // whole):
            first = batch * whole + self.rank * self.batch_size
            yield from order[first : first + self.batch_size].tolist()


def balanced_order(
    labels: npt.NDArray[np.int16], generator: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return as many positions as there are labels, and of each how often it stood before; classes by square root.

    A class with `n` images has `sqrt(n)` shares of the epoch. It gives each of its images in turn before any again.
    """
    sizes = np.bincount(labels)
    shares = np.sqrt(sizes) / np.sqrt(sizes).sum() * len(labels)
    counts = np.floor(shares).astype(np.int64)
    counts[np.argsort(counts - shares, kind="stable")[: len(labels) - counts.sum()]] += 1
    by_class = np.split(np.argsort(labels, kind="stable"), np.cumsum(sizes)[:-1])
    drawn = [_in_turn(own, int(count), generator) for own, count in zip(by_class, counts, strict=True) if len(own)]
    shuffled = generator.permutation(len(labels))
    positions, turns = (np.concatenate(column)[shuffled] for column in zip(*drawn, strict=True))
    return positions, turns


def _in_turn(
    own: npt.NDArray[np.int64], count: int, generator: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return `count` of a class's positions, all of them before any again, and of each how often it stood before."""
    rounds = -(-count // len(own))
    positions = np.concatenate([generator.permutation(own) for _ in range(rounds)] or [own[:0]])[:count]
    return positions, np.arange(count) // len(own)
