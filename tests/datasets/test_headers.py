import numpy as np
import pytest

from common.datasets import headers
from common.datasets.headers import ERROR, FILE, read_headers
from common.phantoms.dicom import save_dicom

KEYWORDS = ("PatientID", "AccessionNumber")
PIXELS = np.zeros((16, 16), np.int16)


@pytest.fixture
def files(tmp_path):
    """A folder of four DICOM files of two patients, and their names."""
    names = [f"{number}.dcm" for number in range(4)]
    for number, name in enumerate(names):
        save_dicom(tmp_path / name, PIXELS, modality="CT", header={"PatientID": f"P{number // 2}"})
    return tmp_path, names


@pytest.fixture
def read(monkeypatch):
    """The names of the files that were read."""
    seen = []
    original = headers._read
    monkeypatch.setattr(headers, "_read", lambda path, keywords: seen.append(path.name) or original(path, keywords))
    return seen


def test_elements_are_text_and_absent_ones_empty(files):
    root, names = files
    assert list(read_headers(root, names, KEYWORDS)) == [
        {"PatientID": f"P{number // 2}", "AccessionNumber": ""} for number in range(4)
    ]


def test_what_is_no_dicom_or_missing_says_so(files):
    root, names = files
    (root / names[1]).write_bytes(b"no")
    (root / names[2]).unlink()
    found = list(read_headers(root, names, KEYWORDS))
    assert [ERROR in header for header in found] == [False, True, True, False]


def test_a_stopped_run_goes_on(files, tmp_path, read):
    root, names = files
    expected = list(read_headers(root, names, KEYWORDS))
    list(read_headers(root, names[:2], KEYWORDS, tmp_path / "work"))
    kept = tmp_path / "work" / FILE
    kept.write_text(kept.read_text() + '["2.dcm", [1')
    read.clear()
    assert list(read_headers(root, names, KEYWORDS, tmp_path / "work")) == expected
    assert sorted(read) == names[2:]
    assert list(read_headers(root, names, KEYWORDS, tmp_path / "work")) == expected
    assert len(read) == 2


def test_a_changed_file_is_read_anew_and_so_are_those_after_it(files, tmp_path, read):
    root, names = files
    list(read_headers(root, names, KEYWORDS, tmp_path / "work"))
    save_dicom(root / names[1], PIXELS, modality="CT", header={"PatientID": "other"})
    read.clear()
    found = list(read_headers(root, names, KEYWORDS, tmp_path / "work"))
    assert [header["PatientID"] for header in found] == ["P0", "other", "P1", "P1"]
    assert sorted(read) == names[1:]


def test_other_elements_are_read_anew(files, tmp_path):
    root, names = files
    list(read_headers(root, names, KEYWORDS, tmp_path / "work"))
    assert next(iter(read_headers(root, names, ["Modality"], tmp_path / "work"))) == {"Modality": "CT"}
