from pathlib import Path

from common.datasets.reading import of_each, read_fingerprints
from common.errors import ImageError


def test_answers_stand_in_the_order_of_the_rows(make_row):
    rows = [make_row(n) for n in range(50)]
    assert of_each(rows, lambda row: row["image"], what="images") == [row["image"] for row in rows]


def test_an_image_that_cannot_be_read_gives_its_reason(tmp_path: Path, make_row):
    (tmp_path / "0000.png").write_bytes(b"")
    reasons = read_fingerprints(tmp_path, [make_row(0), make_row(1)])
    assert all(isinstance(reason, ImageError) for reason in reasons)
    assert "0000.png" in str(reasons[0])
    assert "0001.png" in str(reasons[1])
