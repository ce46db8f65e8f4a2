"""MONAI Label before a real DICOMweb server: Debian's Orthanc, on this machine alone."""

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import generate_uid

from tests.io.dicom.files import dataset, written
from tests.label.pictures import is_lesion, lesion, us
from tests.label.server import serving

PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
ORTHANC = shutil.which("Orthanc", path="/usr/sbin:/usr/bin")

pytestmark = pytest.mark.skipif(
    not (ORTHANC and PLUGIN.exists()), reason="no Orthanc here: apt-get install orthanc orthanc-dicomweb"
)

CLASSIFIER, SEGMENTER = "breast_us_classification", "breast_us_segmentation"


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory):
    """The address of an empty Orthanc."""
    folder = tmp_path_factory.mktemp("orthanc")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configuration = {
        **{"HttpPort": port, "HttpBindAddresses": ["127.0.0.1"], "RemoteAccessAllowed": False},
        **{"AuthenticationEnabled": False, "DicomServerEnabled": False},
        **{"StorageDirectory": str(folder / "db"), "IndexDirectory": str(folder / "db"), "Plugins": [str(PLUGIN)]},
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }
    (folder / "orthanc.json").write_text(json.dumps(configuration))
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen([ORTHANC, str(folder / "orthanc.json")], stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process, folder / "log.txt")
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait(address, process, log, seconds=60):
    for _ in range(seconds * 10):
        assert process.poll() is None, log.read_text()
        try:
            return urllib.request.urlopen(f"{address}/system").close()
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError(f"Orthanc did not answer within {seconds} s")


def send(address, path):
    urllib.request.urlopen(urllib.request.Request(f"{address}/instances", path.read_bytes(), method="POST")).close()


def identified(path, series, number, **elements):
    """The file again, as one of a series that a server takes."""
    from pydicom import dcmread

    made = dcmread(path)
    made.PatientID, made.StudyInstanceUID, made.SeriesInstanceUID = "p", "1.2.826.0.1.3680043.8.498.1", series
    made.SOPInstanceUID, made.InstanceNumber = generate_uid(), number
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    for keyword, value in elements.items():
        setattr(made, keyword, value)
    made.save_as(path)
    return path


def test_series_of_a_pacs_are_listed_and_answered(orthanc, exported_bundles, tmp_path):
    """A colour picture, and a series of two slices, one of which is asked about."""
    colour, stack = generate_uid(), generate_uid()
    pixels = lesion()
    send(orthanc, identified(us(pixels, tmp_path), colour, 1))
    for number in range(2):
        made = dataset(lesion(seed=number, bright=number == 1), Modality="US")
        made.ImageOrientationPatient, made.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [0, 0, 3 * number]
        made.PixelSpacing, made.SliceThickness = [1, 1], 3
        send(orthanc, identified(written(tmp_path / f"{number}.dcm", made), stack, number + 1))
    bundles = [exported_bundles["breast_us"], exported_bundles["breast_us_segmentation"]]
    web = {"MONAI_LABEL_DICOMWEB_SEARCH_FILTER": {"Modality": "US"}, "MONAI_LABEL_DICOMWEB_CACHE_PATH": str(tmp_path)}
    with serving(tmp_path / "pacs", bundles, studies=f"{orthanc}/dicom-web", **web) as server:
        known = server.client.get("/datastore/", params={"output": "stats"}).json()
        assert known["total"] == 2
        expected = server.scores(CLASSIFIER, us(pixels, tmp_path))
        assert server.scores(CLASSIFIER, colour) == pytest.approx(expected, abs=0.01)
        mask = server.mask(SEGMENTER, colour, ending=".nii.gz").get_fdata()
        np.testing.assert_array_equal(mask, is_lesion(pixels).T[:, :, None])
        assert "holds 2 frames: name one" in server.refusal(lambda: server.infer(CLASSIFIER, stack))
        mask = server.mask(SEGMENTER, stack, ending=".nii.gz", frame=1).get_fdata()
        np.testing.assert_array_equal(mask[..., 1], is_lesion(lesion(seed=1)).T)
        assert not mask[..., 0].any()
