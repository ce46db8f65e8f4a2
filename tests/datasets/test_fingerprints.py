import numpy as np
import pytest

from common.datasets.fingerprints import LEVELS, fingerprint


def test_a_fingerprint_knows_size_and_spread():
    image = np.zeros((20, 40), np.float32)
    image[:, 20:] = 1
    assert fingerprint(image).shape == (20, 40)
    assert fingerprint(image).spread == pytest.approx(0.5)
    assert fingerprint(image.reshape(40, 20)).pixels != fingerprint(image).pixels


def test_a_constant_image_has_nothing_to_compare():
    its = fingerprint(np.full((30, 40), 0.3, np.float32))
    assert not its.thumbnail.any()
    assert not its.detail.any()


def test_quantised_images_use_the_whole_range(speckle):
    its = fingerprint(speckle(1).astype(np.float32) / 255)
    for image in (its.thumbnail, its.detail):
        assert image.dtype == np.int8
        assert np.abs(image.astype(int)).max() == LEVELS


def test_the_detail_does_not_depend_on_how_bright_an_edge_is():
    """Bone beside air, and half as dense."""
    image = np.random.default_rng(0).uniform(0.4, 0.42, (192, 192)).astype(np.float32)
    details = []
    for bone in (1.0, 0.7):
        image[:, :20] = bone
        details.append(fingerprint(image).detail)
    assert (details[0] == details[1]).all()
