"""The subarachnoid haemorrhages that pROC is tested with, as ranks, and what pROC finds.

Turck et al., Intensive Care Medicine 36 (2010) 107: outcome of 113 patients, their WFNS grade, and the rank of their
S100-beta (the same ranks have the same placements, which are published). Numbers: tests/testthat/test-var.R and
test-roc.test.R of https://github.com/xrobin/pROC.
"""

import numpy as np

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def _ranks(*words):
    return np.array([_DIGITS.index(letter) for letter in "".join(words)], dtype=float)


LABELS = np.repeat([1, 0], [41, 72])

WFNS = _ranks(
    "32455552521254425552525245441442255225555",
    "111151221221112121134141551124112212122111121211324214115422111312244111",
)

S100B = _ranks(
    "85b7pus2j42nlrufuuu2uh04dufu3f856du9uiuup",
    "8951qc55131462c268c1b9k4tqb2oq63431859a114143b43j6g25i21em5a39521caqcatr",
)

AREAS = (0.823678861788618, 0.731368563685637)

VARIANCES = (0.00146991470882363, 0.00266868245717244)

Z = 2.20898359144091
"""Of the difference of both areas."""

BOUNDS = (0.0104061769564846, 0.174214419249478)
"""Of its 95 % interval, of the normal distribution."""
