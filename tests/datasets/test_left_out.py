from common.datasets.left_out import NAME, LeftOut, counted, write_left_out

LIST = [
    LeftOut("file", "a.png", "no line with a label in the table"),
    LeftOut("line", "7", "names no image"),
    LeftOut("file", "b.png", "a class of too few patients: cyst"),
    LeftOut("file", "c.png", "a class of too few patients: fibroma"),
]


def test_each_kind_is_counted_once_for_all_its_details():
    assert counted(LIST) == {
        "file: a class of too few patients": 2,
        "file: no line with a label in the table": 1,
        "line: names no image": 1,
    }


def test_the_list_is_written_and_goes_when_nothing_is_left_out(tmp_path):
    write_left_out(tmp_path, LIST)
    lines = (tmp_path / NAME).read_text().splitlines()
    assert lines[0] == "what,where,reason"
    assert lines[2] == "line,7,names no image"
    assert len(lines) == 5
    write_left_out(tmp_path, [])
    assert not (tmp_path / NAME).exists()
    write_left_out(tmp_path, [])
