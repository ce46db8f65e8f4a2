"""A plain picture of each of RadImageNet's eleven anatomies, drawn by what draws the other phantoms."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from PIL import Image

from .draw import edge, smooth, stream
from .examinations import draw_examination
from .head import draw_head, head_slice
from .knee import draw_knee, knee_slices
from .lung_ct import draw_thorax, lung_slice
from .pneumonia import draw_pneumonia
from .ultrasound import breast_image

Picture = npt.NDArray[np.uint8]

SIDE = 224
"""Pixels down and across of the original's CT and MR images."""

HEIGHT = 0.5
"""Where the slices of the chest lie, from the apex of the lungs (0) to their base (1)."""


def anatomy(code: str, patient: int, *, seed: int, key: str) -> Picture:
    """Return a patient's picture of one anatomy, uint8: (224, 224), of ultrasound as large as the scanner makes it.

    Args:
        code: As it stands in the labels: `af`, `mriabd`, `usthyroid` ...
        patient: Counted from 1.
        seed: Of the data set.
        key: Name of the data set.
    """
    if code in ("usabd", "usthyroid"):
        examination = draw_examination(patient, seed=seed, key=f"{key} {code}")
        return breast_image(stream(seed, key, code, patient), examination)[0]
    return _DRAWN[code](stream(seed, key, code, patient), patient)


def _joint(turn: Callable[[Picture], Picture]) -> Callable[[np.random.Generator, int], Picture]:
    """Return what draws a joint: the phantom of a knee, seen in another orientation."""

    def drawn(generator: np.random.Generator, patient: int) -> Picture:
        knee = draw_knee(generator, ligament=False, meniscus=False, difficulty=0)
        middle = knee.slices // 2
        return turn(
            _sized(next(knee_slices(knee, [middle], seed=int(generator.integers(2**31)), key="", number=patient)))
        )

    return drawn


def _brain(generator: np.random.Generator, _: int) -> Picture:
    units, _masks = head_slice(generator, draw_head(generator), level=0.2)
    return _sized((255 * np.clip(units / 80, 0, 1)).astype(np.uint8))


def _lung(generator: np.random.Generator, _: int) -> Picture:
    healthy = draw_pneumonia(generator, ill=False, diffuse=False, difficulty=0)
    return lung_slice(generator, draw_thorax(generator), healthy, height=HEIGHT, size=SIDE)[0]


def _spine(generator: np.random.Generator, _: int) -> Picture:
    """Return vertebrae and discs in turns, the canal behind them, and muscle."""
    down, across = np.mgrid[:SIDE, :SIDE].astype(np.float32) / SIDE
    bent = (
        across + 0.05 * np.sin(4 * down + float(generator.uniform(0, 6))) + 0.02 * smooth(generator, down.shape, (4, 4))
    )
    column = edge(0.13 - np.abs(bent - 0.45), 0.03)
    discs = 0.5 + 0.5 * np.tanh(6 * np.sin(2 * np.pi * 7 * (down + float(generator.uniform(0, 0.1)))))
    canal = edge(0.035 - np.abs(bent - 0.64), 0.02)
    return _noisy(generator, 0.25 + column * (0.15 + 0.2 * discs) + 0.5 * canal, grain=0.05)


def _abdomen(levels: tuple[float, float, float]) -> Callable[[np.random.Generator, int], Picture]:
    """Return what draws an axial slice: fat around muscle around organs, with the grey `levels` of these three."""

    def drawn(generator: np.random.Generator, _: int) -> Picture:
        down, across = np.mgrid[:SIDE, :SIDE].astype(np.float32) / SIDE - 0.5
        down += 0.02 * smooth(generator, down.shape, (5, 5))
        across += 0.02 * smooth(generator, down.shape, (5, 5))
        wide, deep = float(generator.uniform(0.4, 0.47)), float(generator.uniform(0.28, 0.36))
        image = np.zeros_like(down)
        organs = (
            (-0.16, -0.04, 0.17, 0.14),
            (0.2, -0.02, 0.1, 0.09),
            (-0.13, 0.14, 0.06, 0.07),
            (0.13, 0.14, 0.06, 0.07),
        )
        ovals = [(0.0, 0.0, wide, deep), (0.0, 0.0, wide - 0.05, deep - 0.05), *organs]
        for (x, y, a, b), level in zip(ovals, (*levels, *3 * levels[2:]), strict=True):
            image += edge(1 - np.hypot((across - x) / a, (down - y) / b), 0.08) * (level - image)
        return _noisy(generator, image, grain=0.03)

    return drawn


def _noisy(generator: np.random.Generator, image: npt.NDArray[np.floating], *, grain: float) -> Picture:
    texture = grain * (smooth(generator, image.shape, (40, 40)) + generator.standard_normal(image.shape, np.float32))
    return (255 * np.clip(image + texture, 0, 1)).astype(np.uint8)


def _sized(image: Picture) -> Picture:
    return np.asarray(Image.fromarray(image).resize((SIDE, SIDE), Image.Resampling.BOX))


_DRAWN: Mapping[str, Callable[[np.random.Generator, int], Picture]] = MappingProxyType(
    {
        "knee": _joint(lambda image: image),
        "af": _joint(np.transpose),
        "hip": _joint(np.flipud),
        "shoulder": _joint(np.rot90),
        "brain": _brain,
        "spine": _spine,
        "lung": _lung,
        "abd": _abdomen((0.35, 0.6, 0.7)),
        "mriabd": _abdomen((0.8, 0.3, 0.5)),
    }
)
