import subprocess
import sys
from dataclasses import replace

import pytest

from common.datasets import NAMES, busi, published
from common.errors import DatasetError


@pytest.mark.parametrize("name", NAMES)
def test_a_data_set_says_what_its_publisher_states(name):
    data = published(name)
    assert data.name == name
    assert all([data.title, data.licence, data.citation])
    assert data.origin.startswith("https://")
    stated = [data.counts[label] for label in data.class_names if label in data.counts]
    assert not stated or sum(stated) == data.counts["images"], "a publisher states all classes or none"


@pytest.mark.parametrize(
    ("typed", "nearest"), [("bus-bra", "busbra"), ("BUSI", "busi"), ("busbar", "busbra"), ("kermani", "kermany")]
)
def test_a_wrong_name_is_told_the_nearest(typed, nearest):
    with pytest.raises(DatasetError, match=f"no data set is called '{typed}': did you mean '{nearest}'"):
        published(typed)


def test_a_word_of_ones_own_images_is_near_too():
    with pytest.raises(DatasetError, match="did you mean 'table'"):
        published("tabel")


def test_a_data_set_has_the_tasks_and_forms_that_it_offers(monkeypatch):
    acl = replace(busi.PUBLISHED, task="multiclass")
    monkeypatch.setattr(busi, "TASKS", {"acl": acl, "meniscus": busi.PUBLISHED}, raising=False)
    monkeypatch.setattr(busi, "AS_PUBLISHED", replace(acl, title="as it was"), raising=False)
    assert published("busi") is busi.PUBLISHED
    assert published("busi", "acl") is acl
    assert published("busi", as_published=True).title == "as it was"
    with pytest.raises(DatasetError, match="--task is one of acl, meniscus; got 'x'"):
        published("busi", "x")
    with pytest.raises(DatasetError, match="no form as published together with --task acl: leave --as-published out"):
        published("busi", "acl", as_published=True)


def test_what_a_data_set_does_not_offer_is_refused():
    with pytest.raises(DatasetError, match="--task is not given for busbra, which has one problem; got 'acl'"):
        published("busbra", "acl")
    with pytest.raises(DatasetError, match="there is no form as published of busbra"):
        published("busbra", as_published=True)


def test_reading_a_prepared_data_set_loads_nothing_heavy():
    heavy = "{'scipy', 'sklearn', 'torch', 'PIL', 'numpy'}"
    code = f"import sys, common.datasets.prepared, common.datasets.folds; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
