import pytest

from common.datasets.own.classes import Rules
from common.datasets.own.details import Columns
from common.datasets.own.images import Images
from common.datasets.own.table import list_table, list_unlabelled
from common.errors import DatasetError

COLUMNS = Columns(image="image", label="class", patient="who")


@pytest.fixture
def images(found, tmp_path):
    """Ten images, without a file behind them."""
    return Images(tmp_path, found(*(f"{number}.png" for number in range(10))), [])


def lines(**changes):
    """A line per image, every other one benign; a change by image number."""
    usual = {str(n): [(f"{n}.png", "benign" if n % 2 else "malignant", f"P{n}")] for n in range(10)}
    return [line for number in usual for line in changes.get(f"_{number}", usual[number])]


def test_lines_become_labels_and_the_join_is_said(sheet, images):
    made = list_table(sheet(["image", "class", "who"], *lines()), images, COLUMNS, Rules())
    assert [(row["label"], row["patient"]) for row in made.rows[:2]] == [("malignant", "P0"), ("benign", "P1")]
    assert made.left_out == []
    assert made.notes[0] == "joined by file name in the column 'image': 10 of 10 lines, 10 images"


def test_what_has_no_counterpart_or_no_label_is_listed(sheet, images):
    table = sheet(["image", "class", "who"], *lines(_3=[], _4=[("4.png", "", "P4"), ("99.png", "benign", "P9")]))
    made = list_table(table, images, COLUMNS, Rules(minimum=1))
    assert {(its.what, its.where, its.reason) for its in made.left_out} == {
        ("line", "5", "no label"),
        ("line", "6", "names no image"),
        ("file", "3.png", "no line with a label in the table"),
        ("file", "4.png", "no line with a label in the table"),
    }
    assert len(made.rows) == 8


def test_lines_that_agree_are_one_and_lines_that_contradict_leave_the_image_out(sheet, images):
    again = [("2.png", "malignant", ""), ("2.png", "malignant", "P2")]
    against = [("5.png", "benign", "P5"), ("5.png", "malignant", "P5")]
    made = list_table(sheet(["image", "class", "who"], *lines(_2=again, _5=against)), images, COLUMNS, Rules(minimum=1))
    assert {row["image"]: row["patient"] for row in made.rows}["2.png"] == "P2"
    assert made.notes[1] == "lines that repeat the label of another for the same image: 1"
    assert [(its.where, its.reason) for its in made.left_out] == [("5.png", "contradicting labels: lines 8 and 9")]


def test_several_label_columns_are_findings(sheet, images):
    table = sheet(["image", "a", "b"], *((f"{n}.png", str(n % 2), "yes" if n % 3 else "-1") for n in range(10)))
    for columns in (Columns(image="image", label="a, b"), Columns(image="image", multilabel="a,b")):
        with pytest.raises(DatasetError, match="1 of 2 have fewer: 'b' 0"):
            list_table(table, images, columns, Rules())
        made = list_table(table, images, columns, Rules(minimum=0))
        assert (made.task, made.class_names) == ("multilabel", ("a", "b"))
        assert {row["label"] for row in made.rows} == {""}
        assert [made.rows[0]["label:a"], made.rows[0]["label:b"], made.rows[1]["label:b"]] == ["0", "", "1"]


def test_the_label_column_is_found_by_its_usual_name(sheet, images):
    named = Columns(image="image")
    assert len(list_table(sheet(["image", "Diagnosis", "x"], *lines()), images, named, Rules()).rows) == 10
    with pytest.raises(
        DatasetError, match="has no column that is called label: name it with --label; there are image, y"
    ):
        list_table(sheet(["image", "y", "x"], *lines()), images, named, Rules())
    with pytest.raises(DatasetError, match=r"several columns that may hold labels \(class, Label\)"):
        list_table(sheet(["image", "class", "Label"], *lines()), images, named, Rules())


def test_a_label_column_that_does_not_exist_is_told_the_nearest(sheet, images):
    with pytest.raises(DatasetError, match="has no column 'clas': did you mean 'class'"):
        list_table(sheet(["image", "class", "who"], *lines()), images, Columns(image="image", label="clas"), Rules())


def test_masks_are_no_images_without_a_label(sheet, found, tmp_path):
    files = [f"{kind}/{kind}{n}.png" for kind in ("img", "seg") for n in range(10)]
    table = sheet(["image", "class", "m"], *((f"img{n}", "ab"[n % 2], f"seg{n}.png") for n in range(10)))
    columns = Columns(image="image", label="class", mask="m")
    made = list_table(table, Images(tmp_path, found(*files), []), columns, Rules())
    assert [row["mask"] for row in made.rows] == [f"seg/seg{n}.png" for n in range(10)]
    assert made.left_out == []


def test_images_without_a_table_have_no_class(images):
    made = list_unlabelled(images)
    assert (len(made.rows), made.task, made.class_names) == (10, "unlabelled", ())


@pytest.mark.parametrize("name", ["Patient", "patient_id", "Case ID", "MRN"])
def test_a_column_of_patients_must_not_be_forgotten(sheet, images, name):
    table, columns = sheet(["image", "class", name], *lines()), Columns(image="image", label="class")
    with pytest.raises(DatasetError, match=f"a column '{name}': give --patient '{name}', or --patient none"):
        list_table(table, images, columns, Rules())
    without = list_table(table, images, Columns(image="image", label="class", patient="none"), Rules())
    assert {row["patient"] for row in without.rows} == {""}


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        pytest.param([f"w{n // 2}" for n in range(60)], True, id="two lines each"),
        pytest.param([f"{n // 2}.5" for n in range(60)], False, id="measurements"),
        pytest.param([f"w{n % 3}" for n in range(60)], False, id="few kinds"),
        pytest.param([f"w{n}" for n in range(60)], False, id="a line each"),
        pytest.param([f"w{n // 2}" if n else "" for n in range(60)], False, id="not always known"),
    ],
)
def test_a_column_that_repeats_as_patients_do_must_not_be_forgotten(sheet, found, tmp_path, values, refused):
    rows = [(f"img{n}", "ab"[n % 2], value) for n, value in enumerate(values)]
    table, images = (
        sheet(["image", "class", "woman"], *rows),
        Images(tmp_path, found(*(f"{r[0]}.png" for r in rows)), []),
    )
    columns = Columns(image="image", label="class")
    if refused:
        with pytest.raises(
            DatasetError, match=r"the column 'woman' of .* may name patients, 30 in 60 lines: give --pat"
        ):
            list_table(table, images, columns, Rules())
        columns = Columns(image="image", label="class", patient="none")
    assert len(list_table(table, images, columns, Rules()).rows) == 60


def test_a_join_that_failed_is_said_before_what_follows_from_it(sheet, images):
    others = [(f"x{n}.png", "benign", f"Q{n}") for n in range(20)]
    table = sheet(["image", "class", "who"], *others, *lines())
    with pytest.raises(
        DatasetError,
        match=r"20 of 30 in .*labels.csv name none by file name in the column 'image', such as 'x0.png' in line 2: "
        r"give the folder of these images, or --image COL \(no image has the class 'cyst'",
    ):
        list_table(table, images, COLUMNS, Rules(classes=("benign", "cyst")))
    table = sheet(["image", "class", "who"], *others[1:], *lines())
    with pytest.raises(DatasetError, match=r"^no image has the class 'cyst'"):
        list_table(table, images, COLUMNS, Rules(classes=("benign", "cyst")))


def test_lines_that_say_unknown_have_no_label(sheet, images):
    table = sheet(["image", "class", "who"], *lines(_4=[("4.png", "NA", "P4")]))
    made = list_table(table, images, COLUMNS, Rules(minimum=1))
    assert made.class_names == ("benign", "malignant")
    assert ("line", "6", "no label") in made.left_out
    assert made.notes[0] == "no label: 1 lines with NA in 'class'; if it is a class: --classes"
