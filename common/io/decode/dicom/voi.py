"""VOI LUT: from the modality's units to what a file wants displayed (PS3.3 C.11.2)."""

import numpy as np
from pydicom import Dataset

from ..windows import linear
from .groups import numbers
from .lookup import table_of

_FUNCTIONS = ("LINEAR", "LINEAR_EXACT", "SIGMOID")
"""VOILUTFunction, PS3.3 C.11.2.1.3; LINEAR where it is absent or another."""


def through_voi(values: np.ndarray, item: Dataset, *, little: bool, floats: bool) -> tuple[np.ndarray, str] | None:
    """Return values as the file wants them seen, float32 in `[0, 1]`, and by what; None where it does not say.

    Its first VOI LUT, else its first window. A window too narrow to mean anything counts as none.

    Args:
        values: Output of the modality LUT.
        item: What holds the VOI LUT attributes.
        little: Whether lookup tables are little-endian.
        floats: Whether the file stores floats: LINEAR's half steps are for integers, and would make a threshold of the
            width 1 that fits a map from 0 to 1.
    """
    if tables := item.get("VOILUTSequence"):
        table = table_of(tables[0], "LUTDescriptor", "LUTData", little=little)
        # Some state fewer bits than their entries have.
        brightest = max(2**table.bits - 1, int(table.entries.max()))
        return table(values).astype(np.float32) / np.float32(brightest), "the file's VOI LUT"
    centres, widths = numbers(item, "WindowCenter"), numbers(item, "WindowWidth")
    if not (centres and widths):
        return None
    centre, width = centres[0], widths[0]
    function = str(item.get("VOILUTFunction") or "LINEAR").strip().upper()
    function = function if function in _FUNCTIONS else "LINEAR"
    if floats and function == "LINEAR":
        function = "LINEAR_EXACT"
    if width < 1 and (function == "LINEAR" or width <= 0):
        return None
    return _FORMULAS[function](values, centre, width), f"the file's {function} L {centre:g} W {width:g}"


def _linear_exact(values: np.ndarray, centre: float, width: float) -> np.ndarray:
    """C.11.2.1.3.2."""
    return np.clip((values - centre) / width + 0.5, 0, 1).astype(np.float32)


def _sigmoid(values: np.ndarray, centre: float, width: float) -> np.ndarray:
    """C.11.2.1.3.1, written with tanh, which does not overflow: 1 / (1 + exp(-4x)) = (1 + tanh(2x)) / 2."""
    return ((1 + np.tanh(2 * (values - centre) / width)) / 2).astype(np.float32)


_FORMULAS = dict(zip(_FUNCTIONS, (linear, _linear_exact, _sigmoid), strict=True))
