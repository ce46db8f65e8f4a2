"""The scores of a segmenter, as `eval/metrics.json` holds them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...statistics import bootstrap_interval, proportion_interval
from ..scores import Scores, level_of
from .measure import Fit, Image

FOUND = 0.5
"""IoU from which a lesion counts as found: the usual rule of detection (Everingham et al., IJCV 88 (2010) 303)."""

FITS = ("dice", "iou", "hausdorff_95", "hausdorff_95_mm")
"""Fields of a `Fit` that are averaged."""


def segmentation_scores(
    validation: Sequence[Image],
    test: Sequence[Image],
    *,
    validation_items: Sequence[dict[str, Any]],
    test_items: Sequence[dict[str, Any]],
    threshold: float,
) -> Scores:
    """Return the scores of both parts; the threshold was chosen on validation.

    Images without a lesion have no Dice, and stand under `normals` alone. A Hausdorff distance needs two margins: a
    lesion of which nothing was predicted has none, is left out of its mean, and counted as `missed`.

    Returns:
        `level`, `thresholds` (`dice`), and two parts with `images`, `patients` (None if not known), `normal_images` and
        `lesions`. Validation has `per_image::dice`; the test part has under `per_image` and `per_lesion` `dice`, `iou`,
        `hausdorff_95` in pixels and, where files say how large these are, `hausdorff_95_mm`, and `missed`; under
        `per_lesion` also `found`; and, if there are any, under `normals` the share with any pixel predicted,
        `false_positives`, and the mean share of their pixels, `predicted_area`.
    """
    at = _owners(test_items)
    patients, studies = ([item.get(key) or "" for item in test_items] for key in ("patient", "study"))
    return {
        "level": level_of(patients, studies),
        "thresholds": {"dice": threshold},
        "validation": {
            **_counts(validation, validation_items),
            "per_image": {
                "dice": mean([image.fit.dice for image in _ill(validation)], _of(validation, _owners(validation_items)))
            },
        },
        "test": {
            **_counts(test, test_items),
            "per_image": _fits([image.fit for image in _ill(test)], _of(test, at)),
            "per_lesion": _per_lesion(test, at),
            **_normals(test, at),
        },
    }


def mean(values: Sequence[float], patients: NDArray[np.str_]) -> Scores:
    """Return the mean of what is defined, with the bootstrap's interval by patient; n is how many are defined."""
    numbers = np.asarray(values, dtype=np.float64)
    defined = np.isfinite(numbers)
    kept = numbers[defined]
    return bootstrap_interval(lambda rows: float(kept[rows].mean()), patients[defined]).as_dict()


def _fits(fits: Sequence[Fit], patients: NDArray[np.str_]) -> Scores:
    columns = {name: [float(getattr(fit, name)) for fit in fits] for name in FITS}
    means = {
        name: mean(column, patients)
        for name, column in columns.items()
        if np.isfinite(column).any() or name != FITS[-1]
    }
    return {**means, "missed": sum(not fit.predicted_pixels for fit in fits)}


def _per_lesion(images: Sequence[Image], at: NDArray[np.str_]) -> Scores:
    fits = [fit for image in images for fit in image.lesions]
    patients = np.array([at[image.row] for image in images for _ in image.lesions], dtype=np.str_)
    found = proportion_interval([fit.iou >= FOUND for fit in fits], patients=patients)
    return {**_fits(fits, patients), "found": found.as_dict()}


def _normals(images: Sequence[Image], at: NDArray[np.str_]) -> Scores:
    normal = [image for image in images if image.normal]
    if not normal:
        return {}
    patients = at[[image.row for image in normal]]
    wrong = proportion_interval([image.fit.predicted_pixels > 0 for image in normal], patients=patients)
    area = mean([image.fit.predicted_pixels / image.pixels for image in normal], patients)
    return {"normals": {"false_positives": wrong.as_dict(), "predicted_area": area}}


def _ill(images: Sequence[Image]) -> list[Image]:
    return [image for image in images if not image.normal]


def _of(images: Sequence[Image], at: NDArray[np.str_]) -> NDArray[np.str_]:
    return at[[image.row for image in _ill(images)]]


def _owners(items: Sequence[dict[str, Any]]) -> NDArray[np.str_]:
    """Return whose images are not independent: a patient's, a study's where no patient is known, or nobody's."""
    return np.array(
        [item.get("patient") or (f"study {item['study']}" if item.get("study") else "") for item in items],
        dtype=np.str_,
    )


def _counts(images: Sequence[Image], items: Sequence[dict[str, Any]]) -> Scores:
    patients = np.array([item.get("patient", "") for item in items], dtype=np.str_)
    return {
        "images": len(images),
        "patients": len(np.unique(patients)) if (patients != "").all() else None,
        "normal_images": sum(image.normal for image in images),
        "lesions": sum(len(image.lesions) for image in images),
    }
