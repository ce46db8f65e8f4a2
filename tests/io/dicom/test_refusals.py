"""What is no image, or not one that can be trusted, is refused in one line that quotes nothing of the patient."""

import logging
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    MPEG2MPML,
    BasicTextSRStorage,
    EncapsulatedPDFStorage,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)

from common.errors import ConfigError, ImageError
from common.io.decode.dicom import read
from tests.io.dicom.files import HEIGHT, WIDTH, dataset, ramp, save, written


def refused(path: Path, message: str, **how) -> None:
    with pytest.raises(ImageError, match=message) as refusal:
        read(path, **how)
    assert "\n" not in str(refusal.value)
    assert "Secret" not in str(refusal.value)
    assert str(refusal.value).startswith(f"{path}: ")


def without_pixels(**elements) -> Dataset:
    made = dataset(ramp("uint8", 8), **elements)
    del made.PixelData
    return made


def document() -> Dataset:
    made = Dataset()
    made.SOPClassUID = EncapsulatedPDFStorage
    made.EncapsulatedDocument = b"%PDF"
    return made


def report() -> Dataset:
    made = Dataset()
    made.SOPClassUID, made.PatientName = BasicTextSRStorage, "Secret^Name"
    return made


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (document(), r"a document, not an image \(Encapsulated PDF Storage\)"),
        (report(), r"not an image object \(Basic Text SR Storage\)"),
        (without_pixels(), r"no pixel data \(Secondary Capture Image Storage\)"),
        (without_pixels(EncryptedAttributesSequence=Sequence([Dataset()])), "its pixels are encrypted"),
        (without_pixels(SOPClassUID="1.2.3.4.5"), r"no pixel data \(of no kind that DICOM knows\)"),
    ],
)
def test_what_is_no_image(tmp_path, made, message):
    refused(written(tmp_path / "a.dcm", made), message)


@pytest.mark.parametrize("keyword", ["PhotometricInterpretation", "Rows", "Columns", "BitsAllocated"])
@pytest.mark.parametrize("absent", [True, False], ids=["absent", "empty"])
def test_a_header_without_which_the_image_means_nothing(tmp_path, keyword, absent):
    made = dataset(ramp("uint8", 8))
    if absent:
        del made[keyword]
    else:
        setattr(made, keyword, None)
    refused(written(tmp_path / "a.dcm", made), f"{keyword} is missing")


def test_a_deep_image_must_say_whether_it_is_signed(tmp_path):
    made = dataset(ramp("uint16", 16))
    del made.PixelRepresentation
    refused(written(tmp_path / "a.dcm", made), "PixelRepresentation is missing")


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        ({"BitsStored": 9}, "bits contradict each other: BitsAllocated 8, BitsStored 9"),
        ({"HighBit": 8}, "bits contradict each other: .* HighBit 8"),
        ({"HighBit": 3}, "bits contradict each other: .* HighBit 3"),
        ({"PixelRepresentation": 2}, "bits contradict each other: .* PixelRepresentation 2"),
        ({"BitsAllocated": 12}, "BitsAllocated of PixelData is 1, 8, 16, 32; this claims 12"),
        ({"SamplesPerPixel": 3}, "MONOCHROME2 has 1 samples per pixel; this claims 3"),
        ({"PhotometricInterpretation": "SECRET"}, "PhotometricInterpretation is one of .*; this one is another"),
        ({"Rows": 60_000, "Columns": 60_000}, "1 to 67,108,864 pixels; this claims 60000 x 60000"),
        ({"Rows": 0}, r"1 to 67,108,864 pixels; this claims 0 x 40"),
        (
            {"Rows": 8000, "Columns": 8000},
            r"truncated: 1 frame\(s\) of 8000 x 8000 are 64,000,000 bytes, it holds 1,360",
        ),
        ({"NumberOfFrames": 2**31 - 1}, "holds 2147483647 frames: name one in the column 'frame'"),
        ({"NumberOfFrames": -3, "Rows": 35}, r"truncated: 1 frame\(s\) of 35 x 40"),
        ({"RescaleSlope": 0, "RescaleIntercept": 5}, "RescaleSlope is 0"),
        ({"RescaleSlope": "1e38", "RescaleIntercept": "1e38"}, "leaves no finite numbers"),
    ],
)
def test_a_header_that_contradicts_itself_or_its_pixels(tmp_path, elements, message):
    made = dataset(ramp("uint8", 8))
    path = written(tmp_path / "a.dcm", made)
    for keyword, value in elements.items():
        setattr(made, keyword, value)
    save(made, path)
    refused(path, message)


def test_a_frame_that_is_not_there(tmp_path):
    path = written(tmp_path / "a.dcm", dataset(np.stack([ramp("uint8", 8)] * 2)))
    refused(path, "holds 2 frames: name one in the column 'frame'")
    refused(path, "frames are 0 to 1; asked for 2", frame=2)
    refused(path, "frames are 0 to 1; asked for -1", frame=-1)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, RLELossless, JPEG2000Lossless])
@pytest.mark.parametrize("kept", [0.99, 0.7])
def test_a_truncated_file(tmp_path, syntax, kept):
    noise = np.random.default_rng(0).integers(0, 256, (128, 128), dtype=np.uint8)
    path = written(tmp_path / "a.dcm", dataset(noise), syntax)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    refused(path, "truncated|cannot be decoded")


def test_a_compressed_frame_of_another_size_than_the_header_is_not_decoded(tmp_path):
    made = dataset(ramp("uint8", 8))
    path = written(tmp_path / "a.dcm", made, JPEG2000Lossless)
    content = path.read_bytes()
    siz = content.index(b"\xff\x4f\xff\x51") + 8
    path.write_bytes(content[:siz] + (60_000).to_bytes(4, "big") * 2 + content[siz + 8 :])
    refused(path, r"header says 34 x 40 x 1 \(rows, columns, samples\), its compressed frame 60000 x 60000 x 1")
    made.PixelData = encapsulate([b"no stream at all"])
    save(made, path)
    refused(path, "its compressed frame none")


def test_pixels_that_are_not_encoded_as_the_header_says(tmp_path):
    made = dataset(ramp("uint8", 8))
    path = written(tmp_path / "a.dcm", made)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0"))
    refused(path, r"not compressed, its transfer syntax says otherwise \(RLE Lossless\)")


def test_video_is_not_read(tmp_path):
    made = dataset(ramp("uint8", 8))
    path = written(tmp_path / "a.dcm", made, JPEG2000Lossless)
    made.file_meta.TransferSyntaxUID = MPEG2MPML
    save(made, path)
    refused(path, r"its transfer syntax is not read \(MPEG2 Main Profile / Main Level\)")


def test_a_missing_decoder_is_named(tmp_path, monkeypatch):
    path = written(tmp_path / "a.dcm", dataset(ramp("uint8", 8)), RLELossless)
    missing = SimpleNamespace(is_available=False)
    monkeypatch.setattr("common.io.decode.dicom.frames.get_decoder", lambda syntax: missing)
    refused(path, "no decoder for RLE Lossless is installed: pip install pylibjpeg-rle")


@pytest.mark.parametrize(
    ("made", "lacking"),
    [
        (dataset(ramp("int16", 12), bits=12, RescaleSlope=1, RescaleIntercept=0), "its modality is not CT"),
        (dataset(ramp("int16", 12), bits=12, ct=True), "it has no rescale slope and intercept"),
        (
            dataset(ramp("int16", 12), ct=True, RescaleSlope=1, RescaleIntercept=0, RescaleType="Z_EFF"),
            "its RescaleType is another unit",
        ),
    ],
)
def test_a_named_window_needs_hounsfield_units(tmp_path, made, lacking):
    refused(written(tmp_path / "a.dcm", made), f"window 'brain' needs Hounsfield units, but {lacking}", window="brain")


def test_a_named_window_needs_grey_values_and_a_known_name(tmp_path):
    path = written(tmp_path / "a.dcm", dataset(np.zeros((9, 9, 3), np.uint8)))
    refused(path, "window 'brain' needs Hounsfield units, this is a colour image", window="brain")
    path = written(tmp_path / "b.dcm", dataset(ramp("int16", 12), ct=True, RescaleSlope=1, RescaleIntercept=0))
    with pytest.raises(ConfigError, match=r"a window is one of brain, .*, or none; got 'heart'"):
        read(path, None, "heart")


def test_a_missing_palette(tmp_path):
    made = dataset(ramp("uint8", 8), PhotometricInterpretation="PALETTE COLOR")
    refused(written(tmp_path / "a.dcm", made), "RedPaletteColorLookupTableData is missing or empty")


def test_damage_is_refused_without_a_word_of_the_file_s_text(tmp_path, caplog, recwarn):
    caplog.set_level(logging.DEBUG)
    made = dataset(ramp("uint8", 8), WindowCenter="40", WindowWidth="80")
    path = written(tmp_path / "a.dcm", made)
    path.write_bytes(
        path.read_bytes().replace(b"DS\x02\x0040", b"DS\x02\x00Se").replace(b"DS\x02\x0080", b"DS\x02\x00cr")
    )
    refused(path, r"damaged DICOM \(ValueError\): export it again")
    assert "Secret" not in caplog.text
    assert not recwarn.list


def test_a_missing_file(tmp_path):
    refused(tmp_path / "gone.dcm", r"cannot be opened \(No such file or directory\)")


def test_every_cut_and_every_flipped_byte_ends_in_an_image_or_a_refusal(tmp_path):
    """A seeded, small part of the fuzz corpus: no other exception, whatever pydicom makes of it."""
    chance = np.random.default_rng(0)
    for syntax in (ImplicitVRLittleEndian, RLELossless, JPEG2000Lossless):
        made = dataset(
            ramp("int16", 12), bits=12, ct=True, RescaleSlope=1, RescaleIntercept=-1024, WindowCenter=[40, 50]
        )
        made.WindowWidth = [80, 90]
        path = written(tmp_path / "a.dcm", made, syntax)
        content = np.frombuffer(path.read_bytes(), np.uint8)
        for _ in range(100):
            damaged = content.copy()
            damaged[chance.integers(0, len(content), 3)] = chance.integers(0, 256, 3)
            path.write_bytes(damaged[: chance.integers(1, 2 * len(content))].tobytes())
            try:
                image = read(path, 0)
            except ImageError as error:
                assert "\n" not in str(error)
            else:
                assert image.pixels.dtype == np.float32
                assert 0 <= image.pixels.min() <= image.pixels.max() <= 1
                assert image.pixels.size <= 2 * HEIGHT * WIDTH


def test_an_older_pydicom_is_named(tmp_path, monkeypatch):
    (tmp_path / "a.dcm").write_bytes(bytes(200))
    monkeypatch.setattr("common.io.decode.dicom.installed", lambda: "1.4.2")
    with pytest.raises(ImageError, match=r"needs pydicom 2 or newer; 1.4.2 is installed: upgrade it"):
        read(tmp_path / "a.dcm")
