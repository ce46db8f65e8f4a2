from collections import Counter

import pytest

from common.datasets.audit.checks import audit
from common.datasets.audit.findings import HANDLED
from common.datasets.prepare import prepare
from common.datasets.radimagenet_repo import AS_PUBLISHED, TASKS
from common.datasets.summary import summary
from common.errors import DatasetError
from common.phantoms.radimagenet_repo import write

NAMES = {
    "thyroid_us": ("thyroid", "thyroid_", "img_dir,label", "{n}_1.jpg", ("benign", "malignant")),
    "breast_us": ("breast", "breast_", "filename,label", "malignant ({n}).png", ("benign", "malignant")),
    "acl_mri": ("acl", "", "filename,acl_label", "000{n}_sagittal_11.000000.png", ("no", "yes")),
    "meniscus_mri": ("meniscus", "meniscus_", "img_dir,label", "000{n}_sagittal_7.000000.png", ("n", "p")),
}
"""Folder, prefix of the tables, their head, names of images, and labels, by task."""


@pytest.fixture
def clone(tmp_path):
    """A clone of the authors' repository: seven images of each problem, two a fold tested; files are empty."""
    for folder, prefix, head, name, labels in NAMES.values():
        for where in ("images", "dataframe"):
            (tmp_path / folder / where).mkdir(parents=True)
        for n in range(7):
            (tmp_path / folder / "images" / name.format(n=n)).touch()
        for fold in range(1, 6):
            parts = {n: "test" if n in (fold, fold + 1) else "val" if n == 0 else "train" for n in range(7)}
            for part in ("train", "val", "test"):
                lines = [f"images/{name.format(n=n)},{labels[n % 2]}\n" for n in range(7) if parts[n] == part]
                (tmp_path / folder / f"dataframe/{prefix}{part}_fold{fold}.csv").write_text(f"{head}\n{''.join(lines)}")
    return tmp_path


def rows_of(clone, task):
    return {row["image"]: row for row in TASKS[task].list_images(clone)[1]}


@pytest.mark.parametrize("task", NAMES)
def test_folds_and_labels_are_the_authors(clone, task):
    folder, _, _, name, _ = NAMES[task]
    root, rows = TASKS[task].list_images(clone)
    assert root == clone
    assert Counter(row["label"] for row in rows) == dict(zip(TASKS[task].class_names, (4, 3), strict=True))
    first = rows_of(clone, task)[f"{folder}/images/{name.format(n=2)}"]
    assert [first[f"split_{k}"] for k in range(1, 6)] == ["test", "test", "train", "train", "train"]
    assert rows_of(clone, task)[f"{folder}/images/{name.format(n=0)}"]["split_3"] == "valid"
    assert not any(row["exclude"] or row["split"] or row["mask"] for row in rows)


def test_cases_and_exams_are_patients_and_breasts_have_none(clone):
    patients = {task: {row["patient"] for row in rows_of(clone, task).values()} for task in NAMES}
    exams = {f"000{n}" for n in range(7)}
    assert patients == {
        "thyroid_us": set("0123456"), "breast_us": {""}, "acl_mri": exams, "meniscus_mri": exams,
    }  # fmt: skip
    assert {row["study"] for row in rows_of(clone, "acl_mri").values()} == exams
    assert {row["tissue"] for row in rows_of(clone, "breast_us").values()} == {"malignant lesion"}


def test_an_image_is_left_out_of_a_fold_that_does_not_list_it(clone):
    table = clone / "acl/dataframe/test_fold1.csv"
    table.write_text("filename,acl_label\n")
    row = rows_of(clone, "acl_mri")["acl/images/0001_sagittal_11.000000.png"]
    assert [row[f"split_{k}"] for k in range(1, 6)] == ["", "train", "train", "train", "train"]
    assert row["exclude"] == ""


def test_contradictions_and_strays_are_excluded_with_the_reason(clone):
    def add(table, line):
        path = clone / "acl/dataframe" / table
        path.write_text(path.read_text() + line)

    add("train_fold1.csv", "images/0001_sagittal_11.000000.png,no\n")
    add("train_fold2.csv", "images/0002_sagittal_11.000000.png,no\n")
    add("test_fold3.csv", "images/0003_sagittal_11.000000.png,yes\n")
    (clone / "acl/images/0009_sagittal_5.000000.png").touch()
    (clone / "acl/images/.hidden").touch()
    rows = rows_of(clone, "acl_mri")
    excluded = {image.split("/")[-1][:4]: row["exclude"] for image, row in rows.items() if row["exclude"]}
    assert excluded == {
        "0001": "listed under two labels: intact and torn",
        "0002": "listed in two parts: test and train of fold 2",
        "0009": "listed in no fold",
    }
    twice = rows["acl/images/0001_sagittal_11.000000.png"]
    assert (twice["label"], {twice[f"split_{k}"] for k in range(1, 6)}) == ("", {""})


def test_a_listed_image_that_is_missing_keeps_its_row(clone):
    (clone / "thyroid/images/3_1.jpg").unlink()
    row = rows_of(clone, "thyroid_us")["thyroid/images/3_1.jpg"]
    assert (row["label"], row["exclude"]) == ("malignant", "")


def test_an_image_of_another_name_has_no_patient(clone):
    (clone / "thyroid/images/x.jpg").touch()
    (clone / "acl/images/x.png").touch()
    assert rows_of(clone, "thyroid_us")["thyroid/images/x.jpg"]["patient"] == ""
    assert rows_of(clone, "acl_mri")["acl/images/x.png"]["patient"] == ""


@pytest.mark.parametrize("name", ["breast/images", "breast/dataframe/breast_val_fold5.csv"])
def test_another_layout_names_what_is_missing(clone, name):
    (clone / name).rename(clone / "away")
    with pytest.raises(DatasetError, match=f"is not a clone of BMEII-AI/RadImageNet: {name} is missing; clone it"):
        rows_of(clone, "breast_us")
    assert rows_of(clone, "acl_mri")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("img_dir,label\n", "val_fold2.csv is not as published: column 'filename' is missing"),
        ("filename,acl_label\nimages/a.png,1\n", "val_fold2.csv: a label is no or yes, not '1'"),
    ],
)
def test_a_table_of_another_form_is_refused(clone, text, message):
    (clone / "acl/dataframe/val_fold2.csv").write_text(text)
    with pytest.raises(DatasetError, match=message):
        rows_of(clone, "acl_mri")


def test_as_published_the_captions_stay(clone):
    _, rows = AS_PUBLISHED.list_images(clone)
    assert rows == [{**row, "captions": "keep"} for row in rows_of(clone, "thyroid_us").values()]


def test_the_planted_faults_are_found_in_phantoms_and_dealt_with(tmp_path):
    write(tmp_path / "original", patients=12, seed=0, difficulty=0.0)
    data = prepare("radimagenet_repo", tmp_path / "original", tmp_path / "data")
    said = summary(data)
    assert data.synthetic
    for reason in ("listed in no fold", "listed in two parts", "listed under two labels", "unreadable"):
        assert f"excluded: 1 {reason}" in said
    findings = audit(data.folder)
    assert [finding.verdict for finding in findings.of_kind("missing file")] == [HANDLED]
    assert not findings.spoiled
    for task, publication in TASKS.items():
        root, rows = publication.list_images(tmp_path / "original")  # refuses tables of another form
        kept = [row for row in rows if not row["exclude"]]
        assert {row["label"] for row in kept} == set(publication.class_names), task
        assert sum(not (root / row["image"]).is_file() for row in rows) == (task == "thyroid_us"), task
