import numpy as np
from PIL import Image

from common.datasets.audit import looks
from common.datasets.audit.looks import look_at
from common.datasets.fingerprints import Fingerprint
from common.errors import ImageError


def test_each_image_is_decoded_once_and_traced_only_if_asked(tmp_path, make_row, speckle, monkeypatch):
    rows = [make_row(number) for number in range(3)]
    for number, row in enumerate(rows[:2]):
        Image.fromarray(speckle(number)).save(tmp_path / row["image"])
    (tmp_path / rows[2]["image"]).write_bytes(b"")
    decoded = []
    monkeypatch.setattr(
        looks, "decode", lambda path, frame, own=looks.decode: decoded.append(path.name) or own(path, frame)
    )
    first, second, broken = look_at(tmp_path, rows, traced={("0000.png", ""), ("0002.png", "")})
    assert sorted(decoded) == ["0000.png", "0001.png", "0002.png"]
    assert isinstance(first.fingerprint, Fingerprint)
    assert (first.trace.size, second.trace) == ((96, 72), None)
    assert isinstance(broken.fingerprint, ImageError)
    assert (broken.text, broken.trace) == ([], None)


def test_of_a_volume_each_frame_is_looked_at(tmp_path, make_row, speckle):
    np.save(tmp_path / "a.npy", np.stack([speckle(0), speckle(1)]))
    rows = [make_row(0, image="a.npy", frame=frame) for frame in (0, 1)]
    first, second = look_at(tmp_path, rows, traced={("a.npy", "1")})
    assert first.fingerprint.pixels != second.fingerprint.pixels
    assert (first.trace, second.trace.size) == (None, (96, 72))
