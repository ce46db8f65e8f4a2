import pytest
import torch

from common.datasets.items import Items, Origin, read_items
from common.datasets.prepared import read_prepared
from common.errors import WeightsError
from common.networks import Classifier
from common.runs import Run
from common.seen import read_seen, refuse_seen, write_seen

NAMES = ["benign", "malignant"]


@pytest.fixture
def train(tmp_path):
    """Return the function that opens a run on one fold, saves its untrained model, and returns the path of that."""

    def run(data, *, fold, pretrained="random", place="first"):
        network = Classifier("resnet50", 2, pretrained=str(pretrained))
        parts = [read_items(data, NAMES, fold=fold, part=part) for part in ("train", "valid")]
        opened = Run({"fold": fold}, str(tmp_path / place), str(tmp_path / "eval"))
        opened.open(*parts, network)
        opened.save_model(network)
        return tmp_path / place / "model.pt"

    return run


def of_part(data, part):
    return frozenset(item["pixels"] for item in read_items(data, NAMES, fold=0, part=part))


def test_a_model_lists_what_trained_and_chose_it(train, phantoms):
    assert read_seen(train(phantoms, fold=0)) == of_part(phantoms, "train") | of_part(phantoms, "valid")


def test_weights_are_refused_on_a_fold_whose_test_images_they_have_seen(train, phantoms):
    model = train(phantoms, fold=0)
    tested = len({item["pixels"] for item in read_items(phantoms, NAMES, fold=1, part="test")})
    with pytest.raises(WeightsError, match=f"have seen {tested} of the {tested} in the test part of this fold"):
        train(phantoms, fold=1, pretrained=model, place="second")


def test_weights_go_on_with_their_own_fold_and_pass_on_what_they_have_seen(train, phantoms):
    model = train(phantoms, fold=0)
    write_seen(model.parent, {"00000000000000aa", *read_seen(model)})
    second = train(phantoms, fold=0, pretrained=model, place="second")
    assert read_seen(second) == read_seen(model)


def test_weights_without_a_list_are_taken_as_they_are(train, phantoms):
    model = train(phantoms, fold=0)
    (model.parent / "seen.txt").unlink()
    train(phantoms, fold=1, pretrained=model, place="second")


def test_a_list_of_items_has_no_test_part(tmp_path):
    items = [{"image": "a.png", "label": "benign"}, {"image": "b.png", "label": "malignant"}]
    run = Run({}, str(tmp_path / "models"), str(tmp_path / "eval"))
    network = torch.nn.Linear(2, 2)
    run.open(items, items, network)
    run.save_model(network)
    assert read_seen(tmp_path / "models" / "model.pt") == frozenset()


def test_the_digests_of_the_test_part_come_with_every_part(phantoms):
    tested = {row["pixels"] for row in read_prepared(phantoms).rows if row["fold"] == "0"}
    assert read_items(phantoms, NAMES, fold=0, part="train").origin.tested == tested


def test_seeing_nothing_of_it_is_no_offence():
    refuse_seen({"a"}, {"b"}, weights="anybody's")
    assert Items([], Origin("", synthetic=False, index_sha256="", root=None, shared_patients={})).origin.tested == set()
