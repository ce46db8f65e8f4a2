"""Files written whole or not at all, and their hashes."""

import contextlib
import errno
import hashlib
import io
import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from .errors import StorageError

LONGEST_NAME = 242
"""Bytes of a file's name that can be written: 255 (Linux, limits.h, NAME_MAX) less the 13 around a temporary one's,
`.NAME.1234567.tmp`."""


def write_atomically(path: str | Path, write: Callable[[BinaryIO], object], *, sync: bool = True) -> None:
    """Leave `path` complete, or as it was.

    Written to a temporary name beside it, fsynced and renamed, so neither a kill nor a full disk leaves half a file.

    Args:
        path: The file to write; its folder is made.
        write: Called with the open binary file.
        sync: Whether it must outlive a power cut too; not for many small files whose content is checked before use.

    Raises:
        StorageError: No space left, or no permission.
    """
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            write(file)
            file.flush()
            if sync:
                os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        raise StorageError(storage_message(target, error)) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def storage_message(path: Path, error: OSError) -> str:
    """Return why `path` could not be written, and the way out."""
    if error.errno == errno.ENOSPC:
        return f"no space left to write {path}: free some, then run the same command again"
    return f"cannot write {path} ({error.strerror or error}): give another folder"


def fitting(path: Path, *, more: int = 0) -> Path:
    """Return a path whose name can be written: one that is too long ends in eight digits of its hash.

    Args:
        path: The path.
        more: Bytes that will be added to its name.
    """
    name, longest = path.name.encode(), LONGEST_NAME - more
    if len(name) <= longest:
        return path
    ending = f"-{sha256(name)[:8]}{path.suffix}"
    kept = name[: longest - len(ending.encode())].decode(errors="ignore")
    return path.with_name(kept + ending)


def printable(path: str) -> str:
    r"""Return a path as UTF-8 can hold it: what in a name is none becomes an escape, as in `M\xfcller.png`."""
    return path.encode(errors="surrogateescape").decode(errors="backslashreplace")


def write_tensors(path: str | Path, state: dict[str, Any]) -> None:
    """Write plain values and tensors atomically, as `torch.load(weights_only=True)` reads them."""
    write_bytes(path, tensors_as_bytes(state))


def tensors_as_bytes(state: dict[str, Any]) -> bytes:
    """Return what `torch.save` makes of `state`; in memory, because on a full disk it hides the reason."""
    import torch

    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write `content` atomically."""
    write_atomically(path, lambda file: file.write(content))


def write_text(path: str | Path, text: str) -> None:
    """Write `text` atomically as UTF-8."""
    write_bytes(path, text.encode())


def write_json(path: str | Path, value: Any) -> None:
    """Write `value` atomically as indented JSON; a NaN becomes null, since JSON has no NaN."""
    write_text(path, json.dumps(_without_nan(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def sha256(data: bytes) -> str:
    """Return the hexadecimal SHA-256 of `data`."""
    return hashlib.sha256(data).hexdigest()


def sha256_of_file(path: str | Path) -> str:
    """Return the hexadecimal SHA-256 of the file at `path`."""
    return hash_of_file(path, "sha256")


def hash_of_file(path: str | Path, algorithm: str) -> str:
    """Return the hexadecimal hash of the file at `path`, read in pieces, by an algorithm that `hashlib` knows."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with Path(path).open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def read_json(path: str | Path, *, default: Any) -> Any:
    """Return the content of a JSON file, or `default` where there is no such file."""
    path = Path(path)
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else default
