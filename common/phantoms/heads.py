"""The head CTs that both haemorrhage phantoms consist of: who bleeds and how, and a patient's slices."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .bleeds import SUBTYPES, draw_bleeds
from .draw import from_block, stream
from .head import draw_head, head_slice

FINDINGS: tuple[tuple[str, ...], ...] = (
    *5 * ((),),
    ("epidural",),
    ("subdural",),
    ("intraparenchymal",),
    ("intraventricular", "intraparenchymal"),
    ("subarachnoid", "subdural"),
)
"""What bleeds in ten patients: in half of them nothing, and every subtype in one at least. 36 of CT-ICH's 82 bleed."""

SLICES = (5, 6, 7)
"""Slices of a patient; the originals have about 30."""

TOP = 0.82
"""Level above which no slice lies: nearer the vertex, small ovals in air are too alike to tell heads apart."""

LEAST = 160
"""Pixels of 0.5 mm (40 square millimetres) of blood that make a slice positive."""


class Slice(NamedTuple):
    """One slice: number from 1 (lowest), level, Hounsfield units int16 (512, 512), subtypes seen, truth for JSON."""

    number: int
    level: float
    hounsfield: npt.NDArray[np.int16]
    subtypes: tuple[str, ...]
    truth: dict[str, Any]


def slices_of(patient: int, *, seed: int, key: str, difficulty: float) -> Iterator[Slice]:
    """Yield the slices of a patient (counted from 1) of the data set `key`, from the base of the head upwards."""
    generator = stream(seed, key, patient)
    head = draw_head(generator)
    findings = from_block(FINDINGS, patient - 1, seed=seed, key=f"{key} findings")
    bleeds = draw_bleeds(generator, findings, difficulty=difficulty)
    count = from_block(SLICES, patient - 1, seed=seed, key=f"{key} slices")
    for number in range(1, count + 1):
        level = TOP * (number - float(generator.uniform(0.25, 0.75))) / count
        image, masks = head_slice(stream(seed, key, patient, number), head, level, bleeds)
        areas = {subtype: int(mask.sum()) for subtype, mask in masks.items()}
        seen = tuple(subtype for subtype in SUBTYPES if areas.get(subtype, 0) >= LEAST)
        truth = {"patient": patient, "subtypes": seen, "level": level, "areas": areas}
        yield Slice(number, level, image, seen, {**truth, "head": asdict(head), "bleeds": [asdict(b) for b in bleeds]})
