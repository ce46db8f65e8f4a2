"""A bundle as a zip: unpacked where nothing else is, and only if it stays there."""

import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..datasets.unpack import unpacked
from ..errors import BundleError, DatasetError, TrustError
from .layout import check_layout

MOST_FILES = 5_000
"""Files of one bundle; ours have some 200."""


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """Yield the folder of a bundle: `path` itself, or what a zip holds, unpacked into a folder that is removed after.

    Raises:
        BundleError: Neither a folder nor a zip.
        TrustError: Members that would be written elsewhere, that are links, that stand twice (in another case too), or
            that unpack to an absurd size, and archives of which two readers may read different things.
    """
    if path.is_dir():
        yield path
        return
    if not zipfile.is_zipfile(path):
        raise BundleError(f"a bundle is a folder or a zip of one; got {path}: check the path")
    _refuse_doubles(path)
    with tempfile.TemporaryDirectory() as folder:
        try:
            inside = unpacked(path, Path(folder))
        except DatasetError as error:
            raise TrustError(str(error)) from error
        yield _only_folder(inside)


def _refuse_doubles(path: Path) -> None:
    try:
        check_layout(path)
        with zipfile.ZipFile(path) as archive:
            names = [info.filename for info in archive.infolist()]
    except TrustError as error:
        raise TrustError(f"{path}: {error}") from error
    if len(names) > MOST_FILES:
        raise TrustError(f"{path}: a bundle has at most {MOST_FILES:,} files; got {len(names):,}")
    first: dict[str, str] = {}
    for name in names:
        other = first.setdefault(alike(name), name)
        if other is not name:
            raise TrustError(f"{path}: which member counts cannot be told: {other!r} and {name!r} are one name")


def alike(name: str) -> str:
    """Return what two names have in common that some file system takes for one."""
    return unicodedata.normalize("NFKC", name).casefold().replace("\\", "/").rstrip("/. ")


def _only_folder(inside: Path) -> Path:
    """Return the folder of the bundle itself: zips hold its files, or one folder of its name with them."""
    entries = list(inside.iterdir()) if inside.is_dir() else []
    return entries[0] if len(entries) == 1 and entries[0].is_dir() else inside
