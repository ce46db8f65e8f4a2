import numpy as np
import pytest

from common.errors import ConfigError, RunError, SplitError
from common.localization import localise, measured_items, measures, thresholds
from common.localization.scores import scores_of

from .conftest import Brightness, annotated_images, planted


@pytest.fixture
def model(model_of, data):
    return model_of(data)


@pytest.fixture
def parts(model):
    return localise(model, measured_items(model))


def test_a_map_that_is_the_lesion_has_dice_1_and_its_baselines_have_less(parts):
    found = measures(parts["test"], thresholds(parts["valid"]))
    assert all((values == 1).all() for values in found["map"].values())
    for arm in ("centre", "whole", "untrained", "shuffled"):
        assert found[arm]["dice"].mean() < 0.7, arm
        assert found[arm]["energy"].mean() < 0.7, arm
    scores = scores_of(parts)
    assert all(score["value"] > 0.3 for score in scores["difference"]["shuffled"].values())
    perfect = scores["test"]["map"]["dice"]
    assert (perfect["value"], perfect["n"]) == (1, 6)
    assert np.isnan(perfect["low"])


def test_images_with_an_empty_mask_are_left_out_and_counted_and_masks_are_those_of_the_image(parts):
    for part in parts.values():
        assert part.without_lesion > 0
        for item, mask in zip(part.items, part.masks, strict=True):
            number = int(item["name"].removesuffix(".png"))
            assert number >= 10
            assert np.array_equal(mask, planted(number))
    assert [item["name"] for item in parts["test"].items] == [
        "10.png",
        "15.png",
        "20.png",
        "25.png",
        "30.png",
        "35.png",
    ]


def test_every_score_has_an_interval_and_an_n_and_differences_are_those_of_the_means(parts):
    scores = scores_of(parts)
    for arm, found in scores["difference"].items():
        for measure, score in found.items():
            own, other = (scores["test"][name][measure]["value"] for name in ("map", arm))
            assert score["value"] == pytest.approx(own - other)
            assert score["n"] == 6
    centre = scores["test"]["centre"]["dice"]
    assert centre["low"] < centre["value"] < centre["high"]
    assert scores["level"] == "clustered by patient"


def test_thresholds_are_those_of_the_best_mean_dice_on_validation(parts):
    for arm, place in thresholds(parts["valid"]).items():
        curve = parts["valid"].arms[arm].dice.mean(axis=0)
        assert curve[place] == curve.max()


def test_an_untrained_network_without_evidence_gives_the_whole_image(parts):
    chosen = thresholds(parts["valid"])
    assert chosen["untrained"] == 0
    found = measures(parts["test"], chosen)
    assert np.array_equal(found["untrained"]["dice"], found["whole"]["dice"])
    assert not found["untrained"]["energy"].any()


def test_without_baselines_there_is_the_map_alone_and_it_is_the_same(model, parts):
    alone = localise(model, measured_items(model), baselines=False)
    assert list(alone["test"].arms) == ["map"]
    assert np.array_equal(alone["test"].arms["map"].dice, parts["test"].arms["map"].dice)


@pytest.mark.parametrize("method", ["grad_cam", "grad_cam_pp"])
@pytest.mark.parametrize("layer", ["last", "0"])
def test_each_method_and_layer_finds_it(model, method, layer):
    found = localise(model, measured_items(model), method=method, layer=layer, baselines=False)
    assert found["test"].arms["map"].dice[:, 100].min() == 1


def test_evidence_for_the_other_class_is_not_the_lesions(model_of, data):
    """A network that sees malignant lesions as evidence against benign ones maps each image's own class."""
    network = Brightness()
    network[-1].weight.data[0] *= -1
    model = model_of(data, network=network)
    test = localise(model, measured_items(model), baselines=False)["test"]
    for item, steps in zip(test.items, test.steps, strict=True):
        assert steps.any() == (item["label"] == "malignant")


def test_an_unknown_layer_is_refused_with_those_there_are(model):
    with pytest.raises(ConfigError, match=r"a layer is last, or a module that gives a map: 0, 1, or .*; got 'layer9'"):
        localise(model, measured_items(model), layer="layer9")


def test_an_unknown_method_is_refused(model):
    with pytest.raises(ConfigError, match=r"a method is one of grad_cam, grad_cam_pp; got 'lime'"):
        localise(model, measured_items(model), method="lime")


def test_data_without_masks_are_refused(model_of, tmp_path):
    model = model_of(annotated_images(tmp_path / "bare", masks=False))
    with pytest.raises(SplitError, match=r"no image of its valid part has a mask: prepare a data set with masks"):
        measured_items(model)


def test_masks_that_are_all_empty_are_refused(model):
    normal = {f"{number}.png" for number in range(10)}
    items = {part: [item for item in its if item["name"] in normal] for part, its in measured_items(model).items()}
    with pytest.raises(SplitError, match=r"the masks of the valid part are all empty: localisation needs lesions"):
        localise(model, items)


def test_another_data_set_than_the_models_is_refused(model, phantoms):
    with pytest.raises(RunError, match=r"a model is evaluated on the data it was trained on, Planted"):
        measured_items(model._replace(dataset_dir=str(phantoms)))
