from collections import Counter

import pytest

from common.pretraining import class_table
from common.pretraining.classes import SYSTEMS

TABLE = class_table()


def test_the_labels_are_the_165_in_order():
    labels = [its.label for its in TABLE]
    assert len(set(labels)) == 165
    assert labels == sorted(labels)


def test_modalities_and_anatomies_have_the_published_numbers_of_classes():
    assert Counter(its.modality for its in TABLE) == {"CT": 34, "MR": 116, "US": 15}
    assert Counter((its.modality, its.anatomy) for its in TABLE) == {
        ("CT", "abdomen"): 28,
        ("CT", "lung"): 6,
        ("MR", "ankle and foot"): 25,
        ("MR", "abdomen"): 26,
        ("MR", "knee"): 18,
        ("MR", "hip"): 14,
        ("MR", "shoulder"): 14,
        ("MR", "brain"): 10,
        ("MR", "spine"): 9,
        ("US", "abdomen"): 13,
        ("US", "thyroid"): 2,
    }
    assert all(its.label.startswith(f"{its.modality}_") for its in TABLE)


RULES = [
    ("endocrine", lambda its, finding: any(gland in finding for gland in ("adrenal", "thyroid", "pituatary"))),
    ("oncologic", lambda its, finding: any(word in finding for word in ("lesion", "mass", "neoplasm", "tumor"))),
    (
        "neurologic",
        lambda its, finding: (
            its.anatomy == "brain"
            or (its.anatomy == "spine" and any(word in finding for word in ("cord", "dural", "foraminal")))
        ),
    ),
    (
        "musculoskeletal",
        lambda its, finding: (
            its.anatomy in ("ankle and foot", "hip", "knee", "shoulder", "spine")
            or any(word in finding for word in ("osseous", "marrow", "degenerative"))
        ),
    ),
    ("pulmonary", lambda its, finding: its.anatomy == "lung"),
    (
        "gastrointestinal",
        lambda its, finding: (
            finding == "gb"
            or any(
                word in finding for word in ("bowel", "bil_dil", "gallbladder", "gallstone", "liver", "pancrea", "cbd")
            )
        ),
    ),
    ("abdominal", lambda its, finding: True),
]


@pytest.mark.parametrize("its", TABLE, ids=lambda its: its.label)
def test_a_system_follows_from_the_stated_rules(its):
    finding = its.label.split("_", 2)[2].lower()
    assert its.system == next(system for system, holds in RULES if holds(its, finding))


def test_every_system_has_classes():
    assert {its.system for its in TABLE} == set(SYSTEMS)
