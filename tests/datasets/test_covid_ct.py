import pytest

from common.datasets.covid_ct import list_images
from common.errors import DatasetError

HEAD = ",filename,label\n"
TABLES = {
    "covid19_train.csv": HEAD + "0,images/WCH_P26-00_0001.0179.png,positive\n1,images/N24-00_237_236.png,negative\n",
    "covid19_val.csv": HEAD + "0,images/WH104-00_0116.png,positive\n",
    "covid19_test.csv": HEAD + "0,images/WCH_N2-00_IM-0001-0145-0001.png,negative\n0,images/x.png,negative\n",
}
ONE = (
    "filename,label,split,pid\na.png,positive,train,1\nb.png,negative,val,2\nc.png,Negative,test,3\nd.png,positive,,4\n"
)


@pytest.fixture
def download(tmp_path):
    (tmp_path / "images").mkdir()
    for name in ("WH104-00_0116.png", "extra.png", ".hidden"):
        (tmp_path / "images" / name).touch()
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def one_table(folder, text):
    (folder / "labels.csv").write_text(text)
    return folder


def rows_of(root):
    return {row["image"].removeprefix("images/"): row for row in list_images(root)[1]}


def test_parts_labels_and_patients_come_from_tables_and_names(download):
    rows = rows_of(download)
    assert {name: (row["split"], row["label"], row["patient"]) for name, row in rows.items()} == {
        "WCH_P26-00_0001.0179.png": ("train", "COVID", "WCH_P26"),
        "N24-00_237_236.png": ("train", "non-COVID", "N24"),
        "WH104-00_0116.png": ("valid", "COVID", "WH104"),
        "WCH_N2-00_IM-0001-0145-0001.png": ("test", "non-COVID", "WCH_N2"),
        "x.png": ("test", "non-COVID", ""),
        "extra.png": ("", "", ""),
    }
    assert {name for name, row in rows.items() if row["exclude"]} == {"extra.png"}


def test_the_authors_folder_of_tables_means_the_same(download):
    before = list_images(download)
    (download / "dataframe").mkdir()
    for name in TABLES:
        (download / name).rename(download / "dataframe" / name)
    assert list_images(download) == before


def test_one_table_with_parts_and_patients(tmp_path):
    rows = rows_of(one_table(tmp_path, ONE))
    assert [row["split"] for row in rows.values()] == ["train", "valid", "test", ""]
    assert [row["patient"] for row in rows.values()] == list("1234")


def test_one_table_without_parts(tmp_path):
    rows = rows_of(one_table(tmp_path, "filename,label\na.png,positive\n"))
    assert rows["a.png"]["split"] == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("filename\na.png\n", "column 'label' is missing"),
        ("filename,label\na.png,maybe\n", "the label of a.png is positive or negative, not 'maybe'"),
        ("filename,label,split\na.png,positive,dev\n", "the split of a.png is train, val or test, not 'dev'"),
        ("filename,label\n../a.png,positive\n", r"a filename is a path below the folder, not '\.\./a.png'"),
        ("filename,label\n/a.png,positive\n", "a filename is a path below the folder, not '/a.png'"),
        ("filename,label\n,positive\n", "a filename is a path below the folder, not ''"),
        ("filename,label\na.png,positive\na.png,negative\n", "a.png has one label, patient and part, and stands twice"),
    ],
)
def test_lines_that_mean_nothing_are_refused(tmp_path, text, message):
    with pytest.raises(DatasetError, match=message):
        list_images(one_table(tmp_path, text))


def test_the_same_line_twice_counts_once(tmp_path):
    assert len(list_images(one_table(tmp_path, "filename,label\na.png,positive\na.png,positive\n"))[1]) == 1


@pytest.mark.parametrize(
    ("gone", "more", "found"),
    [
        (tuple(TABLES), "", "it has none"),
        (("covid19_test.csv",), "", "it has covid19_train.csv, covid19_val.csv"),
        ((), "notes.csv", "notes.csv"),
    ],
)
def test_other_tables_are_refused_by_name(download, gone, more, found):
    for name in gone:
        (download / name).unlink()
    if more:
        (download / more).touch()
    with pytest.raises(DatasetError, match=rf"NAME_train.csv, .* or one with a column 'split'; .*{found}"):
        list_images(download)
