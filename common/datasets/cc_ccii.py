"""CC-CCII: slices of chest CT of the China Consortium: novel coronavirus pneumonia, common pneumonia, and normal.

    {NCP,CP,Normal}/PATIENT/SCAN/SLICE.png|jpg

The problem is NCP ("COVID") against CP ("non-COVID"), and slices of normal lungs are excluded from it; `three` keeps
all. Patients are numbered within their class: `NCP_12` (as in the paper's lists). The study is the scan.

Known faults: PNG and JPEG mixed, numbers missing or not in the order of the body, scans cut off. The column `slice`
is the place of a slice by the number in its name, from 0, `numbering` what is odd about its scan's numbers. Slices are
labelled by patient: many of NCP show no lesion. The paper took 58,766 slices with lesions, which its lists name.

The download has grown and shrunk, and the publisher states numbers for more patients than it offers, so no counts are
compared here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from ..errors import DatasetError
from . import Published
from .index import COLUMNS, Row

COVID_OR_NOT = {"NCP": "COVID", "CP": "non-COVID"}
THREE = {"NCP": "COVID", "CP": "common pneumonia", "Normal": "normal"}
"""Folders, and their classes in the two problems."""

OTHER_PROBLEM = "not in this problem"


def list_images(source: Path, *, label_of_folder: Mapping[str, str]) -> tuple[Path, list[Row]]:
    """Return the root and a row per file below its class folders, in the order of the numbers in the names.

    Raises:
        DatasetError: `source` does not have the published layout.
    """
    missing = [name for name in label_of_folder if not (source / name).is_dir()]
    if missing:
        raise DatasetError(
            f"{source} is not CC-CCII as published: {missing[0]} is missing; unpack the archives into one folder, "
            f"{source}/{{NCP,CP,Normal}}/PATIENT/SCAN"
        )
    present = [name for name in THREE if (source / name).is_dir()]
    return source, [row for name in present for row in _class(source, name, label_of_folder.get(name, ""))]


def _class(source: Path, name: str, label: str) -> Iterator[Row]:
    scans: dict[tuple[str, ...], list[Path]] = {}
    for path in sorted((source / name).rglob("[!.]*")):
        if path.is_file():
            scans.setdefault(path.relative_to(source).parts[:-1], []).append(path)
    for place, paths in scans.items():
        if len(place) != len(("class", "patient", "scan")):
            yield from (_row(source, path, exclude="not in the folder of a scan") for path in paths)
        elif label:
            yield from _scan(source, paths, label)
        else:
            yield from (_row(source, path, exclude=OTHER_PROBLEM) for path in paths)


def _scan(source: Path, paths: list[Path], label: str) -> Iterator[Row]:
    in_order = sorted(paths, key=lambda path: (_number(path), path.name))
    name, patient, scan = in_order[0].relative_to(source).parts[:-1]
    oddities = _oddities(in_order)
    for place, path in enumerate(in_order):
        yield {
            **_row(source, path),
            "label": label,
            "patient": f"{name}_{patient}",
            "study": f"{name}_{patient}_{scan}",
            "slice": str(place),
            "numbering": oddities,
        }


def _row(source: Path, path: Path, *, exclude: str = "") -> Row:
    """Return the row of a file; an excluded one counts for no patient."""
    inside = path.relative_to(source)
    own = {"finding": inside.parts[0], "slice": "", "numbering": ""}
    return {**dict.fromkeys(COLUMNS, ""), "image": inside.as_posix(), "exclude": exclude, **own}


def _number(path: Path) -> int:
    """Return the last number in a file's name; without one it comes first."""
    numbers = re.findall(r"\d+", path.stem)
    return int(numbers[-1]) if numbers else -1


def _oddities(in_order: list[Path]) -> str:
    """Return what is odd about the numbers and endings of a scan; empty if nothing."""
    numbers = [_number(path) for path in in_order]
    distinct = set(numbers)
    endings = sorted({path.suffix.removeprefix(".").lower() for path in in_order})
    missing = numbers[-1] - numbers[0] + 1 - len(distinct)
    found = [f"{missing} of {numbers[-1] - numbers[0] + 1} numbers missing"] if missing else []
    found += ["numbers repeated"] if len(distinct) < len(numbers) else []
    found += [" and ".join(endings)] if len(endings) > 1 else []
    return "; ".join(found)


PUBLISHED = Published(
    name="cc_ccii",
    title="CC-CCII",
    origin="https://ncov-ai.big.ac.cn/download?lang=en",
    licence="free for research; cite the article (the publisher names no licence)",
    citation=(
        "K. Zhang, X. Liu, J. Shen et al.: Clinically applicable AI system for accurate diagnosis, quantitative "
        "measurements, and prognosis of COVID-19 pneumonia using computed tomography. Cell 181(6):1423-1433, 2020, "
        "https://doi.org/10.1016/j.cell.2020.04.045"
    ),
    task="binary",
    class_names=("non-COVID", "COVID"),
    counts={},
    list_images=partial(list_images, label_of_folder=COVID_OR_NOT),
)

TASKS = {
    "ncp_cp": PUBLISHED,
    "three": replace(
        PUBLISHED,
        task="multiclass",
        class_names=("normal", "common pneumonia", "COVID"),
        list_images=partial(list_images, label_of_folder=THREE),
    ),
}
"""Problems that these slices pose, by name on the command line; the first is the paper's."""
