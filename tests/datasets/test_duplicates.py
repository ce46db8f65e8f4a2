import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from common.datasets.busbra import PUBLISHED
from common.datasets.duplicates import Duplicate, correlations, find_duplicates
from common.datasets.fingerprints import fingerprint
from common.datasets.lookalikes import BLOCK
from common.datasets.reading import read_fingerprints
from common.errors import ImageError

REAL = Path(__file__).parents[2] / "../shared/data/busbra"


def as_image(pixels):
    return np.asarray(pixels, dtype=np.float32) / 255


def compressed(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=60)
    return np.asarray(Image.open(file))


def resized(pixels, *, by):
    height, width = pixels.shape
    return np.asarray(
        Image.fromarray(pixels).resize((round(by * width), round(by * height)), Image.Resampling.BILINEAR)
    )


def marked(pixels):
    image = Image.fromarray(pixels)
    ImageDraw.Draw(image).line((30, 50, 30, 70), fill=255, width=2)
    ImageDraw.Draw(image).line((20, 60, 40, 60), fill=255, width=2)
    return np.asarray(image)


SAVED_AGAIN = {
    "compressed": compressed,
    "brighter": lambda pixels: np.clip(1.2 * pixels, 0, 255),
    "gamma": lambda pixels: 255 * (pixels / 255) ** 0.7,
    "smaller": lambda pixels: resized(pixels, by=0.8),
    "larger": lambda pixels: resized(pixels, by=1.5),
    "callipers": marked,
    "cropped": lambda pixels: pixels[4:, 3:],
}


@pytest.fixture(scope="module")
def pictures(speckle):
    """Uint8 (240, 180) of eight exposures."""
    return [speckle(seed, height=240, width=180) for seed in range(8)]


def found(images, patients=None):
    return find_duplicates([fingerprint(as_image(image)) for image in images], patients or [""] * len(images))


@pytest.mark.parametrize("how", SAVED_AGAIN)
def test_an_exposure_saved_again_is_a_near_duplicate_and_nothing_else_is(how, pictures):
    assert found([*pictures, SAVED_AGAIN[how](pictures[2])]) == [Duplicate(2, 8, exact=False)]


def test_the_same_pixels_are_an_exact_duplicate_of_the_first(pictures):
    images = [*pictures, pictures[1], pictures[1].copy()]
    assert found(images) == [Duplicate(1, 8, exact=True), Duplicate(1, 9, exact=True)]


def test_one_grey_level_in_one_pixel_is_no_exact_duplicate(pictures):
    other = pictures[0].copy()
    other[5, 5] ^= 1
    assert found([pictures[0], other]) == [Duplicate(0, 1, exact=False)]


def test_near_duplicates_of_one_patient_are_left_alone_but_exact_ones_are_not(pictures):
    images = [pictures[0], compressed(pictures[0]), pictures[0]]
    assert found(images, ["a", "a", "a"]) == [Duplicate(0, 2, exact=True)]


def test_order_does_not_matter(pictures):
    images = [*pictures, compressed(pictures[3])]
    mirrored = {(8 - pair.second, 8 - pair.first) for pair in found(images[::-1])}
    assert mirrored == {(pair.first, pair.second) for pair in found(images)} == {(3, 8)}


def test_the_frame_and_letters_of_a_console_make_no_duplicates(speckle):
    def on_a_console(seed):
        screen = np.zeros((180, 280), np.uint8)
        screen[10:140, 30:250] = 90 + speckle(seed, height=130, width=220) // 4
        screen[150:165:3, 30:120:4] = 255
        return screen

    screens = [on_a_console(seed) for seed in range(12)]
    assert found(screens) == []
    assert found([*screens, compressed(screens[2])]) == [Duplicate(2, 12, exact=False)]


def test_blank_images_resemble_nobody():
    images = [np.full((40, 30), level) for level in (10, 10, 200)]
    assert found(images) == [Duplicate(0, 1, exact=True)]


def test_blocks_do_not_lose_pairs(speckle):
    """A pair within the second block, and one across blocks."""
    few = [fingerprint(as_image(speckle(seed))) for seed in range(4)]
    again = [fingerprint(as_image(compressed(speckle(seed)))) for seed in (0, 3)]
    blank = fingerprint(np.zeros((20, 20), np.float32))
    prints = [few[0], *[blank] * BLOCK, *few[1:], *again]
    near = [pair for pair in find_duplicates(prints, [""] * len(prints)) if not pair.exact]
    assert near == [Duplicate(0, BLOCK + 4, exact=False), Duplicate(BLOCK + 3, BLOCK + 5, exact=False)]


def test_no_images_have_no_duplicates():
    assert find_duplicates([], []) == []


def test_each_tile_may_be_displaced_up_to_a_limit(pictures):
    detail = fingerprint(as_image(pictures[0])).detail
    ways = [detail, *(np.roll(detail, shift, (1, 2)) for shift in ((5, -5), (9, 0)))]
    same, near, far = correlations(np.stack([detail] * 3), np.stack(ways))
    assert (same, near) == pytest.approx((1, 1), abs=1e-5)
    assert far < 0.5


def test_an_unreadable_image_is_in_no_pair(pictures):
    prints = [fingerprint(as_image(pictures[0])), ImageError("no"), fingerprint(as_image(pictures[0]))]
    assert find_duplicates(prints, ["", "", ""]) == [Duplicate(0, 2, exact=True)]


@pytest.mark.skipif(not REAL.is_dir(), reason="real BUS-BRA images are not on this machine")
def test_bus_bra_has_no_duplicates_across_patients():
    """Every tenth patient; the whole set is searched whenever it is prepared, with the same result."""
    root, rows = PUBLISHED.list_images(REAL)
    some = [row for row in rows if int(row["patient"]) % 10 == 0]
    prints = read_fingerprints(root, some)
    assert len(some) > 150
    assert find_duplicates(prints, [row["patient"] for row in some]) == []
