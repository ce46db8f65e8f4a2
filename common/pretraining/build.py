"""From a list of pictures to the shards of a store, in parallel; what is finished is kept when a build is stopped."""

import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path

from ..errors import DatasetError, RunError
from ..files import read_json, write_json
from .card import SHARDS, VERSION
from .pictures import Picture, Source
from .shards import Task, is_finished, work

SHARD_IMAGES = 4096
"""Images of a shard: 206 MB at 224 x 224, some seconds of a process's work; 330 shards for 1.35 million images."""

PLAN = "plan.json"
"""Beside the shards: of what they are made, so that no store becomes a mixture of two."""


@dataclass(frozen=True, kw_only=True)
class How:
    """How a store is built."""

    image_size: tuple[int, int] = (224, 224)
    """Rows and columns of the images in it, pixels."""
    workers: int = 0
    """Processes that decode; 0: as many as there are processors."""
    shard_images: int = SHARD_IMAGES
    """Images of a shard."""
    replace: bool = False
    """Whether shards of another store in the folder may be deleted."""


def write_shards(folder: Path, pictures: Iterable[Picture], count: int, sources: Mapping[str, Source], how: How) -> int:
    """Write the shards of a store that are not there yet, and return how many shards it has.

    Args:
        folder: The store.
        pictures: All of its pictures, in their order; read as they are needed.
        count: How many they are.
        sources: The folders that pictures name.
        how: How it is built.

    Raises:
        DatasetError: The folder holds shards of another store, and `replace` is not set.
        RunError: A process ended without a word: it was killed, or memory ran out.
        StorageError: No space left, or no permission; what is finished stays.
    """
    from tqdm import tqdm

    _claim(folder, sources, how)
    shards = 0
    with tqdm(total=count, desc="shards", unit="image", delay=1, disable=None) as bar:

        def tasks() -> Iterator[Task]:
            nonlocal shards
            rest = iter(pictures)
            while chunk := list(islice(rest, how.shard_images)):
                number, shards = shards, shards + 1
                if is_finished(folder, number, chunk, how.image_size):
                    bar.update(len(chunk))
                else:
                    yield folder, number, chunk, dict(sources), how.image_size

        alone = count <= how.shard_images
        for images in _outcomes(tasks(), 1 if alone else how.workers or os.cpu_count() or 1):
            bar.update(images)
    _remove_further(folder, shards)
    return shards


def _outcomes(tasks: Iterator[Task], workers: int) -> Iterator[int]:
    """Yield how many images each task has written; tasks are drawn as they are needed."""
    if workers == 1:
        yield from map(work, tasks)
        return
    # Processes start afresh: a fork of one that has used torch's threads may hang.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin) as pool:
        waiting: deque[Future[int]] = deque()
        try:
            for task in tasks:
                waiting.append(pool.submit(work, task))
                if len(waiting) > 2 * workers:  # a million pictures in line would be a gigabyte
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise RunError(
                "a process that builds shards was ended: if memory is short give fewer --workers; run it again"
            ) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _begin() -> None:
    """Let this process end at once on Ctrl-C, and with its parent, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=[parent_process()], daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _claim(folder: Path, sources: Mapping[str, Source], how: How) -> None:
    """Make the folder one for these shards; what a killed build left half written goes."""
    shards = folder / SHARDS
    own = {
        "version": VERSION,
        "sources": {name: list(source) for name, source in sources.items()},
        "image_size": list(how.image_size),
        "shard_images": how.shard_images,
    }
    present = read_json(shards / PLAN, default=None)
    if present not in (None, own):
        if not how.replace:
            raise DatasetError(
                f"{shards} holds shards of other images or another size: give another --out, or --replace"
            )
        _remove_further(folder, 0)
    for path in shards.glob(".*.tmp"):
        path.unlink()
    if present != own:
        write_json(shards / PLAN, own)


def _remove_further(folder: Path, first: int) -> None:
    """Delete shards from number `first` on, which a longer list of pictures has left."""
    for path in (folder / SHARDS).glob("[0-9]*"):
        if int(path.stem) >= first:
            path.unlink()
