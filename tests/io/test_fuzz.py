"""At least 1,000 damaged files: each ends in an image or in a refusal, and none harms the process that reads it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from common.errors import ImageError
from common.io.worker import Decoder

from .corpus import mutated, published, valid

KINDS = {"PNG": 200, "JPEG": 200, "NPY": 200, "NIfTI": 300, "DICOM": 600}
"""Damaged files of each kind."""


@pytest.fixture(scope="module")
def originals() -> dict[str, list[bytes]]:
    files = valid()
    return {**files, "DICOM": files["DICOM"] + published()}


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder(seconds=5, megabytes=1024) as decoder:
        yield decoder


def outcome(decoder: Decoder, content: bytes, path: Path) -> str:
    """Return "image", or the refusal, of the first frame."""
    path.write_bytes(content)
    try:
        image = decoder.decode(path, 0).pixels
    except ImageError as error:
        return str(error)
    assert image.dtype == np.float32
    assert image.ndim == 2
    assert np.isfinite(image).all()
    assert image.min() >= 0
    assert image.max() <= 1
    return "image"


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_is_an_image_before_it_is_damaged(decoder, tmp_path, kind):
    assert {outcome(decoder, content, tmp_path / "file") for content in valid()[kind]} == {"image"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_an_image_or_a_refusal(decoder, originals, tmp_path, kind):
    outcomes = [outcome(decoder, content, tmp_path / "file") for content in mutated(kind, originals, count=KINDS[kind])]
    assert sum(KINDS.values()) >= 1000
    refusals = [each for each in outcomes if each != "image"]
    assert len(outcomes) > len(refusals) > len(outcomes) / 10, "some damage is harmless, and some is not"
    for refusal in refusals:
        assert "\n" not in refusal
        assert "MUSTERMANN" not in refusal
        assert "the decoder crashed" not in refusal
        assert "decoding took" not in refusal


def test_the_corpus_is_the_same_every_time(originals):
    again = {**valid(), "DICOM": valid()["DICOM"] + published()}
    for kind in KINDS:
        assert list(mutated(kind, originals, count=20)) == list(mutated(kind, again, count=20))
