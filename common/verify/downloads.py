"""`large_files.yml`: what MONAI downloads into a bundle, each file with its hash."""

import re
from pathlib import Path

_LINE = re.compile(
    r"large_files:|"
    r"(?:- )?(?:path: ['\"]?models/[\w-][\w.-]*['\"]?|url: ['\"]?https://[!-~]+|"
    r"hash_val: ['\"]?[0-9a-f]{64}['\"]?|hash_type: ['\"]?sha256['\"]?)|",
    re.ASCII,
)


def check_downloads(path: Path) -> list[str]:
    """Return the lines that are not a file in models/, its https address, or its SHA-256; and whether a hash lacks."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    problems = [
        f"not a file in models/ with address and SHA-256: {line!a}" for line in lines if not _LINE.fullmatch(line)
    ]
    counts = {key: sum(f"{key}:" in line for line in lines) for key in ("path", "url", "hash_val", "hash_type")}
    return problems or (
        [f"each file has path, url, hash_val and hash_type; got {counts}"] * (len(set(counts.values())) > 1)
    )
