"""A folder of phantoms that appears whole or not at all, with the planted truth beside the images."""

import csv
import io
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import ConfigError, DatasetError, StorageError
from ..files import write_json, write_text

SIDECAR = "phantoms.json"
"""Name of the file at the root of every phantom data set; where it stands, the data set is synthetic."""

GENERATOR = "common.phantoms 2"
"""What drew the images; the number rises with any change that alters a pixel."""

NOTE = "Synthetic images drawn by a program, not patients: for testing software, never for judging a diagnosis."
"""Said in the sidecar of every phantom data set."""

LICENCE = (
    "Synthetic phantoms in the published layout of another data set, none of whose images they contain. Apache-2.0.\n"
)
"""Text of the licence file beside the phantoms."""


JPEG_QUALITY = 95
"""Of 100: leaves no blocks that a network could see, and is a tenth of PNG's size on a noisy radiograph."""


class PhantomFolder:
    """A data set that is being written: takes images and faults, and ends as `phantoms.json`.

    Args:
        root: The folder to write into.
        record: The head of the sidecar: dataset, seed, patients, difficulty.
    """

    def __init__(self, root: Path, record: dict[str, Any]) -> None:
        self.root = root
        self.record = record
        self.images: dict[str, dict[str, Any]] = {}
        self.faults: list[dict[str, str]] = []

    def save(self, path: str, pixels: npt.NDArray[Any], *, mode: str = "L", compression: int = 3) -> None:
        """Write `pixels` as PNG or JPEG, by the ending of `path`, that says "Synthetic" in its text chunk or comment.

        Args:
            path: Below the root.
            pixels: uint8 (H, W) or (H, W, 3), or bool (H, W) for a mask: black and white.
            mode: Pillow's name of the pixel type in the file: 1, L, RGB or RGBA.
            compression: zlib level of PNG; changes the file's bytes and none of its pixels.
        """
        from PIL import Image
        from PIL.PngImagePlugin import PngInfo

        said = f"phantom ({GENERATOR}, {self.record['dataset']}, seed {self.record['seed']})"
        grey = pixels.astype(np.uint8) * 255 if pixels.dtype == bool else pixels
        picture, target = Image.fromarray(grey).convert(mode), self.file(path)
        if target.suffix in (".jpg", ".jpeg"):
            picture.save(target, comment=f"Synthetic {said}", quality=JPEG_QUALITY)
            return
        text = PngInfo()
        text.add_text("Synthetic", said)
        picture.save(target, pnginfo=text, compress_level=compression)

    def file(self, path: str) -> Path:
        """Return where the file `path` below the root is to be written; its folder is made."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def plant(self, path: str, truth: dict[str, Any]) -> None:
        """Note the truth of one image in the sidecar, numbers to four decimals."""
        self.images[path] = json.loads(json.dumps(truth), parse_float=lambda number: round(float(number), 4))

    def plant_fault(self, kind: str, path: str, *, of: str = "") -> None:
        """Note in the sidecar that image `path` is a faulty copy of image `of`, or faulty in itself."""
        self.faults.append({"kind": kind, "image": path, "of": of})

    def copy(self, kind: str, path: str, *, of: str, **changes: Any) -> None:
        """File image `of` again, byte for byte, as `path`, a fault of this kind: its truth with some of it changed."""
        self.file(path).write_bytes((self.root / of).read_bytes())
        self.plant(path, {**self.images[of], **changes})
        self.plant_fault(kind, path, of=of)

    def save_table(self, path: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Write a CSV table."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([columns, *rows])
        write_text(self.root / path, text.getvalue())


@contextmanager
def phantom_folder(out: Path, *, dataset: str, patients: int, seed: int, difficulty: float) -> Iterator[PhantomFolder]:
    """Give a folder to fill; it becomes `out`, with its sidecar, when the block ends, and vanishes if the block fails.

    Raises:
        ConfigError: A number out of range.
        DatasetError: `out` is not empty.
        StorageError: No space left, or no permission.
    """
    _check_numbers(patients=patients, seed=seed, difficulty=difficulty)
    out = out.resolve()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DatasetError(f"phantoms go into an empty or new folder, {out} is neither: give another or remove it")
    temporary = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    record = {"dataset": dataset, "seed": seed, "patients": patients, "difficulty": difficulty}
    folder = PhantomFolder(temporary, record)
    try:
        temporary.mkdir(parents=True)
        yield folder
        head = {"synthetic": True, "generator": GENERATOR, **record, "note": NOTE}
        write_json(temporary / SIDECAR, {**head, "images": folder.images, "faults": folder.faults})
        if out.exists():
            out.rmdir()
        temporary.rename(out)
    except OSError as error:
        raise StorageError(
            f"cannot write {out} ({error.strerror or error}): free space or give another folder"
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _check_numbers(*, patients: int, seed: int, difficulty: float) -> None:
    if patients < 1:
        raise ConfigError(f"patients must be 1 or more, not {patients}: 120 make a small data set")
    if seed < 0:
        raise ConfigError(f"seed must be 0 or more, not {seed}: any other number draws other phantoms")
    if not 0 <= difficulty <= 1:
        raise ConfigError(f"difficulty must lie in 0-1, not {difficulty}: 0 is easy, at 1 the classes look the same")
