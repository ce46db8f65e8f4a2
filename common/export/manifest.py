"""What says that a portable bundle is whole: `manifest.json`, `large_files.yml`, and an archive of fixed bytes."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..files import sha256_of_file, write_atomically, write_json, write_text
from ..version import VERSION

MANIFEST = "manifest.json"

LARGE_FILES = "large_files.yml"

LARGEST = 25_000_000
"""Bytes of a file that the model zoo's repository takes; larger ones are downloaded by `large_files.yml`.

https://github.com/Project-MONAI/model-zoo/blob/dev/CONTRIBUTING.md#preparing-large-files
"""

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first time that a zip can hold."""


def files_of(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files below a folder with their names there, sorted."""
    yield from sorted((path.relative_to(folder).as_posix(), path) for path in folder.rglob("*") if path.is_file())


def write_large_files(folder: Path, url: str) -> list[str]:
    """Write `large_files.yml`, if a file is too large for the zoo's repository, and return their names.

    Args:
        folder: Of the bundle.
        url: The address below which its files will lie.
    """
    large = [(name, path) for name, path in files_of(folder) if path.stat().st_size > LARGEST]
    lines = ["large_files:"]
    for name, path in large:
        lines += [
            f'- path: "{name}"',
            f'  url: "{url.rstrip("/")}/{name}"',
            f'  hash_val: "{sha256_of_file(path)}"',
            '  hash_type: "sha256"',
        ]
    if large:
        write_text(folder / LARGE_FILES, "\n".join(lines) + "\n")
    return [name for name, _ in large]


def write_manifest(folder: Path, version: str) -> None:
    """Write `manifest.json`: SHA-256 and size of every other file, and which code it brings."""
    entries = {
        name: {"sha256": sha256_of_file(path), "bytes": path.stat().st_size}
        for name, path in files_of(folder)
        if name != MANIFEST
    }
    about = {"name": folder.name, "version": version, "common": VERSION}
    write_json(folder / MANIFEST, {**about, "files": entries})


def write_archive(folder: Path, path: Path) -> None:
    """Write the folder as a zip: the same bytes for the same files, whenever and wherever it is made."""

    def write(file: Any) -> None:
        with zipfile.ZipFile(file, "w") as archive:
            for name, source in files_of(folder):
                entry = zipfile.ZipInfo(f"{folder.name}/{name}", _EPOCH)
                entry.external_attr = 0o100644 << 16
                # Weights are noise: they would take a minute and become no smaller.
                entry.compress_type = zipfile.ZIP_STORED if name.startswith("models/") else zipfile.ZIP_DEFLATED
                archive.writestr(entry, source.read_bytes())

    write_atomically(path, write)
