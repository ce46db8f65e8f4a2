import numpy as np
import pytest
from PIL import Image, ImageDraw

from common.datasets.audit.privacy import burned_in
from tests.io.dicom.files import dataset, ramp, written


def row(name):
    return {"image": name, "frame": ""}


@pytest.fixture
def grey():
    return np.full((120, 200), 60, dtype=np.uint8)


def test_text_in_a_picture_is_noted_with_its_place(tmp_path, grey):
    Image.fromarray(grey).save(tmp_path / "clean.png")
    picture = Image.fromarray(grey)
    ImageDraw.Draw(picture).text((20, 80), "DOE JANE 1970", fill=255, font_size=14)
    picture.save(tmp_path / "named.png")
    (tmp_path / "broken.png").write_bytes(b"")
    found = list(burned_in(tmp_path, [row("clean.png"), row("named.png"), row("broken.png")]))
    assert [finding.files for finding in found] == [("named.png",)]
    assert found[0].verdict == "note"
    assert "the first at rows 8" in found[0].detail


@pytest.mark.parametrize(("value", "count"), [("YES", 1), ("NO", 0), ("DOE^JANE", 0)])
def test_a_header_that_declares_text_is_noted(tmp_path, value, count):
    written(tmp_path / "a.dcm", dataset(ramp("u1", 8), BurnedInAnnotation=value))
    found = list(burned_in(tmp_path, [row("a.dcm")]))
    assert [finding.detail for finding in found] == count * ["a.dcm: its header declares BurnedInAnnotation"]
