"""The 79 files of pydicom-data, beside pydicom's own modality LUT, VOI LUT, palette and colour conversion."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import ImplicitVRLittleEndian

from common.io.decode.dicom import looks_like, read
from tests.io.dicom import table

pytest.importorskip("pydicom.pixels", reason="it is pydicom 3 that reads all of these")
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut, pixel_array

FOLDER = Path(__file__).parents[3] / "../shared/data/dicom"
FILES = sorted(FOLDER.glob("*.dcm"))

pytestmark = pytest.mark.skipif(not FILES, reason=f"{FOLDER} is absent")

ONE_GREY_LEVEL = 1 / 255

BEYOND_PYDICOM = {
    "liver_deflate": "liver",
    "liver_rle": "liver",
    "liver_j2k": "liver",
    "liver_nonbyte_aligned_deflate": "liver_nonbyte_aligned",
    "liver_nonbyte_aligned_rle": "liver_nonbyte_aligned",
    "liver_nonbyte_aligned_j2k": "liver_nonbyte_aligned",
    "OBXXXX1A_expb": "OBXXXX1A",
    "OBXXXX1A_expb_2frame": "OBXXXX1A_2frame",
    "emri_small_jpeg_2k_lossless_too_short": "emri_small",
}
"""What pydicom 3.0 does not decode (compressed single bits, no last delimiter) or reads with the bytes of its palette
swapped (big endian), and the same image without that."""

TWINS = BEYOND_PYDICOM | {
    "liver_expb": "liver",
    "emri_small_RLE": "emri_small",
    "emri_small_big_endian": "emri_small",
    "emri_small_jpeg_2k_lossless": "emri_small",
    "emri_small_jpeg_ls_lossless": "emri_small",
    "693_J2KR": "693_UNCR",
    "MR2_J2KR": "MR2_UNCR",
    "MR2_J2KI": "MR2_UNCI",
    "US1_J2KR": "US1_UNCR",
    "US1_J2KI": "US1_UNCI",
    "OBXXXX1A_rle": "OBXXXX1A",
    "OBXXXX1A_rle_2frame": "OBXXXX1A_2frame",
    "gdcm-US-ALOKA-16_big": "gdcm-US-ALOKA-16",
    "SC_rgb_expb": "SC_rgb",
    "SC_rgb_16bit": "SC_rgb",
    "SC_rgb_32bit": "SC_rgb",
    "color-pl": "color-px",
    "JLSL_RGB_ILV1": "JLSL_RGB_ILV0",
    "JLSL_RGB_ILV2": "JLSL_RGB_ILV0",
}
"""One image, stored in two ways."""


def reference(path: Path) -> np.ndarray:
    """The first frame by pydicom's functions; only the range of display, which they leave open, is computed here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        header = flattened(dcmread(path, force=True))
        pixels = pixel_array(header, index=0)
        if header.SamplesPerPixel == 3:
            return pixels @ [0.299, 0.587, 0.114] / (2.0**header.BitsStored - 1)
        if header.PhotometricInterpretation == "PALETTE COLOR":
            return apply_color_lut(pixels, header) @ [0.299, 0.587, 0.114] / (2.0**16 - 1)
        grey = scaled(pixels, header)
    grey = 1 - grey if header.PhotometricInterpretation == "MONOCHROME1" else grey
    return np.where(pixels == header.get("PixelPaddingValue"), 0, grey)


def flattened(header: Dataset) -> Dataset:
    """The header with the first frame's rescale and window where a single-frame file has them."""
    if not header.file_meta.get("TransferSyntaxUID"):
        header.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    for groups in header.get("SharedFunctionalGroupsSequence", []):
        for sequence in ("PixelValueTransformationSequence", "FrameVOILUTSequence"):
            header.update(groups[sequence][0] if sequence in groups else Dataset())
    return header


def scaled(pixels: np.ndarray, header: Dataset) -> np.ndarray:
    values = apply_modality_lut(pixels, header)
    if "FloatPixelData" in header or "DoubleFloatPixelData" in header:
        return np.clip(values, 0, 1)  # both have the window L 0.5 W 1, which LINEAR would make a threshold
    if "VOILUTSequence" in header:
        return apply_voi_lut(values, header) / (2.0 ** header.VOILUTSequence[0].LUTDescriptor[2] - 1)
    if "WindowWidth" in header:
        ends = np.array([-(2**31), 2**31])
        black, white = apply_voi_lut(ends, header)
        return (apply_voi_lut(values, header) - black) / (white - black)
    if header.BitsStored <= 8:
        return values / (2.0**header.BitsStored - 1)
    return (values - values.min()) / (values.max() - values.min())


def test_all_are_read():
    rows = table.rows(FOLDER)
    assert len(rows) == 79
    assert [row for row in rows if row.shape == "refused"] == []
    assert len(table.markdown(rows).splitlines()) == 81


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.stem not in BEYOND_PYDICOM], ids=lambda path: path.stem
)
def test_the_first_frame_is_what_pydicom_makes_of_it(path):
    np.testing.assert_allclose(read(path, 0).pixels, reference(path), atol=ONE_GREY_LEVEL)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_first_bytes_tell(path):
    with path.open("rb") as file:
        assert looks_like(file.read(132))


@pytest.mark.parametrize(("one", "other"), TWINS.items(), ids=TWINS)
def test_one_image_stored_in_two_ways(one, other):
    first = read(FOLDER / f"{one}.dcm", 0)
    for frame in range(first.frames):
        pixels = read(FOLDER / f"{one}.dcm", frame).pixels
        np.testing.assert_allclose(pixels, read(FOLDER / f"{other}.dcm", frame).pixels, atol=ONE_GREY_LEVEL)


def test_a_segmentation_is_black_and_white():
    assert set(np.unique(read(FOLDER / "liver.dcm", 1).pixels)) == {0.0, 1.0}


def test_an_enhanced_file_s_frames_lie_at_their_own_positions():
    first, second = (read(FOLDER / "liver.dcm", frame).affine for frame in (0, 1))
    np.testing.assert_array_equal(first[:, :3], second[:, :3])
    assert first[2, 3] != second[2, 3]


def test_nothing_of_the_patient_is_told():
    for path in FILES:
        header = dcmread(path, force=True, stop_before_pixels=True)
        about = " ".join(read(path, 0).about.values())
        for keyword in ("PatientName", "PatientID", "PatientBirthDate", "StudyDate", "StudyDescription"):
            value = str(header.get(keyword) or "")
            assert not value or value not in about
