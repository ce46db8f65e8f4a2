import numpy as np
import pytest
from pydicom import dcmread

from common.io.decode import dicom
from common.phantoms.dicom import SYNTHETIC, save_dicom

GREY = (np.arange(35 * 33) % 256).astype(np.uint8).reshape(35, 33)
WINDOW = {"RescaleSlope": 1, "RescaleIntercept": -1024, "WindowCenter": 40, "WindowWidth": 80}


def saved(path, pixels=GREY, *, modality="CR", **header):
    jpeg = header.pop("jpeg", False)
    save_dicom(path, pixels, modality=modality, header=header, jpeg=jpeg)
    return path


def test_stored_values_come_back_and_the_header_says_synthetic(tmp_path):
    read = dcmread(saved(tmp_path / "deep/a.dcm", PatientID="7", ViewPosition="PA"))
    assert (read.pixel_array == GREY).all()
    assert (read.PatientID, read.ViewPosition, read.Modality) == ("7", "PA", "CR")
    assert {keyword: str(read[keyword].value) for keyword in SYNTHETIC} == SYNTHETIC
    assert read.SOPClassUID == read.file_meta.MediaStorageSOPClassUID
    assert read.SOPClassUID.name == "Computed Radiography Image Storage"


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16"])
def test_every_type_is_stored_as_it_is(tmp_path, dtype):
    pixels = (np.arange(35 * 33).reshape(35, 33) - (600 if dtype == "int16" else 0)).astype(dtype)
    read = dcmread(saved(tmp_path / "a.dcm", pixels))
    assert read.pixel_array.dtype == dtype
    assert (read.pixel_array == pixels).all()


def test_our_reader_shows_hounsfield_units_in_a_window(tmp_path):
    pixels = np.array([[1024, 1024 + 40], [1024 + 80, 0]], np.int16)
    path = saved(tmp_path / "a.dcm", pixels, modality="CT", **WINDOW)
    shown = dicom.read(path, window="brain").pixels
    assert shown == pytest.approx(np.array([[0, 0.5], [1, 0]]), abs=0.01)


def test_jpeg_is_close_to_the_picture_and_declared_lossy(tmp_path):
    smooth = np.add.outer(np.arange(64), np.arange(64)).astype(np.uint8)
    read = dcmread(saved(tmp_path / "a.dcm", smooth, jpeg=True))
    assert read.file_meta.TransferSyntaxUID.name == "JPEG Baseline (Process 1)"
    assert read.LossyImageCompression == "01"
    assert abs(read.pixel_array.astype(int) - smooth).max() <= 3
    assert dicom.read(tmp_path / "a.dcm").pixels == pytest.approx(smooth / 255, abs=0.02)


def test_equal_input_gives_equal_bytes_and_other_pictures_other_uids(tmp_path):
    first, again = (saved(tmp_path / name, PatientID="1").read_bytes() for name in "ab")
    assert first == again
    one, other, stranger = (
        dcmread(saved(tmp_path / str(n), pixels, PatientID=patient))
        for n, (pixels, patient) in enumerate([(GREY, "1"), (GREY[::-1], "1"), (GREY, "2")])
    )
    assert one.SOPInstanceUID != other.SOPInstanceUID
    assert one.StudyInstanceUID == other.StudyInstanceUID != stranger.StudyInstanceUID


def test_a_uid_that_is_given_is_kept(tmp_path):
    read = dcmread(saved(tmp_path / "a.dcm", StudyInstanceUID="1.2.3"))
    assert read.StudyInstanceUID == "1.2.3"
