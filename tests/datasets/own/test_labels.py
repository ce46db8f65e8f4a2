import pytest

from common.datasets.own.classes import Rules
from common.datasets.own.details import Columns
from common.datasets.own.findings import UNSTATED
from common.datasets.own.labels import read_labels
from common.datasets.own.sheet import read_sheet
from common.errors import DatasetError

COLUMNS = Columns(label="class")


@pytest.mark.parametrize("word", ["NA", "N/A", "nan", "NaN", "None", "null", "#N/A", *sorted(set(UNSTATED) - {"none"})])
def test_what_is_unknown_for_a_finding_is_no_class(sheet, word):
    table = sheet(["class"], ["a"], [word], ["none of these"])
    labels, notes = read_labels(table, COLUMNS, Rules())
    assert labels == [{"label": "a"}, {"label": ""}, {"label": "none of these"}]
    assert notes == ([f"no label: 1 lines with {word} in 'class'; if it is a class: --classes"] if word else [])


@pytest.mark.parametrize("rules", [Rules(classes=("none", "mild")), Rules(positive="None")])
def test_it_is_one_where_the_user_names_it(sheet, rules):
    labels, notes = read_labels(sheet(["class"], ["None"], ["mild"]), COLUMNS, rules)
    assert (labels, notes) == ([{"label": "None"}, {"label": "mild"}], [])


def test_in_small_letters_none_is_what_people_call_a_class(sheet):
    labels, notes = read_labels(sheet(["class"], ["none"], ["None"], ["cyst"]), COLUMNS, Rules())
    assert ([row["label"] for row in labels], notes) == (["none", "None", "cyst"], [])


def test_a_column_that_states_nothing_is_refused(sheet):
    with pytest.raises(
        DatasetError, match=r"'class' of .*labels.csv states none in 2 lines: name another with --label"
    ):
        read_labels(sheet(["class"], [""], ["NA"]), COLUMNS, Rules())
    with pytest.raises(DatasetError, match=r"'a', 'b' of .* states none in 1 lines"):
        read_labels(sheet(["a", "b"], ["", "-1"]), Columns(label="a,b"), Rules())


def test_formulas_that_nothing_has_calculated_are_the_reason(workbook):
    path = workbook([["image", "class"], *([f"{n}.png", f'=IF(A{n + 2}="","a","b")'] for n in range(3))])
    with pytest.raises(DatasetError, match=r"'class' of .* in 3 lines: its formulas were never calculated, so"):
        read_labels(read_sheet(path), COLUMNS, Rules())
