"""Whether images are unlike those that a network was trained on: by modality, size, intensities, or features.

Each of these is a distance to the training images, with a threshold from validation. No labels are looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.floating[Any]]
Distances = dict[str, NDArray[np.float64]]

SHARE = 0.05
"""At most this share of the validation patients is flagged."""

NEIGHBOURS = 5
"""The distance to a set is that to its fifth nearest image: one odd training image makes no other one ordinary.

For features as unit vectors this is Sun et al., Out-of-distribution detection with deep nearest neighbors, ICML 2022.
"""

SIZE_TOLERANCE = float(np.log(1.1))
"""A side or an aspect within a tenth of the training images' range is never flagged: a crop differs by that."""

BLACK = 5 / 255
"""Pixels up to here count as black: what JPEG makes of a black border stays below."""


@dataclass(frozen=True)
class Appearance:
    """What N images look like.

    Attributes:
        modality: DICOM's code such as `US`, `(N,)`; empty if the file has none.
        size: Height and width of the file's image in pixels, `(N, 2)`; NaN if not known.
        intensity: Mean, standard deviation and share of black of the network's input, in [0, 1], `(N, 3)`.
        features: What the last layer sees, as unit vectors in float16, `(N, D)`; D is 0 where the network has no such
            layer.
    """

    modality: NDArray[np.str_]
    size: Floats
    intensity: Floats
    features: NDArray[np.float16]


@dataclass(frozen=True)
class Reference:
    """What training images look like: a sample of them, and the range of their sizes.

    Attributes:
        sample: The appearance of M training images.
        patient: Of each, `(M,)`; empty if not known.
    """

    sample: Appearance
    patient: NDArray[np.str_]

    def distances(self, images: Appearance) -> Distances:
        """Return how far each image is from the training images, `(N,)` float64 for each thing that is compared.

        `modality` is 1 where no training image has it, `size` the logarithm of the factor beyond the range of sides and
        aspects, `intensity` in standard deviations of the sample, `features` between unit vectors.
        """
        known = set(self.sample.modality) - {""}
        unseen = [bool(known) and code not in known | {""} for code in images.modality]
        found = {
            "modality": np.array(unseen, dtype=np.float64),
            "size": _beyond(_log_sides(images.size), _log_sides(self.sample.size)),
            "intensity": _to_neighbours(self._scaled(images.intensity), self._scaled(self.sample.intensity)),
        }
        if self.sample.features.shape[1] and images.features.shape[1]:  # another backend than PyTorch tells none
            found["features"] = _to_neighbours(images.features, self.sample.features)
        return found

    def thresholds(self, validation: Appearance, patients: ArrayLike) -> dict[str, float]:
        """Return above which distance an image is flagged, by what is compared.

        All of them are set at the same rank among the validation patients, each by the most distant of their images:
        the highest rank at which at most `SHARE` of the patients are flagged by any. Few patients say little of
        what is ordinary, so no threshold is below what 95 % of the training images keep from other patients'.

        Args:
            validation: What the images of the validation part look like.
            patients: The patient of each, `(N,)`; empty if not known, and the image is then its own.
        """
        worst = {name: by_patient(values, patients) for name, values in self.distances(validation).items()}
        descending = {name: np.sort(values)[::-1] for name, values in worst.items()}
        count = len(next(iter(worst.values())))
        chosen = {name: float(values[0]) for name, values in descending.items()}
        for rank in range(1, count):
            lower = {name: float(values[rank]) for name, values in descending.items()}
            if flagged(worst, lower).any(axis=1).sum() > SHARE * count:
                break
            chosen = lower
        floors = self._floors()
        return {name: max(value, floors[name]) for name, value in chosen.items()}

    def _floors(self) -> dict[str, float]:
        found = {"modality": 0.5, "size": SIZE_TOLERANCE}
        spaces: dict[str, Floats] = {"intensity": self._scaled(self.sample.intensity), "features": self.sample.features}
        for name, points in spaces.items():
            own = _to_neighbours(points, points, apart=self.patient)
            found[name] = float(np.quantile(own, 1 - SHARE))
        return found

    def _scaled(self, intensity: Floats) -> Floats:
        spread = self.sample.intensity.std(axis=0)
        return (intensity - self.sample.intensity.mean(axis=0)) / np.maximum(spread, 1 / 255)

    def write(self, file: BinaryIO) -> None:
        """Write the sample as `.npz`: plain arrays, nothing that could be run."""
        its = self.sample
        arrays = {"modality": its.modality, "size": its.size, "intensity": its.intensity, "features": its.features}
        np.savez(file, patient=self.patient, **arrays)  # type: ignore[arg-type]  # no array is called allow_pickle

    @staticmethod
    def read(file: BinaryIO) -> "Reference":
        """Return what `write` wrote."""
        with np.load(file, allow_pickle=False) as arrays:
            names = ("modality", "size", "intensity", "features")
            return Reference(Appearance(**{name: arrays[name] for name in names}), arrays["patient"])


def flagged(distances: Distances, thresholds: Mapping[str, float]) -> NDArray[np.bool_]:
    """Return whether each distance is above its threshold, `(N, things compared)`, in the order of `distances`."""
    return np.stack([values > thresholds[name] for name, values in distances.items()], axis=1)


def named(distances: Distances, thresholds: Mapping[str, float]) -> list[str]:
    """Return for each image what it was flagged by, joined by `;`; empty where nothing is out of range."""
    names = list(distances)
    return [";".join(n for n, out in zip(names, row, strict=True) if out) for row in flagged(distances, thresholds)]


def by_patient(values: ArrayLike, patients: ArrayLike) -> NDArray[np.float64]:
    """Return the greatest value of each patient; an image whose patient is empty is its own."""
    names = [patient or f"\n{row}" for row, patient in enumerate(np.asarray(patients).tolist())]
    _, code = np.unique(names, return_inverse=True)
    result = np.full(code.max(initial=-1) + 1, -np.inf)
    np.maximum.at(result, code, np.asarray(values, dtype=np.float64))
    return result


def _log_sides(size: Floats) -> NDArray[np.float64]:
    height, width = np.log(np.asarray(size, dtype=np.float64)).T
    return np.stack([height, width, height - width], axis=1)


def _beyond(sides: NDArray[np.float64], ordinary: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each row is outside the range of the ordinary ones, `(N,)`; 0 where either is not known."""
    ordinary = ordinary[np.isfinite(ordinary).all(axis=1)]
    if not len(ordinary):
        return np.zeros(len(sides))
    outside = np.maximum(ordinary.min(axis=0) - sides, sides - ordinary.max(axis=0)).max(axis=1)
    return np.maximum(np.nan_to_num(outside, nan=0.0), 0.0)


def _to_neighbours(points: Floats, reference: Floats, *, apart: NDArray[np.str_] | None = None) -> NDArray[np.float64]:
    """Return the distance of each point to its `NEIGHBOURS`th nearest in `reference`, `(N,)`.

    Args:
        points: `(N, D)`.
        reference: `(M, D)`.
        apart: Where the points are the reference: the patient of each, whose images are no neighbours of one another.
    """
    goal = reference.astype(np.float32)
    squares = (goal**2).sum(axis=1)
    nth = min(NEIGHBOURS, len(goal)) - 1
    result = np.empty(len(points))
    for start in range(0, len(points), 1024):  # 1,024 x 1,000 distances at a time
        rows = points[start : start + 1024].astype(np.float32)
        near = (rows**2).sum(axis=1)[:, np.newaxis] + squares - 2 * rows @ goal.T
        if apart is not None:
            own = apart[start : start + 1024]
            near[(own[:, np.newaxis] == apart) & (own != "")[:, np.newaxis]] = np.inf
            near[np.arange(len(rows)), start + np.arange(len(rows))] = np.inf
        kept = np.sort(near, axis=1)[:, : nth + 1]
        finite = np.maximum(np.isfinite(kept).sum(axis=1), 1) - 1
        result[start : start + 1024] = np.sqrt(np.maximum(kept[np.arange(len(rows)), finite], 0.0))
    return np.where(np.isfinite(result), result, 0.0)
