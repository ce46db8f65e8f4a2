"""The images of one part of a sharded store, read one at a time from disk."""

import logging
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import Dataset

from ..datasets.items import Origin
from ..datasets.seeded import draws, keyed
from ..errors import ConfigError, DatasetError, SplitError
from .card import SHARDS, Card, index_file, read_card, shard_name
from .checksums import DAMAGED, check_shards

_logger = logging.getLogger(__name__)


class ShardedDataset(Dataset[dict[str, Any]]):
    """Images `(1, H, W)`, uint8, of one part of a store, each with its class and its seed of augmentation, `draw`.

    What a process holds does not grow with the store: the index is memory-mapped, so that all processes of a machine
    share it, and an image is read when it is asked for. (Mapped shards would be counted as memory of every process.)

    Args:
        folder: The store.
        part: `train`, `valid` or `test`.
        seed: The run's seed.
        damaged: `refuse` a store with damaged shards, or `skip` their images.

    Raises:
        ConfigError: Another value of `damaged`.
        DatasetError: There is no store, or it is damaged.
        SplitError: The store has no image in this part.
    """

    def __init__(self, folder: str | Path, *, part: str, seed: int, damaged: str = "refuse") -> None:
        if damaged not in DAMAGED:
            raise ConfigError(f"damaged is {' or '.join(DAMAGED)}; got {damaged!r}")
        self.folder = Path(folder)
        self.part = part
        self.seed = seed
        self.card: Card = read_card(self.folder)
        self.skipped = check_shards(self.folder, self.card, damaged)
        self._open()
        if not len(self):
            raise SplitError(f"{folder} has no image in its {part} part: it has {_sizes(self.card)}")
        if self.skipped:
            _logger.warning("%s: %d damaged shards are passed over", folder, len(self.skipped))

    def _open(self) -> None:
        """Map the index, of which a part is a stretch; where damaged shards tear holes, it is copied without them."""
        first, last = self.card.parts.get(self.part, (0, 0))
        places, labels, digests = (
            np.load(index_file(self.folder, name), mmap_mode="r")[first:last] for name in ("place", "label", "digest")
        )
        if self.skipped:
            whole = ~np.isin(places // self.card.shard_images, self.skipped)
            places, labels, digests = places[whole], labels[whole], digests[whole]
        self.places: npt.NDArray[np.uint32] = places
        self.labels: npt.NDArray[np.int16] = labels
        self._digests: npt.NDArray[np.uint64] = digests
        self._opened: dict[int, tuple[int, int]] = {}

    @property
    def class_names(self) -> list[str]:
        """Class names in the order of the network's outputs."""
        return list(self.card.class_names)

    @property
    def origin(self) -> Origin:
        """The data set that the images came from."""
        name = f"{self.card.title} ({self.folder.name})"
        return Origin(name, self.card.synthetic, self.card.index_sha256, self.folder, shared_patients={})

    def digests(self) -> npt.NDArray[np.uint64]:
        """Return the digest of the decoded pixels of each image: in hexadecimal, an index's column `pixels`."""
        return self._digests

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, key: Any) -> dict[str, Any]:
        """Return the image of a key, `(epoch, index)`."""
        key = keyed(key)
        index = key[1]
        image = self._read(int(self.places[index]))
        return {"image": torch.from_numpy(image), "label": int(self.labels[index]), "draw": draws(self.seed, key)[1]}

    def _read(self, place: int) -> npt.NDArray[np.uint8]:
        number, row = divmod(place, self.card.shard_images)
        image = np.empty((1, *self.card.image_size), np.uint8)
        file, head = self._file(number, image.nbytes)
        if os.preadv(file, [image.data], head + row * image.nbytes) != image.nbytes:
            raise DatasetError(f"{self._path(number)} has become shorter since it was opened: build the store again")
        return image

    def _path(self, number: int) -> Path:
        return self.folder / SHARDS / f"{shard_name(number)}.npy"

    def _file(self, number: int, image_bytes: int) -> tuple[int, int]:
        """Return the descriptor of a shard, opened once in a process, and the size of the head before its images."""
        if number not in self._opened:
            file = os.open(self._path(number), os.O_RDONLY)
            head = os.fstat(file).st_size - self.card.shards[number][0] * image_bytes
            self._opened[number] = file, head
        return self._opened[number]

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process needs to open the same store: nothing that grows with it."""
        opened = ("places", "labels", "_digests", "_opened")
        return {name: value for name, value in vars(self).items() if name not in opened}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._open()

    def __del__(self) -> None:
        for file, _ in vars(self).get("_opened", {}).values():
            os.close(file)


def _sizes(card: Card) -> str:
    return ", ".join(f"{last - first:,} {part}" for part, (first, last) in card.parts.items())
