"""What pretraining on 1.35 million images would take here: its store, its input chain, its step, and the hours."""

import os
from collections.abc import Iterator
from pathlib import Path

import torch
from torch.utils.data import DataLoader
from tqdm import tqdm

from ..datasets.seeded import EpochSampler
from ..inferers import PrecisionInferer
from ..io.decode import decode
from ..networks import Classifier
from ..phantoms import radimagenet as phantoms
from ..pretraining.build import SHARD_IMAGES, How
from ..pretraining.radimagenet import PUBLISHED_IMAGES, list_radimagenet
from ..pretraining.sharded import ShardedDataset
from ..pretraining.shards import write_shard
from ..pretraining.store import build_store
from .rivals import LOOPS
from .rounds import Step, seconds_per_step
from .store_memory import grown, hollow_store
from .table import Goal, Measurement

PATIENTS = 33
"""Phantom patients: 500 images, all classes in every part."""

CLASSES = 165

EPOCHS = 30

H200 = 3000.0
"""Images/s that one H200 is taken to train, ResNet50 at 224 x 224 in bf16, where no GPU is at hand to be measured."""

CORES = 16
"""Of a machine for each of its GPUs; together they are to feed twice what the GPU trains."""

BUILD = 0.8
"""What building a store should reach of the speed of decoding alone."""

MEGABYTES = 200.0
"""What a process may grow by beyond Python and torch, whatever the number of images."""

DECODE, STORE, CHAIN, NEEDED, STEP = "decoding alone", "building shards", "input chain, one worker", "needed", "step"


def measure(folder: Path, *, batch: int, size: int, steps: int, rounds: int) -> list[Measurement]:
    """Return the speeds of building, of the input chain and of the step, and the memory of processes.

    Args:
        folder: An empty folder to work in.
        batch: Images of a step.
        size: Rows and columns of an image.
        steps: Steps of a round.
        rounds: How many rounds.
    """
    load = os.getloadavg()[0]
    phantoms.write(folder / "phantoms", patients=PATIENTS, seed=0, difficulty=0.2)
    listed = list_radimagenet(folder / "phantoms")
    build_store(listed, folder / "store", How(image_size=(size, size), workers=1))
    pictures = [its for its in listed.pictures() if Path(its.image).parts[1] != "US"]  # these have the store's size
    gpu = torch.cuda.is_available()
    chain, step = _chain(folder / "store", batch), _step(batch, size)
    rows: dict[str, list[float]] = {name: [] for name in (DECODE, STORE, CHAIN, STEP)}
    for _ in tqdm(range(rounds), desc="pretrain", unit="round", disable=None):
        decoding = seconds_per_step(lambda: [decode(folder / "phantoms" / its.image) for its in pictures], steps=1)
        building = seconds_per_step(
            lambda: write_shard(folder / "built", 0, pictures, listed.sources, (size, size)), steps=1
        )
        rows[DECODE].append(len(pictures) / decoding)
        rows[STORE].append(len(pictures) / building)
        rows[CHAIN].append(batch / seconds_per_step(lambda: next(chain), steps=max(steps, 40)))
        rows[STEP].append(batch / seconds_per_step(step, steps=steps))
    trained = sorted(rows[STEP])[rounds // 2] if gpu else H200
    rows[NEEDED] = [2 * trained / CORES] * rounds
    speeds = Measurement(
        title=f"pretrain: ResNet50, {CLASSES} classes, batch {batch}, {size} x {size}, {rounds} rounds x {steps} steps",
        unit="images/s",
        reference=DECODE,
        rounds=rows,
        goals=(
            Goal(name=f"{STORE} / {DECODE}", of=STORE, to=DECODE, at_least=BUILD),
            Goal(name=f"{CHAIN} / {NEEDED}", of=CHAIN, to=NEEDED, at_least=1.0),
        ),
        load=load,
        notes=(
            f"needed of a core: 2 x {trained:,.0f} / {CORES} = {2 * trained / CORES:,.0f} images/s",
            *_hours(trained, measured=gpu),
        ),
    )
    return [speeds, _memory(folder / "hollow", size, load)]


def _hours(trained: float, *, measured: bool) -> Iterator[str]:
    """Yield the arithmetic from images per second to hours, for some numbers of GPUs that do not wait for another."""
    how = "measured here" if measured else "assumed, an H200's: no GPU is at hand"
    yield f"{trained:,.0f} images/s of one GPU, {how}; several are taken not to wait for one another"
    for gpus in (1, 8, 64):
        hours = PUBLISHED_IMAGES * EPOCHS / (trained * gpus) / 3600
        product = f"{PUBLISHED_IMAGES:,} x {EPOCHS} / ({trained:,.0f} x {gpus}) / 3600"
        yield f"{gpus} GPU{'s' if gpus > 1 else ''}: {product} = {hours:.2f} hours"


def _chain(store: Path, batch: int) -> Iterator[object]:
    """Yield batches without end, as one worker loads them that has a core to itself."""
    data = ShardedDataset(store, part="train", seed=0)
    batch = min(batch, len(data))
    sampler = EpochSampler(data, seed=0, batch_size=batch)
    loader = DataLoader(data, sampler=sampler, batch_size=batch, num_workers=1, persistent_workers=True)
    while True:
        yield from loader


def _step(batch: int, size: int) -> Step:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    precision = PrecisionInferer("auto", device).precision
    network = Classifier("resnet50", CLASSES).to(device)
    return LOOPS["train"](network, torch.rand(batch, 1, size, size, device=device), precision)


def _memory(folder: Path, size: int, load: float) -> Measurement:
    hollow_store(folder, PUBLISHED_IMAGES, size=size, shard_images=SHARD_IMAGES)
    allowed = "allowed"
    rows = {**{role: [value] for role, value in grown(folder).items()}, allowed: [MEGABYTES]}
    return Measurement(
        title=f"pretrain: memory beyond Python and torch, with an index of {PUBLISHED_IMAGES:,} images",
        unit="MB",
        reference=allowed,
        rounds=rows,
        goals=tuple(
            Goal(name=f"{role} / {allowed}", of=role, to=allowed, at_most=1.0) for role in rows if role != allowed
        ),
        load=load,
    )
