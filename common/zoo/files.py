"""What the zoo asks of a bundle's files, without running any of it."""

import getpass
import json
import re
import tempfile
from pathlib import Path
from typing import Any

from ..export.manifest import LARGE_FILES, LARGEST, files_of
from ..files import sha256_of_file
from .check import Check

NEEDED = ("configs/metadata.json", "LICENSE", "models/model.pt", "configs/inference.json", "docs/README.md",
          "docs/data_license.txt")  # fmt: skip
"""The first four by its `ci/verify_bundle.py` and `ci/utils.py`, the others by its reviewers."""

_ENTRY = re.compile(r'- path: "(?P<path>[^"]+)"\n  url: "[^"]+"\n  hash_val: "(?P<hash>[0-9a-f]+)"')
_VERSION = re.compile(r"\d(\.\d){2}")


def directory(folder: Path) -> Check:
    """Return whether the files are there that the zoo looks for."""
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    return Check("directory", f"missing: {', '.join(missing)}" * bool(missing))


def version(folder: Path) -> Check:
    """Return whether the version has a line in the changelog, and is one that the zoo can compare.

    It compares versions as texts, so each component has one digit; a bundle's name and version are cut at `_v`.
    """
    metadata: dict[str, Any] = json.loads((folder / "configs" / "metadata.json").read_text(encoding="utf-8"))
    number, name = str(metadata.get("version")), "version and changelog"
    if not _VERSION.fullmatch(number):
        return Check(name, f"a version is three digits with points, since the zoo compares texts; got {number!r}")
    if number not in metadata.get("changelog", {}):
        return Check(name, f"version {number} has no line in the changelog")
    return Check(name, f"{folder.name} has a _v, which begins a version" * bool(re.search(r"_v[a-z0-9]", folder.name)))


def sizes(folder: Path) -> Check:
    """Return whether every file fits the zoo's repository, or is listed for download by its true hash."""
    yml = folder / LARGE_FILES
    listed = dict(_ENTRY.findall(yml.read_text(encoding="utf-8"))) if yml.is_file() else {}
    wrong = [
        name
        for name, path in files_of(folder)
        if path.stat().st_size > LARGEST and listed.get(name) != sha256_of_file(path)
    ]
    reason = f"over {LARGEST // 10**6} MB and not in {LARGE_FILES} by its hash: {', '.join(wrong)}"
    return Check("no file over 25 MB", reason * bool(wrong))


def personal_paths(folder: Path) -> Check:
    """Return whether no file, of whatever kind, names a place on somebody's machine."""
    own = {str(Path.home()), str(Path(__file__).resolve().parents[2]), tempfile.gettempdir(), f"/home/{_user()}"}
    places = [rf"{re.escape(place)}/" for place in own if len(place) > 1]
    pattern = re.compile("|".join([r"/home/\w", r"/Users/\w", r"[A-Z]:\\Users\\\w", *places]).encode())
    naming = [name for name, path in files_of(folder) if pattern.search(path.read_bytes())]
    return Check("no personal path", f"a place on a machine is named in {', '.join(naming)}" * bool(naming))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a name for its user
        return "user"
