"""Shards that are what their card says: hashed once, and again only when their files have changed."""

import contextlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..errors import DatasetError, StorageError
from ..files import read_json, sha256_of_file, write_json
from .card import SHARDS, Card, shard_name

DAMAGED = ("refuse", "skip")
"""What to do with a store some of whose shards are damaged: refuse it, or train without them."""

VERIFIED = "verified.json"
"""Beside the shards: of each that was hashed, its sha256 and the state of its file then."""


def damaged_shards(folder: Path, card: Card) -> list[int]:
    """Return the numbers of the shards whose content is not what the card says, or that are missing.

    68 GB take a minute to hash, so a file that is as it was when it was last found whole is not read again.
    """
    from tqdm import tqdm

    known = read_json(folder / SHARDS / VERIFIED, default={})
    states = {number: _state(folder, number) for number in range(len(card.shards))}
    new = [
        number for number, state in states.items() if known.get(shard_name(number)) != [card.shards[number][1], state]
    ]

    def is_whole(number: int) -> bool:
        path = folder / SHARDS / f"{shard_name(number)}.npy"
        return states[number] is not None and sha256_of_file(path) == card.shards[number][1]

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        hashed = tqdm(pool.map(is_whole, new), total=len(new), desc="checksums", unit="shard", delay=2, disable=None)
        damaged = [number for number, whole in zip(new, hashed, strict=True) if not whole]
    if new:
        with contextlib.suppress(StorageError):  # a folder that is read-only is hashed every time
            mark_whole(folder, card, damaged)
    return damaged


def mark_whole(folder: Path, card: Card, damaged: Sequence[int] = ()) -> None:
    """Note that the shards, but for damaged ones, were found whole as their files are now."""
    whole = {
        shard_name(number): [sha256, _state(folder, number)]
        for number, (_, sha256) in enumerate(card.shards)
        if number not in damaged
    }
    write_json(folder / SHARDS / VERIFIED, whole)


def check_shards(folder: Path, card: Card, damaged: str) -> list[int]:
    """Return the numbers of the shards to pass over.

    Raises:
        DatasetError: A shard is damaged, and `damaged` is `refuse`.
    """
    found = damaged_shards(folder, card)
    if found and damaged == "refuse":
        names = ", ".join(f"{shard_name(number)}.npy" for number in found[:3])
        raise DatasetError(
            f"shards are what their sha256 says; {len(found)} of {len(card.shards)} in {folder / SHARDS} are not "
            f"({names}): delete them and build again, which makes only these, or pass over them with damaged: skip"
        )
    return found


def _state(folder: Path, number: int) -> list[int] | None:
    """Return size, time of change and inode of a shard's file; None where there is none."""
    try:
        status = (folder / SHARDS / f"{shard_name(number)}.npy").stat()
    except OSError:
        return None
    return [status.st_size, status.st_mtime_ns, status.st_ino]
