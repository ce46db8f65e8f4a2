"""Memory of the processes that train from a store of a million images: `python -m common.benchmarks.store_memory`."""

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap

from ..datasets.seeded import EpochSampler
from ..files import sha256
from ..pretraining.card import INDEX, PARTS, SHARDS, Card, hash_of_index, index_file, shard_name, write_card
from ..pretraining.checksums import mark_whole
from ..pretraining.classes import class_table
from ..pretraining.sharded import ShardedDataset

READ = 2000
"""Images that a worker reads before its memory is looked at."""


def hollow_store(folder: Path, images: int, *, size: int, shard_images: int) -> None:
    """Write a store with a full index and hollow shards: files of the right size, of which the disk stores nothing."""
    names = tuple(its.label for its in class_table())
    generator = np.random.default_rng(0)
    columns = {
        "place": np.arange(images),
        "label": generator.integers(len(names), size=images),
        "digest": generator.integers(2**63, size=images),
    }
    for name, kind in INDEX.items():
        index_file(folder, name).parent.mkdir(parents=True, exist_ok=True)
        np.save(index_file(folder, name), columns[name].astype(kind))
    (folder / SHARDS).mkdir()
    counts = [min(shard_images, images - first) for first in range(0, images, shard_images)]
    for number, count in enumerate(counts):
        open_memmap(folder / SHARDS / f"{shard_name(number)}.npy", "w+", np.uint8, (count, size, size))
    card = Card(
        name="hollow",
        title="hollow",
        synthetic=True,
        image_size=(size, size),
        class_names=names,
        parts={part: (0, images) if part == "train" else (images, images) for part in PARTS},
        counts={},
        shard_images=shard_images,
        shards=tuple((count, sha256(b"")) for count in counts),
        index_sha256=hash_of_index(folder, names),
    )
    mark_whole(folder, card)
    write_card(folder, card)


def grown(folder: Path) -> dict[str, float]:
    """Return by how many megabytes (2^20) processes grow beyond Python and torch, each measured in one of its own."""
    roles = ("worker", "process that trains")
    return {role: float(_run(folder, role)) for role in roles}


def _run(folder: Path, role: str) -> str:
    command = [sys.executable, "-W", "ignore", "-m", __name__, str(folder), role]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _serve(folder: Path, role: str) -> None:
    """Print the growth of this process: a worker gets the dataset and reads, the other holds the order of an epoch."""
    data = ShardedDataset(folder, part="train", seed=0)
    packed = pickle.dumps(data)
    del data
    before = _resident()
    data = pickle.loads(packed)
    if role == "worker":
        for index in np.random.default_rng(0).integers(len(data), size=READ):
            data[1, int(index)]
    else:
        sampler = EpochSampler(data, seed=0, batch_size=256, balanced=True)
        epoch = iter(sampler)
        next(epoch)  # from here on it holds the order, which counts
    print(_resident() - before)  # noqa: T201  the answer


def _resident() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), sys.argv[2])
