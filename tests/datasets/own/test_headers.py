from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset

from common.datasets.own.headers import is_dicom, ranks, read_header
from common.errors import ImageError

REAL = Path(__file__).parents[4] / "shared/data/dicom"


def region(left, top, right, bottom, *, kind=(1, 1)):
    item = Dataset()
    item.RegionSpatialFormat, item.RegionDataType = kind
    item.RegionLocationMinX0, item.RegionLocationMinY0 = left, top
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = right, bottom
    return item


def test_ids_and_technical_columns_are_read_and_nothing_that_names_a_person(dicom, tmp_path):
    path = dicom(
        tmp_path / "a.dcm",
        PatientID=" P 1",
        StudyInstanceUID="1.5",
        AccessionNumber="77",
        Modality="US",
        Manufacturer="ACME",
        ManufacturerModelName="Sono 3",
        PatientBirthDate="19700101",
        StudyDate="20240102",
        StudyDescription="Secret",
    )
    header = read_header(path)
    assert header.frames == 1
    assert {key: header.ids[key] for key in ("PatientID", "AccessionNumber", "SeriesInstanceUID")} == {
        "PatientID": "P 1",
        "AccessionNumber": "77",
        "SeriesInstanceUID": "1.2.0",
    }
    assert header.columns == {
        "patient": "P 1",
        "study": "1.5",
        "crop": "",
        "series": "1.2.0",
        "slice": "",
        "modality": "US",
        "device": "ACME Sono 3",
        "rows": "24",
        "columns": "20",
        "acquired": "",
    }
    assert "Secret" not in str(header)


@pytest.mark.parametrize(
    ("regions", "crop"),
    [
        ([], ""),
        ([region(2, 3, 15, 20)], "3 2 21 16"),
        ([region(2, 3, 10, 12), region(8, 1, 17, 9), region(0, 0, 19, 23, kind=(3, 3))], "1 2 13 18"),
        ([region(2, 3, 20, 24)], "3 2 24 20"),  # some makers write the first row and column outside
        ([region(0, 0, 19, 23)], ""),
        ([region(2, 3, 5, 20)], ""),  # too narrow to be tissue
        ([region(0, 0, 10, 10, kind=(1, 2))], ""),  # colour flow
    ],
)
def test_the_crop_is_around_the_regions_of_tissue(dicom, tmp_path, regions, crop):
    path = dicom(tmp_path / "a.dcm", Modality="US", SequenceOfUltrasoundRegions=regions)
    assert read_header(path).columns["crop"] == crop


def test_the_moment_nearest_to_the_exposure_counts(dicom, tmp_path):
    when = {"StudyDate": "20240101", "AcquisitionDate": "20240102", "AcquisitionTime": "0930"}
    assert read_header(dicom(tmp_path / "a.dcm", **when)).moment == "20240102 0930"


@given(st.lists(st.sampled_from(["", "a", "b", "c"])))
def test_ranks_keep_the_order_and_nothing_else(moments):
    found = ranks(moments)
    assert set(found) - {""} == {str(n) for n in range(len(set(moments) - {""}))}
    for one, its in zip(moments, found, strict=True):
        assert bool(one) == bool(its)
        assert all(
            (one < other) == (int(its) < int(rank)) for other, rank in zip(moments, found, strict=True) if one and other
        )


def test_what_holds_no_image_or_is_damaged_is_refused_without_its_content(dicom, tmp_path):
    path = dicom(tmp_path / "a.dcm", NumberOfFrames=70_000)
    with pytest.raises(ImageError, match=r"^DICOM that claims an absurd number of frames$"):
        read_header(path)
    path.write_bytes(path.read_bytes().replace(b"70000 ", b"Secret"))
    with pytest.raises(ImageError, match=r"^damaged DICOM header: ValueError$"):
        read_header(path)
    with pytest.raises(ImageError, match=r"^DICOM without an image$"):
        read_header(dicom(tmp_path / "b.dcm", Rows=None))


def test_dicom_is_told_by_its_content(dicom, picture, tmp_path):
    assert is_dicom(dicom(tmp_path / "a.png"))
    assert not is_dicom(picture(tmp_path / "b.dcm"))
    assert not is_dicom(tmp_path / "gone")


@pytest.mark.skipif(not REAL.is_dir(), reason="real DICOM files are not on this machine")
@pytest.mark.parametrize(
    ("name", "crop"),
    [
        ("OBXXXX1A.dcm", "60 120 519 800"),
        ("gdcm-US-ALOKA-16.dcm", "24 32 416 640"),
        ("JPGLosslessP14SV1_1s_1f_8b.dcm", "38 14 759 1011"),
    ],
)
def test_real_ultrasound_is_cropped_to_its_tissue(name, crop):
    assert read_header(REAL / name).columns["crop"] == crop
