import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.datasets.own.delimited import read_delimited
from common.errors import DatasetError

TEXT = "image,class\na.png,Müller\nb.png,benign\n"
ROWS = [(1, ["image", "class"]), (2, ["a.png", "Müller"]), (3, ["b.png", "benign"])]


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("cp1252"),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode(),
    ],
)
def test_encoding_line_ends_and_delimiter_are_found_out(tmp_path, data):
    (tmp_path / "a.csv").write_bytes(data)
    assert read_delimited(tmp_path / "a.csv") == ROWS


@given(st.sampled_from(",;\t|"), st.lists(st.tuples(*[st.from_regex(r"[a-z]{0,5}", fullmatch=True)] * 3), min_size=3))
def test_whatever_is_written_is_read(tmp_path_factory, delimiter, rows):
    path = tmp_path_factory.mktemp("table") / "a.csv"
    rows = [("one", "two", "three"), *rows]
    path.write_text("\n".join(delimiter.join(row) for row in rows))
    assert [tuple(cells) for _, cells in read_delimited(path)] == rows


def test_a_delimiter_inside_cells_does_not_count(tmp_path):
    (tmp_path / "a.csv").write_text('image;class\na.png;"one, two, three"\nb.png;"cyst, ""big"", left"\n')
    assert [cells for _, cells in read_delimited(tmp_path / "a.csv")][2] == ["b.png", 'cyst, "big", left']


def test_excels_own_line_on_the_delimiter_is_obeyed_and_counted(tmp_path):
    (tmp_path / "a.csv").write_text("sep=|\nimage|a,b\nx|1\n")
    assert read_delimited(tmp_path / "a.csv") == [(2, ["image", "a,b"]), (3, ["x", "1"])]


@pytest.mark.parametrize("data", [b"abc\0def" * 9 + bytes(300), b"\0\0\0\0", b'a,b\n"c,d\n'])
def test_what_is_no_table_is_refused(tmp_path, data):
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(DatasetError, match=r"a.csv is no table"):
        read_delimited(tmp_path / "a.csv")
