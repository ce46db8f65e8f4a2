"""Stands in for `python -m monai.bundle run`: leaves what a training or an evaluation leaves, with a planted truth.

Standard library only, so that a run costs some milliseconds. How good a network is depends on `--pretrained` alone, its
validation score on `--learning_rate`. `STAND_IN_SECONDS` makes a run last, `STAND_IN_FAILS` names a weight that fails.
"""

import csv
import json
import os
import random
import sys
import time
from pathlib import Path

QUALITY = {"good": 2.0, "poor": 0.6, "poor too": 0.6, "early": 0.6}
"""By how many standard deviations a positive image scores higher."""

HEAD_START = {"early": 2.0}
"""By how many more with nobody to train on; the lead is gone once all are there."""


def main(words: list[str]) -> None:
    given = {key.removeprefix("--"): value for key, value in zip(words[::2], words[1::2], strict=True)}
    models = Path(given["ckpt_dir"])
    evaluates = "evaluate.json" in given["config_file"]
    models.mkdir(parents=True, exist_ok=True)
    with (models.parent / "calls.txt").open("a") as calls:
        calls.write("evaluate\n" if evaluates else "train\n")
    if os.environ.get("STAND_IN_FAILS", "nothing") == given.get("pretrained"):
        sys.exit("error: planted")
    time.sleep(float(os.environ.get("STAND_IN_SECONDS", "0")))
    if evaluates:
        card = json.loads((models / "model.json").read_text())
        evaluate(card, Path(given["dataset_dir"]), Path(given["output_dir"]))
        (models / "model.json").write_text(json.dumps({**card, "temperature": 0.8}))
    else:
        train(given, models)


def train(given: dict, models: Path) -> None:
    index = json.loads((Path(given["dataset_dir"]) / "dataset.json").read_text())["index_sha256"]
    value = {"0.001": 0.8, "0.01": 0.7}[given["learning_rate"]]
    card = {
        **{key: given[key] for key in ("pretrained", "fold", "seed", "learning_rate")},
        **{"dataset": {"index_sha256": index}, "val_auc": value, "val_negative_loss": value, "best_epoch": 1},
        "weights_source": f"{given['pretrained']} weights",
        "again": ["refit"] if "refit.json" in given["config_file"] else [],
        "share": int(given.get("train::share", 100)),
    }
    (models / "training_state.ckpt").write_text("large")
    (models / "model.json").write_text(json.dumps(card))


def number_of(card: dict) -> list:
    """What makes a training differ from another."""
    return [*card.values()][:4] + card["again"]


def evaluate(card: dict, data: Path, results: Path) -> None:
    results.mkdir(exist_ok=True)
    with (data / "index.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["fold"] == card["fold"][0]]
    texts = ("image", "frame", "study", "patient", "fold")
    header = [*texts, "part", "label", "probability:benign", "probability:malignant"]
    with (results / "predictions.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            image, own = (random.Random(f"{row['image']} {which}") for which in ("", number_of(card)))
            lead = HEAD_START.get(card["pretrained"], 0) * (1 - card["share"] / 100)
            lift = (QUALITY[card["pretrained"]] + lead) * (row["label"] == "malignant")
            score = 0.5 + (lift + 0.8 * image.gauss(0, 1) + 0.6 * own.gauss(0, 1)) / 20
            writer.writerow([*(row[text] for text in texts), "test", row["label"], 1 - score, score])


def flip(words: list[str]) -> None:
    """Leaves what `common.comparison.flipped` leaves: half of each score's noise is gone."""
    given = {key.removeprefix("--"): value for key, value in zip(words[::2], words[1::2], strict=True)}
    Path(given["out"]).mkdir()
    with (Path(given["output_dir"]) / "predictions.csv").open() as file:
        header, *rows = csv.reader(file)
    with (Path(given["out"]) / "predictions.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for *texts, _, score in rows:
            mirrored = (float(score) + 0.5 + 0.1 * (texts[-1] == "malignant")) / 2
            writer.writerow([*texts, 1 - mirrored, mirrored])


def localise(words: list[str]) -> None:
    """Leaves what `scripts/localize.py` leaves of malignant images: the better a network, the better its maps."""
    given = {key.removeprefix("--"): value for key, value in zip(words[::2], words[1::2], strict=True)}
    card = json.loads((Path(given["ckpt_dir"]) / "model.json").read_text())
    Path(given["out"]).mkdir()
    with (Path(given["dataset_dir"]) / "index.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["fold"] == card["fold"][0] and row["label"] == "malignant"]
    with (Path(given["out"]) / "images.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["image", "frame", "patient", "part", "dice:map", "dice:untrained"])
        for row in rows:
            image, own = (random.Random(f"{row['image']} {which}") for which in ("", number_of(card)))
            base = 0.3 + 0.1 * image.random()
            lead = 0.1 * QUALITY[card["pretrained"]] + 0.05 * own.gauss(0, 1)
            writer.writerow([*(row[key] for key in ("image", "frame", "patient")), "test", base + lead, base])


if __name__ == "__main__":
    main(sys.argv[1:])
