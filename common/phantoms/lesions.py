"""Lesions of a known class and a known suspicion: the planted truth of the phantoms."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

SEPARATION = 4.0
"""Distance of the two classes' mean suspicion at difficulty 0, in standard deviations (d' of the binormal model).

The best possible AUC at difficulty d is Phi(4 (1 - d) / sqrt 2): 0.998 at 0, 0.988 at 0.2, 0.921 at 0.5, 0.5 at 1.
"""

CYST_SHARE = 0.3
"""Share of cysts among the least suspicious lesions; simple cysts are common, 142 of BUS-BRA's 1,268 benign images."""


@dataclass(frozen=True)
class Lesion:
    """One lesion in the words of a report; everything but its place follows from the suspicion.

    Args:
        suspicion: Latent score, N(-d'/2, 1) in benign and N(d'/2, 1) in malignant lesions. No reader can beat its AUC.
        cyst: Anechoic with posterior enhancement.
        across: Centre, as a fraction of the image's width, from the left.
        depth: Centre, as a fraction of the image's height, from the skin.
        size: Geometric mean of height and width, as a fraction of the image's shorter side.
        orientation: Height / width; above 1 is taller than wide.
        echo: Echo level against the gland, dB.
        irregularity: Depth of lobules and spicules, as a fraction of the radius; 0 is a smooth ellipse.
        posterior: Echo level behind the lesion against its surroundings, dB: shadow below 0, enhancement above.
    """

    suspicion: float
    cyst: bool
    across: float
    depth: float
    size: float
    orientation: float
    echo: float
    irregularity: float
    posterior: float


def draw_lesion(generator: np.random.Generator, *, malignant: bool, difficulty: float) -> Lesion:
    """Return a random lesion of its class.

    The binormal model of ROC analysis: the class shifts one latent suspicion, and the suspicion alone moves the BI-RADS
    descriptors (orientation, echo, margin, posterior features), so at difficulty 1 the classes have one distribution.
    """
    shift = SEPARATION * (1 - difficulty) / 2
    suspicion = float(generator.normal(shift if malignant else -shift))
    share = 1 / (1 + float(np.exp(-2 * suspicion)))
    cyst = bool(generator.random() < CYST_SHARE * (1 - share) ** 2)
    noise = generator.standard_normal(5)
    return Lesion(
        suspicion=suspicion,
        cyst=cyst,
        across=float(generator.uniform(0.36, 0.64)),
        depth=float(generator.uniform(0.32, 0.5)),
        size=float(np.clip(0.22 * np.exp(0.25 * noise[0]), 0.12, 0.3)),
        orientation=float(np.clip(0.55 * (1.25 / 0.55) ** share * np.exp(0.15 * noise[1]), 0.4, 1.6)),
        echo=-32.0 if cyst else float(-9 - 6 * share + 1.5 * noise[2]),
        irregularity=0.02 if cyst else float((0.03 + 0.27 * share) * np.exp(0.2 * noise[3])),
        posterior=9.0 if cyst else float(1 - 14 * share + 1.5 * noise[4]),
    )


def another_view(generator: np.random.Generator, lesion: Lesion) -> Lesion:
    """Return the same lesion as another plane of the examination shows it: displaced, and of slightly other shape."""
    across, depth = generator.uniform(-0.05, 0.05, size=2)
    size, orientation = np.exp(generator.uniform(-0.1, 0.1, size=2))
    return replace(
        lesion,
        across=lesion.across + float(across),
        depth=lesion.depth + float(depth),
        size=lesion.size * float(size),
        orientation=lesion.orientation * float(orientation),
    )


def side_by_side(lesions: Sequence[Lesion]) -> list[Lesion]:
    """Return the lesions next to each other, each within its own part of the width and small enough to stay there."""
    parts = len(lesions)
    return [
        replace(lesion, across=(index + lesion.across) / parts, size=lesion.size / parts)
        for index, lesion in enumerate(lesions)
    ]
