import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from common.errors import StorageError
from common.report import plots
from common.report.scores import binary_scores

EPOCHS = [
    {"epoch": e, "train_loss": 1 / e, "val_loss": 1 / e + e / 50, "val_auc": 0.9 - (e - 4) ** 2 / 100}
    for e in range(1, 9)
]
OF_TEST = [plots.plot_roc, plots.plot_precision_recall, plots.plot_reliability]
ORANGE, GREEN = (0xD5, 0x5E, 0x00), (0x00, 0x9E, 0x73)


def pixels(path):
    return np.asarray(Image.open(path).convert("RGB"))


def share_of(colour, image):
    return (image == colour).all(axis=-1).mean()


@pytest.fixture
def draw(tmp_path, test, scores):
    """Return the pixels of a figure, `(H, W, 3)`."""

    def drawn(plot, subtitle="from random weights", synthetic=False, **changes):
        data = {
            "test": test,
            "scores": scores,
            "epochs": EPOCHS,
            "errors": [(np.zeros((40, 30)), "a.png: benign, p = 0.97")],
        }
        data |= changes
        arguments = {plots.plot_learning_curves: ("epochs",), plots.plot_errors: ("errors",)}.get(
            plot, ("test", "scores")
        )
        plot(
            tmp_path / "eval" / "plot.png", *(data[name] for name in arguments), subtitle=subtitle, synthetic=synthetic
        )
        return pixels(tmp_path / "eval" / "plot.png")

    return drawn


@pytest.mark.parametrize("plot", [*OF_TEST, plots.plot_learning_curves, plots.plot_errors])
def test_the_heading_says_where_it_comes_from_and_that_it_is_synthetic(draw, plot):
    plain, synthetic, other = draw(plot), draw(plot, synthetic=True), draw(plot, subtitle="another source")
    heading, right = slice(0, 50), slice(plain.shape[1] // 2, None)
    assert share_of(ORANGE, synthetic[heading, right]) > 0.1 > share_of(ORANGE, plain[heading, right])
    assert np.array_equal(synthetic[80:], plain[80:])
    assert not np.array_equal(other[40:80], plain[40:80])


@pytest.mark.parametrize("plot", OF_TEST)
def test_a_figure_shows_its_data_and_shows_it_again(draw, plot, validation, test):
    flipped = replace(test, label=1 - test.label)
    assert not np.array_equal(draw(plot), draw(plot, test=flipped, scores=binary_scores(validation, flipped)))
    assert np.array_equal(draw(plot), draw(plot))


@pytest.mark.parametrize("plot", OF_TEST)
@pytest.mark.parametrize("label", [0, 1])
def test_a_test_part_with_one_class_still_has_its_figures(draw, plot, validation, test, label):
    one_class = replace(test, label=np.full(len(test), label))
    assert draw(plot, test=one_class, scores=binary_scores(validation, one_class)).min() == 0


def test_images_without_a_label_are_left_out(draw, test):
    unlabelled = replace(test.rows(np.arange(60)), label=np.full(60, -1))
    parts = {
        name: np.concatenate([getattr(test, name), getattr(unlabelled, name)])
        for name in vars(test)
        if name != "class_names"
    }
    for plot in OF_TEST:
        assert np.array_equal(draw(plot), draw(plot, test=replace(test, **parts)))


def marked_columns(image):
    """Return the columns of the dotted lines through the best epoch."""
    return np.flatnonzero((image == GREEN).all(axis=-1).sum(axis=0) > 40)


def test_the_first_of_the_best_epochs_is_marked(draw):
    expected = marked_columns(draw(plots.plot_learning_curves))  # the fourth of eight
    twice = [{**e, "val_auc": 0.9 if e["epoch"] in (4, 8) else 0.6} for e in EPOCHS]
    later = [{**e, "val_auc": 0.9 if e["epoch"] == 7 else 0.6} for e in EPOCHS]
    assert np.array_equal(marked_columns(draw(plots.plot_learning_curves, epochs=twice)), expected)
    assert (marked_columns(draw(plots.plot_learning_curves, epochs=later)) > expected).all()


@pytest.mark.parametrize("missing", [{"val_auc": None, "val_loss": None}, {"val_auc": float("nan")}, {}])
def test_an_epoch_that_was_not_validated_is_never_the_best(draw, missing):
    first = {"epoch": 1, "train_loss": 1.0} | missing
    image = draw(plots.plot_learning_curves, epochs=[first, *EPOCHS[1:]])
    assert np.array_equal(marked_columns(image), marked_columns(draw(plots.plot_learning_curves)))
    assert marked_columns(draw(plots.plot_learning_curves, epochs=[first])).size == 0


def test_the_sheet_shows_images_rows_first_and_unstretched(draw):
    image = np.zeros((40, 40))
    image[:10] = 1  # a bright band at the top
    black = (draw(plots.plot_errors, errors=[(image, "")]) == 0).all(axis=-1)
    rows, columns = (np.flatnonzero(black.sum(axis=axis) > 200) for axis in (1, 0))
    assert np.ptp(rows) == pytest.approx(0.75 * np.ptp(columns), abs=3)


@pytest.mark.parametrize("count", [0, 1, 4, 5, 12])
def test_the_sheet_grows_with_the_errors(draw, count):
    height = draw(plots.plot_errors, errors=[(np.zeros((30, 30)), "caption")] * count).shape[0]
    assert height == round((max(1, -(-count // 4)) * 2.3 + 0.6) * 150)


def test_a_figure_that_cannot_be_written_is_said_in_a_line(tmp_path):
    (tmp_path / "eval" / "errors.png").mkdir(parents=True)
    with pytest.raises(StorageError, match=r"cannot write .*errors\.png"):
        plots.plot_errors(tmp_path / "eval" / "errors.png", [], subtitle="")


def test_scores_and_figures_of_400_images_take_less_than_5_seconds(draw, validation, test):
    start = time.process_time()
    draw(plots.plot_roc, scores=binary_scores(validation, test))
    draw(plots.plot_precision_recall)
    draw(plots.plot_reliability)
    draw(plots.plot_learning_curves)
    draw(plots.plot_errors, errors=[(np.zeros((350, 270)), "caption")] * 12)
    assert time.process_time() - start < 5
