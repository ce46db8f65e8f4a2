"""The positive control of comparing maps: of two real networks one sees the lesion, the other all but it."""

from types import SimpleNamespace

import torch
from torch import nn

from common.comparison.jobs import MAPS
from common.comparison.maps import compare_maps
from common.comparison.plan import Trial
from common.files import write_text
from common.localization import localise, measured_items
from common.localization.write import _images

from .conftest import Brightness, annotated_images


class Darkness(nn.Sequential):
    """Logits that grow with how dark the image is: its evidence is all around the lesion."""

    def __init__(self) -> None:
        bright = Brightness()
        super().__init__(_Inverted(), *list(bright)[1:])


class _Inverted(nn.Module):
    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return 1 - images


def test_the_network_that_sees_the_lesion_has_the_better_maps(model_of, tmp_path):
    chosen, data = [], annotated_images(tmp_path / "data", patients=80)
    for name, network in {"sees": Brightness, "misses": Darkness}.items():
        for fold in range(2):
            model = model_of(data, network=network())
            model.card["fold"] = fold
            folder = tmp_path / f"{name}_{fold}"
            write_text(folder / MAPS / "images.csv", _images(localise(model, measured_items(model)), synthetic=True))
            for seed in range(3):
                scenario = {"backbone": "brightness", "trainable": "all", "learning_rate": 1.0}
                trial = Trial(bundle="breast_us", initialisation=name, fold=str(fold), seed=seed, **scenario)
                chosen.append(SimpleNamespace(trial=trial, job=SimpleNamespace(folder=str(folder))))
    (its,) = compare_maps(chosen, ["breast_us"], ["sees"], "misses")
    assert its.decision == "better"
    assert its.dice[0] == 1
    assert its.difference.low > 0.3
    assert its.over_random[0].low > 0.3
    assert its.patients == its.images == 28
