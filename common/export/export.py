"""A bundle as a folder that needs nothing of this repository, and its archive."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import BundleError, ExportError, RunError
from ..files import write_bytes, write_json, write_text
from ..house.files import Config
from ..house.formatting import formatted
from ..runs import read_model
from ..version import VERSION
from .alone import ALONE, alone
from .closure import PACKAGE, closure
from .configs import MOVED, portable, portable_logging, read_configs
from .manifest import write_archive, write_large_files, write_manifest
from .measure import PLACE, measured_of
from .metadata import completed, without_paths
from .readme import limits, portable_readme
from .scores import figures_of, scores_of
from .table import format_table

FORMATS = {"ts": "TorchScript", "pt2": "torch.export", "onnx": "ONNX"}
"""What a network can be written as beside `model.pt`, by the ending of the file."""

OPENVINO = "openvino"
"""What is brought once it was measured: its files are made, and INT8 calibrated, where the test part is read."""

NO_ADDRESS = "https://huggingface.co/OWNER/NAME/resolve/main"
"""Stands in `large_files.yml` until it is known where the files will lie."""

_CONVERT = Path(__file__).with_name("convert.py")
_BESIDE = ("reference.npz", "seen.txt")
"""What a run leaves beside its model and inference, or a further training, reads."""


class Exported(NamedTuple):
    """A portable bundle.

    `differences` are those of a logit from PyTorch's, by file of another format; `large` are the files too large for
    the zoo's repository.
    """

    folder: Path
    archive: Path
    differences: dict[str, float]
    large: list[str]


def export(
    bundle: Path, out: Path, *, weights: Path | None = None, formats: Sequence[str] = tuple(FORMATS), url: str = ""
) -> Exported:
    """Write `out/NAME_classification` or `out/NAME_segmentation` and its zip; the same model gives the same bytes.

    Args:
        bundle: Its folder.
        out: Where to; what was exported there before is replaced.
        weights: A trained `model.pt` with its `model.json` (default: the bundle's).
        formats: Keys of `FORMATS`, and `OPENVINO` for a bundle that was measured.
        url: The address below which the files will lie, for `large_files.yml`.

    Raises:
        BundleError: There is no such bundle.
        RunError: No trained model.
        ExportError: A format that does not exist, or does not give what the network gives.
    """
    if not (bundle / "configs").is_dir():
        known = ", ".join(sorted(path.parent.name for path in bundle.parent.glob("[!.]*/configs")))
        raise BundleError(f"a bundle is one of {known}; got {bundle.name!r}: give its name")
    if unknown := [name for name in formats if name not in (*FORMATS, OPENVINO)]:
        raise ExportError(f"a format is one of {', '.join((*FORMATS, OPENVINO))}; got {unknown[0]!r}: leave it out")
    weights = weights or bundle / "models" / "model.pt"
    card = read_model(weights.parent)
    if not weights.is_file():
        raise RunError(f"no trained model at {weights}: run this bundle's train.json first")
    if OPENVINO in formats and not measured_of(bundle, weights):
        raise ExportError(f"{OPENVINO} is brought once it was measured; {bundle.name} was not: give --measure")
    folder = out / exported_name(bundle.name, card["task"])
    staging = out / f".{os.getpid()}.tmp" / folder.name
    shutil.rmtree(staging.parent, ignore_errors=True)
    try:
        differences, large = _fill(staging, bundle, weights, card, formats=formats, url=url)
        archive = out / f"{folder.name}.zip"
        write_archive(staging, archive)
        shutil.rmtree(folder, ignore_errors=True)
        staging.rename(folder)
    finally:
        shutil.rmtree(staging.parent, ignore_errors=True)
    return Exported(folder, archive, differences, large)


def exported_name(name: str, task: str) -> str:
    """Return the folder's name, from which MONAI Label takes a model's type."""
    kind = "segmentation" if task == "segmentation" else "classification"
    return name if name.endswith(f"_{kind}") else f"{name}_{kind}"


def _fill(
    folder: Path, bundle: Path, weights: Path, card: dict[str, Any], *, formats: Sequence[str], url: str
) -> tuple[dict[str, float], list[str]]:
    written = read_configs(bundle)
    used = closure(list(written.values()))
    told = _told_of(formats, measured_of(bundle, weights))
    metadata = _write_texts(
        folder, bundle, _results(bundle, weights, card), card, written, packages=sorted(used.packages), formats=told
    )
    for file in used.files:
        write_bytes(folder / MOVED / file, (PACKAGE / file).read_bytes())
    write_bytes(folder / "models" / "model.pt", weights.read_bytes())
    write_json(folder / "models" / "model.json", _without_paths(card))
    for name in _BESIDE:
        if (weights.parent / name).is_file():
            write_bytes(folder / "models" / name, (weights.parent / name).read_bytes())
    if OPENVINO in formats:
        for path in sorted((bundle / "eval" / PLACE).glob(f"{OPENVINO}_*")):
            write_bytes(folder / "models" / path.name, path.read_bytes())
    differences = _convert(folder, [name for name in formats if name in FORMATS])
    large = write_large_files(folder, url or NO_ADDRESS)
    write_manifest(folder, metadata["version"])
    return differences, large


def _write_texts(
    folder: Path,
    bundle: Path,
    results: Path,
    card: dict[str, Any],
    written: dict[str, Config],
    *,
    packages: Sequence[str],
    formats: str,
) -> Config:
    """Write configurations and pages, and return the metadata."""
    readme = (bundle / "docs" / "README.md").read_text(encoding="utf-8")
    told = json.loads((bundle / "configs" / "metadata.json").read_text(encoding="utf-8"))
    scores, figures = scores_of(results, card), figures_of(results, card)
    metadata = completed(told, card, scores=scores, packages=packages, limits=limits(readme), common=VERSION)
    for name, config in written.items():
        moved = portable(config, card)
        if name == "train":
            moved["_desc_"] = metadata["description"].replace("#", "")
        write_text(folder / "configs" / f"{name}.json", formatted(moved))
    write_text(folder / "configs" / "metadata.json", formatted(metadata))
    logging = (bundle / "configs" / "logging.conf").read_text(encoding="utf-8")
    write_text(folder / "configs" / "logging.conf", portable_logging(logging))
    page = portable_readme(
        readme, metadata, card, scores=scores, figures=[path.name for path in figures], formats=formats
    )
    write_text(folder / "docs" / "README.md", page)
    for path in (*figures, bundle / "docs" / "data_license.txt"):
        write_bytes(folder / "docs" / path.name, path.read_bytes())
    write_bytes(folder / "LICENSE", (bundle / "LICENSE").read_bytes())
    return metadata


def _results(bundle: Path, weights: Path, card: dict[str, Any]) -> Path:
    """Return where a model's evaluation is: beside it, as a run of its own leaves both, else the bundle's."""
    beside = weights.parent.with_name("eval")
    return beside if scores_of(beside, card) else bundle / "eval"


def _told_of(formats: Sequence[str], measured: dict[str, Any]) -> str:
    """Return what the network is brought as, and, where it was measured, what that costs and gives."""
    files = ["`models/model.pt`", *(f"`models/model.{name}` ({FORMATS[name]})" for name in formats if name in FORMATS)]
    files += [f"`models/{name}`" for name in measured.get("files", ()) if OPENVINO in formats]
    told = f"{', '.join(files)}: any batch, the rows and columns above."
    return f"{told}\n\n{format_table(measured)}" if measured else told


def _without_paths(card: dict[str, Any]) -> dict[str, Any]:
    """Return a card that names no place on the machine that trained."""
    return {key: without_paths(value) if isinstance(value, str) else value for key, value in card.items()}


def _convert(folder: Path, formats: Sequence[str]) -> dict[str, float]:
    if not formats:
        return {}
    said = alone(
        [*ALONE, str(_CONVERT), str(folder.resolve()), *formats], folder=folder, doing="converting the network"
    )
    differences: dict[str, float] = json.loads(said.splitlines()[-1])
    return differences
