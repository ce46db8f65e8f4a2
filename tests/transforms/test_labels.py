import pytest
import torch

from common.errors import LabelError
from common.transforms import ReadLabeld

NAMES = ["benign", "malignant"]


@pytest.mark.parametrize("label", ["malignant", 1])
def test_a_name_and_its_index_are_the_same(label):
    item = ReadLabeld("label", NAMES)({"label": label})
    assert torch.equal(item["label"], torch.tensor(1))


@pytest.mark.parametrize("content", ['"malignant"', "1", '{"class": 1}', '{"class": "malignant"}'])
def test_a_json_label_as_monai_label_stores_it(tmp_path, content):
    (tmp_path / "a.json").write_text(content)
    assert int(ReadLabeld("label", NAMES)({"label": str(tmp_path / "a.json")})["label"]) == 1


@pytest.mark.parametrize("label", ["Malignant", 2, -1, None, 0.5])
def test_another_label_is_refused(label):
    with pytest.raises(LabelError, match=r"one of \['benign', 'malignant'\] or its index; got"):
        ReadLabeld("label", NAMES)({"label": label})


def test_a_label_file_that_is_no_json_is_refused(tmp_path):
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(LabelError, match="it cannot be read"):
        ReadLabeld("label", NAMES)({"label": str(tmp_path / "a.json")})
