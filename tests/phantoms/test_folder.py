import json

import numpy as np
import pytest
from PIL import Image

from common.errors import ConfigError, DatasetError, StorageError
from common.phantoms.folder import SIDECAR, phantom_folder

PIXELS = np.arange(12, dtype=np.uint8).reshape(3, 4)


def opened(out, **changes):
    return phantom_folder(out, **{"dataset": "test", "patients": 2, "seed": 0, "difficulty": 0.5, **changes})


def test_the_folder_appears_whole_and_says_that_it_is_synthetic(tmp_path):
    out = tmp_path / "deep" / "phantoms"
    with opened(out) as folder:
        folder.save("a/b.png", PIXELS)
        folder.plant("a/b.png", {"patient": 1, "label": "benign", "echo": 1 / 3})
        folder.plant_fault("copy", "a/c.png", of="a/b.png")
        assert not out.exists()
    sidecar = json.loads((out / SIDECAR).read_text())
    assert sidecar["synthetic"] is True
    assert sidecar["images"] == {"a/b.png": {"patient": 1, "label": "benign", "echo": 0.3333}}
    assert sidecar["faults"] == [{"kind": "copy", "image": "a/c.png", "of": "a/b.png"}]
    assert {key: sidecar[key] for key in ("dataset", "patients", "seed", "difficulty")} == {
        "dataset": "test", "patients": 2, "seed": 0, "difficulty": 0.5,
    }  # fmt: skip
    with Image.open(out / "a/b.png") as image:
        assert image.info["Synthetic"].startswith("phantom (")
        assert (np.asarray(image) == PIXELS).all()


def test_a_jpeg_says_so_too(tmp_path):
    with opened(tmp_path / "phantoms") as folder:
        folder.save("a/b.jpg", np.repeat(PIXELS[..., None], 3, axis=2), mode="RGB")
    with Image.open(tmp_path / "phantoms/a/b.jpg") as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (4, 3))
        assert image.info["comment"].startswith(b"Synthetic phantom (")


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_nothing_is_left_of_a_folder_that_was_interrupted(tmp_path, error):
    with pytest.raises(error, match="stop"), opened(tmp_path / "phantoms") as folder:
        folder.save("a.png", PIXELS)
        raise error("stop")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_taken_and_a_full_one_refused_untouched(tmp_path):
    with opened(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [SIDECAR]
    before = (tmp_path / SIDECAR).read_bytes()
    with pytest.raises(DatasetError, match="empty or new folder"), opened(tmp_path, seed=1):
        pass
    assert (tmp_path / SIDECAR).read_bytes() == before


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match="empty or new folder"), opened(tmp_path / "file"):
        pass
    with pytest.raises(StorageError, match=r"cannot write .*give another folder"), opened(tmp_path / "file" / "below"):
        pass


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"patients": 0}, "patients must be 1 or more, not 0"),
        ({"seed": -1}, "seed must be 0 or more, not -1"),
        ({"difficulty": 1.5}, r"difficulty must lie in 0-1, not 1\.5"),
        ({"difficulty": float("nan")}, "difficulty must lie in 0-1, not nan"),
    ],
)
def test_numbers_out_of_range_are_refused(tmp_path, changes, message):
    with pytest.raises(ConfigError, match=message), opened(tmp_path / "phantoms", **changes):
        pass
    assert list(tmp_path.iterdir()) == []
