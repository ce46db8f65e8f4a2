"""`eval/report.html`: a run on one page, for colleagues, from the files that the run has left."""

from pathlib import Path
from typing import Any

from ...bundles import command_line
from ...files import read_json, sha256_of_file, write_text
from ...html import document
from ...runs import read_model
from .audit import audit_section
from .facts import data_section, hashes_section, reproduce_section, settings_section
from .figures import ERRORS, figure, figures_section
from .methods import methods_section
from .parts import anchor, note, section
from .scores import out_of_range_section, scores_section

CHANCE = 0.5
"""The AUC of a network that knows nothing."""

STYLE = """
h3 { font-size: 1rem; margin: 1.25rem 0 0; }
.result { font-size: 1.25rem; margin: .75rem 0 0; } .faint { color: var(--faint); }
.badge { display: inline-block; margin: 0 .5rem .5rem 0; padding: .1rem .6rem; border: 2px solid var(--warm);
  border-radius: 1rem; color: var(--warm); font-weight: 600; }
.badge.good { border-color: var(--line); color: var(--faint); }
.grid { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr));
  margin-top: 1rem; align-items: start; }
.card { background: #fff; border: 1px solid var(--line); border-radius: .5rem; padding: .5rem; }
.card img { display: block; width: 100%; height: auto; } .wide .card { max-width: 52rem; }
.wide img { min-width: 34rem; } .grid .wide { grid-column: 1 / -1; }
section > figure, pre, .methods { margin-top: 1rem; } figcaption { color: var(--faint); margin-top: .25rem; }
th[scope=row] { font-weight: normal; } th.group { font-weight: 600; padding-top: .75rem; }
td, th { overflow-wrap: break-word; } .facts th { white-space: nowrap; color: var(--faint); }
pre { background: var(--soft); border-radius: .5rem; padding: .75rem; white-space: pre-wrap; font-size: .85rem; }
code { font-size: .9em; } .methods { background: var(--soft); border-radius: .5rem; padding: .1rem 1rem; }
.references { font-size: .85rem; padding-left: 1.5rem; }
nav a { margin-right: .75rem; }
@media print { nav { display: none; } .grid { grid-template-columns: 1fr 1fr; } .wide img { min-width: 0; }
  pre, .methods { border: 1px solid var(--line); } }
"""


def write_report(folder: Path, *, result: str, basis: str, ckpt_dir: str | Path, dataset_dir: str | Path) -> None:
    """Write `report.html` into `folder`.

    Args:
        folder: Where `metrics.json`, `run.json` and the figures are.
        result: The result in one sentence, with n and interval.
        basis: What it stands on: data, network, weights.
        ckpt_dir: Where `model.json` and `model.pt` are.
        dataset_dir: The prepared data set, with its audit if there is one.
    """
    hashes = {
        path.name: sha256_of_file(path) for path in sorted(Path(ckpt_dir).glob("*")) if path.suffix in (".pt", ".npz")
    }
    content = page(
        result=result,
        basis=basis,
        card=read_model(ckpt_dir),
        metrics=read_json(folder / "metrics.json", default={}),
        run=read_json(folder / "run.json", default={}),
        pictures=sorted(folder.glob("*.png")),
        overlays=sorted((folder / "overlays").glob("*.png")),
        description=read_json(Path(dataset_dir) / "dataset.json", default={}),
        audit=read_json(Path(dataset_dir) / "audit.json", default=None),
        dataset_dir=str(dataset_dir),
        hashes=hashes,
        command=command_line(),
    )
    write_text(folder / "report.html", content)


def page(
    *,
    result: str,
    basis: str,
    card: dict[str, Any],
    metrics: dict[str, Any],
    run: dict[str, Any],
    pictures: list[Path],
    overlays: list[Path],
    description: dict[str, Any],
    audit: dict[str, Any] | None,
    dataset_dir: str,
    hashes: dict[str, str],
    command: str,
) -> str:
    """Return the page: the result, figures, errors, scores, audit, methods, and all that is needed to repeat it.

    Args:
        result: One sentence.
        basis: What it stands on.
        card: `model.json`.
        metrics: `metrics.json`: scores in any nesting, each `{"value", "low", "high", "n"}`.
        run: `run.json`.
        pictures: Figures as PNG.
        overlays: Test images with what was drawn and what was predicted, as PNG; a classifier has none.
        description: `dataset.json`; empty if the data are no prepared data set.
        audit: `audit.json`; None if there is none.
        dataset_dir: Where the data set is, as it was given.
        hashes: SHA-256 of the model's files by name.
        command: What evaluated the model.
    """
    classes = card["class_names"]
    told = ", ".join(classes) if len(classes) <= 4 else f"{len(classes)} classes"
    errors = [picture for picture in pictures if picture.stem == ERRORS]
    sections = {
        "Figures": figures_section([picture for picture in pictures if picture.stem != ERRORS]),
        "Most confident errors": "".join(figure(picture) for picture in errors),
        "Predicted and drawn": figures_section(overlays),
        "Scores": scores_section(metrics),
        "Images out of range": out_of_range_section(card.get("out_of_range")),
        "Audit of the data": audit_section(audit, card, dataset_dir),
        "Methods": methods_section(card, metrics, run),
        "Data and split": data_section(card, description, run),
        "Settings": settings_section(card),
        "Versions and hashes": hashes_section(card, run, hashes),
        "Reproduce it": reproduce_section(run, command),
    }
    filled = {title: content for title, content in sections.items() if content}
    return document(
        f"{card['dataset']['name']}: {told}",
        note(f"{result[:1].upper()}{result[1:]}.", "result"),
        note(f"{basis}.", "faint"),
        note("Research only: not a medical device.", "faint"),
        _badges(card, metrics, audit),
        _navigation(list(filled)),
        "<main>",
        *(section(title, content) for title, content in filled.items()),
        "</main>",
        style=STYLE,
    )


def _badges(card: dict[str, Any], metrics: dict[str, Any], audit: dict[str, Any] | None) -> str:
    """Return what a reader must know before believing the result."""
    warnings = ["SYNTHETIC"] if card["dataset"]["synthetic"] else []
    level = str(metrics.get("level", ""))
    warnings += [level] if "optimistic" in level else []
    shared = card["dataset"]["shared_patients"]
    auc = metrics.get("test", {}).get("auc") or {}
    warnings += ["the AUC's interval holds 0.5: no better than chance"] if (auc.get("low") or 1) <= CHANCE else []
    warnings += [f"{count} patients are in both {pair}" for pair, count in shared.items()]
    warnings += ["thresholds and temperature are of images that were trained on"] if card.get("refit") else []
    warnings += ["the data were not audited"] if audit is None else []
    warnings += ["the audit found what spoils a result"] if audit and audit.get("spoiled") else []
    good = [level] if level and level not in warnings else []
    marks = [
        *(note(text, "badge", tag="span") for text in warnings),
        *(note(t, "badge good", tag="span") for t in good),
    ]
    return f"<div>{''.join(marks)}</div>" if marks else ""


def _navigation(titles: list[str]) -> str:
    links = " ".join(f'<a href="#{anchor(title)}">{title}</a>' for title in titles)
    return f'<nav aria-label="Sections">{links}</nav>'
