"""safetensors files; ours carry what they are in their header."""

import json
from pathlib import Path

from ...errors import WeightsError
from . import Checkpoint

HEADER = "radimagenet"
"""The only entry of our headers' metadata. One, because safetensors writes several in no fixed order."""


def read(path: Path) -> Checkpoint:
    """Return the tensors, and what our header says of them: `source`, `network`, `contract`, `sha256_of_original`.

    Raises:
        WeightsError: The file is damaged: its header and its size disagree.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  not a dict
            about = json.loads((file.metadata() or {}).get(HEADER, "{}"))
    except (SafetensorError, ValueError, TypeError) as error:
        raise WeightsError(f"{path}: not a whole safetensors file ({error}): download or import it again") from error
    return Checkpoint("safetensors", tensors, {str(key): str(value) for key, value in about.items()})
