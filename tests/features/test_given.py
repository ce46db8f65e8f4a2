import numpy as np
import pytest

from common.errors import DatasetError
from common.features.given import read_given

KEYS = [("a.png", ""), ("b.png", ""), ("c.png", "")]
FEATURE = np.array([[1.0, 2], [3, 5], [4, 4]])


def written(tmp_path, **arrays):
    path = tmp_path / "features.npz"
    np.savez(path, **{"image": [image for image, _ in KEYS], "feature": FEATURE, **arrays})
    return path


def test_features_come_in_the_order_that_is_asked_for_and_others_are_passed_over(tmp_path):
    found = read_given(written(tmp_path), [KEYS[2], KEYS[0]], data="a test")
    assert found.tolist() == FEATURE[[2, 0]].tolist()
    assert found.dtype == np.float32


def test_frames_of_an_image_are_told_apart(tmp_path):
    path = written(tmp_path, image=["a.png"] * 3, frame=["0", "1", "2"])
    assert read_given(path, [("a.png", "1"), ("a.png", "2")], data="a test").tolist() == FEATURE[1:].tolist()


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"image": ["a.png", "b.png", "d.png"]}, r"every image of a test; 1 are missing, e\.g\. c\.png"),
        ({"image": ["a.png", "b.png", "b.png"]}, r"each image once; 1 stand in it more often, e\.g\. b\.png"),
        ({"feature": [[1, 2], [np.nan, 5], [4, 4]]}, r"finite numbers; 1 have others, e\.g\. b\.png"),
        ({"feature": [[1, 2], [3, np.inf], [4, 4]]}, r"finite numbers; 1 have others, e\.g\. b\.png"),
        ({"feature": [[1, 2], [1, 5], [1, 4]]}, r"tell images apart; 1 of 2 are the same .* number 0"),
        ({"feature": np.ones(3)}, "arrays image"),
        ({"feature": np.ones((2, 2))}, "arrays image"),
        ({"feature": [["x", "y"]] * 3}, "arrays image"),
        ({"frame": ["0"]}, "arrays image"),
        ({"image": np.array([{}, "b", "c"], dtype=object)}, r"features are an \.npz file"),
    ],
)
def test_what_cannot_be_believed_is_refused_by_name(tmp_path, arrays, message):
    with pytest.raises(DatasetError, match=message):
        read_given(written(tmp_path, **arrays), KEYS, data="a test")


def test_other_files_are_refused(tmp_path):
    with pytest.raises(DatasetError, match="there is no file"):
        read_given(tmp_path / "nothing.npz", KEYS, data="a test")
    (tmp_path / "text.npz").write_text("no arrays")
    with pytest.raises(DatasetError, match=r"features are an \.npz file"):
        read_given(tmp_path / "text.npz", KEYS, data="a test")
    np.save(tmp_path / "lone.npy", FEATURE)
    with pytest.raises(DatasetError, match=r"features are an \.npz file"):
        read_given(tmp_path / "lone.npy", KEYS, data="a test")


def test_a_file_without_names_is_refused(tmp_path):
    np.savez(tmp_path / "without.npz", feature=FEATURE)
    with pytest.raises(DatasetError, match=r"features are an \.npz file"):
        read_given(tmp_path / "without.npz", KEYS, data="a test")
