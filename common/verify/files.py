"""The files of a bundle: each of a kind that bundles have, at the place where such files lie."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .archive import alike

MANIFEST = "manifest.json"

CODE = "scripts"
"""Where an exported bundle has its Python: the only module that MONAI Label unloads between bundles."""

_MEGA = 2**20

_PLACES = (
    (re.compile(r"LICENSE|large_files\.yml|manifest\.json"), 4 * _MEGA),
    (re.compile(r"configs/\w+\.json|configs/logging\.conf"), _MEGA),
    (re.compile(r"docs/[\w./-]+\.(?:md|txt|png|csv|json)"), 25 * _MEGA),
    (re.compile(r"models/\w+\.json"), 4 * _MEGA),
    (re.compile(r"models/\w+\.(?:txt|npz)|models/[\w.-]+\.xml"), 64 * _MEGA),
    (re.compile(r"models/[\w.-]+\.(?:pt|safetensors|ts|pt2|onnx|bin)"), 4096 * _MEGA),
    (re.compile(rf"{CODE}/[\w./-]+\.(?:py|json|csv|md)"), 4 * _MEGA),
)
"""Files by their place, and the bytes that one may have: a hundred times and more what ours have."""

_LEFT_BY_RUNS = re.compile(
    r"(?:eval|runs)/.*|models/(?:training_state(?:\.previous)?\.ckpt|[\w.-]+\.json|seen\.txt|\.lock)"
)
"""What training and evaluation write into a bundle of the repository: ours, and never handed on."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?<!\.)")


class Found(NamedTuple):
    """A file below a bundle's folder, and what is wrong with it, if anything is."""

    path: str
    problem: str


def list_files(folder: Path, *, exported: bool) -> list[Found]:
    """Return all that is in a bundle's folder, by path.

    Args:
        folder: Of the bundle.
        exported: Whether it is an exported bundle, not one of the repository's.
    """
    found, first = [], dict[str, str]()
    for path, mode, size in sorted(_entries(folder)):
        if exported or not _LEFT_BY_RUNS.fullmatch(path):
            other = first.setdefault(alike(path), path)
            same = f"some file systems take it for {other!a}" if other != path else ""
            found.append(Found(path, _problem(path, mode, size) or same))
    return found


def _entries(folder: Path) -> Iterator[tuple[str, int, int]]:
    """Yield path, mode and size of all that is no folder; links are not followed, and an empty folder is nothing."""
    for root, folders, names in os.walk(folder):
        links = [name for name in folders if (Path(root) / name).is_symlink()]
        for path in (Path(root) / name for name in [*names, *links]):
            status = path.lstat()
            yield path.relative_to(folder).as_posix(), status.st_mode, status.st_size


def _problem(path: str, mode: int, size: int) -> str:
    if stat.S_ISLNK(mode):
        return "a link, which may lead anywhere"
    if not stat.S_ISREG(mode):
        return "no ordinary file"
    if odd := [part for part in path.split("/") if not _NAME.fullmatch(part)]:
        return f"names are of letters, digits, _, - and ., and none is hidden; got {odd[0]!a}"
    if path.endswith((".pyc", ".pyo")):
        return "compiled Python, which would run in place of what can be read: delete __pycache__"
    limits = [limit for place, limit in _PLACES if place.fullmatch(path)]
    if not limits:
        return "no file of a kind that a bundle has at that place"
    return f"at most {max(limits):,} bytes; got {size:,}" if size > max(limits) else ""
