import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.datasets.names import Names, folded, tails, without_ending

PATHS = ["one/a.png", "two/a.png", "two/b.dcm", "b.nii.gz"]

words = st.lists(st.text("abc.", min_size=1, max_size=3), min_size=1, max_size=4)


@given(words)
def test_a_path_is_found_by_each_of_its_ends(parts):
    path = "/".join(parts)
    assert all(Names([path]).ending_with(tail) == [path] for tail in tails(path))
    assert [len(tail.split("/")) for tail in tails(path)] == list(range(len(parts), 0, -1))


@pytest.mark.parametrize(
    ("name", "exact", "loose"),
    [
        ("one/a.png", ["one/a.png"], ["one/a.png"]),
        ("One\\A.PNG", ["one/a.png"], ["one/a.png"]),
        ("./b.nii.gz", ["b.nii.gz"], ["two/b.dcm", "b.nii.gz"]),
        ("a.png", ["one/a.png", "two/a.png"], ["one/a.png", "two/a.png"]),
        ("b.png", [], ["two/b.dcm", "b.nii.gz"]),
        ("two/b", [], ["two/b.dcm"]),
        ("o/b.dcm", [], []),
        ("three/a.png", [], []),
    ],
)
def test_what_a_table_may_call_a_file(name, exact, loose):
    assert Names(PATHS).ending_with(name) == exact
    assert Names(PATHS, endings=False).ending_with(name) == loose


@pytest.mark.parametrize(
    ("name", "stem"), [("a.png", "a"), ("a.NII.GZ", "a"), ("1.2.840.1", "1.2.840.1"), ("a", "a"), ("a.b.jpg", "a.b")]
)
def test_only_endings_of_images_are_endings(name, stem):
    assert without_ending(name) == stem


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_that_look_alike_are_alike(form):
    path = unicodedata.normalize(form, "gut\u00e4rtig/Fall  1 .png")
    for other in ("NFC", "NFD"):
        name = unicodedata.normalize(other, "GUT\u00c4RTIG/ Fall 1 .png")
        assert Names([path]).ending_with(name) == [path]
    assert Names([path], endings=False).ending_with("fall 1") == [path]


@given(st.text())
def test_to_fold_twice_is_to_fold_once(text):
    assert folded(folded(text)) == folded(text)
