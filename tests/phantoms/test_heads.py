from collections import Counter

from common.phantoms.bleeds import SUBTYPES
from common.phantoms.heads import FINDINGS, LEAST, slices_of


def drawn(patient, seed=0):
    return list(slices_of(patient, seed=seed, key="test", difficulty=0.2))


def test_ten_patients_show_every_subtype_and_half_of_them_none():
    findings = Counter(name for names in FINDINGS for name in names)
    assert set(findings) == set(SUBTYPES)
    seen = [{name for one in drawn(patient) for name in one.subtypes} for patient in range(1, 11)]
    assert set.union(*seen) == set(SUBTYPES)
    assert sum(not names for names in seen) == 5


def test_slices_go_up_and_are_labelled_by_what_they_show():
    for patient in (1, 2):
        slices = drawn(patient)
        assert [one.number for one in slices] == list(range(1, len(slices) + 1))
        assert sorted(one.level for one in slices) == [one.level for one in slices]
        for one in slices:
            shown = {name for name, area in one.truth["areas"].items() if area >= LEAST}
            assert set(one.subtypes) == shown
