import pytest

from common.datasets.own.findings import read_findings
from common.errors import DatasetError


@pytest.mark.parametrize(
    ("word", "value"),
    [
        *((word, "1") for word in ("1", "yes", "TRUE", "Positive")),
        *((word, "0") for word in ("0", "no", "False", "negative")),
        *((word, "") for word in ("", "-1", "Uncertain", "nan", "NULL", "#N/A")),
    ],
)
def test_words_for_yes_no_and_unknown(sheet, word, value):
    assert read_findings(sheet(["f", "cyst"], ["a", word]), ["cyst"]) == [{"label": "", "label:cyst": value}]


def test_another_word_is_refused_with_its_place(sheet):
    with pytest.raises(DatasetError, match=r"a finding is 1, 0 or empty .* line 3 of .* has '2' in 'cyst': correct it"):
        read_findings(sheet(["cyst"], ["1"], ["2"]), ["cyst"])
