import nibabel
import numpy as np
import pytest

from common.errors import ImageError, MaskError
from common.io.decode import decode_image, decode_mask
from common.io.decode.nifti import read
from common.io.write import write_masks
from tests.io.test_nifti import HEAD, ORIENTATIONS, RAS, saved, stored

BRIGHT = 128
"""The lesion of these tests is what is brighter: so it is known in the volume and on every slice."""


def lesions_of(path, frames):
    return {str(frame): decode_image(path, frame) > (BRIGHT - 0.5) / 255 for frame in frames}


@pytest.mark.parametrize("code", ORIENTATIONS)
@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_masks_of_all_slices_are_the_mask_of_the_volume(tmp_path, code, name):
    source = stored(tmp_path, code, name=name)
    [path] = write_masks(lesions_of(source, range(read(source, 0).frames)), source=source, stem=tmp_path / "mask.1")
    written, original = nibabel.load(path), nibabel.load(source)
    assert path.name == "mask.1.nii.gz"
    assert written.get_data_dtype() == np.uint8
    np.testing.assert_array_equal(np.asarray(written.dataobj), np.asarray(original.dataobj) >= BRIGHT)
    np.testing.assert_array_equal(written.affine, original.affine)
    for field in ("dim", "pixdim", "sform_code", "qform_code", "srow_x", "srow_y", "srow_z", "quatern_b", "xyzt_units"):
        np.testing.assert_array_equal(written.header[field], original.header[field])


@pytest.mark.parametrize("code", ["LPS", "SAR", "PIR"])
def test_a_slice_s_mask_lands_in_its_slice_and_comes_back(tmp_path, code):
    source = stored(tmp_path, code)
    masks = lesions_of(source, [2])
    [path] = write_masks(masks, source=source, stem=tmp_path / "mask")
    for frame in range(read(source, 0).frames):
        expected = masks["2"] if frame == 2 else np.zeros_like(masks["2"])
        np.testing.assert_array_equal(decode_image(path, frame) > 0, expected)


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize("order", "<>")
def test_version_byte_order_and_rescaling_do_not_matter(tmp_path, kind, order):
    image = kind(HEAD, RAS)
    image = kind(HEAD.astype(np.int16), RAS, image.header.as_byteswapped(order))
    image.header.set_slope_inter(2, -100)
    image.to_filename(tmp_path / "a.nii")
    frames = {str(frame): HEAD[::-1, ::-1, frame].T >= BRIGHT for frame in range(HEAD.shape[2])}
    [path] = write_masks(frames, source=tmp_path / "a.nii", stem=tmp_path / "mask")
    written = nibabel.load(path)
    assert type(written) is kind
    np.testing.assert_array_equal(written.get_fdata(), HEAD >= BRIGHT)


@pytest.mark.parametrize("shape", [(9, 11), (9, 11, 1), (9, 11, 1, 1), (9, 1, 11), (1, 9, 11)])
def test_a_single_slice_keeps_its_shape_whatever_axis_it_lies_along(tmp_path, shape):
    array = HEAD[:, :, 3].reshape(shape)
    source = saved(tmp_path, array)
    [path] = write_masks({"": decode_image(source) > (BRIGHT - 0.5) / 255}, source=source, stem=tmp_path / "mask")
    np.testing.assert_array_equal(np.asarray(nibabel.load(path).dataobj), array >= BRIGHT)
    assert decode_mask(path).any()


def test_time_points_have_masks_of_their_own(tmp_path):
    source = saved(tmp_path, np.stack([HEAD, HEAD[::-1]], axis=-1))
    [path] = write_masks(lesions_of(source, range(26)), source=source, stem=tmp_path / "mask")
    np.testing.assert_array_equal(
        np.asarray(nibabel.load(path).dataobj), np.stack([HEAD, HEAD[::-1]], axis=-1) >= BRIGHT
    )


def test_a_file_without_an_orientation_stays_without(tmp_path):
    source = saved(tmp_path, HEAD, affine=None)
    [path] = write_masks(lesions_of(source, range(13)), source=source, stem=tmp_path / "mask")
    written = nibabel.load(path)
    np.testing.assert_array_equal(np.asarray(written.dataobj), HEAD >= BRIGHT)
    assert (int(written.header["sform_code"]), int(written.header["qform_code"])) == (0, 0)


def test_no_free_text_of_the_source_is_written(tmp_path):
    header = nibabel.Nifti1Header()
    header["descrip"], header["db_name"], header["aux_file"] = b"MUSTERMANN MAX", b"MUSTERMANN", b"MUSTERMANN"
    header.extensions.append(nibabel.nifti1.Nifti1Extension("comment", b"MUSTERMANN"))
    source = saved(tmp_path, HEAD, header=header)
    assert b"MUSTERMANN" in source.read_bytes()
    [path] = write_masks(lesions_of(source, [0]), source=source, stem=tmp_path / "mask")
    assert b"MUSTERMANN" not in nibabel.load(path).to_bytes()


def test_a_frame_that_does_not_exist_or_is_of_another_size_is_refused(tmp_path):
    source = saved(tmp_path, HEAD)
    mask = np.zeros((11, 9), bool)
    with pytest.raises(ImageError, match="frames are 0 to 12; asked for 13"):
        write_masks({"13": mask}, source=source, stem=tmp_path / "mask")
    with pytest.raises(MaskError, match=r"11 x 9 \(rows, columns\); this one 9 x 11"):
        write_masks({"3": mask.T}, source=source, stem=tmp_path / "mask")
    assert not (tmp_path / "mask.nii.gz").exists()
