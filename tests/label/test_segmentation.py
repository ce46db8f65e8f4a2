"""Segmentation in MONAI Label: the mask lies on its file's own grid, whatever kind of file it is."""

import nibabel
import numpy as np
import pytest
from PIL import Image

from tests.label.pictures import KINDS, LPS, ct, dx, is_lesion, jpeg, lesion, png, rgb_png, us

EXEMPLAR, SIBLING = "breast_us_segmentation", "thyroid_us_segmentation"
"""Each knows a lesion by its brightness, at 48 x 64 pixels."""


def overlap(one, other):
    return (one & other).sum() / (one | other).sum()


@pytest.mark.parametrize("bundle", [EXEMPLAR, SIBLING])
@pytest.mark.parametrize("picture", [png, rgb_png], ids=["PNG", "PNG, RGB"])
def test_a_picture_s_mask_has_its_rows_and_columns(server, tmp_path, bundle, picture):
    pixels = lesion()
    mask = server.mask(bundle, picture(pixels, tmp_path), ending=".png")
    np.testing.assert_array_equal(mask, is_lesion(pixels))


@pytest.mark.parametrize("size", [(96, 128), (90, 50), (50, 90)])
def test_a_mask_comes_back_at_the_size_of_its_file(server, tmp_path, size):
    pixels = lesion(size)
    mask = server.mask(EXEMPLAR, png(pixels, tmp_path), ending=".png")
    assert mask.shape == size
    assert overlap(mask > 0, is_lesion(pixels)) > 0.85


def test_a_photographs_mask_is_a_png_that_lies_on_its_stored_pixels(server, tmp_path):
    pixels = lesion()
    assert overlap(server.mask(EXEMPLAR, jpeg(pixels, tmp_path), ending=".png") > 0, is_lesion(pixels)) > 0.95
    turned = Image.Exif()
    turned[0x0112] = 6  # to be turned by a quarter for display
    Image.fromarray(np.rot90(pixels)).convert("RGB").save(tmp_path / "turned.jpg", quality=98, exif=turned)
    mask = server.mask(EXEMPLAR, tmp_path / "turned.jpg", ending=".png")
    assert overlap(mask > 0, is_lesion(np.rot90(pixels))) > 0.95


@pytest.mark.parametrize("axes", ["LPS", "RAS", "PLS", "LSA", "PSR"])
def test_a_volumes_mask_has_its_axes_and_its_affine(server, tmp_path, axes):
    upright = nibabel.Nifti1Image(np.ascontiguousarray(lesion().T[:, :, None]), LPS @ np.diag([2.0, 3, 4, 1]))
    orientation = nibabel.orientations.axcodes2ornt(axes)
    move = nibabel.orientations.ornt_transform(nibabel.io_orientation(upright.affine), orientation)
    source = upright.as_reoriented(move)
    nibabel.save(source, tmp_path / "volume.nii.gz")
    mask = server.mask(EXEMPLAR, tmp_path / "volume.nii.gz", ending=".nii.gz")
    np.testing.assert_allclose(mask.affine, source.affine)
    np.testing.assert_array_equal(mask.get_fdata(), is_lesion(np.asarray(source.dataobj)))


def test_a_volume_is_asked_about_slice_by_slice_and_the_others_stay_empty(server, tmp_path):
    slices = np.stack([lesion(seed=seed).T for seed in range(3)], axis=-1)
    nibabel.save(nibabel.Nifti1Image(slices, LPS), tmp_path / "series.nii.gz")
    for frame in range(2):
        mask = server.mask(EXEMPLAR, tmp_path / "series.nii.gz", ending=".nii.gz", frame=frame).get_fdata()
        np.testing.assert_array_equal(mask[..., frame], is_lesion(slices[..., frame]))
        assert not np.delete(mask, frame, axis=-1).any()
    said = server.refusal(lambda: server.infer(EXEMPLAR, tmp_path / "series.nii.gz"))
    assert "holds 3 frames: name one" in said


@pytest.mark.parametrize("picture", [us, dx], ids=["US", "DX"])
def test_a_dicom_without_a_place_gets_a_mask_as_itk_would_place_it(server, tmp_path, picture):
    pixels = lesion()
    mask = server.mask(EXEMPLAR, picture(pixels, tmp_path), ending=".nii.gz")
    np.testing.assert_array_equal(mask.get_fdata(), is_lesion(pixels).T[:, :, None])
    np.testing.assert_allclose(mask.affine, LPS)


def test_a_dicom_slices_mask_lies_where_the_slice_does(server, tmp_path):
    pixels = lesion()
    mask = server.mask(EXEMPLAR, ct(pixels, tmp_path), ending=".nii.gz")
    np.testing.assert_array_equal(mask.get_fdata(), is_lesion(pixels).T[:, :, None])
    # DICOM's axes to the left and the back are -x and -y; its columns are 1 mm apart, its rows 2 mm.
    np.testing.assert_allclose(mask.affine[:, :2], [[-1, 0], [0, -2], [0, 0], [0, 0]])
    np.testing.assert_allclose(mask.affine[:3, 3], [30, 40, 50])


@pytest.mark.parametrize("kind", KINDS)
def test_a_mask_is_written_as_the_client_asks(server, tmp_path, kind):
    pixels = lesion()
    path = KINDS[kind](pixels, tmp_path)
    mask = server.mask(EXEMPLAR, path, ending=".nii.gz", result_extension=".nii.gz")
    assert overlap(np.squeeze(mask.get_fdata()) > 0, is_lesion(pixels).T) > 0.95
