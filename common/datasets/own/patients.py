"""What is odd about the patients of images, and makes scores look better than they are."""

import re
from collections import defaultdict
from collections.abc import Sequence

from ..index import Row

_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
"""Before a number: what a spreadsheet takes off `007`, or off the table and not off the DICOM header."""


def notes_on_patients(rows: Sequence[Row]) -> list[str]:
    """Return a line on images without a patient where others have one, and one on patients that may be one.

    No patient is named: notes are written, also where patients stand under pseudonyms.
    """
    return [*_unknown(rows), *_alike(rows)]


def _unknown(rows: Sequence[Row]) -> list[str]:
    unknown = sum(not row["patient"] for row in rows)
    if unknown in (0, len(rows)):
        return []
    own = "each, or each study, counts as a patient of its own, which is optimistic"
    return [f"{unknown:,} of {len(rows):,} images have no patient: {own}"]


def _alike(rows: Sequence[Row]) -> list[str]:
    images = {row["patient"]: row["image"] for row in reversed(rows)}
    alike: dict[str, list[str]] = defaultdict(list)
    for patient in sorted(images):
        alike[_ZEROS.sub("", patient)].append(patient)
    several = [patients for patients in alike.values() if len(patients) > 1]
    if not several:
        return []
    one, other = (images[patient] for patient in several[0][:2])
    return [
        f"{sum(map(len, several)):,} patients differ in leading zeros only, as 7 and 007 do, such as those of {one} "
        f"and {other}: write them alike if they are one"
    ]
