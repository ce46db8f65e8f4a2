"""One array, whatever the transfer syntax, the depth, the sign and the photometric interpretation."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, JPEGBaseline8Bit, RLELossless

from common.io.decode import windows
from common.io.decode.dicom import looks_like, read
from tests.io.dicom.files import HEIGHT, PYDICOM_2, SYNTAXES, WIDTH, dataset, ramp, save, written

ONE_GREY_LEVEL = 1 / 255

DEPTHS = [("uint8", 8), ("uint16", 12), ("uint16", 16), ("int16", 12), ("int16", 16), ("int8", 8)]


@pytest.mark.parametrize("syntax", SYNTAXES.values(), ids=SYNTAXES)
@pytest.mark.parametrize(("dtype", "bits"), DEPTHS)
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_every_syntax_depth_and_sign_gives_the_same_image(tmp_path, syntax, dtype, bits, photometric):
    pixels = ramp(dtype, bits)
    made = dataset(pixels, bits=bits, PhotometricInterpretation=photometric)
    image = read(written(tmp_path / "a.dcm", made, syntax))
    expected = np.linspace(0, 1, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH)
    expected = 1 - expected if photometric == "MONOCHROME1" else expected
    assert image.pixels.dtype == np.float32
    np.testing.assert_allclose(image.pixels, expected, atol=ONE_GREY_LEVEL)
    assert image.frames == 1
    assert image.about["defaulted"] == ""


@pytest.mark.parametrize("syntax", SYNTAXES.values(), ids=SYNTAXES)
@pytest.mark.parametrize(("dtype", "intercept"), [("uint16", -1024), ("int16", 0)])
@pytest.mark.parametrize("window", windows.WINDOWS)
def test_a_named_window_sees_hounsfield_units(tmp_path, syntax, dtype, intercept, window):
    hounsfield = np.linspace(-1000, 1400, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH).round()
    made = dataset((hounsfield - intercept).astype(dtype), ct=True, RescaleSlope=1, RescaleIntercept=intercept)
    image = read(written(tmp_path / "a.dcm", made, syntax), None, window)
    np.testing.assert_allclose(image.pixels, windows.apply(hounsfield, window), atol=1e-6)
    assert image.about["window"] == window


def test_a_file_s_own_window_is_the_named_one_of_the_same_centre_and_width(tmp_path):
    hounsfield = np.linspace(-100, 150, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH).astype(np.int16)
    made = dataset(hounsfield, ct=True, RescaleSlope=1, RescaleIntercept=0, WindowCenter=[40, 600], WindowWidth=[80, 9])
    path = written(tmp_path / "a.dcm", made)
    np.testing.assert_array_equal(read(path).pixels, read(path, None, "brain").pixels)


@pytest.mark.parametrize(
    ("function", "at_centre", "at_edge"),
    [("LINEAR", 0.5 + 0.5 / 99, 1), ("LINEAR_EXACT", 0.5, 1), ("SIGMOID", 0.5, 1 / (1 + np.exp(-2)))],
)
def test_the_functions_of_the_standard(tmp_path, function, at_centre, at_edge):
    pixels = np.full((9, 9), 200, np.uint16)
    pixels[0, 0] = 250
    made = dataset(pixels, WindowCenter=200, WindowWidth=100, VOILUTFunction=function)
    image = read(written(tmp_path / "a.dcm", made))
    np.testing.assert_allclose([image.pixels[1, 1], image.pixels[0, 0]], [at_centre, at_edge], atol=1e-6)
    assert image.about["window"] == f"the file's {function} L 200 W 100"


@pytest.mark.parametrize("syntax", SYNTAXES.values(), ids=SYNTAXES)
@pytest.mark.parametrize("planar", [0, 1])
def test_colour_is_luminance_in_either_planar_configuration(tmp_path, syntax, planar):
    rgb = np.stack([ramp("uint8", 8), ramp("uint8", 8)[::-1], np.full((HEIGHT, WIDTH), 77, np.uint8)], axis=-1)
    made = dataset(rgb)
    if planar and syntax not in (RLELossless, JPEG2000Lossless):  # pydicom's encoders take planar 0
        made.PlanarConfiguration = planar
        made.PixelData = rgb.transpose(2, 0, 1).tobytes()
    path = written(tmp_path / "a.dcm", made, syntax)
    if planar and syntax == JPEG2000Lossless:  # a stream has its own order, whatever the header says
        made.PlanarConfiguration = planar
        save(made, path)
    np.testing.assert_allclose(read(path).pixels, rgb @ [0.299, 0.587, 0.114] / 255, atol=1e-6)


@pytest.mark.parametrize("mode", ["L", "YCbCr"])
def test_jpeg_baseline_is_what_pillow_decodes(tmp_path, mode):
    rgb = np.kron(np.arange(6).reshape(2, 3)[..., np.newaxis] * [40, 20, 10], np.ones((16, 16, 1))).astype(np.uint8)
    picture = Image.fromarray(rgb).convert(mode)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=95, subsampling=2 if mode == "YCbCr" else -1)
    expected = np.asarray(Image.open(buffer).convert("L")) / 255
    pixels = rgb[..., 0] if mode == "L" else rgb
    made = dataset(pixels)
    if mode == "YCbCr":
        made.PhotometricInterpretation = "YBR_FULL_422"
    path = written(tmp_path / "a.dcm", made)
    made.PixelData = encapsulate([buffer.getvalue()])
    made["PixelData"].is_undefined_length = True
    made.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    save(made, path)
    np.testing.assert_allclose(read(path).pixels, expected, atol=3 * ONE_GREY_LEVEL)


def test_half_as_many_colours_as_pixels(tmp_path):
    """YBR_FULL_422 uncompressed: Y1 Y2 Cb Cr for two pixels."""
    grey = ramp("uint8", 8)
    packed = np.full((HEIGHT, WIDTH // 2, 4), 128, np.uint8)
    packed[..., 0], packed[..., 1] = grey[:, ::2], grey[:, 1::2]
    made = dataset(np.stack([grey] * 3, axis=-1), PhotometricInterpretation="YBR_FULL_422", PixelData=packed.tobytes())
    np.testing.assert_allclose(read(written(tmp_path / "a.dcm", made)).pixels, grey / 255, atol=ONE_GREY_LEVEL)


@pytest.mark.parametrize("syntax", SYNTAXES.values(), ids=SYNTAXES)
def test_frames_are_addressed_from_zero(tmp_path, syntax):
    pixels = ramp("uint8", 8)
    path = written(tmp_path / "a.dcm", dataset(np.stack([pixels, pixels[::-1], pixels // 2])), syntax)
    for frame, expected in enumerate((pixels, pixels[::-1], pixels // 2)):
        image = read(path, frame)
        np.testing.assert_array_equal(image.pixels, expected / np.float32(255))
        assert image.frames == 3


@pytest.mark.parametrize(("high", "shift"), [(11, 0), (15, 4), (13, 2)])
@pytest.mark.parametrize("dtype", ["uint16", "int16"])
def test_overlays_in_unused_bits_are_left_out(tmp_path, high, shift, dtype):
    pixels = ramp(dtype, 12)
    noise = np.random.default_rng(0).integers(0, 2**16, pixels.shape, dtype=np.uint16)
    used = np.uint16(0xFFF << shift)
    stored = (pixels.view(np.uint16) << shift & used) | (noise & ~used)
    made = dataset(stored.view(dtype), bits=12, HighBit=high)
    expected = np.linspace(0, 1, pixels.size).reshape(pixels.shape)
    np.testing.assert_allclose(read(written(tmp_path / "a.dcm", made)).pixels, expected, atol=ONE_GREY_LEVEL)


@pytest.mark.parametrize("written_as", [-2000, 2**16 - 2000])
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_black_and_does_not_stretch(tmp_path, written_as, photometric):
    pixels = np.linspace(0, 1000, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH).astype(np.int16)
    pixels[0] = -2000
    made = dataset(pixels, PhotometricInterpretation=photometric)
    made.add_new("PixelPaddingValue", "SS" if written_as < 0 else "US", written_as)
    image = read(written(tmp_path / "a.dcm", made)).pixels
    expected = (pixels - pixels[1:].min()) / (pixels[1:].max() - pixels[1:].min())
    expected = 1 - expected if photometric == "MONOCHROME1" else expected
    expected[0] = 0
    np.testing.assert_allclose(image, expected, atol=1e-6)


def test_sixteen_bits_without_window_go_from_least_to_greatest(tmp_path):
    pixels = ramp("uint16", 8) + 300
    image = read(written(tmp_path / "a.dcm", dataset(pixels)))
    np.testing.assert_allclose(image.pixels, (pixels - 300) / 255, atol=1e-6)
    assert image.about["window"] == "least to greatest"


@pytest.mark.parametrize("width", [0, -5, 0.5])
def test_a_window_too_narrow_to_mean_anything_is_none(tmp_path, width):
    made = dataset(ramp("uint16", 12), bits=12, WindowCenter=40, WindowWidth=width)
    assert read(written(tmp_path / "a.dcm", made)).about["window"] == "least to greatest"


def test_a_range_of_padding(tmp_path):
    pixels = ramp("uint16", 12)
    made = dataset(pixels, bits=12, PixelPaddingValue=4095, PixelPaddingRangeLimit=4000)
    image = read(written(tmp_path / "a.dcm", made)).pixels
    kept = pixels[pixels < 4000]
    np.testing.assert_allclose(image, np.where(pixels < 4000, pixels / kept.max(), 0), atol=1e-6)


def test_a_constant_image_is_black(tmp_path):
    assert not read(written(tmp_path / "a.dcm", dataset(np.full((9, 9), 700, np.uint16)))).pixels.any()


def test_a_float_image_s_missing_values_are_black(tmp_path):
    values = np.linspace(-1, 3, HEIGHT * WIDTH, dtype=np.float32).reshape(HEIGHT, WIDTH)
    values[0, :2] = np.nan, np.inf
    made = dataset(values)
    made.FloatPixelData = made.PixelData
    del made.PixelData, made.BitsStored, made.HighBit, made.PixelRepresentation
    image = read(written(tmp_path / "a.dcm", made)).pixels
    kept = values[np.isfinite(values)]
    expected = np.nan_to_num((values - kept.min()) / (kept.max() - kept.min()), posinf=0)
    expected[0, :2] = 0
    np.testing.assert_allclose(image, expected, atol=1e-6)


def test_a_plane_s_affine_goes_from_row_and_column_to_right_anterior_superior(tmp_path):
    """A coronal slice: columns go to the left, rows downwards; 2 mm between rows, 3 mm between columns, 5 mm thick."""
    made = dataset(ramp("uint8", 8), ImageOrientationPatient=[1, 0, 0, 0, 0, -1], ImagePositionPatient=[10, 20, 30])
    made.PixelSpacing, made.SliceThickness = [2, 3], 5
    affine = read(written(tmp_path / "a.dcm", made)).affine
    np.testing.assert_allclose(affine @ [0, 0, 0, 1], [-10, -20, 30, 1])
    np.testing.assert_allclose(affine @ [1, 0, 0, 0], [0, 0, -2, 0])
    np.testing.assert_allclose(affine @ [0, 1, 0, 0], [-3, 0, 0, 0])
    np.testing.assert_allclose(affine @ [0, 0, 1, 0], [0, -5, 0, 0])  # normal: left x down = posterior


def test_no_affine_where_the_file_gives_no_plane(tmp_path):
    assert read(written(tmp_path / "a.dcm", dataset(ramp("uint8", 8)))).affine is None


@given(st.sampled_from(list(windows.WINDOWS)), st.lists(st.integers(-1100, 3100), min_size=2, max_size=50))
def test_a_window_keeps_the_order_of_hounsfield_units(name, hounsfield):
    seen = windows.apply(np.sort(np.array(hounsfield, dtype=np.int16)), name)
    assert (np.diff(seen) >= 0).all()
    assert seen.dtype == np.float32
    assert 0 <= seen[0] <= seen[-1] <= 1


@given(st.integers(0, 2**32 - 1), st.sampled_from(["none", "voi"]), st.sampled_from([8, 12, 16]))
def test_monochrome1_of_the_inverse_is_monochrome2(tmp_path_factory, seed, window, bits):
    folder: Path = tmp_path_factory.mktemp("monochrome")
    pixels = np.random.default_rng(seed).integers(0, 2**bits, (9, 11)).astype("u1" if bits == 8 else "u2")
    top = 2**bits - 1
    centre = {"WindowCenter": 0.4 * top, "WindowWidth": 0.3 * top, "VOILUTFunction": "LINEAR_EXACT"}
    mirrored = centre | {"WindowCenter": 0.6 * top}
    plain = dataset(pixels, bits=bits, **(centre if window == "voi" else {}))
    inverse = dataset((top - pixels).astype(pixels.dtype), bits=bits, **(mirrored if window == "voi" else {}))
    inverse.PhotometricInterpretation = "MONOCHROME1"
    one, two = read(written(folder / "1", inverse)).pixels, read(written(folder / "2", plain)).pixels
    np.testing.assert_allclose(one, two, atol=1e-5)


def test_the_first_bytes_tell(tmp_path):
    path = written(tmp_path / "a.dcm", dataset(ramp("uint8", 8)))
    content = path.read_bytes()
    assert looks_like(content[:132])
    assert looks_like(content[132:264])  # without its preamble
    for other in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\x93NUMPY", b"\x1f\x8b\x08\x00", b"\x5c\x01\x00\x00"):
        assert not looks_like(other.ljust(132, b"\x07"))


def test_a_file_without_preamble_or_transfer_syntax_is_read(tmp_path, caplog):
    from common.io.decode.dicom.header import _say_once

    _say_once.cache_clear()
    pixels = ramp("uint8", 8)
    made = dataset(pixels)
    del made.SamplesPerPixel, made.HighBit
    for name in ("a", "b"):
        if PYDICOM_2:
            made.is_little_endian = made.is_implicit_VR = True
            made.save_as(tmp_path / name)
        else:
            made.save_as(tmp_path / name, implicit_vr=True, little_endian=True)
        image = read(tmp_path / name)
        np.testing.assert_array_equal(image.pixels, pixels / np.float32(255))
        assert image.about["defaulted"] == "SamplesPerPixel, HighBit, TransferSyntaxUID"
    assert caplog.text.count("lack SamplesPerPixel") == 1
    assert ExplicitVRLittleEndian.name not in image.about["transfer syntax"]
