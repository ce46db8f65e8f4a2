"""The same patient in every kind of file gives the same tensor, and the same answer of a network."""

from pathlib import Path

import nibabel
import numpy as np
import pytest
import torch
from PIL import Image

from common.io import ReadImaged
from common.networks import Classifier
from tests.io.dicom.files import SYNTAXES, dataset, written

SIDES = (96, 112)
"""Rows and columns: unequal, so that a transposition shows."""

STEP = 1 / 255


def grey() -> np.ndarray:
    """8-bit values that differ from each of their flips, rotations and transpositions."""
    rows, columns = np.mgrid[: SIDES[0], : SIDES[1]]
    return ((rows * 7 + columns * 3 + rows * columns // 40) % 256).astype(np.uint8)


def hounsfield() -> np.ndarray:
    """The same picture as CT numbers from -100 to 155 HU."""
    return grey().astype(np.int16) - 100


AFFINES = {
    "to the left, to the back": (np.diag([-1.0, -1, 1, 1]), lambda picture: picture.T),
    "to the right, to the front": (np.diag([1.0, 1, 1, 1]), lambda picture: picture[::-1, ::-1].T),
    "to the left, to the front": (np.diag([-1.0, 1, 1, 1]), lambda picture: picture[::-1].T),
    "to the back, to the left": (
        np.array([[0.0, -1, 0, 0], [-1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]),
        lambda picture: picture,
    ),
}
"""How an axial slice, rows from front to back and columns from right to left, is stored under each affine."""


def as_nifti(path: Path, picture: np.ndarray, name: str) -> Path:
    affine, stored = AFFINES[name]
    nibabel.save(nibabel.Nifti1Image(np.ascontiguousarray(stored(picture))[..., np.newaxis], affine), path)
    return path


def as_png(path: Path, picture: np.ndarray) -> Path:
    Image.fromarray(picture).save(path)
    return path


def as_npy(path: Path, picture: np.ndarray) -> Path:
    np.save(path, picture)
    return path


EIGHT_BIT = {
    "PNG": lambda folder, picture: as_png(folder / "a.png", picture),
    "NPY": lambda folder, picture: as_npy(folder / "a.npy", picture),
    **{
        f"NIfTI {name}": lambda folder, picture, name=name: as_nifti(folder / "a.nii.gz", picture, name)
        for name in AFFINES
    },
    **{
        f"DICOM {name}": lambda folder, picture, uid=uid: written(folder / "a.dcm", dataset(picture), uid)
        for name, uid in SYNTAXES.items()
    },
    "DICOM MONOCHROME1": lambda folder, picture: written(
        folder / "a.dcm", dataset(255 - picture, PhotometricInterpretation="MONOCHROME1")
    ),
    "DICOM signed": lambda folder, picture: written(
        folder / "a.dcm", dataset((picture.astype(np.int16) - 128).astype(np.int8))
    ),
    "DICOM colour": lambda folder, picture: written(folder / "a.dcm", dataset(np.stack([picture] * 3, axis=-1))),
}


def ct(picture: np.ndarray, **elements) -> object:
    return dataset(picture, ct=True, RescaleSlope=1, **{"RescaleIntercept": 0, **elements})


WINDOWED = {
    **{
        f"NIfTI {name}": lambda folder, picture, name=name: as_nifti(folder / "a.nii", picture, name)
        for name in AFFINES
    },
    "NIfTI float": lambda folder, picture: as_nifti(
        folder / "a.nii", picture.astype(np.float32), "to the left, to the back"
    ),
    **{
        f"DICOM {name}": lambda folder, picture, uid=uid: written(folder / "a.dcm", ct(picture), uid)
        for name, uid in SYNTAXES.items()
    },
    "DICOM unsigned, rescaled": lambda folder, picture: written(
        folder / "a.dcm", ct((picture + 1024).astype(np.uint16), RescaleIntercept=-1024)
    ),
    "DICOM 12 bits": lambda folder, picture: written(
        folder / "a.dcm", ct((picture + 1024).astype(np.uint16), RescaleIntercept=-1024, BitsStored=12, HighBit=11)
    ),
    "DICOM with a window of its own": lambda folder, picture: written(
        folder / "a.dcm", ct(picture, WindowCenter=500, WindowWidth=2000)
    ),
}


@pytest.fixture(scope="module")
def network() -> torch.nn.Module:
    torch.manual_seed(0)
    return Classifier("resnet50", 2).eval()


def read(path: Path, window: str = "none") -> torch.Tensor:
    return ReadImaged("image", window=window)({"image": str(path)})["image"].as_tensor()


def agree(network: torch.nn.Module, image: torch.Tensor, expected: torch.Tensor) -> None:
    assert image.shape == (1, *SIDES)
    assert (image - expected).abs().max() <= STEP
    with torch.no_grad():
        torch.testing.assert_close(network(image[None]), network(expected[None]), rtol=0.01, atol=0.01)


@pytest.mark.parametrize("kind", EIGHT_BIT)
def test_eight_bits_are_the_same_in_every_file(tmp_path, network, kind):
    agree(network, read(EIGHT_BIT[kind](tmp_path, grey())), torch.from_numpy(grey() / np.float32(255))[None])


@pytest.mark.parametrize("kind", WINDOWED)
@pytest.mark.parametrize("window", ["brain", "subdural", "lung"])
def test_ct_numbers_are_the_same_in_every_file_and_window(tmp_path, network, kind, window):
    """By DICOM's LINEAR: `(x - (c - 0.5)) / (w - 1) + 0.5`, PS3.3 C.11.2.1.2.1."""
    centre, width = {"brain": (40, 80), "subdural": (80, 200), "lung": (-600, 1500)}[window]
    expected = np.clip((hounsfield() - (centre - 0.5)) / (width - 1) + 0.5, 0, 1).astype(np.float32)
    agree(network, read(WINDOWED[kind](tmp_path, hounsfield()), window), torch.from_numpy(expected)[None])


def test_what_is_read_can_be_written_where_it_lies(tmp_path):
    """The affine takes (row, column, slice) to the voxel's own millimetres."""
    affine = np.array([[-0.5, 0, 0, 20.0], [0, -0.7, 0, 30], [0, 0, 3, -40], [0, 0, 0, 1]])
    nibabel.save(nibabel.Nifti1Image(grey().T[..., np.newaxis], affine), tmp_path / "a.nii")
    image = ReadImaged("image")({"image": str(tmp_path / "a.nii")})["image"]
    row, column = 5, 9
    np.testing.assert_allclose(image.affine.numpy() @ [row, column, 0, 1], affine @ [column, row, 0, 1])
