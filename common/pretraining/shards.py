"""One shard: some thousands of images in a file, with a table beside it, written by a process of its own."""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..errors import DatasetError, ImageError
from ..files import write_atomically, write_text
from .card import SHARDS, shard_name
from .pictures import Picture, Source, read_picture

COLUMNS = (*Picture._fields, "exclude")
"""Of the table beside a shard: a line an image, in order; `exclude` is empty, or why it takes no part."""

BLANK = "blank"
UNREADABLE = "unreadable"

SUM = ".sha256"
"""Ending of the file that makes a shard finished; `sha256sum --check shards/*.sha256` understands it."""


Task = tuple[Path, int, Sequence[Picture], Mapping[str, Source], tuple[int, int]]
"""What `write_shard` is given, for another process."""


def write_shard(
    folder: Path, number: int, pictures: Sequence[Picture], sources: Mapping[str, Source], image_size: tuple[int, int]
) -> None:
    """Write shard `number`: its images, a table of them, and last its checksum. Unreadable images are black.

    One image at a time is in memory.

    Raises:
        DatasetError: A picture that is a clip of several frames.
        StorageError: No space left, or no permission.
    """
    path, lines, digest = folder / SHARDS / shard_name(number), [], hashlib.sha256()
    black = np.zeros(image_size, np.uint8)

    def write(file: BinaryIO) -> None:
        def put(content: bytes | memoryview) -> None:
            digest.update(content)
            file.write(content)

        put(_head((len(pictures), *image_size)))
        for picture in pictures:
            if ":" in picture.frame:
                raise DatasetError(f"a store holds single frames, {picture.image} is a clip: leave its data set out")
            image, pixels, exclude = black, "", ""
            try:
                image, pixels, blank = read_picture(picture, sources[picture.source], image_size)
                exclude = f"{BLANK}: one grey level" if blank else ""
            except ImageError as error:
                exclude = f"{UNREADABLE}: {str(error).removeprefix(sources[picture.source].root)}"
            put(image.data)
            lines.append([*picture._replace(pixels=pixels), exclude])

    path.with_suffix(SUM).unlink(missing_ok=True)
    write_atomically(path.with_suffix(".npy"), write)
    write_text(path.with_suffix(".csv"), _as_csv(lines))
    write_text(path.with_suffix(SUM), f"{digest.hexdigest()}  {path.name}.npy\n")


def _head(shape: tuple[int, ...]) -> bytes:
    """Return the head of a .npy file of that shape, uint8."""
    text = io.BytesIO()
    np.lib.format.write_array_header_1_0(text, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return text.getvalue()


def _as_csv(lines: Sequence[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *lines])
    return text.getvalue()


def is_finished(folder: Path, number: int, pictures: Sequence[Picture], image_size: tuple[int, int]) -> bool:
    """Return whether shard `number` is there, of these pictures and this size; its bytes are not read."""
    path = folder / SHARDS / shard_name(number)
    expected = len(_head((len(pictures), *image_size))) + len(pictures) * image_size[0] * image_size[1]
    try:
        if path.with_suffix(".npy").stat().st_size != expected or not path.with_suffix(SUM).exists():
            return False
        lines = list(read_lines(folder, number))
    except (OSError, TypeError):
        return False
    return [line[0]._replace(pixels="") for line in lines] == [picture._replace(pixels="") for picture in pictures]


def read_lines(folder: Path, number: int) -> Iterator[tuple[Picture, str]]:
    """Yield the pictures of a shard, and why each is left out, if it is."""
    with (folder / SHARDS / f"{shard_name(number)}.csv").open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        next(lines)
        for *picture, exclude in lines:
            yield Picture(*picture), exclude


def checksum(folder: Path, number: int) -> str:
    """Return the sha256 of a finished shard, as it was written."""
    return (folder / SHARDS / shard_name(number)).with_suffix(SUM).read_text().split()[0]


def work(task: Task) -> int:
    """Write the shard of a task, and return how many images it has."""
    write_shard(*task)
    return len(task[2])
