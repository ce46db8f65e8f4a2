import numpy as np
import pytest
from PIL import Image, ImageDraw

from common.datasets.audit.privacy import burned_in
from common.io.decode import decode
from tests.io.dicom.files import dataset, ramp, written


@pytest.fixture
def grey():
    return np.full((120, 200), 60, dtype=np.uint8)


def test_text_in_a_picture_is_noted_with_its_place(tmp_path, grey):
    Image.fromarray(grey).save(tmp_path / "clean.png")
    picture = Image.fromarray(grey)
    ImageDraw.Draw(picture).text((20, 80), "DOE JANE 1970", fill=255, font_size=14)
    picture.save(tmp_path / "named.png")
    assert burned_in("clean.png", decode(tmp_path / "clean.png")) == []
    [found] = burned_in("named.png", decode(tmp_path / "named.png"))
    assert (found.verdict, found.files) == ("note", ("named.png",))
    assert "the first at rows 8" in found.detail


@pytest.mark.parametrize(("value", "count"), [("YES", 1), ("NO", 0), ("DOE^JANE", 0)])
def test_a_header_that_declares_text_is_noted(tmp_path, value, count):
    written(tmp_path / "a.dcm", dataset(ramp("u1", 8), BurnedInAnnotation=value))
    found = burned_in("a.dcm", decode(tmp_path / "a.dcm"))
    assert [finding.detail for finding in found] == count * ["a.dcm: its header declares BurnedInAnnotation"]
