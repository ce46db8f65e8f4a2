"""A bundle's Python: files of one released `common`, byte for byte, or none that is run here."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from ..errors import ConfigError
from ..files import sha256_of_file, write_json
from .files import CODE, Found

RELEASED = Path(__file__).parent / "released"
"""A file per released version, `VERSION.json`: the SHA-256 of each of its files, by path."""

COMMON = Path(__file__).resolve().parents[1]


def check_code(folder: Path, found: Sequence[Found], version: str) -> list[str]:
    """Return which files of a bundle's code are not those of the `common` it claims, a line each.

    Args:
        folder: Of the bundle.
        found: Its files.
        version: Of `common`, as its manifest says.
    """
    released = hashes_of(version)
    whose = f"common {version}" if released else f"the common beside this command ({version} is no released version)"
    known = released or installed()
    problems = []
    for path, problem in found:
        place, _, below = path.partition("/")
        if place != CODE or problem:
            continue
        if below not in known:
            problems.append(f"{path}: no file of {whose}")
        elif sha256_of_file(folder / path) != known[below]:
            problems.append(f"{path}: not as in {whose}")
    return problems


def hashes_of(version: str) -> dict[str, str]:
    """Return the hashes of a released version by path below `common`; empty if it was not released."""
    path = RELEASED / f"{version}.json"
    if path not in RELEASED.glob("*.json"):  # a version from a manifest is no path to follow
        return {}
    hashes: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return hashes


@cache
def installed() -> dict[str, str]:
    """Return the hash of each file of the `common` that runs, by its path below it."""
    files = [path for path in COMMON.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {
        path.relative_to(COMMON).as_posix(): sha256_of_file(path)
        for path in sorted(files)
        if RELEASED not in path.parents
    }


def record(version: str) -> Path:
    """Write the hashes of the `common` that runs as those of a release, and return the file.

    Raises:
        ConfigError: That version was released already.
    """
    path = RELEASED / f"{version}.json"
    if path.exists() and hashes_of(version) != installed():
        raise ConfigError(f"a version is released once; {version} was, and differs from what is here: give the next")
    write_json(path, installed())
    return path
