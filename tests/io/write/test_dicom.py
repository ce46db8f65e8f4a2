"""Segmentations, read again by pydicom and highdicom, of made files and of those of pydicom-data."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.uid import MRImageStorage

from common.errors import ImageError, MaskError
from common.io.decode import decode
from common.io.decode.dicom.geometry import affine_of
from common.io.write import dicom, write_masks
from tests.io.dicom.files import HEIGHT, WIDTH, dataset, ramp, written

highdicom = pytest.importorskip("highdicom", reason="needs pydicom 3")

REAL = Path(__file__).parents[3] / "../shared/data/dicom"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason=f"{REAL} is absent")

MASK = np.random.default_rng(0).random((HEIGHT, WIDTH)) < 0.3

PLACED = {
    "SOPClassUID": MRImageStorage,
    "Modality": "MR",
    "StudyInstanceUID": "1.2.4",
    "FrameOfReferenceUID": "1.2.5",
    "ImageOrientationPatient": [0, 1, 0, 0, 0, -1],
    "ImagePositionPatient": [-20, -80, 60],
    "PixelSpacing": [0.4, 0.5],
    "SliceThickness": 3,
}
"""A sagittal slice, and all that a segmentation refers to."""


@pytest.fixture(autouse=True)
def forget():
    dicom._say_once.cache_clear()


def slice_of(folder, **elements):
    return written(folder / "a.dcm", dataset(ramp("uint16", 12), bits=12, **{**PLACED, **elements}))


def masks_by_frame(path, source):
    """What highdicom reads: for each of the source's frames (from 0) the mask that refers to it."""
    original = dcmread(source, force=True)
    found = highdicom.seg.segread(path)
    frames = int(original.get("NumberOfFrames") or 1)
    if frames > 1:
        pixels = found.get_pixels_by_source_frame(
            original.SOPInstanceUID,
            list(range(1, frames + 1)),
            combine_segments=True,
            assert_missing_frames_are_empty=True,
        )
    else:
        pixels = found.get_pixels_by_source_instance([original.SOPInstanceUID], combine_segments=True)
    return [frame > 0 for frame in pixels]


def test_a_slice_s_segmentation_refers_to_it_and_lies_where_it_does(tmp_path):
    source = slice_of(tmp_path)
    [path] = write_masks({"": MASK}, source=source, stem=tmp_path / "mask.1")
    found, original = dcmread(path), dcmread(source)
    assert path.name == "mask.1.dcm"
    assert found.SOPClassUID.name == "Segmentation Storage"
    assert found.SegmentationType == "BINARY"
    for keyword in ("StudyInstanceUID", "FrameOfReferenceUID", "PatientName"):
        assert found[keyword].value == original[keyword].value
    assert found.SOPInstanceUID != original.SOPInstanceUID
    assert found.SeriesInstanceUID != original.SeriesInstanceUID
    assert found.ReferencedSeriesSequence[0].SeriesInstanceUID == original.SeriesInstanceUID
    [reference] = found.ReferencedSeriesSequence[0].ReferencedInstanceSequence
    assert (reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID) == (
        original.SOPClassUID,
        original.SOPInstanceUID,
    )
    np.testing.assert_array_equal(found.pixel_array, MASK)
    np.testing.assert_allclose(affine_of(found, 0), affine_of(original, 0))
    np.testing.assert_array_equal(masks_by_frame(path, source), [MASK])


def test_our_own_reader_shows_it_on_the_same_pixels(tmp_path):
    source = slice_of(tmp_path)
    [path] = write_masks({"": MASK}, source=source, stem=tmp_path / "mask")
    shown = decode(path, 0)
    np.testing.assert_array_equal(shown.pixels > 0, MASK)
    np.testing.assert_allclose(shown.affine, decode(source).affine)


def test_an_image_without_a_lesion_has_an_empty_segmentation(tmp_path):
    [path] = write_masks({"": np.zeros_like(MASK)}, source=slice_of(tmp_path), stem=tmp_path / "mask")
    assert not dcmread(path).pixel_array.any()


def test_writing_again_makes_no_second_object_and_another_mask_does(tmp_path):
    source = slice_of(tmp_path)
    stems = [(MASK, "a1"), (MASK, "a2"), (~MASK, "a3")]
    first, same, other = (
        dcmread(*write_masks({"": mask}, source=source, stem=tmp_path / name)).SOPInstanceUID for mask, name in stems
    )
    assert first == same != other


@pytest.mark.parametrize(
    ("absent", "said"),
    [
        ({"ImagePositionPatient": None}, "a position and orientation"),
        ({"ImageOrientationPatient": None}, "a position and orientation"),
        ({"PixelSpacing": None}, "a position and orientation"),
        ({"FrameOfReferenceUID": None}, "FrameOfReferenceUID"),
        ({"StudyInstanceUID": None}, "StudyInstanceUID"),
    ],
)
def test_without_geometry_the_mask_is_a_png_and_that_is_said_once(tmp_path, caplog, absent, said):
    source = slice_of(tmp_path, **absent)
    for name in "bc":
        [path] = write_masks({"": MASK}, source=source, stem=tmp_path / name)
        assert path == tmp_path / f"{name}.png"
        np.testing.assert_array_equal(np.asarray(Image.open(path)) > 0, MASK)
    [record] = caplog.records
    expected = f"some DICOM images, such as most ultrasound, lack {said}: their masks are written as PNG"
    assert record.getMessage() == expected


def test_frames_of_a_clip_without_geometry_are_pngs(tmp_path):
    source = written(tmp_path / "a", dataset(np.stack([ramp("uint8", 8)] * 3)))
    paths = write_masks({"0": MASK, "2": ~MASK}, source=source, stem=tmp_path / "mask")
    assert [path.name for path in paths] == ["mask_0.png", "mask_2.png"]


def test_a_mask_of_another_size_is_refused(tmp_path):
    with pytest.raises(MaskError, match=r"34 x 40 \(rows, columns\); this one 40 x 34"):
        write_masks({"": MASK.T}, source=slice_of(tmp_path), stem=tmp_path / "mask")


def test_a_header_that_carries_no_segmentation_is_refused_without_quoting_it(tmp_path):
    source = slice_of(tmp_path, InstanceNumber=None, PatientBirthDate="Secret")
    with pytest.raises(MaskError, match="does not carry a segmentation") as refusal:
        write_masks({"": MASK}, source=source, stem=tmp_path / "mask")
    assert "Secret" not in str(refusal.value)
    assert not list(tmp_path.glob("mask*"))


def test_a_damaged_source_is_refused(tmp_path):
    path = tmp_path / "a.dcm"
    path.write_bytes(slice_of(tmp_path).read_bytes()[:400])
    with pytest.raises(ImageError, match=r"a.dcm: "):
        write_masks({"": MASK}, source=path, stem=tmp_path / "mask")


def test_without_highdicom_the_message_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "highdicom", None)
    with pytest.raises(MaskError, match=r"a.dcm: a DICOM segmentation is written by highdicom: pip install highdicom"):
        write_masks({"": MASK}, source=slice_of(tmp_path), stem=tmp_path / "mask")


@needs_real
@pytest.mark.parametrize("path", sorted(REAL.glob("*.dcm")), ids=lambda path: path.stem)
def test_every_real_file_gets_its_masks_back(path, tmp_path):
    first = decode(path, 0)
    generator = np.random.default_rng(0)
    keys = [""] if first.frames == 1 else [str(frame) for frame in range(first.frames)]
    masks = {key: generator.random(first.pixels.shape) < 0.2 for key in keys}
    files = write_masks(masks, source=path, stem=tmp_path / "mask")
    placed = first.affine is not None and "FrameOfReferenceUID" in dcmread(path, force=True)
    if not placed:
        assert [
            np.array_equal(np.asarray(Image.open(file)) > 0, masks[key]) for file, key in zip(files, keys, strict=True)
        ]
        assert {file.suffix for file in files} == {".png"}
        return
    [file] = files
    assert file.suffix == ".dcm"
    np.testing.assert_array_equal(masks_by_frame(file, path), list(masks.values()))
    assert dcmread(file).FrameOfReferenceUID == dcmread(path, force=True).FrameOfReferenceUID
