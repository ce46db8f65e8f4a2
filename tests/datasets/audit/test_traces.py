from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from common.datasets.audit.traces import trace_of
from common.errors import ImageError
from common.io.decode import decode_image
from tests.io.dicom.files import dataset, ramp, written

DATA = Path(__file__).parents[3] / "../shared/data/dicom"


@pytest.fixture
def traced(tmp_path):
    """The trace of an image that is written with these options."""

    def trace(image, name="a.png", **options):
        Image.fromarray(image).save(tmp_path / name, **options)
        return trace_of(tmp_path / name, decode_image(tmp_path / name))

    return trace


@pytest.fixture
def tissue(speckle):
    return speckle(0, height=160, width=128) // 2


def test_the_interior_leaves_no_trace(traced, tissue):
    other = tissue.copy()
    other[30:-30, 10:-10] = 255 - other[30:-30, 10:-10]
    assert np.array_equal(traced(tissue).border, traced(other).border)
    assert np.array_equal(traced(tissue).ink, traced(other).ink)


@pytest.mark.parametrize(
    ("place", "seen"),
    [
        (np.s_[:8], True),
        (np.s_[-10:, :24], True),
        (np.s_[-10:, 40:-40], False),  # where a lesion's shadow falls
        (np.s_[:, :6], True),
        (np.s_[:, -6:], True),
    ],
)
def test_the_border_is_seen_but_for_the_middle_below(traced, tissue, place, seen):
    marked = tissue.copy()
    marked[place] = 255
    assert np.array_equal(traced(tissue).border, traced(marked).border) is not seen


def test_ink_is_seen_above_and_below_and_tissue_is_not_taken_for_it(traced, tissue):
    picture = Image.fromarray(tissue)
    ImageDraw.Draw(picture).text((40, 144), "TIRADS 4C", fill=255, font_size=11)
    above, below = traced(np.asarray(picture)).ink.reshape(2, 64)
    assert not traced(tissue).ink.any()
    assert not above.any()
    assert below.any()


def test_a_trace_is_one_of_size_and_of_any_size(traced, speckle):
    small, large = traced(speckle(0, height=8, width=12)), traced(speckle(0, height=400, width=300))
    assert (small.size, large.size) == ((8, 12), (400, 300))
    assert small.border.shape == large.border.shape == (112,)
    assert small.ink.shape == large.ink.shape == (128,)


def test_how_a_file_was_written_is_told_apart(traced, tissue):
    text = PngInfo()
    text.add_text("Software", "x")
    facts = [
        traced(tissue).file,
        traced(tissue, compress_level=1).file,
        traced(tissue, pnginfo=text).file,
        traced(np.dstack([tissue] * 3)).file,
        traced(np.dstack([tissue] * 3), "a.jpg").file,
        traced(np.dstack([tissue] * 3), "a.jpg", subsampling=0).file,
        traced(tissue, "a.jpg", progressive=True).file,
    ]
    assert all(one != other for n, one in enumerate(facts) for other in facts[:n])
    assert facts[0] == traced(tissue).file


def test_jpeg_quality_is_told_and_a_png_has_none(traced, tissue):
    coarse, fine = (traced(tissue, "a.jpg", quality=quality).coarseness for quality in (50, 95))
    assert coarse > fine > 0
    assert traced(tissue).coarseness == 0


def test_a_dicom_header_tells_the_device_and_the_moment(tmp_path):
    facts = {"Manufacturer": "GE", "ManufacturerModelName": "Logiq 7"}
    moment = {"StudyDate": "20200101", "AcquisitionDate": "20200203", "AcquisitionTime": "101112"}
    written(tmp_path / "a.dcm", dataset(ramp("u1", 8), **facts, **moment))
    trace = trace_of(tmp_path / "a.dcm", decode_image(tmp_path / "a.dcm"))
    assert trace.file["Manufacturer"] == "GE"
    assert trace.file["ManufacturerModelName"] == "Logiq 7"
    assert "Secret" not in str(trace.file)
    assert trace.acquired == "20200203101112"


def test_whatever_can_be_decoded_leaves_a_trace():
    if not DATA.is_dir():
        pytest.skip("the shared DICOM files are not on this machine")
    traces = []
    for path in sorted(DATA.glob("*.dcm")):
        try:
            image = decode_image(path, 0)
        except ImageError:
            continue
        traces.append(trace_of(path, image))
    assert len(traces) > 40
    assert any(its.acquired for its in traces)
