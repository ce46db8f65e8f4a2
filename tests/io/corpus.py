"""Damaged image files for the fuzz test: tiny valid files of every kind, and ways to spoil them, all from a seed."""

import gzip
import io
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import nibabel
import numpy as np
import pydicom
from PIL import Image, PngImagePlugin
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)

from tests.io.dicom.files import PYDICOM_2, compress, save

NAME = "MUSTERMANN^MAX"
"""The patient of every file that can name one; no refusal may repeat it."""

SHARED = Path(__file__).parents[2] / "../shared/data/dicom"

LARGEST_SHARED = 60_000
"""Bytes. A mutation spoils a small file more, and is faster."""

GREY = np.random.default_rng(0).integers(0, 256, (32, 40), dtype=np.uint8)
COLOUR = np.random.default_rng(1).integers(0, 256, (32, 40, 3), dtype=np.uint8)


def valid() -> dict[str, list[bytes]]:
    """Return tiny valid files of each kind; the first frame of every one is an image."""
    return {"PNG": _pngs(), "JPEG": _jpegs(), "NPY": _npys(), "NIfTI": _niftis(), "DICOM": _dicoms()}


def published() -> list[bytes]:
    """Return real DICOM files, where this machine has them: compressed, overlaid, palette, with tables, broken ones."""
    files = sorted(SHARED.glob("*.dcm")) if SHARED.is_dir() else []
    return [path.read_bytes() for path in files if path.stat().st_size <= LARGEST_SHARED]


def mutated(kind: str, originals: dict[str, list[bytes]], *, count: int) -> Iterator[bytes]:
    """Yield `count` spoiled files of a kind, always the same ones."""
    others = [content for contents in originals.values() for content in contents]
    for number in range(count):
        rng = np.random.default_rng([*kind.encode(), number])
        content = originals[kind][number % len(originals[kind])]
        compressed = content[:2] == b"\x1f\x8b" and rng.random() < 0.7
        if compressed:
            content = gzip.decompress(content)
        for _ in range(rng.integers(1, 4)):
            mutation = MUTATIONS[rng.integers(len(MUTATIONS))]
            content = mutation(content, rng, others[rng.integers(len(others))])
        if rng.random() < 0.7:
            content = _checksums_mended(content)
        yield gzip.compress(content, mtime=0) if compressed else content


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _pngs() -> list[bytes]:
    text = PngImagePlugin.PngInfo()
    text.add_text("Title", NAME)
    deep = Image.fromarray(GREY.astype(np.uint16) * 257)
    colours = Image.fromarray(COLOUR)
    modes = [Image.fromarray(GREY), colours, colours.convert("P"), colours.convert("RGBA"), deep]
    return [_saved(image, "PNG", pnginfo=text) for image in modes]


def _jpegs() -> list[bytes]:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, NAME
    return [
        _saved(Image.fromarray(GREY), "JPEG", exif=exif),
        _saved(Image.fromarray(COLOUR), "JPEG", exif=exif, subsampling=2),
        _saved(Image.fromarray(COLOUR), "JPEG", progressive=True, comment=NAME.encode()),
    ]


def _npys() -> list[bytes]:
    contents = []
    for array in (GREY, COLOUR, np.stack([GREY] * 3), GREY.astype(np.int16), GREY / 255, np.asfortranarray(GREY > 99)):
        file = io.BytesIO()
        np.save(file, array)
        contents.append(file.getvalue())
    return contents


def _niftis() -> list[bytes]:
    volume = np.stack([GREY] * 3, axis=-1)
    affine = np.diag([-1.0, -1, 3, 1])
    images = [
        nibabel.Nifti1Image(volume, affine),
        nibabel.Nifti1Image(volume.astype(np.float32), affine),
        nibabel.Nifti2Image(volume.astype(np.int16), affine),
        nibabel.Nifti1Image(np.stack([volume, volume], axis=-1).astype(np.int16), affine),
    ]
    for image in images:
        image.header["descrip"] = NAME
    contents = [image.to_bytes() for image in images]
    return [*contents, *(gzip.compress(content, mtime=0) for content in contents[:3])]


def _dicoms() -> list[bytes]:
    syntaxes = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)
    grey, colour = GREY.astype(np.int16) * 8 - 1024, np.stack([COLOUR, COLOUR])
    plain = [_dicom(grey, syntax) for syntax in syntaxes]
    compressed = (RLELossless,) if PYDICOM_2 else (RLELossless, JPEG2000Lossless)
    return [*plain, _dicom(colour), *(_dicom(GREY, code) for code in compressed)]


def _dicom(pixels: np.ndarray, syntax: str = ExplicitVRLittleEndian) -> bytes:
    dataset = pydicom.Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, "1.2.3"
    dataset.PatientName, dataset.PatientID = NAME, NAME
    dataset.Modality = "CT"
    colour = pixels.shape[-1] == 3
    dataset.SamplesPerPixel = 3 if colour else 1
    dataset.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        dataset.PlanarConfiguration, dataset.NumberOfFrames = 0, len(pixels)
    dataset.Rows, dataset.Columns = GREY.shape
    dataset.BitsAllocated = dataset.BitsStored = 8 * pixels.dtype.itemsize
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, 0
    dataset.WindowCenter, dataset.WindowWidth = [40, 600], [80, 2800]
    dataset.PixelSpacing, dataset.ImageOrientationPatient = [1, 1], [1, 0, 0, 0, 1, 0]
    dataset.ImagePositionPatient = [0, 0, 0]
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    if syntax in (RLELossless, JPEG2000Lossless):
        dataset.PixelData = pixels.tobytes()
        compress(dataset, syntax)
    else:
        order = ">" if syntax == ExplicitVRBigEndian else "<"
        dataset.PixelData = pixels.astype(pixels.dtype.newbyteorder(order)).tobytes()
        dataset["PixelData"].VR = "OW"
        dataset.file_meta.TransferSyntaxUID = syntax
    file = io.BytesIO()
    save(dataset, file)
    return file.getvalue()


def _place(content: bytes, rng: np.random.Generator) -> int:
    """Return a place in a file; every other time in its first 400 bytes, where most headers are."""
    return int(rng.integers(max(1, min(len(content), 400) if rng.random() < 0.5 else len(content))))


def _over(content: bytes, at: int, new: bytes) -> bytes:
    return content[:at] + new + content[at + len(new) :]


def truncated(content: bytes, rng: np.random.Generator, other: bytes) -> bytes:
    return content[: _place(content, rng)]


def bits_flipped(content: bytes, rng: np.random.Generator, other: bytes) -> bytes:
    for _ in range(rng.integers(1, 17)):
        at = _place(content, rng)
        content = _over(content, at, bytes([content[at] ^ 1 << rng.integers(8)])) if content else content
    return content


def overwritten(content: bytes, rng: np.random.Generator, other: bytes) -> bytes:
    length = int(rng.integers(1, 64))
    return _over(content, _place(content, rng), rng.bytes(length) if rng.random() < 0.5 else bytes(length))


def enlarged(content: bytes, rng: np.random.Generator, other: bytes) -> bytes:
    """A number that may be a size becomes a huge one: text (NPY), or two or four bytes in either order."""
    digits = [at for at in range(min(len(content), 128)) if content[at : at + 1].isdigit()]
    if content.startswith(b"\x93NUMPY") and digits:
        at = digits[rng.integers(len(digits))]
        return content[:at] + b"60000" + content[at + 5 :]
    value = int(rng.choice([0, 0x7FFF, 0xFFFF, 60_000]))
    wide = struct.pack("<I" if rng.random() < 0.5 else ">I", int(rng.choice([value, 0x7FFFFFFF, 0xFFFFFFFF])))
    narrow = struct.pack("<H" if rng.random() < 0.5 else ">H", value)
    return _over(content, _place(content, rng), wide if rng.random() < 0.5 else narrow)


def tags_swapped(content: bytes, rng: np.random.Generator, other: bytes) -> bytes:
    """Two elements of DICOM's group 0028 (or, in other files, two pairs of bytes) change their numbers."""
    places = [at for at in range(len(content) - 4) if content[at : at + 2] in (b"\x28\0", b"\0\x28")]
    if len(places) < 2:
        places = [_place(content, rng), _place(content, rng)]
    one, two = (places[rng.integers(len(places))] + 2 for _ in range(2))
    first, second = content[one : one + 2], content[two : two + 2]
    return _over(_over(content, one, second), two, first)


def magic_replaced(content: bytes, rng: np.random.Generator, other: bytes) -> bytes:
    length = int(rng.choice([4, 8, 132]))
    return other[:length] + content[length:]


def spliced(content: bytes, rng: np.random.Generator, other: bytes) -> bytes:
    return content[: _place(content, rng)] + other[_place(other, rng) :]


def repeated(content: bytes, rng: np.random.Generator, other: bytes) -> bytes:
    at, length = _place(content, rng), int(rng.integers(1, 200))
    return content[:at] + content[at : at + length] * int(rng.integers(2, 200)) + content[at:]


def blocks_swapped(content: bytes, rng: np.random.Generator, other: bytes) -> bytes:
    one, two, three = sorted(_place(content, rng) for _ in range(3))
    return content[:one] + content[two:three] + content[one:two] + content[three:]


Mutation = Callable[[bytes, np.random.Generator, bytes], bytes]

MUTATIONS: tuple[Mutation, ...] = (
    truncated,
    bits_flipped,
    overwritten,
    enlarged,
    tags_swapped,
    magic_replaced,
    spliced,
    repeated,
    blocks_swapped,
)


def _checksums_mended(content: bytes) -> bytes:
    """Return a PNG whose chunks have right checksums again, so that its damage gets past the door; others as is."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        return content
    mended, at = content[:8], 8
    while at + 12 <= len(content):
        end = at + 8 + struct.unpack_from(">I", content, at)[0]
        if end + 4 > len(content):
            break
        mended += content[at:end] + struct.pack(">I", zlib.crc32(content[at + 4 : end]))
        at = end + 4
    return mended + content[at:]
