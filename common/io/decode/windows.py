"""The named CT windows: Hounsfield units to display values."""

from typing import NamedTuple

import numpy as np

from ...errors import ConfigError


class Window(NamedTuple):
    """Centre (level, L) and width (W), in Hounsfield units."""

    centre: float
    width: float


WINDOWS = {
    "brain": Window(40, 80),
    "subdural": Window(80, 200),
    "bone": Window(600, 2800),
    "lung": Window(-600, 1500),
    "abdomen": Window(50, 400),
}
"""Radiopaedia, "Windowing (CT)": brain, temporal bones, lungs, abdominal soft tissues; its subdural: L 50-100,
W 130-300. Brain, subdural and bone are those of the entries to RSNA's haemorrhage challenge (2019)."""


def apply(hounsfield: np.ndarray, name: str) -> np.ndarray:
    """Return Hounsfield units seen through a named window: float32 of the same shape, in `[0, 1]`.

    Raises:
        ConfigError: No window has this name.
    """
    if name not in WINDOWS:
        raise ConfigError(f"a window is one of {', '.join(WINDOWS)}, or none; got {name!r}")
    return linear(hounsfield, *WINDOWS[name])


def linear(values: np.ndarray, centre: float, width: float) -> np.ndarray:
    """Return values through DICOM's LINEAR function: float32 in `[0, 1]`, width at least 1.

    PS3.3 C.11.2.1.2.1: 0 up to `centre - 0.5 - (width - 1) / 2`, 1 above `centre - 0.5 + (width - 1) / 2`, straight in
    between. Not LINEAR_EXACT, because LINEAR is what a viewer does with a centre and a width that come without a
    function: so the brain window equals a file's own L 40, W 80. 0 HU is black, 79 HU white.
    """
    if width == 1:
        return (values > centre - 0.5).astype(np.float32)
    if values.dtype.kind != "f":
        values = values.astype(np.float32)
    return np.clip((values - (centre - 0.5)) / (width - 1) + 0.5, 0, 1).astype(np.float32, copy=False)
