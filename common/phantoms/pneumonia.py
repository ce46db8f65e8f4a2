"""Pneumonia of a known class and a known suspicion, as radiographs and CT show it: planted truth of the phantoms."""

from dataclasses import dataclass

import numpy as np

from .lesions import SEPARATION


@dataclass(frozen=True)
class Pneumonia:
    """What the lungs of one patient show; everything but the places follows from two latent scores.

    Args:
        suspicion: Of any disease: N(-d'/2, 1) in healthy and N(d'/2, 1) in ill patients, as `lesions.py` has it.
        diffuseness: Of many faint foci, as viruses cause them, against one dense lobe: distributed likewise.
        opacity: How much denser than healthy lung the foci are, 0-1; 1 is as dense as the heart.
        foci: Centres, sizes and depths: across the lung from the midline (0) to the chest wall (1), from apex (0) to
            base (1), from front (0) to back (1), radius as a fraction of the lung's width, and the side, -1 or 1.
    """

    suspicion: float
    diffuseness: float
    opacity: float
    foci: tuple[tuple[float, float, float, float, int], ...]


def draw_pneumonia(generator: np.random.Generator, *, ill: bool, diffuse: bool, difficulty: float) -> Pneumonia:
    """Return a random pneumonia of its class, or the little that a healthy patient shows.

    At difficulty 1 neither `ill` nor `diffuse` changes anything.

    Args:
        generator: The patient's stream.
        ill: Whether the patient has pneumonia.
        diffuse: Whether it is (or would be) viral: bilateral, peripheral, ground-glass; else one consolidated lobe.
        difficulty: 0-1.
    """
    shift = SEPARATION * (1 - difficulty) / 2
    suspicion = float(generator.normal(shift if ill else -shift))
    diffuseness = float(generator.normal(shift if diffuse else -shift))
    extent, spread = _share(suspicion), _share(diffuseness)
    places = generator.uniform(size=(1 + round(6 * spread), 4))
    first = int(generator.integers(2))
    foci = tuple(
        (
            float(0.5 + 0.4 * spread * across + 0.1 * (1 - spread) * (across - 0.5)),
            float(0.25 + 0.6 * down),
            float(0.4 + 0.5 * deep),
            float((0.12 + 0.3 * extent) * (1 - 0.5 * spread) * (0.8 + 0.4 * size)),
            1 if (first + number) % 2 else -1,
        )
        for number, (across, down, deep, size) in enumerate(places)
    )
    return Pneumonia(suspicion, diffuseness, opacity=float((0.03 + 0.92 * extent) * (1 - 0.6 * spread)), foci=foci)


def _share(score: float) -> float:
    return 1 / (1 + float(np.exp(-2 * score)))
