"""Soares: slices of chest CT from hospitals in Sao Paulo, of patients with and without SARS-CoV-2.

    COVID/Covid (1).png ...    non-COVID/Non-Covid (1).png ...

There are no patient ids, and several slices of each patient, so scores are image-level, and optimistic: neighbouring
slices stand in different parts wherever they are not alike enough to count as duplicates. Every slice is cut to the
body and has a size of its own; the copies in circulation differ by single files.
"""

from pathlib import Path

from ..errors import DatasetError
from . import Published
from .index import COLUMNS, Row

LABELS = ("non-COVID", "COVID")
"""Classes, and the folders that hold them."""


def list_images(source: Path) -> tuple[Path, list[Row]]:
    """Return the root and a row per file of the two folders.

    Raises:
        DatasetError: `source` does not have the published layout.
    """
    missing = [label for label in LABELS if not (source / label).is_dir()]
    if missing:
        raise DatasetError(
            f"{source} is not Soares's set as published: {missing[0]} is missing; give the folder that has it"
        )
    return source, [
        {**dict.fromkeys(COLUMNS, ""), "image": f"{label}/{path.name}", "label": label, "exclude": ""}
        for label in LABELS
        for path in sorted((source / label).glob("[!.]*"))
    ]


PUBLISHED = Published(
    name="soares",
    title="SARS-CoV-2 CT-scan",
    origin="https://www.kaggle.com/plameneduardo/sarscov2-ctscan-dataset",
    licence="CC BY-NC-SA 4.0",
    citation=(
        "E. Soares, P. Angelov, S. Biaso, M. Higa Froes, D. Kanda Abe: SARS-CoV-2 CT-scan dataset: A large dataset of "
        "real patients CT scans for SARS-CoV-2 identification. medRxiv 2020, "
        "https://doi.org/10.1101/2020.04.24.20078584"
    ),
    task="binary",
    class_names=LABELS,
    counts={"images": 2482, "non-COVID": 1230, "COVID": 1252},
    list_images=list_images,
)
