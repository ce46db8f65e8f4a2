import numpy as np
import pytest

from common.datasets import lookalikes
from common.datasets.lookalikes import ALIKE, count_alike, look_alikes


@pytest.fixture
def thumbnails():
    """300 images of 30 kinds that differ in a few directions, the last 20 the first 20 again with noise."""
    generator = np.random.default_rng(0)
    directions = generator.standard_normal((60, 256)) * np.linspace(1, 0.3, 60)[:, None]
    values = generator.standard_normal((300, 60)) @ directions
    values[280:] = values[:20] + 0.05 * generator.standard_normal((20, 256))
    return np.round(values * 127 / np.abs(values).max(1, keepdims=True)).astype(np.int8)


def found(thumbnails):
    return {(int(a), int(b)) for first, second in look_alikes(thumbnails) for a, b in zip(first, second, strict=True)}


def by_definition(thumbnails):
    matrix = np.corrcoef(thumbnails.astype(float))
    return {(int(a), int(b)) for a, b in np.argwhere(np.triu(matrix > ALIKE, 1))}


def test_every_pair_is_compared_in_a_small_set(thumbnails):
    assert found(thumbnails) == by_definition(thumbnails) >= {(n, 280 + n) for n in range(20)}
    assert count_alike(thumbnails) == len(by_definition(thumbnails))


def test_what_all_share_makes_no_pair_of_a_set_that_is_large_enough(thumbnails, monkeypatch):
    shared = 400 * np.sin(np.arange(256) / 9)
    alike = thumbnails + shared
    alike = np.round(alike * 127 / np.abs(alike).max(1, keepdims=True)).astype(np.int8)
    assert len(by_definition(alike)) > 10_000
    assert found(alike) == by_definition(alike)
    monkeypatch.setattr(lookalikes, "ENOUGH", 300)
    again = {(n, 280 + n) for n in range(20)}
    assert found(alike) >= again
    assert len(found(alike)) < 100
    assert count_alike(alike) == len(by_definition(alike))


def test_a_large_set_finds_what_was_saved_again_and_little_else(thumbnails, monkeypatch):
    monkeypatch.setattr(lookalikes, "EXHAUSTIVE", 100)
    assert found(thumbnails) == {(n, 280 + n) for n in range(20)}


def test_blank_images_resemble_nobody_in_a_large_set_either(thumbnails, monkeypatch):
    monkeypatch.setattr(lookalikes, "EXHAUSTIVE", 100)
    thumbnails[[3, 283, 50, 51]] = 0
    assert found(thumbnails) == {(n, 280 + n) for n in range(20) if n != 3}


def test_images_that_are_all_the_same_are_told(monkeypatch):
    monkeypatch.setattr(lookalikes, "EXHAUSTIVE", 2)
    one = np.arange(-128, 128).astype(np.int8)
    few = np.stack([one, one, one[::-1], one[::-1]])
    assert found(few) == {(0, 1), (2, 3)}


def test_a_sample_estimates_the_number_of_pairs(thumbnails, monkeypatch):
    monkeypatch.setattr(lookalikes, "SAMPLE", 150)
    assert count_alike(np.repeat(thumbnails[:1], 300, axis=0)) == pytest.approx(300 * 299 / 2, rel=0.01)


def test_no_images_have_no_pairs():
    assert found(np.zeros((0, 256), np.int8)) == set()
    assert count_alike(np.zeros((0, 256), np.int8)) == 0
