import io

import numpy as np
from PIL import Image

from common.report.segmentation.figures import chosen
from common.report.segmentation.measure import measured
from common.report.segmentation.overlays import SIDE, overlay

from .conftest import block

LEFT, STRAY = (10, 10, 30, 30), (40, 40, 50, 50)


def test_each_image_is_shown_once_and_the_worst_first(collect):
    images = [("p", [LEFT], [(10, 10, 10 + height, 30)]) for height in range(1, 21)]
    shown = chosen(measured(collect(*images, ("n", [], [STRAY])), 0.5))
    assert [group for group, _ in shown] == ["worst"] * 4 + ["median"] * 4 + ["best"] * 4 + ["false_alarm"]
    rows = [image.row for _, image in shown]
    assert len(rows) == len(set(rows))
    assert rows[:4] == [0, 1, 2, 3]
    assert rows[8] == 19
    few = chosen(measured(collect(("p", [LEFT], [LEFT]), ("q", [LEFT], [])), 0.5))
    assert [(group, image.row) for group, image in few] == [("worst", 1), ("worst", 0)]


def test_contours_stand_where_the_masks_end():
    image = np.full((60, 80), 0.5)
    drawn = np.asarray(Image.open(io.BytesIO(picture(image, reference=block(LEFT)))).convert("RGB"))
    bare = np.asarray(Image.open(io.BytesIO(picture(image, reference=None))).convert("RGB"))
    assert drawn.shape == bare.shape
    scale = SIDE / 80
    rows, columns = np.nonzero((drawn != bare).any(axis=2)[: 8 + SIDE * 60 // 80])
    edges = [
        (rows.min() - 8) / scale,
        (columns.min() - 8) / scale,
        (rows.max() - 7) / scale,
        (columns.max() - 7) / scale,
    ]
    np.testing.assert_allclose(edges, LEFT, atol=0.5)
    assert (bare[8 + 240, 8 + 240] != bare[8 + 270, 8 + 270]).any(), "the prediction has a contour too"


def picture(image, *, reference):
    return overlay(image, reference=reference, predicted=block(STRAY), caption=["a", "b" * 200])
