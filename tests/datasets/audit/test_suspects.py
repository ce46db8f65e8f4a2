import numpy as np
import pytest

from common.datasets.audit.suspects import BINS, RAREST, suspects
from common.datasets.audit.traces import Trace

BLANK = Trace((96, 72), np.zeros(112), np.zeros(128), {}, 0.0, "")


def features(rows, traces=None):
    return {its.name: its.features for its in suspects(rows, traces or [BLANK] * len(rows))}


@pytest.fixture
def rows(make_row):
    return [make_row(n, image=f"scan {n}.png", label="ab"[n % 2], patient=n // 2) for n in range(40)]


def test_what_is_the_same_in_all_images_is_silent(rows):
    assert {name: table.shape for name, table in features(rows).items()} == {
        "size": (40, 0),
        "border": (40, 0),
        "ink": (40, 0),
        "file": (40, 0),
        "order": (40, 1 + BINS),
    }


def test_the_order_is_that_of_patients_by_number_not_of_their_images(rows):
    place = features(rows)["order"][:, 0]
    assert np.array_equal(place[0::2], place[1::2])
    assert np.all(np.diff(place[0::2]) > 0), "scan 10 follows scan 9"
    rows[0]["image"], rows[39]["image"] = rows[39]["image"], rows[0]["image"]
    assert features(rows)["order"][39, 0] < place[2], "a patient stands where the first of the images does"


def test_the_moment_of_acquisition_comes_before_the_names(rows):
    named = features(rows)["order"][:, 0]
    reversed_dates = [BLANK._replace(acquired=f"2020{5000 - n // 2}") for n in range(40)]
    assert np.array_equal(np.argsort(features(rows, reversed_dates)["order"][::2, 0]), np.argsort(-named[::2]))
    for n, row in enumerate(rows):
        row["acquired"] = str(n // 2)
    assert np.array_equal(features(rows, reversed_dates)["order"][:, 0], named)


@pytest.mark.parametrize("name", ["{label}/{n}.png", "train/{label}/scan ({n}).png", "{label} ({n}).png"])
def test_numbers_that_each_class_has_for_itself_are_no_order(rows, name):
    for n, row in enumerate(rows):
        row["image"] = name.format(label=row["label"], n=n)
    assert features(rows)["order"].shape == (40, 0)


def test_values_count_if_enough_images_share_them(rows):
    for n, row in enumerate(rows):
        row["device"] = "A" if n < 20 else "B" if n < 20 + RAREST else f"C{n}"
    table = features(rows)["device"]
    assert table.shape == (40, 2)
    assert table.sum(axis=0).tolist() == [20, RAREST]


def test_a_size_that_many_share_is_a_value_of_its_own(rows):
    traces = [BLANK._replace(size=(100, 80) if n < 20 else (100 + n, 80 + n)) for n in range(40)]
    height, width, common = features(rows, traces)["size"].T
    assert np.allclose([height[-1], width[-1]], np.log([139, 119]))
    assert common.tolist() == [1.0] * 20 + [0.0] * 20


def test_columns_of_other_kinds_are_no_suspects(rows):
    for n, row in enumerate(rows):
        row |= {"histology": str(n % 2), "label:site": str(n % 2), "split_1": str(n % 2), "Hospital": str(n % 2)}
    assert [its.name for its in suspects(rows, [BLANK] * 40)][5:] == ["Hospital"]
