"""Tables of the page about single trainings: scores, scenarios, runs."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ..html import table
from ..report.page.parts import note
from .choice import Trained
from .compare import Comparison
from .efficiency import area
from .evidence import alone
from .plan import WHOLE


def scores_section(found: Comparison) -> str:
    """Return the test AUC of what was chosen: over folds for each seed, then of each fold."""
    over = [
        (escape(bundle), escape(name), str(seed), its.bounds(), its.n)
        for (bundle, name, seed), its in found.folds.items()
    ]
    single = [_score(found, its) for its in found.chosen]
    head = ("problem", "initialisation", "fold", "seed", "chosen scenario", "validation", "test AUC [95 %]", "images")
    told = note("Over all folds, each image compared within its fold only:")
    return (
        f"{told}{table(('problem', 'initialisation', 'seed', 'test AUC [95 %]', 'images'), over)}"
        f"<details><summary>Each fold and seed</summary>{table(head, single)}</details>"
    )


def _score(found: Comparison, one: Trained) -> tuple[str | int, ...]:
    trial, score = one.trial, found.scores[one.job.key]
    names = (trial.bundle, trial.initialisation, trial.fold, str(trial.seed), _scenario(one))
    return (*map(escape, names), f"{one.value:.3f}", score.bounds(), score.n)


def _scenario(one: Trained) -> str:
    backbone, trainable, rate = one.trial.scenario
    return f"{backbone}, {trainable}, {rate:g}"


def scenarios_section(found: Comparison) -> str:
    """Return how each scenario did on validation, how often it was chosen, and on test, where all were tested."""
    tested = found.setup.plan.mode == "as_published"
    chosen = {its.job.key for its in found.chosen}
    groups: dict[tuple[str, str, str], list[Trained]] = {}
    whole = [its for its in found.trained if its.trial.size == WHOLE]
    for its in whole:
        groups.setdefault((its.trial.bundle, its.trial.initialisation, _scenario(its)), []).append(its)
    rows = [
        (
            *map(escape, place),
            f"{sum(one.value for one in ones) / len(ones):.3f}",
            f"{min(one.value for one in ones):.3f} to {max(one.value for one in ones):.3f}",
            f"{sum(one.job.key in chosen for one in ones)} of {len(ones)}",
            *_area(ones if tested else []),
        )
        for place, ones in groups.items()
    ]
    metric = found.trained[0].metric
    told = note(
        f"On validation ({metric}): mean over folds and seeds, smallest to largest; no interval, since it chooses only."
    )
    head = ("problem", "initialisation", "scenario", "mean", "range", "chosen", *["test AUC [95 %]", "images"] * tested)
    return told + table(head, rows)


def _area(ones: Sequence[Trained]) -> tuple[str | int, ...]:
    if not ones:
        return ()
    its = area(alone(ones))
    return its.bounds(), its.n


def runs_section(runs: Sequence[Mapping[str, Any]]) -> str:
    """Return every run with its key, time and commands."""
    rows = [
        (
            f"<code>{row['key']}</code>",
            escape(
                f"{row['bundle']} {row['initialisation']} {row['backbone']} {row['trainable']} {row['learning_rate']:g}"
            ),
            escape(f"{row['fold']}, {row['seed']}" + (f", {row['size']} %" if row["size"] < WHOLE else "")),
            f"{row['validated']:.3f}",
            row["chosen"],
            f"{row['seconds']:.0f}",
        )
        for row in runs
    ]
    commands = "\n".join(
        escape(command) for row in runs if row["chosen"] for command in (row["train"], row["evaluate"])
    )
    listed = table(("key", "run", "fold, seed", "validation", "chosen", "s"), rows)
    told = note("Each lies in runs/KEY with its model, predictions and log; runs.csv has every command.")
    return (
        f"{told}<details><summary>All {len(rows):,} trainings</summary>{listed}</details>"
        f"<details><summary>Commands of those chosen</summary><pre>{commands}</pre></details>"
    )
