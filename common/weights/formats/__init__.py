"""Weights files as they are on disk: recognised by their first bytes, read without running or following anything."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch

from ...errors import WeightsError


class Checkpoint(NamedTuple):
    """What a file holds: its form in words, tensors by name, and what it says about itself."""

    form: str
    tensors: dict[str, torch.Tensor]
    about: dict[str, str]


def read(path: str | Path) -> Checkpoint:
    """Return the tensors of a weights file, named as in the file.

    Raises:
        WeightsError: No such file, none of the known forms, damaged, or one that would run code or open other files.
    """
    path = Path(path)
    if not path.is_file():
        raise WeightsError(f"a weights file must exist; there is none at {path}: check the path")
    with path.open("rb") as file:
        return _reader(path, file.read(16))(path)


def _reader(path: Path, start: bytes) -> Callable[[Path], Checkpoint]:
    from . import hdf5, pytorch, safe

    if start.startswith(b"\x89HDF\r\n\x1a\n"):
        return hdf5.read
    if start.startswith((b"PK\x03\x04", b"\x80")):
        return pytorch.read
    if start[8:9] == b"{":
        return safe.read
    raise WeightsError(
        f"{path}: {_what_it_is(start)}; weights are HDF5, a PyTorch file or safetensors: download it again"
    )


def _what_it_is(start: bytes) -> str:
    if not start:
        return "an empty file"
    if start.lstrip().startswith(b"<"):
        return "a web page, saved in place of the file"
    return f"begins with {start[:8]!r}, no weights file's beginning"
