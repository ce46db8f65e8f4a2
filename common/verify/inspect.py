"""The verdict on a bundle: all that is asked of it, and what its files are."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..bundles import walk
from ..errors import TrustError
from .allowed import OURS
from .archive import MOST_FILES
from .arrays import check_arrays
from .code import COMMON, check_code
from .configs import check_config
from .documents import read_document
from .downloads import check_downloads
from .exported_program import check_exported_program
from .files import CODE, Found, list_files
from .logging_conf import check_logging
from .manifest import check_manifest, read_manifest
from .onnx_file import check_onnx
from .paths import PIECES, piece_problem, text_problem
from .torchscript import check_torchscript
from .weights import CARD, check_weights

_NEEDED = ("LICENSE", "configs/metadata.json", "configs/inference.json", CARD, f"{CODE}/__init__.py")
"""What an exported bundle has, beside its weights."""

_NETWORKS: dict[str, tuple[str, Callable[[Path], list[str]]]] = {
    ".ts": ("TorchScript, code in a language of its own: all operators in it compute on tensors", check_torchscript),
    ".pt2": ("a graph of torch.export: all operators in it compute on tensors", check_exported_program),
    ".onnx": ("an ONNX graph of standard operators, with its weights", check_onnx),
}
"""Files of a network beside its weights, by ending: what it is once it has passed, and what it has to pass."""


class Verdict(NamedTuple):
    """What speaks against a bundle, and what is worth knowing of it, a line each."""

    refusals: list[str]
    notes: list[str]


def inspect(folder: Path) -> Verdict:
    """Return the verdict on a bundle's folder; nothing in it is run or changed.

    A folder in this repository's `bundles/` needs no manifest, and its code is `common` itself.
    """
    exported = is_exported(folder)
    found = list_files(folder, exported=exported)
    refusals = [f"{path!a}: {problem}" for path, problem in found if problem]
    if len(found) > MOST_FILES:
        return Verdict([f"a bundle has at most {MOST_FILES:,} files; got {len(found):,}"], [])
    sound = [path for path, problem in found if not problem]
    if exported:
        refusals += _check_origin(folder, found, sound)
    else:
        refusals += [f"{path}: a bundle of the repository has no code" for path in sound if path.startswith(f"{CODE}/")]
    refusals += _check_documents(folder, sound, "scripts" if exported else "common")
    card = _card(folder, sound)
    for path in sound:
        refusals += [f"{path}: {problem}" for problem in _check_other(folder / path, path, card)]
    notes = [f"{path}: {_NETWORKS[end][0]}" for path in sound if (end := Path(path).suffix) in _NETWORKS]
    notes += ["no weights here"] * (not any(path.endswith((".pt", ".safetensors")) for path in sound))
    return Verdict(refusals, notes)


def is_exported(folder: Path) -> bool:
    """Return whether a bundle stands by itself, with code of its own, and is not one of this repository's."""
    return folder.resolve().parent != COMMON.parent / "bundles"


def _check_origin(folder: Path, found: Sequence[Found], sound: Sequence[str]) -> Iterator[str]:
    """Yield what is missing, what is not as the manifest lists it, and which code is none of ours."""
    yield from (f"{path}: missing" for path in _NEEDED if path not in sound)
    if not {"models/model.pt", "models/model.safetensors", "large_files.yml"} & set(sound):
        yield "models/model.pt: missing, and no large_files.yml says where it is"
    try:
        manifest = read_manifest(folder)
    except TrustError as error:
        yield str(error)
        return
    yield from check_manifest(folder, manifest["files"], found)
    yield from check_code(folder, found, manifest["common"])


def _check_documents(folder: Path, sound: Sequence[str], package: str) -> list[str]:
    problems = []
    for path in sound:
        place = path.partition("/")[0]
        if path.endswith(".json") and place != CODE:
            try:
                content = read_document(folder / path)
            except TrustError as error:
                problems.append(f"{path}: {error}")
                continue
            checked = check_config(content, OURS.of(package)) if place == "configs" else []
            checked += _check_values(content) if place == "models" else []
            problems += [f"{path}: {problem}" for problem in checked]
    return problems


def _check_values(content: Any) -> list[str]:
    """Return what a configuration may not read from a document and make a path of."""
    return [f"{where}: {problem}" for where, value in walk(content) if (problem := _value_problem(where, value))]


def _value_problem(where: str, value: Any) -> str:
    if not isinstance(value, str):
        return ""
    return piece_problem(value) if where in PIECES else text_problem(value)


def _card(folder: Path, sound: Sequence[str]) -> Any:
    """Return model.json; None where there is none, or it cannot be read, which is said elsewhere."""
    try:
        return read_document(folder / CARD) if CARD in sound else None
    except TrustError:
        return None


def _check_other(file: Path, path: str, card: Any) -> list[str]:
    if path.endswith("logging.conf"):
        return check_logging(file)
    if path == "large_files.yml":
        return check_downloads(file)
    if file.suffix in (".pt", ".safetensors"):
        return check_weights(file, card)
    if file.suffix == ".npz":
        return check_arrays(file)
    if file.suffix == ".xml" and b"<!" in file.read_bytes():
        return ["XML with declarations, which may expand or open other files"]
    return _NETWORKS[file.suffix][1](file) if file.suffix in _NETWORKS else []
