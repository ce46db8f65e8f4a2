"""`training_state.ckpt`: written whole, checked by its hash, with the one before it kept."""

import io
import logging
from pathlib import Path
from typing import Any

import torch

from ..files import sha256, tensors_as_bytes, write_bytes

CURRENT, PREVIOUS = "training_state.ckpt", "training_state.previous.ckpt"
"""Names in `ckpt_dir`; not `.pt`, because MONAI Label serves the `.pt` with the shortest name."""

_DIGEST_LENGTH = 64
"""Bytes of the hexadecimal SHA-256 at the head of the file."""

_logger = logging.getLogger(__name__)


def write_state(folder: Path, state: dict[str, Any]) -> None:
    """Write the state after an epoch; the one of the epoch before becomes the previous one."""
    content = tensors_as_bytes(state)
    if (folder / CURRENT).exists():
        (folder / CURRENT).replace(folder / PREVIOUS)
    write_bytes(folder / CURRENT, sha256(content).encode() + content)


def read_state(folder: Path) -> dict[str, Any] | None:
    """Return the newest state that is whole, warning of each that is not; None where there is none."""
    for name in (CURRENT, PREVIOUS):
        path = folder / name
        if not path.exists():
            continue
        content = path.read_bytes()
        digest, payload = content[:_DIGEST_LENGTH].decode("ascii", "replace"), content[_DIGEST_LENGTH:]
        if digest == sha256(payload):
            state: dict[str, Any] = torch.load(io.BytesIO(payload), weights_only=True)
            return state
        _logger.warning("%s is damaged (its hash differs): falling back to the state before it", path)
    return None
