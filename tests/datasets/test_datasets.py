import subprocess
import sys

import pytest

from common.datasets import NAMES, published
from common.errors import DatasetError


@pytest.mark.parametrize("name", NAMES)
def test_a_data_set_says_what_its_publisher_states(name):
    data = published(name)
    assert data.name == name
    assert all([data.title, data.licence, data.citation])
    assert data.origin.startswith("https://")
    assert sum(data.counts[label] for label in data.class_names) == data.counts["images"]


@pytest.mark.parametrize(("typed", "nearest"), [("bus-bra", "busbra"), ("BUSI", "busi"), ("ctich", "ct_ich")])
def test_a_wrong_name_is_told_the_nearest(typed, nearest):
    with pytest.raises(DatasetError, match=f"no data set is called '{typed}': did you mean '{nearest}'"):
        published(typed)


def test_reading_a_prepared_data_set_loads_nothing_heavy():
    heavy = "{'scipy', 'sklearn', 'torch', 'PIL', 'numpy'}"
    code = f"import sys, common.datasets.prepared, common.datasets.folds; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
