"""Train, evaluate and use a bundle on real images with a scale of classes, and with findings that may coexist."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from common.datasets.folds import assign_folds
from common.datasets.index import COLUMNS, PREPARED_COLUMNS
from common.datasets.prepared import write_prepared
from common.metrics import read_predictions

from .conftest import ROOT, TRAIN, places

DATA = ROOT.parent / "shared" / "data"
CONFIGS = "bundles/breast_us/configs"
KNOBS = ["--image_size", "[32,32]", "--max_epochs", "1", "--batch_size", "16", "--num_workers", "0"]
BIRADS = ["2", "3", "4", "5"]
SUBTYPES = ["intraventricular", "intraparenchymal", "subarachnoid", "epidural", "subdural"]


def table(path):
    if not path.exists():
        pytest.skip(f"the images are not at {path.parent}")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def row(image, patient, **columns):
    return {**dict.fromkeys((*COLUMNS, *PREPARED_COLUMNS), ""), "image": image, "patient": patient, **columns}


def prepare(folder, root, rows, **description):
    for its, fold in zip(rows, assign_folds(rows), strict=True):
        its["fold"] = fold
    about = {"name": "own", "title": "Own", "synthetic": False, "shared_patients": {}, **description}
    write_prepared(folder, description=about, root=root, rows=rows)
    return folder


@pytest.fixture(scope="module")
def chain(run_bundle, tiny, tmp_path_factory):
    """Return the function that trains, evaluates and infers, and gives the folder with all that came of it."""

    def run(data: Path, task: str, class_names: list[str]) -> Path:
        folder = tmp_path_factory.mktemp(task)
        knobs = ["--dataset_dir", str(data), *places(folder), "--num_workers", "0"]
        train = [f"['{TRAIN}','{tiny}']", *knobs, "--task", task, "--class_names", str(class_names), *KNOBS]
        evaluate = [f"['{TRAIN}','{CONFIGS}/evaluate.json','{tiny}']", *knobs]
        infer = [f"['{CONFIGS}/inference.json','{tiny}']", *knobs]
        for arguments in (train, evaluate, infer):
            finished = run_bundle("--config_file", *arguments)
            assert finished.code == 0, finished.output
            if arguments is evaluate:
                (folder / "evaluated.txt").write_text(finished.output)
        return folder

    return run


@pytest.fixture(scope="module")
def birads(chain, tmp_path_factory):
    """BUS-BRA's BI-RADS categories, a scale, of the images of 110 patients, 30 of them with one of category 5."""
    lines = table(DATA / "busbra" / "bus_data.csv")
    severe = {line["Case"] for line in lines if line["BIRADS"] == "5"}
    wanted = set(sorted(severe)[:30]) | set(sorted({line["Case"] for line in lines} - severe)[:80])
    rows = [
        row(f"Images/{line['ID']}.png", line["Case"], label=line["BIRADS"]) for line in lines if line["Case"] in wanted
    ]
    data = prepare(
        tmp_path_factory.mktemp("birads") / "data",
        DATA / "busbra",
        rows,
        task="multiclass",
        class_names=BIRADS,
        ordered=True,
    )
    return chain(data, "multiclass", BIRADS)


@pytest.fixture(scope="module")
def bleeding(chain, tmp_path_factory):
    """CT-ICH's five subtypes: of each patient three slices with each, and three without any."""
    lines = table(DATA / "ct_ich" / "labels.csv")
    seen: Counter[tuple[str, ...]] = Counter()
    kept = []
    for line in lines:
        kind = line["patient"], *(its for its in SUBTYPES if line[its] == "1")
        seen[kind] += 1
        kept += [line] if seen[kind] <= 3 else []
    rows = [row(line["image"], line["patient"], **{f"label:{its}": line[its] for its in SUBTYPES}) for line in kept]
    for its in rows[::7]:
        its["label:epidural"] = ""  # as if nobody had looked for it
    data = prepare(
        tmp_path_factory.mktemp("ich") / "data", DATA / "ct_ich", rows, task="multilabel", class_names=SUBTYPES
    )
    return chain(data, "multilabel", SUBTYPES)


def metrics(folder):
    return json.loads((folder / "eval" / "metrics.json").read_text())


def card(folder):
    return json.loads((folder / "models" / "model.json").read_text())


def test_a_scale_is_scored_by_its_order(birads):
    scores = metrics(birads)
    assert (scores["task"], scores["ordered"], scores["class_names"]) == ("multiclass", True, BIRADS)
    for name in ("auc", "balanced_accuracy", "kappa_linear", "kappa_quadratic"):
        assert scores["test"][name]["low"] <= scores["test"][name]["value"] <= scores["test"][name]["high"]
    assert sum(map(sum, scores["test"]["confusion"])) == scores["test"]["images"]
    assert scores["patient_level"]["left_out"] >= 0
    said = (birads / "evaluated.txt").read_text()
    assert "test AUC, mean of 4 classes against the rest, " in said
    assert "; quadratic kappa " in said


def test_findings_are_scored_each_with_its_few_positives(bleeding):
    scores = metrics(bleeding)
    classes = scores["test"]["classes"]
    assert list(classes) == SUBTYPES
    assert classes["epidural"]["unknown"] > 0
    # One patient with such a bleeding is in the test part: its intervals say next to nothing.
    width = {name: its["auc"]["high"] - its["auc"]["low"] for name, its in classes.items()}
    assert width["subdural"] > 0.4
    assert classes["subdural"]["average_precision"]["low"] is None
    assert "; fewest positives: " in (bleeding / "evaluated.txt").read_text()


@pytest.mark.parametrize(("name", "classes"), [("birads", BIRADS), ("bleeding", SUBTYPES)])
def test_the_model_card_holds_what_evaluation_chose_for_each_class(name, classes, request):
    folder = request.getfixturevalue(name)
    known = card(folder)
    assert list(known["thresholds"]) == classes
    assert all(set(its) == {"youden", "sensitivity_95"} for its in known["thresholds"].values())
    assert known["temperature"] == metrics(folder)["temperature"]
    assert known["dataset"]["ordered"] is (name == "birads")
    if name == "bleeding":
        assert len(known["temperature"]) == len(classes)


@pytest.mark.parametrize("name", ["birads", "bleeding"])
def test_no_patient_is_in_two_parts_and_the_loss_is_finite(name, request):
    folder = request.getfixturevalue(name)
    predictions = read_predictions(folder / "eval" / "predictions.csv")
    assert not set(predictions.select("valid").patient) & set(predictions.select("test").patient)
    epoch = json.loads((folder / "eval" / "run.json").read_text())["history"][0]
    assert 0 < epoch["val_loss"] < 5
    assert 0 < epoch["val_auc"] < 1


@pytest.mark.parametrize(("name", "extra"), [("birads", {"confusion.png"}), ("bleeding", set())])
def test_every_figure_is_drawn(name, extra, request):
    figures = {"roc.png", "precision_recall.png", "reliability.png", "learning_curves.png", "errors.png"}
    assert {path.name for path in (request.getfixturevalue(name) / "eval").glob("*.png")} == figures | extra


@pytest.mark.parametrize(("name", "classes"), [("birads", BIRADS), ("bleeding", SUBTYPES)])
def test_inference_gives_what_evaluation_gave(name, classes, request):
    folder = request.getfixturevalue(name)
    evaluated = read_predictions(folder / "eval" / "predictions.csv")
    inferred = read_predictions(folder / "eval" / "inference" / "predictions.csv")
    assert inferred.class_names == tuple(classes)
    assert inferred.multilabel is evaluated.multilabel is (name == "bleeding")
    probabilities = dict(zip(inferred.image, inferred.probabilities, strict=True))
    for image, expected in zip(evaluated.image, evaluated.probabilities, strict=True):
        assert probabilities[image] == pytest.approx(expected, abs=1e-3)
    sums = evaluated.probabilities.sum(axis=1)
    assert (abs(sums - 1) < 1e-5).all() == (name == "birads")
