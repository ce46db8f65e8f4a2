"""What a comparison leaves in its folder: verdicts as JSON and CSV, a line for every run, predictions, the page."""

import csv
import io
from collections.abc import Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

from ..files import write_json, write_text
from ..metrics import write_predictions
from ..report.tables import joined
from .as_published import MISSING, PUBLISHED
from .choice import Trained
from .compare import Comparison, Contrast
from .efficiency_page import efficiency_json, efficiency_rows, plot_curves
from .evidence import tested
from .forest import plot_forests
from .frozen import probe_rows
from .jobs import evaluation
from .operating import plot_operating
from .page import page
from .tasks import plot_tasks, tasks, tasks_json

SYNTHETIC = "SYNTHETIC images (phantoms): "


def write_results(found: Comparison, *, command: str, beside: Mapping[str, Any] | None = None) -> None:
    """Write `verdict.json`, `verdicts.csv`, `runs.csv`, `probes.csv`, predictions, figures and `comparison.html`.

    Args:
        found: What was compared.
        command: What compared it, for the page.
        beside: Of `read_beside`: another comparison, to be shown beside this one.
    """
    out, figures = found.setup.out, found.setup.out / "figures"
    together = tasks(found)
    runs, told = run_rows(found), {**as_json(found), "small_against_large": tasks_json(together), "command": command}
    write_json(out / "verdict.json", told)
    write_text(out / "verdicts.csv", _csv([_verdict_row(contrast) for contrast in found.contrasts]))
    write_text(out / "runs.csv", _csv(runs))
    if found.curves:
        write_text(out / "label_efficiency.csv", _csv(efficiency_rows(found)))
    write_text(out / "probes.csv", _csv(probe_rows(found.probes)))
    _write_predictions(found, out / "predictions")
    synthetic = any(its.synthetic for its in found.setup.problems.values())
    pictures = {
        "Differences": plot_forests(found, figures),
        "ROC and reliability": plot_operating(found, figures),
        "Label efficiency": plot_curves(found, figures),
        "Small against large sets": plot_tasks(together, figures, synthetic=synthetic),
    }
    text = page(found, together, runs=runs, pictures=pictures, told=told, beside=beside or {}, command=command)
    write_text(out / "comparison.html", text)


def sentences(found: Comparison) -> list[str]:
    """Return what was found in words: a verdict for each contrast, or the score of the only initialisation."""
    told = {contrast.bundle: "" for contrast in found.contrasts}
    marks = {bundle: SYNTHETIC if its.synthetic else "" for bundle, its in found.setup.problems.items()}
    lines = [f"{marks[its.bundle]}{its.bundle}. {its.verdict.sentence}" for its in found.contrasts]
    lines += [f"{marks[its.bundle]}{its.bundle}. {its.sentence}" for its in found.curves]
    lines += [f"{marks[its.bundle]}{its.bundle}. {its.sentence}" for its in found.maps]
    for (bundle, name, seed), score in found.folds.items():
        if bundle not in told:
            count = len(found.setup.plan.folds)
            lines.append(
                f"{marks[bundle]}{bundle}. {name}: test AUC {score} images, over {count} folds, each image compared "
                f"within its fold (seed {seed})."
            )
    return lines


def summary(found: Comparison) -> str:
    """Return the sentences, and where the page is."""
    return "\n".join([*sentences(found), "", f"report: {found.setup.out / 'comparison.html'}"])


def as_json(found: Comparison) -> dict[str, Any]:
    """Return all that was found, ready for JSON; runs stand in `runs.csv`."""
    plan = found.setup.plan
    return {
        "sentences": sentences(found),
        "mode": plan.mode,
        "not_reproduced": list(MISSING) if plan.mode == "as_published" else [],
        "verdicts": [_contrast(contrast) for contrast in found.contrasts],
        "label_efficiency": efficiency_json(found),
        "ways": [its.as_dict() for its in found.ways],
        "localisation": [its.as_dict() for its in found.maps],
        "scores": [
            {"bundle": bundle, "initialisation": name, "seed": seed, "auc": score.as_dict()}
            for (bundle, name, seed), score in found.folds.items()
        ],
        "outlook": {bundle: vars(its) for bundle, its in found.outlook.items()} if found.contrasts else {},
        "problems": {
            bundle: {"dataset": its.title, "synthetic": its.synthetic, "sha256": dict(its.hashes)}
            for bundle, its in found.setup.problems.items()
        },
        "probes": probe_rows(found.probes),
        "plan": plan.as_json(),
    }


def _contrast(contrast: Contrast) -> dict[str, Any]:
    return {
        "bundle": contrast.bundle,
        "first": contrast.first,
        "second": contrast.second,
        **contrast.verdict.as_dict(),
        "published_percent": PUBLISHED.get(contrast.bundle),
        "over_scenarios": contrast.published.as_dict() if contrast.published else None,
        "alternatives": {name: its.as_dict() for name, its in contrast.alternatives.items()},
    }


def _verdict_row(contrast: Contrast) -> dict[str, Any]:
    """Return a verdict as a line of a table: single values only."""
    facts = contrast.verdict.as_dict()
    first, second = facts.pop("areas")
    row = {"bundle": contrast.bundle, "first": contrast.first, "second": contrast.second}
    facts = {**row, **facts, "auc_first": first, "auc_second": second}
    return {key: getattr(value, "value", value) for key, value in facts.items()}


def run_rows(found: Comparison) -> list[dict[str, Any]]:
    """Return a line for every training: what it was, what it gave, how long it took, how to repeat it."""
    chosen = {its.job.key for its in (*found.chosen, *found.smaller)}
    return [_run_row(found, its, chosen=its.job.key in chosen) for its in found.trained]


def _run_row(found: Comparison, one: Trained, *, chosen: bool) -> dict[str, Any]:
    score = found.scores.get(one.job.key)
    problem = found.setup.problems[one.trial.bundle]
    return {
        **vars(one.trial),
        "key": one.job.key,
        "validation": one.metric,
        "validated": one.value,
        "best_epoch": one.model["best_epoch"],
        "chosen": "yes" if chosen else "",
        **({f"test_{name}": value for name, value in score.as_dict().items()} if score else dict.fromkeys(TESTED, "")),
        "seconds": one.card["seconds"],
        "host": one.card["host"],
        "weights": one.model["weights_source"],
        "train": one.job.command,
        "evaluate": evaluation(one.job, one.trial, found.setup.plan, problem).command if score else "",
    }


TESTED = ("test_value", "test_low", "test_high", "test_n")
"""Columns of the test AUC, empty where a training was not tested."""


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()


def _write_predictions(found: Comparison, folder: Path) -> None:
    """Write for each bundle, initialisation and seed what its networks said of the images they had not seen."""
    groups: dict[str, list[Trained]] = {}
    for its in found.chosen:
        trial = its.trial
        groups.setdefault(f"{trial.bundle}_{trial.initialisation}_seed_{trial.seed}", []).append(its)
    for name, ones in groups.items():
        every = reduce(joined, map(tested, ones))
        synthetic = found.setup.problems[ones[0].trial.bundle].synthetic
        write_predictions(folder / f"{name}.csv", every, synthetic=synthetic)
