"""The same numbers counted over all pairs, word for word from the papers: what the fast ones must agree with."""

import numpy as np


def placements(labels, scores):
    """The share of the other class that each positive, and each negative image is ordered rightly against."""
    positive, negative = scores[labels == 1], scores[labels == 0]
    wins = (positive[:, None] > negative[None]) + 0.5 * (positive[:, None] == negative[None])
    return wins.mean(axis=1), wins.mean(axis=0)


def delong_covariance(labels, one, other):
    """DeLong, DeLong and Clarke-Pearson (1988), equations 4 to 6."""
    (above_one, below_one), (above_other, below_other) = (placements(labels, scores) for scores in (one, other))
    s10, s01 = np.cov(above_one, above_other)[0, 1], np.cov(below_one, below_other)[0, 1]
    return s10 / len(above_one) + s01 / len(below_one)


def obuchowski_covariance(labels, one, other, patients):
    """Obuchowski (1997), equations 3 to 5 and their like for two tests: X are positive, Y negative images."""
    models = [placements(labels, scores) for scores in (one, other)]
    areas = [above.mean() for above, _ in models]
    m, n = len(models[0][0]), len(models[0][1])
    own_above, own_below = patients[labels == 1], patients[labels == 0]
    s10 = s01 = s11 = s11_turned = 0.0
    for patient in set(patients.tolist()):
        x = [(above[own_above == patient] - area).sum() for (above, _), area in zip(models, areas, strict=True)]
        y = [(below[own_below == patient] - area).sum() for (_, below), area in zip(models, areas, strict=True)]
        s10 += x[0] * x[1]
        s01 += y[0] * y[1]
        s11 += x[0] * y[1]
        s11_turned += x[1] * y[0]
    i10, i01, i = len(set(own_above.tolist())), len(set(own_below.tolist())), len(set(patients.tolist()))
    s10, s01 = s10 * i10 / ((i10 - 1) * m), s01 * i01 / ((i01 - 1) * n)
    return s10 / m + s01 / n + (s11 + s11_turned) * i / (i - 1) / (m * n)
