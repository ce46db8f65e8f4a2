import shutil

import pytest

from common.datasets.prepared import read_prepared
from common.errors import ConfigError, DatasetError, ImageError
from common.phantoms import ct_ich
from common.pretraining import ShardedDataset
from common.pretraining.store import build_store
from common.pretraining.union import list_union

from .conftest import HOW


@pytest.fixture(scope="module")
def heads(tmp_path_factory):
    from common.datasets.prepare import prepare

    folder = tmp_path_factory.mktemp("heads")
    ct_ich.write(folder / "original", patients=10, seed=0, difficulty=0.0)
    return prepare("ct_ich", folder / "original", folder / "data").folder


def test_labels_become_classes_and_every_kept_image_takes_part(phantoms, heads, tmp_path):
    folders = [phantoms, heads]
    card = build_store(list_union(folders, ["none"]), tmp_path / "mini", HOW)
    rows = [row for folder in folders for row in read_prepared(folder).rows if not row["exclude"]]
    assert card.class_names[:2] == ("busbra: benign", "busbra: malignant")
    assert sum(card.counts["train"].values()) + sum(card.counts["valid"].values()) == len(rows)
    assert all(card.counts["valid"].values())
    assert card.synthetic
    parts = [ShardedDataset(tmp_path / "mini", part=part, seed=0) for part in ("train", "valid")]
    digests = [int(digest) for part in parts for digest in part.digests()]
    assert sorted(digests) == sorted(int(row["pixels"], 16) for row in rows)


def test_patients_stay_in_one_part(phantoms):
    patients = {row["image"]: row["patient"] for row in read_prepared(phantoms).rows}
    pictures = list(list_union([phantoms], ["none"]).pictures())
    train, valid = ({patients[its.image] for its in pictures if its.split == part} for part in ("train", "valid"))
    assert not train & valid
    assert len(valid) == pytest.approx(len(train | valid) / 8, abs=2)


def test_a_window_is_of_files_in_hounsfield_units(phantoms, heads):
    with pytest.raises(ImageError, match=r"a CT window needs Hounsfield units"):
        list_union([phantoms, heads], ["brain"])
    with pytest.raises(ConfigError, match=r"--window is one name, or one for each of 2 data sets; got none,none,brain"):
        list_union([phantoms, heads], ["none", "none", "brain"])


def test_two_sets_of_one_name_are_refused(phantoms, tmp_path):
    shutil.copytree(phantoms.parent, tmp_path / "again")
    with pytest.raises(DatasetError, match=r"two are called busbra: leave one out"):
        list_union([phantoms, tmp_path / "again" / phantoms.name], ["none"])
