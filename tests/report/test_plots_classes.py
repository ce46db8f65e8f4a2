from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from common.report import plots, plots_classes
from common.report.plots_style import COLOURS
from common.report.scores import scores_of

OF_SCALE = [plots_classes.plot_rocs, plots_classes.plot_precision_recalls, plots_classes.plot_confusion,
            plots.plot_reliability]  # fmt: skip
OF_FINDINGS = [plots_classes.plot_rocs, plots_classes.plot_precision_recalls, plots_classes.plot_reliabilities]
ORANGE = (0xD5, 0x5E, 0x00)


@pytest.fixture
def draw(tmp_path):
    """Return the pixels of a figure, `(H, W, 3)`."""

    def drawn(plot, test, scores, *, subtitle="from random weights", synthetic=False):
        plot(tmp_path / "plot.png", test, scores, subtitle=subtitle, synthetic=synthetic)
        return np.asarray(Image.open(tmp_path / "plot.png").convert("RGB"))

    return drawn


def of(request, name):
    return request.getfixturevalue(name)[1:]


FIGURES = [("scale", plot) for plot in OF_SCALE] + [("findings", plot) for plot in OF_FINDINGS]


@pytest.mark.parametrize(("name", "plot"), FIGURES)
def test_the_heading_says_where_it_comes_from_and_that_it_is_synthetic(draw, request, name, plot):
    test, scores = of(request, name)
    plain, synthetic = draw(plot, test, scores), draw(plot, test, scores, synthetic=True)
    heading, right = slice(0, 50), slice(plain.shape[1] // 2, None)
    shares = [(image[heading, right] == ORANGE).all(axis=-1).mean() for image in (plain, synthetic)]
    assert shares[1] > 0.1 > shares[0]
    assert np.array_equal(synthetic[80:], plain[80:])
    assert not np.array_equal(draw(plot, test, scores, subtitle="another")[40:80], plain[40:80])


@pytest.fixture(scope="module")
def other(scale, findings):
    """Predictions that go to the wrong classes, and their scores, by name of the fixture."""
    found = {}
    for name, (validation, test, _) in {"scale": scale, "findings": findings}.items():
        wrong = replace(test, probabilities=test.probabilities[:, ::-1])
        found[name] = wrong, scores_of(validation, wrong, task="multilabel" if test.multilabel else "multiclass")
    return found


@pytest.mark.parametrize(("name", "plot"), FIGURES)
def test_a_figure_shows_its_data(draw, request, other, name, plot):
    assert not np.array_equal(draw(plot, *of(request, name)), draw(plot, *other[name]))


def colours_in(image):
    red, green, blue = np.moveaxis(image.astype(np.int64), -1, 0)
    found = set(np.unique(red << 16 | green << 8 | blue).tolist())
    return [colour for colour in COLOURS if int(colour[1:], 16) in found]


@pytest.mark.parametrize("plot", [plots_classes.plot_rocs, plots_classes.plot_precision_recalls])
def test_each_class_has_its_curve(draw, request, plot):
    assert colours_in(draw(plot, *of(request, "scale")))[:4] == list(COLOURS[:4])
    assert COLOURS[3] not in colours_in(draw(plot, *of(request, "findings")))


def test_of_ten_findings_the_eight_most_frequent_are_shown(findings, draw):
    _, test, scores = findings
    classes, order = scores["test"]["classes"], [0, 2, 1, 0, 2, 0, 0, 1, 1, 0]  # the third is the rarest
    names = [f"finding {index}" for index in range(10)]
    many = {name: classes[test.class_names[index]] for name, index in zip(names, order, strict=True)}
    wide = replace(
        test, label=test.label[:, order], probabilities=test.probabilities[:, order], class_names=tuple(names)
    )
    image = draw(
        plots_classes.plot_rocs, wide, {"class_names": names, "test": {"auc": scores["test"]["auc"], "classes": many}}
    )
    assert len(colours_in(image)) == len(COLOURS) == plots_classes.MOST
    shown = [name for _, name in plots_classes.shown(scores | {"class_names": names, "test": {"classes": many}})]
    assert shown == [name for name, index in zip(names, order, strict=True) if index != 2]


@pytest.fixture(scope="module")
def lacking(findings):
    """Findings of which test has no positive, or knows nothing."""
    validation, test, _ = findings
    label = test.label.copy()
    label[:, 2], label[:, 1] = -1, 0
    test = replace(test, label=label)
    return test, scores_of(validation, test, task="multilabel")


@pytest.mark.parametrize("plot", OF_FINDINGS)
def test_a_finding_that_test_lacks_still_has_its_figures(draw, lacking, plot):
    assert draw(plot, *lacking).min() == 0
