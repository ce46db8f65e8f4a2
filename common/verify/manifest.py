"""`manifest.json`: every file of a bundle, with its size and hash."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import TrustError
from ..files import sha256_of_file
from .documents import read_document
from .files import MANIFEST, Found


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return a bundle's manifest: `common`, a version, and `files`, each with `sha256` and `bytes`.

    Raises:
        TrustError: There is none, or it is something else.
    """
    path = folder / MANIFEST
    if not path.is_file() or path.is_symlink():
        raise TrustError(f"an exported bundle has a {MANIFEST}; there is none")
    manifest = read_document(path)
    files = manifest.get("files") if isinstance(manifest, dict) else None
    if not isinstance(files, dict) or not isinstance(manifest.get("common"), str):
        raise TrustError(f"{MANIFEST} says `common`, a version, and `files`; got something else")
    if wrong := [name for name, entry in files.items() if not _is_entry(entry)]:
        raise TrustError(f"{MANIFEST} has sha256 and bytes of each file, and no more; not so of {wrong[0]!a}")
    return manifest


def _is_entry(entry: Any) -> bool:
    kinds = {key: type(value) for key, value in entry.items()} if isinstance(entry, dict) else {}
    return kinds == {"sha256": str, "bytes": int}


def check_manifest(folder: Path, listed: dict[str, Any], found: Sequence[Found]) -> list[str]:
    """Return where the folder is not what its manifest lists, a line each.

    Args:
        folder: Of the bundle.
        listed: The manifest's `files`.
        found: The files that are there.
    """
    there = {path for path, _ in found} - {MANIFEST}
    problems = [f"{path!a}: in {MANIFEST}, but not there" for path in sorted(set(listed) - there)]
    problems += [f"{path!a}: not in {MANIFEST}" for path in sorted(there - set(listed))]
    for path, problem in found:
        if path in listed and not problem and _entry(folder / path) != listed[path]:
            problems.append(f"{path}: not the file that {MANIFEST} lists: changed or swapped since")
    return problems


def _entry(path: Path) -> dict[str, str | int]:
    return {"sha256": sha256_of_file(path), "bytes": path.stat().st_size}
