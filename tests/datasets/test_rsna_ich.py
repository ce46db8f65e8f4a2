import json
from collections import Counter

import pytest

from common.datasets.headers import FILE
from common.datasets.hemorrhage import SUBTYPES
from common.datasets.index import COLUMNS
from common.datasets.rsna_ich import CONTRADICTORY, CORRUPT, FOLDER, INCOMPLETE, PUBLISHED, TABLE, TASKS
from common.errors import DatasetError
from common.phantoms import rsna_ich as phantoms


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """Phantoms of three patients."""
    root = tmp_path_factory.mktemp("download") / "rsna"
    phantoms.write(root, patients=3, seed=0, difficulty=0.2)
    return root


@pytest.fixture
def source(original, tmp_path):
    """The same, with a table that a test may change."""
    (tmp_path / "rsna").mkdir()
    for path in original.iterdir():
        (tmp_path / "rsna" / path.name).symlink_to(path)
    table = tmp_path / "rsna" / TABLE
    table.unlink()
    table.write_text((original / TABLE).read_text())
    return tmp_path / "rsna"


@pytest.fixture(scope="module")
def truth(original):
    return json.loads((original / "phantoms.json").read_text())


def rows_of(source, task="any"):
    return {row["image"]: row for row in TASKS[task].list_images(source)[1]}


def append(source, *lines):
    table = source / TABLE
    table.write_text(table.read_text() + "".join(f"{line}\n" for line in lines))


def test_patients_and_studies_come_from_the_headers_and_labels_from_the_table(source, truth):
    rows = rows_of(source)
    assert set(rows) == set(truth["images"])
    patients = {}
    for image, row in rows.items():
        assert set(COLUMNS) < set(row)
        planted = truth["images"][image]
        assert row["subtypes"].split(";") == (sorted(planted["subtypes"]) or [""])
        assert row["label"] == ("hemorrhage" if planted["subtypes"] else "no_hemorrhage")
        patients.setdefault(planted["patient"], set()).add((row["patient"], row["study"]))
    assert all(len(names) == 1 for names in patients.values())
    assert len(set.union(*patients.values())) == 3
    assert all(row["patient"].startswith("ID_") for row in rows.values())


def test_repeated_lines_count_once_and_the_corrupt_file_is_excluded_by_name(source, truth):
    assert {fault["kind"] for fault in truth["faults"]} == {phantoms.REPEATED, phantoms.CORRUPT}
    lines = (source / TABLE).read_text().splitlines()
    assert len(lines) == 1 + 6 * len(truth["images"]) + 6
    excluded = {image: row["exclude"] for image, row in rows_of(source).items() if row["exclude"]}
    assert excluded == {f"{FOLDER}/{name}.dcm": reason for name, reason in CORRUPT.items()}


def test_subtypes_are_a_column_each(source):
    any_rows = rows_of(source)
    for image, row in rows_of(source, "subtypes").items():
        shown = [name for name in SUBTYPES if row[f"label:{name}"] == "1"]
        assert ";".join(shown) == any_rows[image]["subtypes"]
        assert row["label"] == ""


def test_lines_that_disagree_or_are_missing_exclude_a_slice(source):
    table = (source / TABLE).read_text().splitlines()
    lone = next(line for line in table if line.endswith("_any,0"))
    name = lone.removesuffix("_any,0")
    append(source, f"{name}_any,1", "ID_000000000_any,1")
    (source / FOLDER).unlink()
    (source / FOLDER).mkdir()
    (source / FOLDER / "ID_fffffffff.dcm").touch()
    rows = rows_of(source)
    assert rows[f"{FOLDER}/{name}.dcm"]["exclude"] == CONTRADICTORY
    assert rows[f"{FOLDER}/ID_000000000.dcm"]["exclude"] == rows[f"{FOLDER}/ID_fffffffff.dcm"]["exclude"] == INCOMPLETE
    assert rows[f"{FOLDER}/ID_fffffffff.dcm"]["label"] == ""
    assert len({frozenset(row) for row in rows.values()}) == 1


def test_any_without_a_subtype_is_a_contradiction(source):
    name = "ID_123456789"
    append(source, *(f"{name}_{subtype},0" for subtype in SUBTYPES), f"{name}_any,1")
    assert rows_of(source)[f"{FOLDER}/{name}.dcm"]["exclude"] == CONTRADICTORY


def test_headers_are_kept_until_the_preparation_is_done(source, tmp_path):
    listed = PUBLISHED.list_images(source, tmp_path / "work")
    assert len((tmp_path / "work" / FILE).read_text().splitlines()) == len(listed[1])
    assert PUBLISHED.list_images(source, tmp_path / "work") == listed == PUBLISHED.list_images(source)


@pytest.mark.parametrize("line", ["ID_000000000_other,1", "ID_000000000_any,0.5", "ID_000000000_any"])
def test_a_line_of_another_form_is_shown(source, line):
    append(source, line)
    with pytest.raises(DatasetError, match=rf"not '{line}': download it again"):
        rows_of(source)


def test_another_layout_names_what_is_missing(source):
    (source / TABLE).write_text("Id,Label\n")
    with pytest.raises(DatasetError, match="its first line is not ID,Label"):
        rows_of(source)
    (source / TABLE).unlink()
    with pytest.raises(DatasetError, match=rf"is not RSNA's haemorrhage set as published: {TABLE} is missing"):
        rows_of(source)


def test_the_published_counts_add_up():
    assert PUBLISHED.counts["no_hemorrhage"] + PUBLISHED.counts["hemorrhage"] == PUBLISHED.counts["images"]
    assert Counter(TASKS["subtypes"].class_names) == Counter(SUBTYPES)
