import numpy as np
import pytest
from pydicom import dcmread

from common.phantoms.dicom import save_dicom


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16])
def test_pixels_and_header_come_back(tmp_path, dtype):
    pixels = np.arange(12 * 10).reshape(12, 10).astype(dtype)
    path = tmp_path / "a" / "b.dcm"
    save_dicom(path, pixels, modality="CR", header={"PatientID": "P1", "WindowCenter": 40})
    read = dcmread(path)
    assert (read.pixel_array == pixels).all()
    assert read.pixel_array.dtype == dtype
    assert (read.Modality, read.PatientID, read.WindowCenter) == ("CR", "P1", 40)
    assert "Synthetic" in read.ImageComments


def test_the_same_arguments_write_the_same_bytes(tmp_path):
    for folder in ("a", "b"):
        save_dicom(tmp_path / folder / "x.dcm", np.zeros((8, 8), np.int16), modality="CT", header={"PatientID": "P1"})
    assert (tmp_path / "a/x.dcm").read_bytes() == (tmp_path / "b/x.dcm").read_bytes()
