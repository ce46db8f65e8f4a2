"""`large_files.yml`: what MONAI downloads into a bundle, each file with its hash."""

import re
from pathlib import Path


def _entry(key: str, value: str) -> str:
    """Return the pattern of a line: a key and its value, between the same quotes or none."""
    return rf"{key}: (?P<{key}_quote>['\"]?){value}(?P={key}_quote) *\n"


_FILE = re.compile(
    r"(?P<indent>(?:  )?)- "
    + r"(?P=indent)  ".join(
        (
            _entry("path", r"models/[\w-][\w.-]*"),
            _entry("url", r"https://[\w./~%+=?&:@-]+"),
            _entry("hash_val", r"[0-9a-f]{64}"),
            _entry("hash_type", "sha256"),
        )
    ),
    re.ASCII,
)
"""One file, in the four lines that scripts/export.py writes: YAML has other ways to say it, which readers differ on."""


def check_downloads(path: Path) -> list[str]:
    """Return where it is not files in models/, each with its https address and SHA-256, in this order."""
    text = path.read_text(encoding="utf-8", errors="replace").rstrip() + "\n"
    head, _, left = text.partition("\n")
    if head.rstrip() != "large_files:":
        return [f"it begins with large_files:, got {head[:80]!a}"]
    while left:
        found = _FILE.match(left)
        if not found:
            return [f"path (in models/), url (https), hash_val, hash_type (sha256), in this order; got {left[:80]!a}"]
        left = left[found.end() :]
    return []
