from pathlib import Path

import pytest
from PIL import Image

from common.datasets import reading
from common.datasets.fingerprints import Fingerprint
from common.datasets.reading import of_each, one_by_one, read_fingerprints
from common.errors import ImageError
from common.io.decode import decode


def test_answers_stand_in_the_order_of_the_rows(make_row):
    rows = [make_row(n) for n in range(50)]
    assert of_each(rows, lambda row: row["image"], what="images") == [row["image"] for row in rows]


def test_an_image_that_cannot_be_read_gives_its_reason(tmp_path: Path, make_row):
    (tmp_path / "0000.png").write_bytes(b"")
    reasons = read_fingerprints(tmp_path, [make_row(0), make_row(1)])
    assert all(isinstance(reason, ImageError) for reason in reasons)
    assert "0000.png" in str(reasons[0])
    assert "0001.png" in str(reasons[1])


@pytest.fixture
def pictures(tmp_path, make_row, speckle):
    """A folder of five pictures, the third damaged, and their rows."""
    for number in range(5):
        Image.fromarray(speckle(number)).save(tmp_path / f"{number:04d}.png")
    (tmp_path / "0002.png").write_bytes(b"")
    return tmp_path, [make_row(number) for number in range(5)]


def pixels(prints):
    return [its.pixels if isinstance(its, Fingerprint) else str(its) for its in prints]


def test_a_run_that_was_stopped_goes_on_and_decodes_nothing_again(pictures, tmp_path, monkeypatch):
    root, rows = pictures
    decoded = []

    def counted(path, frame):
        decoded.append(path.name)
        if len(decoded) == 4:
            raise KeyboardInterrupt
        return decode(path, frame)

    monkeypatch.setattr(reading, "decode", counted)
    monkeypatch.setattr(reading.os, "cpu_count", lambda: 1)
    with pytest.raises(KeyboardInterrupt):
        read_fingerprints(root, rows, tmp_path / "work")
    before = sorted(decoded[:3])
    found = read_fingerprints(root, rows, tmp_path / "work")
    monkeypatch.undo()
    assert pixels(found) == pixels(read_fingerprints(root, rows))
    assert "0002.png" in pixels(found)[2]
    # Only the refused one is read again, for its reason; the one during which it was stopped had not been read.
    again = decoded[decoded.index("0003.png") + 1 :]
    assert before == ["0000.png", "0001.png", "0002.png"]
    assert set(again) & {"0000.png", "0001.png"} == set()


def test_a_changed_picture_is_read_anew_and_so_are_those_after_it(pictures, tmp_path, speckle):
    root, rows = pictures
    first = pixels(read_fingerprints(root, rows, tmp_path / "work"))
    Image.fromarray(speckle(9)).save(root / "0001.png")
    again = pixels(read_fingerprints(root, rows, tmp_path / "work"))
    assert [one == other for one, other in zip(first, again, strict=True)] == [True, False, True, True, True]


def test_no_more_rows_wait_than_ahead(make_row, monkeypatch):
    monkeypatch.setattr(reading, "AHEAD", 3)
    begun = []
    answers = one_by_one(range(10), lambda number: begun.append(number) or number, what="numbers", done=2)
    assert next(answers) == 2
    assert max(begun) <= 4
    assert list(answers) == list(range(3, 10))
