"""Images to try a bundle on that are nobody's: smooth noise, as NIfTI in Hounsfield units, which every window takes."""

from pathlib import Path

import numpy as np

COUNT = 6

_SIZES = ((96, 128), (160, 112), (128, 128))
"""Rows and columns, pixels: wide, high and square."""


def write_samples(folder: Path) -> None:
    """Write `COUNT` images, the same each time."""
    import nibabel
    from scipy.ndimage import gaussian_filter

    folder.mkdir(parents=True, exist_ok=True)
    for number in range(COUNT):
        rows, columns = _SIZES[number % len(_SIZES)]
        noise = gaussian_filter(np.random.default_rng(number).normal(size=(columns, rows)), sigma=4 + 2 * number)
        hounsfield = (40 + 60 * noise / noise.std()).astype(np.int16)
        nibabel.save(nibabel.Nifti1Image(hounsfield[..., None], np.eye(4)), folder / f"sample_{number}.nii")
