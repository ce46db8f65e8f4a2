"""Order and augmentation as a function of (seed, epoch, index) alone: the same in any worker, and after any restart."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from monai.data import Dataset, set_track_meta
from monai.transforms import Compose
from torch.utils.data import Sampler

NICENESS = 15
"""How far the workers of a data loader stand back behind the network's threads; at 19 other programs starve them."""


def light_worker(worker: int) -> None:
    """Make a data loader's worker cheap: it runs in the gaps of the network's threads, and tracks no metadata.

    Metadata serves inverse transforms, which training has none of, and costs a fifth to a third of a transform's time.
    """
    os.nice(NICENESS)
    set_track_meta(False)


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
        """Return the item of `(epoch, index)`; a plain index is of epoch 0."""
        epoch, index = key if isinstance(key, tuple) else (0, key)
        state = np.random.SeedSequence([self.seed, epoch, index]).generate_state(2)
        self.transform.set_random_state(seed=int(state[0]))
        return {**self._transform(index), "draw": int(state[1])}


class EpochSampler(Sampler[tuple[int, int]]):
    """`(epoch, index)` of every item once, in an order that is a function of (seed, epoch).

    Args:
        dataset: What is sampled; only its length is used.
        seed: The run's seed.
    """

    def __init__(self, dataset: Sequence[Any], seed: int) -> None:
        self.dataset = dataset
        self.seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        return len(self.dataset)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.dataset))
        return ((self.epoch, int(index)) for index in order)
