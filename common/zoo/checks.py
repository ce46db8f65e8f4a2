"""The zoo's checks of one bundle, in the zoo's order."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..errors import ExportError
from ..export.alone import ALONE, alone
from ..export.samples import write_samples
from .check import Check
from .files import directory, personal_paths, sizes, version
from .style import style

_INSIDE = Path(__file__).with_name("inside.py")

SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "schema"
"""Where a copy of the zoo's schema may lie beside this repository; without one, MONAI downloads it."""

_NOT_NEEDED = ("*.onnx", "*.pt2", "*.bin", "*.xml", "__pycache__")


def zoo_checks(folder: Path) -> list[Check]:
    """Return what the zoo would say of a portable bundle. Its code is run, in a copy and in a process of its own."""
    return list(_checks(Path(folder)))


def _checks(folder: Path) -> Iterator[Check]:
    first = directory(folder)
    yield first
    if not first.passed:  # the others would only say so again
        return
    yield version(folder)
    yield from _run(folder)
    yield from style(folder)
    yield sizes(folder)
    yield personal_paths(folder)


def _run(folder: Path) -> list[Check]:
    """Return what MONAI's own functions say of a copy of the folder."""
    with tempfile.TemporaryDirectory() as place:
        copy = shutil.copytree(folder, Path(place, "models", folder.name), ignore=shutil.ignore_patterns(*_NOT_NEEDED))
        images = Path(place, "images")
        write_samples(images)
        try:
            said = alone(
                [*ALONE, str(_INSIDE), str(copy), str(images), str(SCHEMAS)], folder=copy, doing="the zoo's checks"
            )
        except ExportError as error:
            return [Check("MONAI's functions", str(error))]
    return [Check(*pair) for pair in json.loads(said.splitlines()[-1])]
