"""A prepared data set without pictures, plans of it, and runs that take milliseconds."""

import copy
from collections.abc import Iterable
from pathlib import Path

import pytest

from common.comparison import beginnings, jobs, worker
from common.comparison import compare as compare_module
from common.comparison.compare import compare
from common.comparison.declared import plan_of
from common.comparison.setup import begin, set_up
from common.comparison.together import run_here
from common.datasets.index import COLUMNS, PREPARED_COLUMNS
from common.datasets.prepared import write_prepared
from common.files import sha256

from . import stand_in

CONTENT = {
    "_desc_": "of a test",
    "bundles": {},
    "initialisations": {"pretrained": "good", "plain": "poor"},
    "reference": "plain",
    "backbones": ["resnet50"],
    "scenarios": [{"trainable": "top", "learning_rates": [0.01, 0.001]}],
    "folds": [0, 1],
    "seeds": [0, 1, 2],
    "sizes": [100],
    "mode": "fair",
    "margin": 0.02,
    "head": {"image_size": [32, 32], "max_epochs": 1},
}


@pytest.fixture
def content(data):
    """A plan of two scenarios for each of two initialisations, as its file has it."""
    return {**copy.deepcopy(CONTENT), "bundles": {"breast_us": str(data)}}


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    return table_of(tmp_path_factory.mktemp("data"), patients=150)


def table_of(folder: Path, *, patients: int, positive: int = 3) -> Path:
    """A prepared data set: two images a patient, every `positive`-th patient malignant, no pictures."""
    rows = []
    for number in range(patients):
        for image in range(2):
            row = dict.fromkeys((*COLUMNS, *PREPARED_COLUMNS), "")
            name, label = f"{number:03d}_{image}.png", "benign" if number % positive else "malignant"
            fold = str(number // positive % 2)
            rows.append(row | {"image": name, "patient": str(number), "label": label, "fold": fold, "pixels": name})
    description = {"name": "busbra", "title": "BUS <BRA>", "synthetic": True, "task": "binary"}
    description |= {"class_names": ["benign", "malignant"], "counts": {}, "shared_patients": {}}
    (folder / "original").mkdir()
    write_prepared(folder / "data", description=description, root=folder / "original", rows=rows)
    return folder / "data"


@pytest.fixture
def weights(monkeypatch):
    """Every text is the name of weights whose certificate is sound."""

    def sound(pretrained, backbone):
        return beginnings.Beginning(sha256=sha256(pretrained.encode()), title=f"{pretrained} weights")

    monkeypatch.setattr(beginnings, "_beginning", sound)


@pytest.fixture
def stand_ins(monkeypatch, weights):
    """Jobs run the stand-in, in processes of their own."""
    monkeypatch.setattr(jobs, "PROGRAM", (str(Path(stand_in.__file__)),))


class Here:
    """An engine without Ray: jobs run one after the other in this process."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def carry_out(self, jobs: Iterable):
        return ((job, worker.carry_out(job, run_here if job.store else None)) for job in jobs)


@pytest.fixture
def compared(monkeypatch, weights, tmp_path):
    """Compares by a plan's content with stand-ins in this process."""

    def run(job, folder, lock):
        try:
            if job.marker == "localised.json":
                stand_in.localise(list(job.arguments[2:]))
            elif job.marker == "flipped.json":
                stand_in.flip(list(job.arguments[3:]))
            else:
                stand_in.main(list(job.arguments[len(jobs.PROGRAM) :]))
        except SystemExit as error:
            (folder / worker.LOG).write_text(str(error))
            return False
        return True

    monkeypatch.setattr(worker, "_run", run)
    monkeypatch.chdir(jobs.ROOT)

    def compare_by(content, out=tmp_path / "out", **options):
        setup = set_up(plan_of(content), out)
        begin(setup)
        return compare(setup, Here(), **options)

    return compare_by


@pytest.fixture
def without_alternatives(monkeypatch):
    """Leaves out the other estimators, whose bootstrap takes longer than all else."""
    monkeypatch.setattr(compare_module, "alternatives", lambda _, share: {})


def calls(out: Path) -> dict[str, int]:
    """How many trainings and evaluations were run."""
    lines = [line for path in out.glob("runs/*/calls.txt") for line in path.read_text().split()]
    return {kind: lines.count(kind) for kind in ("train", "evaluate")}
