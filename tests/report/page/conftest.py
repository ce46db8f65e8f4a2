"""A run's files as a report is made from them, with names long enough to break a narrow page."""

import copy

import pytest

from common.report import plots
from common.report.page import page

LONG = "a-name-without-a-single-blank-" * 6

CARD = {
    "run_key": "0123456789abcdef",
    "task": "binary",
    "class_names": ["benign", "malignant"],
    "backbone": "resnet50",
    "pretrained": "radimagenet",
    "input_contract": "native",
    "trainable": "all",
    "window": "none",
    "image_size": [224, 224],
    "fold": 0,
    "seed": 0,
    "max_epochs": 30,
    "patience": 10,
    "val_interval": 1,
    "batch_size": 32,
    "learning_rate": 0.0001,
    "precision": "bf16",
    "weights_source": "RadImageNet-ResNet50_notop.pt, RadImageNet's PyTorch training, 320 tensors, sha256 0123",
    "dataset": {"name": "BUS <BRA>", "synthetic": False, "index_sha256": "0" * 64, "shared_patients": {}},
    "images": {"train": 1311, "valid": 188},
    "sha256": {"initial_weights": "1" * 64},
    "recipe": {
        "optimizer": {"_target_": "torch.optim.Adam"},
        "loss": {"_target_": "torch.nn.CrossEntropyLoss"},
        "train::random_transforms": [{"_target_": "RandFlipd", "keys": "image", "prob": 0.5, "spatial_axis": 1}],
    },
    "best_epoch": 21,
    "out_of_range": {
        "reference_images": 1000,
        "flagged_in_validation_at_most": 0.05,
        "thresholds": {"size": 0.1},
        "false_positives": {"patients": {"value": 0.04, "low": 0.02, "high": 0.07, "n": 213}},
    },
}
RUN = {
    "versions": {"python": "3.11", "monai": "1.6.1", "torch": "2.13.0"},
    "machine": "x86_64, CPU, 2 threads",
    "seconds": 4380.0,
    "images": {"train": 1311, "valid": 188, "test": 376},
    "command": f"python -m monai.bundle run --dataset_dir data/{LONG}",
}
AUDIT = {
    "index_sha256": "0" * 64,
    "spoiled": False,
    "findings": {
        "blank image": [{"kind": "blank image", "verdict": "note", "detail": f"{LONG}.png: flat", "files": []}] * 5,
        "missing file": [],
    },
}


@pytest.fixture
def make(tmp_path, test, scores):
    """Return the report as HTML; arguments replace what it is made from."""
    plots.plot_roc(tmp_path / "roc.png", test, scores, subtitle="of a test")
    plots.plot_errors(tmp_path / "errors.png", [], subtitle="of a test")

    def made(*, card=None, **changes):
        given = {
            "result": "test AUC of malignant 0.786 [0.716, 0.842], n = 376 images (clustered by patient)",
            "basis": "BUS <BRA>, fold 0; resnet50",
            "metrics": scores,
            "run": RUN,
            "pictures": sorted(tmp_path.glob("*.png")),
            "overlays": [],
            "description": {"origin": f"https://example.org/{LONG}", "licence": "CC BY 4.0"},
            "audit": AUDIT,
            "dataset_dir": "data/busbra",
            "hashes": {"model.pt": "2" * 64},
            "command": "python -m monai.bundle run --config_file \"['train.json','evaluate.json']\"",
        }
        return page(card=copy.deepcopy(CARD) | (card or {}), **(given | changes))

    return made
