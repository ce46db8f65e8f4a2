import json

import numpy as np
import pytest
from pydicom import dcmread

from common.errors import ImageError
from common.io.decode import decode_image
from common.phantoms.rsna_ich import CORRUPT, CORRUPT_NAME, FOLDER, REPEATED, write


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    out = tmp_path_factory.mktemp("rsna_ich") / "phantoms"
    write(out, patients=3, seed=3, difficulty=0.2)
    return out


@pytest.fixture(scope="module")
def truth(root):
    return json.loads((root / "phantoms.json").read_text())


def test_the_same_seed_writes_the_same_bytes_and_more_patients_only_add(root, tmp_path):
    write(tmp_path / "small", patients=1, seed=3, difficulty=0.2)
    for path in (tmp_path / "small" / FOLDER).iterdir():
        assert path.read_bytes() == (root / FOLDER / path.name).read_bytes()
    small, large = ((folder / f"{FOLDER}.csv").read_text() for folder in (tmp_path / "small", root))
    assert large.startswith(small)


def test_slices_are_hounsfield_units_in_the_patients_space(root, truth):
    heights = {}
    for path, planted in truth["images"].items():
        header = dcmread(root / path, stop_before_pixels=True)
        assert (header.Modality, header.Rows, header.Columns, header.PixelRepresentation) == ("CT", 512, 512, 1)
        assert header.RescaleIntercept == -1024
        heights.setdefault(header.PatientID, []).append((planted["level"], float(header.ImagePositionPatient[2])))
    assert len(heights) == 3
    for slices in heights.values():
        assert [height for _, height in sorted(slices)] == sorted(height for _, height in slices)


def test_without_a_window_the_files_own_is_the_brains(root, truth):
    path = next(path for path in truth["images"] if CORRUPT_NAME not in path)
    assert np.abs(decode_image(root / path) - decode_image(root / path, window="brain")).max() < 1 / 255


def test_faults_are_planted(root, truth):
    faults = {fault["kind"]: fault["image"] for fault in truth["faults"]}
    assert set(faults) == {REPEATED, CORRUPT}
    with pytest.raises(ImageError, match=CORRUPT_NAME):
        decode_image(root / faults[CORRUPT])
    lines = (root / f"{FOLDER}.csv").read_text().splitlines()
    name = faults[REPEATED].removeprefix(f"{FOLDER}/").removesuffix(".dcm")
    assert sum(line.startswith(f"{name}_any,") for line in lines) == 2
    assert len(lines) == 1 + 6 * (len(truth["images"]) + 1)
