"""A mask has its frame's size."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import MaskError


def require_size(mask: NDArray[np.bool_], size: tuple[int, ...], source: Path) -> None:
    """Refuse a mask that could not lie on its frame.

    Raises:
        MaskError: Its height or width is another.
    """
    if mask.shape != size:
        found = " x ".join(map(str, mask.shape))
        raise MaskError(
            f"{source}: a mask has its frame's size, {size[0]} x {size[1]} (rows, columns); this one {found}: "
            "undo its resizing and crop first"
        )
