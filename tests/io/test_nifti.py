import gzip
import itertools
import struct
from pathlib import Path

import nibabel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from common.errors import ConfigError, ImageError
from common.io.decode import decode_image, nifti
from common.io.decode.windows import apply
from common.io.write import write_masks

HEAD = np.random.default_rng(0).integers(0, 256, (9, 11, 13), dtype=np.uint8)
"""A head without symmetry, by anatomy: from the left to the right, from back to front, from feet to head (RAS)."""

RAS = np.array([[2.0, 0, 0, -7], [0, 3, 0, 11], [0, 0, 5, 13], [0, 0, 0, 1]])
"""Its affine: 2 x 3 x 5 mm."""

ORIENTATIONS = [
    "".join(code) for axes in itertools.permutations(("RL", "AP", "SI")) for code in itertools.product(*axes)
]
"""All 48 ways in which a file may store the axes of a volume."""

PLANE = {"R": "sagittal", "L": "sagittal", "A": "coronal", "P": "coronal", "S": "axial", "I": "axial"}
"""The plane of slices that are stored along an axis."""


def stored(
    folder: Path, code: str = "RAS", *, kind=nibabel.Nifti1Image, array: np.ndarray = HEAD, name="a.nii"
) -> Path:
    """The head as a file that stores its axes as `code` says."""
    to = nibabel.orientations.ornt_transform(
        nibabel.orientations.axcodes2ornt("RAS"), nibabel.orientations.axcodes2ornt(code)
    )
    kind(array, RAS).as_reoriented(to).to_filename(folder / name)
    return folder / name


def shown(plane: str, position: int) -> np.ndarray:
    """What a viewer shows of the head, written out by hand: the definition that the reader is held against."""
    if plane == "axial":  # frames from feet to head; rows front to back, columns right to left
        return HEAD[::-1, ::-1, position].T / np.float32(255)
    if plane == "coronal":  # frames from front to back; rows head to feet, columns right to left
        return HEAD[::-1, ::-1, ::-1][:, position, :].T / np.float32(255)
    # frames from the left to the right; rows head to feet, columns front to back
    return HEAD[position, ::-1, ::-1].T / np.float32(255)


def saved(folder: Path, array: np.ndarray, *, affine: np.ndarray | None = RAS, header=None) -> Path:
    nibabel.Nifti1Image(array, affine, header).to_filename(folder / "a.nii")
    return folder / "a.nii"


@pytest.mark.parametrize("code", ORIENTATIONS)
def test_the_stored_orientation_does_not_matter(tmp_path, code):
    path, plane = stored(tmp_path, code), PLANE[code[2]]
    frames = nifti.read(path, 0).frames
    assert frames == HEAD.shape[["sagittal", "coronal", "axial"].index(plane)]
    for frame in (0, 1, frames - 1):
        decoded = nifti.read(path, frame)
        np.testing.assert_array_equal(decoded.pixels, shown(plane, frame))
        assert decoded.pixels.dtype == np.float32
        assert decoded.about["plane"] == plane


@pytest.mark.parametrize("code", ORIENTATIONS)
def test_the_affine_leads_from_a_displayed_pixel_to_its_place_in_the_patient(tmp_path, code):
    decoded = nifti.read(stored(tmp_path, code), 4)
    to_voxel = np.linalg.inv(RAS) @ decoded.affine
    for row, column in ((0, 0), (2, 5), (8, 1)):
        x, y, z, _ = (round(value) for value in to_voxel @ (row, column, 0, 1))
        assert decoded.pixels[row, column] == HEAD[x, y, z] / np.float32(255)


def test_the_third_axis_of_the_affine_leads_to_the_next_frame(tmp_path):
    path = stored(tmp_path, "LPI")
    np.testing.assert_allclose(
        nifti.read(path, 1).affine[:3, 3], nifti.read(path, 0).affine[:3, 3] + nifti.read(path, 0).affine[:3, 2]
    )


def test_an_oblique_slice_is_shown_as_the_nearest_plane(tmp_path):
    angle = np.deg2rad(25)
    tilt = np.eye(4)
    tilt[1:3, 1:3] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    decoded = nifti.read(saved(tmp_path, HEAD, affine=tilt @ RAS), 3)
    np.testing.assert_array_equal(decoded.pixels, shown("axial", 3))
    assert decoded.about["plane"] == "axial"


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
@pytest.mark.parametrize("order", "<>")
def test_both_versions_both_byte_orders_plain_and_compressed(tmp_path, kind, name, order):
    image = kind(HEAD.astype(np.int16), RAS)
    swapped = kind(HEAD.astype(np.int16), RAS, image.header.as_byteswapped(order))
    swapped.to_filename(tmp_path / name)
    (tmp_path / name).rename(tmp_path / "named-as-nothing")
    decoded = nifti.read(tmp_path / "named-as-nothing", 6)
    low, high = HEAD.min(), HEAD.max()
    expected = (shown("axial", 6) * 255 - low) / (high - low)
    np.testing.assert_allclose(decoded.pixels, expected, atol=1e-6)


def test_eight_bits_equal_the_same_picture_as_png(tmp_path):
    Image.fromarray(HEAD[::-1, ::-1, 6].T).save(tmp_path / "a.png")
    picture = decode_image(tmp_path / "a.png")
    np.testing.assert_array_equal(nifti.read(stored(tmp_path), 6).pixels, picture)


def test_signed_bytes_are_divided_by_their_range(tmp_path):
    path = saved(tmp_path, (HEAD.astype(np.int16) - 128).astype(np.int8))
    np.testing.assert_allclose(nifti.read(path, 2).pixels, shown("axial", 2), atol=1e-6)


@settings(max_examples=30)
@given(
    st.sampled_from(["int16", "uint16", "int32", "float32", "float64", "int64", "uint64"]),
    st.floats(0.001, 100),
    st.booleans(),
    st.floats(-2000, 2000),
)
def test_other_values_run_from_the_least_to_the_greatest_of_the_volume(tmp_path_factory, kind, slope, negative, add):
    path = tmp_path_factory.mktemp("nifti") / "a.nii"
    path.write_bytes(rescaled(HEAD.astype(kind), slope=-slope if negative else slope, intercept=add))
    volume = nibabel.load(path).get_fdata()
    expected = (volume - volume.min()) / (volume.max() - volume.min())
    np.testing.assert_allclose(nifti.read(path, 5).pixels, expected[::-1, ::-1, 5].T, atol=1e-5)


def rescaled(array: np.ndarray, *, slope: float, intercept: float) -> bytes:
    """A file with these voxels and this slope and intercept (bytes 112 to 119), which nibabel would choose itself."""
    content = bytearray(nibabel.Nifti1Image(array, RAS, dtype=array.dtype).to_bytes())
    content[112:120] = struct.pack("<ff", slope, intercept)
    return bytes(content)


def test_rescaled_bytes_are_no_longer_display_values(tmp_path):
    (tmp_path / "a").write_bytes(rescaled(HEAD // 2, slope=3, intercept=0))
    assert nifti.read(tmp_path / "a", int(np.argmax(HEAD.max(axis=(0, 1))))).pixels.max() == 1


def test_a_window_sees_hounsfield_units(tmp_path):
    (tmp_path / "a.nii").write_bytes(rescaled(HEAD.astype(np.int16), slope=2, intercept=-200))
    hounsfield = 2.0 * HEAD.astype(np.float64) - 200
    decoded = nifti.read(tmp_path / "a.nii", 3, window="brain")
    np.testing.assert_allclose(decoded.pixels, apply(hounsfield, "brain")[::-1, ::-1, 3].T, atol=1e-6)
    assert decoded.about["window"] == "brain"
    with pytest.raises(ConfigError, match="got 'brian'"):
        nifti.read(tmp_path / "a.nii", 3, window="brian")


def test_what_is_not_finite_is_black(tmp_path):
    array = HEAD.astype(np.float32)
    array[0, 0, 0], array[8, 10, 0], array[4, 5, 0] = np.nan, np.inf, -np.inf
    pixels = nifti.read(saved(tmp_path, array), 0).pixels
    assert pixels[-1, -1] == pixels[0, 0] == pixels[5, 4] == 0
    assert np.isfinite(pixels).all()
    assert pixels.max() > 0.9


def test_a_constant_volume_is_black(tmp_path):
    assert not nifti.read(saved(tmp_path, np.full((9, 9, 2), 7, np.int16)), 1).pixels.any()


def test_colour_as_itk_writes_it_is_the_colour_of_one_slice(tmp_path):
    """SimpleITK makes (x, y, z, 1, 3) of a colour DICOM, and MONAI Label hands that over."""
    colour = np.random.default_rng(0).integers(0, 256, (12, 10, 2, 1, 3), dtype=np.uint8)
    nibabel.Nifti1Image(colour, np.diag([-1, -1, 1, 1])).to_filename(tmp_path / "a.nii.gz")
    image = nifti.read(tmp_path / "a.nii.gz", 1)
    assert image.frames == 2
    expected = colour[:, :, 1, 0].transpose(1, 0, 2) @ [0.299, 0.587, 0.114] / 255
    np.testing.assert_allclose(image.pixels, expected, atol=1 / 255)
    [path] = write_masks({"1": image.pixels > 0.5}, source=tmp_path / "a.nii.gz", stem=tmp_path / "mask")
    np.testing.assert_array_equal(nibabel.load(path).get_fdata()[:, :, 1], (image.pixels > 0.5).T)


@pytest.mark.parametrize("channels", ["RGB", "RGBA"])
def test_colour_becomes_luminance(tmp_path, channels):
    colour = np.zeros((9, 10, 1), [(name, "u1") for name in channels])
    colour["R"], colour["G"], colour["B"] = 200, 100, 50
    pixels = nifti.read(saved(tmp_path, colour), None).pixels
    np.testing.assert_allclose(pixels, (0.299 * 200 + 0.587 * 100 + 0.114 * 50) / 255, atol=1e-6)
    with pytest.raises(ImageError, match="RGB carries no Hounsfield units"):
        nifti.read(tmp_path / "a.nii", None, window="brain")


@pytest.mark.parametrize("shape", [(9, 11), (9, 11, 1), (9, 11, 1, 1)])
def test_one_slice_needs_no_frame(tmp_path, shape):
    decoded = nifti.read(saved(tmp_path, HEAD[:, :, 3].reshape(shape)), None)
    np.testing.assert_array_equal(decoded.pixels, shown("axial", 3))
    assert decoded.frames == 1


def test_a_single_slice_may_lie_along_any_axis(tmp_path):
    np.testing.assert_array_equal(nifti.read(saved(tmp_path, HEAD[4:5]), None).pixels, shown("sagittal", 4))
    np.testing.assert_array_equal(nifti.read(saved(tmp_path, HEAD[:, 4:5]), None).pixels, shown("coronal", 10 - 4))


def test_frames_count_slices_within_time_points_and_each_has_its_own_range(tmp_path):
    series = np.stack([HEAD.astype(np.int16), 3 * HEAD.astype(np.int16)], axis=-1)
    path = saved(tmp_path, series)
    assert nifti.read(path, 0).frames == 26
    np.testing.assert_allclose(nifti.read(path, 13 + 5).pixels, nifti.read(path, 5).pixels, atol=1e-6)
    path = saved(tmp_path, np.stack([HEAD, HEAD[::-1]], axis=-1))
    np.testing.assert_array_equal(nifti.read(path, 13 + 5).pixels, shown("axial", 5)[:, ::-1])


def test_without_an_orientation_axes_run_as_in_analyze_and_there_is_no_affine(tmp_path):
    """ANALYZE 7.5: the first axis from the patient's right to the left, the second from back to front."""
    path = saved(tmp_path, HEAD, affine=None)
    decoded = nifti.read(path, 4)
    np.testing.assert_array_equal(decoded.pixels, HEAD[:, ::-1, 4].T / np.float32(255))
    assert decoded.affine is None
    assert decoded.about["plane"] == "not stated"


def test_a_changed_file_has_a_new_range(tmp_path):
    nifti.read(saved(tmp_path, np.arange(162, dtype=np.int16).reshape(9, 9, 2)), 1)
    path = saved(tmp_path, 3 * np.arange(324, dtype=np.int16).reshape(9, 9, 4))
    assert nifti.read(path, 3).pixels.max() == 1


def test_no_free_text_of_the_header_leaves_the_reader(tmp_path, caplog):
    header = nibabel.Nifti1Header()
    header["descrip"], header["db_name"], header["aux_file"] = b"MUSTERMANN MAX", b"MUSTERMANN", b"MUSTERMANN"
    header["pixdim"][1:4] = -1  # which nibabel mends, and would log
    path = saved(tmp_path, HEAD, affine=None, header=header)
    caplog.clear()
    assert "MUSTERMANN" not in repr(nifti.read(path, 0).about)
    assert caplog.text == ""
    damaged = bytearray(path.read_bytes())
    damaged[70:72] = b"\xff\x7f"  # datatype
    path.write_bytes(damaged)
    with pytest.raises(ImageError, match="contradicts itself") as refusal:
        nifti.read(path, 0)
    assert "MUSTERMANN" not in f"{refusal.value!r} {refusal.value.__cause__!r} {caplog.text}"


def with_bytes(content: bytes, at: int, new: bytes) -> bytes:
    return content[:at] + new + content[at + len(new) :]


PLAIN = nibabel.Nifti1Image(HEAD, RAS).to_bytes()
COMPRESSED = gzip.compress(PLAIN, mtime=0)


@pytest.mark.parametrize(
    ("content", "frame", "message"),
    [
        (PLAIN[:200], 0, "not a NIfTI file: its header is another one's, or incomplete"),
        (gzip.compress(b"a letter, compressed" * 50, mtime=0), 0, "not a NIfTI file"),
        (PLAIN[:-1], 0, r"claims 1,639 bytes but holds 1,638:"),
        (COMPRESSED[: len(COMPRESSED) // 2], 12, "damaged or truncated"),
        (with_bytes(COMPRESSED, 900, bytes(40)), 12, "damaged or truncated"),
        (COMPRESSED[:9], 0, "damaged or truncated"),
        (with_bytes(PLAIN, 42, struct.pack("<hh", 30_000, 30_000)), 0, r"claims 11,700,000,352 bytes but holds 1,639"),
        (
            gzip.compress(with_bytes(PLAIN, 42, struct.pack("<hh", 30_000, 30_000)), mtime=0),
            0,
            "but holds .* compressed",
        ),
        (with_bytes(PLAIN, 42, struct.pack("<h", -9)), 0, r"none empty; this one \(-9, 11, 13\)"),
        (with_bytes(PLAIN, 40, struct.pack("<6h", 5, 9, 11, 13, 1, 4)), 0, r"a volume is \(x, y, z\)"),
        (with_bytes(PLAIN, 344, b"ni1\0"), 0, "a .hdr and .img pair"),
        (with_bytes(PLAIN, 344, b"\0\0\0\0"), 0, "contradicts itself or the NIfTI standard"),
        (with_bytes(PLAIN, 108, struct.pack("<f", float("nan"))), 0, "contradicts itself or the NIfTI standard"),
        (with_bytes(PLAIN, 280, bytes(48)), 0, "does not place the voxels in space"),
        (nibabel.Nifti1Image(HEAD.astype(np.complex64), RAS).to_bytes(), 0, "voxels are integers, floats .* complex64"),
        (nibabel.Nifti1Image(np.full((9, 9, 1), np.nan), RAS).to_bytes(), 0, "holds no finite value"),
        (nibabel.Nifti1Image(np.tile([-1.7e308, 1.7e308], (9, 9, 1)), RAS).to_bytes(), 0, "further than numbers reach"),
        (PLAIN, None, "holds 13 frames: name one in the column 'frame'"),
        (PLAIN, 13, "frames are 0 to 12; asked for 13"),
        (PLAIN, -1, "frames are 0 to 12; asked for -1"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path, content, frame, message):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(ImageError, match=message) as refusal:
        nifti.read(tmp_path / "a", frame)
    assert "\n" not in str(refusal.value)
    assert str(refusal.value).startswith(f"{tmp_path / 'a'}: ")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    """A volume of 8 GB of zeros that its compressed size of 8 MB could truly hold."""
    header = nibabel.Nifti1Header()
    header.set_data_dtype(np.uint8)
    header.set_data_shape((2000, 2000, 2000))
    header["vox_offset"] = 352
    header["magic"] = b"n+1"
    (tmp_path / "a").write_bytes(gzip.compress(header.binaryblock) + bytes(8_000_000))
    with pytest.raises(ImageError, match=r"at most 4,294,967,296 bytes .* claims 8,000,000,352 and 2,000 x 2,000"):
        nifti.read(tmp_path / "a", 0)
