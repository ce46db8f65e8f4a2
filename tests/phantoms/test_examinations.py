from collections import Counter

import pytest
from sklearn.metrics import roc_auc_score

from common.phantoms import busbra, busi
from common.phantoms.draw import from_block
from common.phantoms.examinations import draw_examination


@pytest.mark.parametrize("layout", [busbra, busi])
def test_scanner_and_anatomy_do_not_tell_the_class(layout):
    patients = range(1, 1001)
    exams = [draw_examination(patient, seed=0, key=layout.NAME) for patient in patients]
    malignant = [
        from_block(layout.LABELS, patient - 1, seed=0, key=f"{layout.NAME} label") == "malignant"
        for patient in patients
    ]
    for name in ("gain", "attenuation", "width", "height", "layers"):
        values = [getattr(exam, name) for exam in exams]
        scores = [value[1] if name == "layers" else value for value in values]
        assert roc_auc_score(malignant, scores) == pytest.approx(0.5, abs=0.06), name
    assert roc_auc_score(malignant, [exam.device.dynamic_range for exam in exams]) == pytest.approx(0.5, abs=0.06)


def test_devices_keep_their_proportions():
    names = Counter(draw_examination(patient, seed=3, key="x").device.name[:9] for patient in range(1, 29))
    assert names == {"Phantom 1": 14, "Phantom 2": 12, "Phantom 3": 2}
