from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from common.datasets.audit.burned_in import Box, burned_in_text
from common.io.decode import decode_image

DATA = Path(__file__).parents[3] / "../shared/data"


def speckle(seed: int, shape: tuple[int, int] = (300, 400)) -> np.ndarray:
    """Fully developed speckle, Rayleigh-distributed, as between the structures of an ultrasound image."""
    noise = np.random.default_rng(seed).normal(size=(2, *shape))
    amplitude = np.hypot(*ndimage.gaussian_filter(noise, (0, 1.2, 2)))
    return np.clip(0.3 * amplitude / amplitude.mean(), 0, 1).astype(np.float32)


def written(image: np.ndarray, text: str, at: tuple[int, int], *, size: int = 16, ink: int = 230) -> np.ndarray:
    """Text drawn with its left upper corner at (row, column), spaced as a console writes."""
    picture = Image.fromarray((255 * image).astype(np.uint8))
    draw, font, left = ImageDraw.Draw(picture), ImageFont.load_default(size), at[1]
    for letter in text:
        draw.text((left, at[0]), letter, fill=ink, font=font)
        left += int(draw.textlength(letter, font=font)) + 2
    return (np.asarray(picture) / 255).astype(np.float32)


@pytest.mark.parametrize("seed", range(20))
def test_no_text_is_seen_in_speckle(seed):
    assert burned_in_text(speckle(seed)) == []


@pytest.mark.parametrize("size", [12, 16, 24])
@pytest.mark.parametrize("ink", [190, 255])
def test_a_name_is_found_where_it_stands(size, ink):
    found = burned_in_text(written(speckle(0), "MUSTERMANN", (100, 60), size=size, ink=ink))
    assert found
    for box in found:  # speckle between the letters may cost a few of them
        assert 100 <= box.top < box.bottom <= 100 + 1.3 * size
        assert 60 <= box.left < box.right <= 60 + 12 * size


def test_lines_are_told_apart_and_come_from_top_to_bottom():
    image = written(written(np.zeros((300, 400), np.float32), "12345678", (200, 30)), "MAMA DIR", (40, 150))
    first, second = burned_in_text(image)
    assert first.bottom < 100
    assert second.top > 190


def test_text_on_black_has_its_exact_box():
    image = np.zeros((60, 120), np.float32)
    for left in (20, 32, 44, 56):  # four letters H: 8 x 12 pixels, strokes of 2
        image[30:42, [left, left + 1, left + 6, left + 7]] = 1
        image[35:37, left : left + 8] = 1
    assert burned_in_text(image) == [Box(30, 20, 42, 64)]
    image[:, 56:] = 0
    assert burned_in_text(image) == [], "three letters are too few to tell from chance"


@pytest.mark.parametrize("image", [np.zeros((8, 8), np.float32), np.ones((64, 64), np.float32)])
def test_an_empty_image_has_no_text(image):
    assert burned_in_text(image) == []


def test_a_side_marker_is_no_text():
    assert burned_in_text(written(speckle(1), "R", (20, 20), size=32)) == []


@pytest.mark.parametrize(
    ("folder", "pattern", "every", "least", "most"),
    [
        ("busbra", "Images/*.png", 30, 0.45, 0.75),  # by eye 0.7 of the images bear text; 0.54 were flagged
        ("ct_ich", "brain/*.jpg", 30, 0, 0),
        ("kermany_cxr", "chest_xray/*/*/*.jpeg", 40, 0, 0),
    ],
)
def test_published_images_are_flagged_where_they_bear_text(folder, pattern, every, least, most):
    if not (DATA / folder).is_dir():
        pytest.skip(f"the shared copy of {folder} is not on this machine")
    paths = sorted((DATA / folder).glob(pattern))[::every]
    flagged = sum(bool(burned_in_text(decode_image(path))) for path in paths) / len(paths)
    assert least <= flagged <= most
