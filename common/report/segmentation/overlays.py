"""An image with the contour of its lesions as they were drawn, and of what was predicted."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...metrics.segmentation import Mask
from ..plots_style import ORANGE, SKY
from ..saliency import shortened

SIDE = 480
"""Longer side of the picture in pixels; the shorter one keeps the file's aspect."""

WIDTH = 2
"""Pixels of a contour."""

MARGIN, LINE, LETTERS = 8, 20, 14
"""Pixels around the picture, of a line of the caption, and of its letters."""

REFERENCE, PREDICTED = "drawn", "predicted"


def overlay(image: NDArray[Any], *, reference: Mask | None, predicted: Mask, caption: Sequence[str]) -> bytes:
    """Return a PNG: the image under both contours, a caption, and which contour is which.

    Args:
        image: `(H, W)` in [0, 1], rows first.
        reference: The lesions as they were drawn; None where nobody drew them.
        predicted: What was predicted.
        caption: Lines of text; too long ones lose their middle.
    """
    from PIL import Image, ImageDraw, ImageFont

    height, width = (max(1, round(SIDE * side / max(image.shape))) for side in image.shape)
    grey = Image.fromarray((image * 255).round().clip(0, 255).astype(np.uint8))
    picture = grey.resize((width, height), Image.Resampling.BICUBIC).convert("RGB")
    contours = {REFERENCE: (reference, SKY), PREDICTED: (predicted, ORANGE)}
    shown = {name: (mask, colour) for name, (mask, colour) in contours.items() if mask is not None}
    for mask, colour in shown.values():
        line = Image.fromarray(_contour(mask, (height, width)))
        picture.paste(colour, (0, 0), line)
    page = Image.new("RGB", (max(width, SIDE) + 2 * MARGIN, height + 3 * MARGIN + (len(caption) + 1) * LINE), "white")
    page.paste(picture, (MARGIN, MARGIN))
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(LETTERS)
    below, left = height + 2 * MARGIN, float(MARGIN)
    for number, text in enumerate(caption):
        pen.text(
            (MARGIN, below + number * LINE), shortened(text, lambda its: font.getlength(its) <= SIDE), "black", font
        )
    for name, (_, colour) in shown.items():
        pen.text((left, below + len(caption) * LINE), name, colour, font)
        left += font.getlength(name) + 2 * MARGIN
    buffer = io.BytesIO()
    page.save(buffer, "PNG")
    return buffer.getvalue()


def _contour(mask: Mask, size: tuple[int, int]) -> Mask:
    """Return the inner margin of a mask at another size, `WIDTH` pixels wide."""
    from PIL import Image
    from scipy.ndimage import binary_erosion

    resized = np.asarray(Image.fromarray(mask).resize(size[::-1], Image.Resampling.NEAREST))
    contour: Mask = resized & ~binary_erosion(resized, iterations=WIDTH)
    return contour
