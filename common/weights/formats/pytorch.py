"""PyTorch files, read as plain tensors: nothing in them is run."""

import io
import pickle
import pickletools
import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import torch

from ...errors import WeightsError
from . import Checkpoint

WRAPPERS = ("state_dict", "model_state_dict", "model")
"""Keys under which training programs keep the state dict, beside optimisers and epochs."""

PLAIN = re.compile(r"collections\.OrderedDict|torch\._utils\._rebuild_(tensor_v2|parameter)|torch\.\w+Storage")
"""What the pickle of a state dict imports."""


def read(path: Path) -> Checkpoint:
    """Return the tensors of a state dict, of one in a training program's checkpoint, too.

    Raises:
        WeightsError: A damaged file, one that would run code, or one that is not a state dict.
    """
    if zipfile.is_zipfile(path):
        check_archive(path)
    state = _unwrapped(_load(path))
    if not isinstance(state, dict) or not state or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise WeightsError(
            f"{path}: a weights file is a state dict, tensors by name; this one holds {_describe(state)}: "
            "save model.state_dict() with torch.save"
        )
    return Checkpoint("PyTorch state dict", {str(name): tensor for name, tensor in state.items()}, {})


def _load(path: Path) -> Any:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, UnicodeDecodeError) as error:
        raise WeightsError(
            f"{path}: {_what_it_is(path)}: get a state dict (torch.save(model.state_dict(), ...))"
        ) from error
    except (RuntimeError, EOFError, ValueError, KeyError, OSError, IndexError, TypeError, AttributeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(f"{path}: a damaged file of tensors ({reason}): download it again") from error


def _what_it_is(path: Path) -> str:
    """Return why torch does not read a pickle, in our words: its own advise to load it unsafely."""
    foreign = [name for name in _imports(_pickles(path)) if not PLAIN.fullmatch(name)]
    if foreign:
        return f"not plain tensors: opening it would run code ({foreign[0]}), which is refused"
    return "a damaged pickle, or one of other things than tensors"


def _pickles(path: Path) -> bytes:
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return b"".join(archive.read(entry) for entry in archive.infolist() if entry.filename.endswith("/data.pkl"))


def _imports(data: bytes) -> list[str]:
    """Return the names that pickles in a row import, as far as they can be parsed; nothing is run."""
    names, words, stream = [], ["", ""], io.BytesIO(data)
    try:
        while stream.tell() < len(data):
            for code, argument, _ in pickletools.genops(stream):
                if code.name == "GLOBAL":
                    names.append(str(argument).replace(" ", "."))
                elif code.name == "STACK_GLOBAL":
                    names.append(".".join(words[-2:]))
                elif isinstance(argument, str):
                    words.append(argument)
    except (ValueError, EOFError):
        pass
    return names


def check_archive(path: Path) -> None:
    """Refuse an archive that unpacks to more than the file holds, or whose parts lie outside it."""
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    for entry in entries:
        place = PurePosixPath(entry.filename)
        if place.is_absolute() or ".." in place.parts:
            raise WeightsError(f"{path}: parts of a weights file lie inside it; {entry.filename!r} does not: refused")
        if place.name == "model.weights.h5":
            raise WeightsError(f"{path}: a .keras archive; unpack it and give its {entry.filename}")
    declared, held = sum(entry.file_size for entry in entries), path.stat().st_size
    if declared > held:
        raise WeightsError(f"{path}: a file of {held} bytes that declares {declared} is refused: download it again")


def _unwrapped(state: Any) -> Any:
    for wrapper in WRAPPERS:
        if isinstance(state, dict) and isinstance(state.get(wrapper), dict):
            return _unwrapped(state[wrapper])
    return state


def _describe(state: Any) -> str:
    if not isinstance(state, dict):
        return f"a {type(state).__name__}"
    others = [f"{key!r}: {type(value).__name__}" for key, value in state.items() if not isinstance(value, torch.Tensor)]
    return f"a dict with {others[0]}" if others else "an empty dict"
