import numpy as np
import pytest

from common.datasets import prints as module
from common.datasets.fingerprints import fingerprint
from common.datasets.prints import FILE, RECORD, Prints, identity
from common.errors import ImageError, StorageError


@pytest.fixture
def some(speckle):
    return [fingerprint(speckle(seed).astype(np.float32) / 255) for seed in range(3)]


def filled(work, found):
    prints = Prints(work)
    for number, its in enumerate(found, start=1):
        prints.add(number, its)
    prints.flush()
    return prints


def same(one, other):
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in vars(one))


@pytest.mark.parametrize("on_disk", [True, False])
def test_a_fingerprint_comes_back_as_it_was(tmp_path, some, on_disk):
    prints = filled(tmp_path / "work" if on_disk else None, some)
    assert len(prints) == 3
    assert all(same(one, other) for one, other in zip(prints, some, strict=True))
    assert [its.pixels for its in prints[1:]] == [its.pixels for its in some[1:]]


def test_an_image_that_was_refused_keeps_its_reason(some):
    reason = ImageError("empty")
    assert filled(None, [some[0], reason, some[1]])[1] is reason


def test_another_run_goes_on_where_the_images_are_the_same(tmp_path, some):
    filled(tmp_path, [some[0], ImageError("empty"), some[2]])
    again = Prints(tmp_path)
    assert again.keep(iter([1, 2, 7])) == [1]
    assert len(again) == 2
    assert same(again[0], some[0])
    assert again.keep(iter([])) == []
    assert len(again) == 0


def test_a_record_cut_off_is_dropped(tmp_path, some):
    filled(tmp_path, some)
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes()[: 2 * RECORD.itemsize + 5])
    again = Prints(tmp_path)
    again.keep(iter([1, 2, 3]))
    again.add(3, some[2])
    again.flush()
    assert path.stat().st_size == 3 * RECORD.itemsize
    assert same(again[2], some[2])


def test_other_files_frames_and_formats_have_other_identities(tmp_path, make_row, monkeypatch):
    row, path = make_row(0), tmp_path / "0000.png"
    numbers = [identity(tmp_path, row)]
    path.write_bytes(b"a")
    numbers += [identity(tmp_path, row), identity(tmp_path, {**row, "frame": "1"})]
    path.write_bytes(b"ab")
    numbers += [identity(tmp_path, row)]
    monkeypatch.setattr(module, "FORMAT", 0)
    numbers += [identity(tmp_path, row)]
    assert len(set(numbers)) == 5
    assert identity(tmp_path, dict(row)) == numbers[-1]


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="fingerprints cannot be kept"):
        Prints(tmp_path / "file")
