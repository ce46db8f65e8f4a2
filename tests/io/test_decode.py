import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from common.errors import ImageError, MaskError
from common.io.decode import decode_image, decode_mask

HEIGHT, WIDTH = 12, 20


@pytest.fixture
def sentinel() -> np.ndarray:
    """Not square, and different from each of its flips, rotations and transpositions."""
    return (np.arange(HEIGHT * WIDTH, dtype=np.float64).reshape(HEIGHT, WIDTH) % 251).astype(np.uint8)


def saved(path: Path, image: Image.Image, **options) -> Path:
    image.save(path, **options)
    return path


def test_rows_come_first_and_values_are_divided_by_the_range_of_their_type(tmp_path, sentinel):
    image = decode_image(saved(tmp_path / "a.png", Image.fromarray(sentinel)))
    assert image.dtype == np.float32
    np.testing.assert_array_equal(image, sentinel / np.float32(255))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P"])
def test_grey_in_any_mode_gives_the_same_values(tmp_path, sentinel, mode):
    path = saved(tmp_path / "a.png", Image.fromarray(sentinel).convert(mode))
    np.testing.assert_allclose(decode_image(path), sentinel / 255, atol=1e-6)


def test_sixteen_bits_are_divided_by_65535(tmp_path, sentinel):
    deep = sentinel.astype(np.uint16) * 257
    path = saved(tmp_path / "a.png", Image.fromarray(deep))
    np.testing.assert_allclose(decode_image(path), sentinel / 255, atol=1e-6)


def test_one_bit_is_black_or_white(tmp_path, sentinel):
    path = saved(tmp_path / "a.png", Image.fromarray(sentinel > 100))
    np.testing.assert_array_equal(decode_image(path), (sentinel > 100).astype(np.float32))


def test_colour_becomes_luminance(tmp_path):
    path = saved(tmp_path / "a.png", Image.new("RGB", (9, 9), (200, 100, 50)))
    np.testing.assert_allclose(decode_image(path), (0.299 * 200 + 0.587 * 100 + 0.114 * 50) / 255, atol=0.5 / 255)


def test_a_transparent_pixel_keeps_its_colour(tmp_path, sentinel):
    image = Image.fromarray(sentinel).convert("RGBA")
    image.putalpha(0)
    np.testing.assert_allclose(decode_image(saved(tmp_path / "a.png", image)), sentinel / 255, atol=1e-6)


def test_a_palette_with_transparency_keeps_its_colours(tmp_path, sentinel):
    path = saved(tmp_path / "a.png", Image.fromarray(sentinel).convert("P"), transparency=3)
    np.testing.assert_allclose(decode_image(path), sentinel / 255, atol=1e-6)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_rotated_photograph_is_turned_upright(tmp_path, orientation):
    """The eight values of EXIF's tag 0x0112: what is stored, turned, is the upright picture."""
    upright = np.kron(np.arange(6).reshape(2, 3) * 40, np.ones((32, 32))).astype(np.uint8)
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].T,
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(tmp_path / "a.jpg", Image.fromarray(np.ascontiguousarray(stored)), exif=exif, quality=95)
    np.testing.assert_allclose(decode_image(path), upright / 255, atol=8 / 255)


def interlaced_png(pixels: np.ndarray) -> bytes:
    """An Adam7-interlaced PNG (specification, section 8.2), which Pillow reads but does not write."""
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    rows = b"".join(
        b"\0" + row.tobytes() for top, left, down, right in passes for row in pixels[top::down, left::right] if row.size
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_an_interlaced_png(tmp_path, sentinel):
    (tmp_path / "a.png").write_bytes(interlaced_png(sentinel))
    np.testing.assert_array_equal(decode_image(tmp_path / "a.png"), sentinel / np.float32(255))


@given(st.sampled_from(["uint8", "uint16", "int16", "uint32", "bool"]), st.integers(0, 2**32 - 1))
def test_npy_keeps_order_and_spans_zero_to_one(tmp_path_factory, kind, seed):
    path = tmp_path_factory.mktemp("npy") / "a.npy"
    limits = (0, 1) if kind == "bool" else (np.iinfo(kind).min, np.iinfo(kind).max)
    array = np.random.default_rng(seed).integers(*limits, (9, 11), endpoint=True, dtype=np.int64).astype(kind)
    array[0, 0], array[0, 1] = limits
    np.save(path, array)
    image = decode_image(path)
    assert (image[0, 0], image[0, 1]) == (0, 1)
    order = np.argsort(array.ravel(), kind="stable")
    assert (np.diff(image.ravel()[order]) >= 0).all()


def test_npy_frames_are_addressed_from_zero(tmp_path, sentinel):
    volume = np.stack([sentinel, sentinel[::-1]])
    np.save(tmp_path / "a.npy", volume)
    for frame in (0, 1):
        np.testing.assert_array_equal(decode_image(tmp_path / "a.npy", frame), volume[frame] / np.float32(255))
    with pytest.raises(ImageError, match="holds 2 frames: name one"):
        decode_image(tmp_path / "a.npy")
    with pytest.raises(ImageError, match="frames are 0 to 1; asked for 2"):
        decode_image(tmp_path / "a.npy", 2)


def test_npy_colour_is_last(tmp_path, sentinel):
    np.save(tmp_path / "a.npy", np.stack([sentinel] * 3, axis=-1))
    np.testing.assert_allclose(decode_image(tmp_path / "a.npy"), sentinel / 255, atol=1e-6)


def written(name: str, content: bytes):
    return pytest.param(name, content, id=name)


def png(size: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", size).save(buffer, "PNG")
    return buffer.getvalue()


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"the file is empty \(0 bytes\)"),
        (b"not an image at all", "not an image this reader knows"),
        (png((64, 64))[:60], "damaged or truncated"),
        (png((1, 1)), "at least 8 x 8 pixels, this one 1 x 1"),
        (b"\xff\xd8\xff\xe0 broken", "damaged or truncated"),
        (npy(np.zeros((9, 9)))[:140], "damaged or truncated"),
        (npy(np.full((9, 9), 7.0)), r"floats lie in \[0, 1\]; these in \[7, 7\]"),
        (npy(np.full((9, 9), np.nan)), r"floats lie in \[0, 1\]"),
        (npy(np.zeros((9, 9), dtype=complex)), "an image holds numbers, this one complex128"),
        (npy(np.zeros(9)), r"an array is \(H, W\) or \(frames, H, W\)"),
        (npy(np.zeros((0, 9, 9))), r"an array is \(H, W\) or \(frames, H, W\)"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path, content, message):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(ImageError, match=message) as refusal:
        decode_image(tmp_path / "a")
    assert "\n" not in str(refusal.value)


def test_a_png_that_claims_an_absurd_size_is_refused_before_it_is_decoded(tmp_path):
    content = bytearray(png((64, 64)))
    content[16:24] = struct.pack(">II", 60_000, 60_000)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(ImageError, match="claims more than 89,478,485 pixels"):
        decode_image(tmp_path / "a.png")


def test_a_missing_file_and_a_second_frame_are_refused(tmp_path):
    with pytest.raises(ImageError, match=r"gone.png: cannot be opened \(No such file"):
        decode_image(tmp_path / "gone.png")
    (tmp_path / "a.png").write_bytes(png((9, 9)))
    with pytest.raises(ImageError, match="holds one frame, number 0; asked for 1"):
        decode_image(tmp_path / "a.png", 1)


@pytest.fixture
def pipe(tmp_path):
    """A named pipe with something in it, so that whoever opens it does not wait forever."""
    os.mkfifo(tmp_path / "pipe.png")
    descriptor = os.open(tmp_path / "pipe.png", os.O_RDWR)
    os.write(descriptor, bytes(1000))
    yield tmp_path / "pipe.png"
    os.close(descriptor)


def test_what_is_no_regular_file_is_refused_unopened(pipe):
    with pytest.raises(ImageError, match=r"pipe.png: an image is a regular file; got a named pipe: leave it out$"):
        decode_image(pipe)
    with pytest.raises(ImageError, match=r"an image is a regular file; got a folder: leave it out$"):
        decode_image(pipe.parent)


def test_a_name_that_is_not_utf8_is_refused_and_printed(tmp_path):
    path = tmp_path / os.fsdecode(b"M\xfcller.png")
    path.write_bytes(png((9, 9)))
    with pytest.raises(ImageError, match=r"/M\\xfcller.png: the name of a file is UTF-8, .*: rename it$") as refusal:
        decode_image(path)
    assert str(refusal.value).encode()


def test_a_mask_is_whatever_is_not_black(tmp_path, sentinel):
    path = saved(tmp_path / "a.png", Image.fromarray(sentinel).convert("RGBA"))
    np.testing.assert_array_equal(decode_mask(path), sentinel > 0)
    (tmp_path / "b.png").write_bytes(b"")
    with pytest.raises(MaskError, match=r"mask .*the file is empty"):
        decode_mask(tmp_path / "b.png")


def test_decoding_imports_neither_torch_nor_monai():
    import subprocess
    import sys

    program = "import sys, common.io.decode; print({'torch', 'monai'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "set()"
