import json

import pytest
import torch

from common.errors import LabelError
from common.transforms import ReadLabeld

NAMES = ["benign", "malignant"]
FINDINGS = ["cyst", "mass", "scar"]


def index(label):
    return ReadLabeld("label", NAMES, "binary")({"label": label})["label"]


def states(label):
    return ReadLabeld("label", FINDINGS, "multilabel")({"label": label})["label"]


@pytest.mark.parametrize("label", ["malignant", 1])
def test_a_name_and_its_index_are_the_same(label):
    assert torch.equal(index(label), torch.tensor(1))


@pytest.mark.parametrize("content", ['"malignant"', "1", '{"class": 1}', '{"class": "malignant"}'])
def test_a_json_label_as_monai_label_stores_it(tmp_path, content):
    (tmp_path / "a.json").write_text(content)
    assert int(index(str(tmp_path / "a.json"))) == 1


@pytest.mark.parametrize("label", ["Malignant", 2, -1, None, 0.5, {"benign": "1"}])
def test_another_label_is_refused(label):
    with pytest.raises(LabelError, match=r"binary task is one of \['benign', 'malignant'\] or its index; got"):
        index(label)


def test_a_label_file_that_is_no_json_is_refused(tmp_path):
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(LabelError, match="it cannot be read"):
        index(str(tmp_path / "a.json"))


def test_findings_stand_in_the_order_of_the_classes_and_are_nan_where_not_known():
    found = states({"scar": "0", "cyst": "1", "mass": ""})
    assert found.dtype == torch.float32
    assert torch.equal(found.nan_to_num(-1), torch.tensor([1.0, -1.0, 0.0]))


@pytest.mark.parametrize(
    "label",
    [
        {"cyst": 1, "mass": None, "scar": 0},
        {"cyst": True, "scar": False},
        {"class": {"cyst": "1", "mass": "", "scar": "0"}},
    ],
)
def test_a_json_label_of_findings_in_every_form(tmp_path, label):
    (tmp_path / "a.json").write_text(json.dumps(label))
    assert torch.equal(states(str(tmp_path / "a.json")).nan_to_num(-1), torch.tensor([1.0, -1.0, 0.0]))


@pytest.mark.parametrize("label", ["cyst", 1, {"cist": "1"}, {"cyst": "yes"}, {"cyst": 2}, ["cyst"]])
def test_another_label_of_findings_is_refused(label):
    with pytest.raises(LabelError, match=r"of a multilabel task is \{'cyst': '1, 0 or empty', .*\}; got"):
        states(label)
