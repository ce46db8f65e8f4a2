"""`comparison.html`: a comparison on one page, the verdict first."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ..files import read_json
from ..html import SYNTHETIC, document, table
from ..report.page import STYLE
from ..report.page.audit import audit_section
from ..report.page.figures import figure
from ..report.page.parts import anchor, facts, note, section
from .as_published import MISSING, PUBLISHED
from .beside import beside_section, relative
from .compare import Comparison, Contrast
from .efficiency_page import efficiency_section
from .forest import Picture
from .frozen_sections import frozen_section, probes_section
from .maps_page import maps_section
from .operating import operating_section
from .problems import ROOT
from .progress import duration
from .sections import runs_section, scenarios_section, scores_section
from .tasks import Tasks, tasks_section
from .ways_page import ways_section

METHODS = (
    "Every initialisation was trained in the same scenarios. In each fold and seed the scenario with the best "
    "validation score stands for it{tested}. The estimate is the mean AUC difference within "
    "folds over folds and seeds; scores are never pooled across folds. Its variance is what patients move it by, all "
    "images of a patient together, and the variance over seeds (Obuchowski and Rockette 1995, Hillis 2007). p is "
    "adjusted for all comparisons of this page (Holm 1979). Below 0.05 one is better or worse; else a 90 % interval "
    "inside the margin makes both equivalent; else it cannot be told. Only the first of the estimators below decides."
)

_TESTED = {
    "fair": ", and only that one was tested",
    "as_published": "; all were tested, since the paper counts over scenarios, and those chosen alone give the verdict",
}
"""By mode, how often the test part was touched."""


def page(
    found: Comparison,
    together: Sequence[Tasks],
    *,
    runs: Sequence[Mapping[str, Any]],
    pictures: Mapping[str, Sequence[Picture]],
    told: Mapping[str, Any],
    beside: Mapping[str, Any],
    command: str,
) -> str:
    """Return the page.

    Args:
        found: What was compared.
        together: Its differences over tasks.
        runs: The lines of `runs.csv`.
        pictures: By section, its figures.
        told: The content of `verdict.json`.
        beside: That of another comparison; empty for none.
        command: What compared it.
    """
    contrasts = found.contrasts
    drawn = {title: "".join(figure(its.path, its.caption) for its in own) for title, own in pictures.items()}
    sections = {
        "Differences": drawn["Differences"],
        "Verdicts": _verdicts(contrasts),
        "One network or several": ways_section(found.ways),
        "ROC and reliability": operating_section(drawn["ROC and reliability"]),
        "Label efficiency": efficiency_section(found, drawn["Label efficiency"]),
        "Localisation": maps_section(found.maps),
        "Small against large sets": tasks_section(found, together, drawn["Small against large sets"]),
        "Beside the paper": _beside_the_paper(contrasts),
        "As published": _as_published(contrasts),
        "Fair against as published": beside_section(told, beside),
        "Could it be equivalent": _outlook(found),
        "Other estimators": _alternatives(contrasts),
        "Scores": scores_section(found),
        "Scenarios": scenarios_section(found),
        "Frozen networks": frozen_section(found),
        "Probes": probes_section(found),
        "Methods": note(METHODS.format(tested=_TESTED[found.setup.plan.mode]), "methods") if contrasts else "",
        "Data": _data(found),
        "Audit of the data": _audits(found),
        "Weights": _weights(found),
        "Plan": _plan(found),
        "Runs": runs_section(runs),
        "Reproduce it": f"<pre>{escape(command)}</pre>",
    }
    filled = {title: content for title, content in sections.items() if content}
    links = " ".join(f'<a href="#{anchor(title)}">{title}</a>' for title in filled)
    problems = found.setup.problems.values()
    return document(
        f"Comparison: {', '.join(found.setup.plan.initialisations)}",
        SYNTHETIC if any(its.synthetic for its in problems) else "",
        *(note(sentence, "result") for sentence in told["sentences"]),
        note("Research only: not a medical device.", "faint"),
        "".join(note(text, "badge", tag="span") for text in _warnings(found)),
        f'<nav aria-label="Sections">{links}</nav>',
        "<main>",
        *(section(title, content) for title, content in filled.items()),
        "</main>",
        style=STYLE,
    )


def _warnings(found: Comparison) -> list[str]:
    """Return what a reader must know before believing a verdict."""
    problems = found.setup.problems.items()
    told = [f"{bundle}: the audit found what spoils a result" for bundle, its in problems if its.spoiled]
    told += [f"{bundle}: the data were not audited" for bundle, its in problems if its.spoiled is None]
    if found.setup.plan.mode == "as_published":
        told.append("as published: one input for all weights, and every scenario was tested")
    return told


def _verdicts(contrasts: Sequence[Contrast]) -> str:
    if not contrasts:
        return ""
    head = ("comparison", "verdict", "difference [95 %]", "90 %", "p", "p, Holm", "margin", "AUC of each",
            "wrong about which is better", "patients (positive)", "patients needed")  # fmt: skip
    rows = []
    for contrast in contrasts:
        its = contrast.verdict
        rows.append(
            (
                escape(contrast.name),
                f"<strong>{its.decision.value}</strong>" + (f"<br>{escape(its.reason.value)}" if its.reason else ""),
                f"{its.difference:+.3f} [{its.low:+.3f}, {its.high:+.3f}]",
                f"{its.low_90:+.3f}, {its.high_90:+.3f}",
                _p(its.p),
                _p(its.p_holm),
                f"{its.margin:g}",
                f"{its.areas[0]:.3f}, {its.areas[1]:.3f}",
                f"{its.false_superiority:.2g}",
                f"{its.patients:,} ({its.positives:,})",
                f"{its.patients_needed:,}" if its.patients_needed else "",
            )
        )
    return table(head, rows)


def _p(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.2g}"


def _beside_the_paper(contrasts: Sequence[Contrast]) -> str:
    """Return published gains beside ours, where a comparison is RadImageNet's against ImageNet's."""
    rows = [
        (
            escape(its.name),
            f"{PUBLISHED[its.bundle]:+.1f} %",
            relative(its.verdict.areas),
            f"{100 * its.verdict.difference:+.1f} [{100 * its.verdict.low:+.1f}, {100 * its.verdict.high:+.1f}]",
            str(its.verdict.images),
        )
        for its in contrasts
        if its.bundle in PUBLISHED
    ]
    if not rows:
        return ""
    head = ("comparison", "paper: RadImageNet over ImageNet", "here, relative", "here, points of AUC [95 %]", "images")
    told = note(
        "Mei et al., Radiology: Artificial Intelligence 2022;4(5):e210315. Its gains are relative, on its own data, "
        "with one input for all weights; they answer the same question only where the initialisations here are "
        "RadImageNet and ImageNet."
    )
    return told + table(head, rows)


def _as_published(contrasts: Sequence[Contrast]) -> str:
    rows: list[Sequence[str | int]] = [
        (
            escape(contrast.name),
            *(f"{mean:.3f} ± {sd:.3f}" for mean, sd in zip(its.mean, its.sd, strict=True)),
            f"{its.points:+.1f}",
            f"{its.percent:+.1f} %",
            _p(its.p),
            _p(contrast.verdict.p),
            _p(contrast.verdict.p_holm),
            its.scenarios,
        )
        for contrast in contrasts
        if (its := contrast.published)
    ]
    if not rows:
        return ""
    head = ("comparison", "first, mean ± SD", "second, mean ± SD", "points", "relative",
            "p over scenarios (pseudo-replicated)", "our p", "our p, Holm", "scenarios")  # fmt: skip
    told = note(
        "Counted as the paper counted: test AUCs over scenarios as if they were independent experiments. They share "
        "their patients, so the SD is no uncertainty and the p is pseudo-replicated; ours stand beside it."
    )
    missing = "".join(f"<li>{escape(text)}</li>" for text in MISSING)
    return f"{told}{table(head, rows)}{note('Not repeated of the paper:')}<ul>{missing}</ul>"


def _outlook(found: Comparison) -> str:
    if not found.contrasts:
        return ""
    told = [note(f"{bundle}, before training: {its.sentence}") for bundle, its in found.outlook.items()]
    return "".join(told)


def _alternatives(contrasts: Sequence[Contrast]) -> str:
    rows = [
        (escape(contrast.name), escape(method), its.bounds(), its.n)
        for contrast in contrasts
        for method, its in contrast.alternatives.items()
    ]
    return table(("comparison", "method", "difference [95 %]", "images"), rows) if rows else ""


def _data(found: Comparison) -> str:
    return "".join(
        facts(
            {
                "data set": its.title,
                "folder": its.dataset_dir,
                "tested images": its.images,
                "patients with a positive image": its.positives,
                "other patients": its.patients - its.positives,
                "audit": {None: "none", True: "spoils a result", False: "nothing spoils a result"}[its.spoiled],
                **{f"sha256 of {name}": value for name, value in its.hashes.items()},
            },
            caption=bundle,
        )
        for bundle, its in found.setup.problems.items()
    )


def _audits(found: Comparison) -> str:
    """Return what the audit beside each data set found, or how to make it."""
    parts = []
    for bundle, its in found.setup.problems.items():
        audit = read_json(ROOT / its.dataset_dir / "audit.json", default=None)
        card = {"dataset": {"index_sha256": its.hashes["index"]}}
        parts.append(f"<h3>{escape(bundle)}</h3>{audit_section(audit, card, its.dataset_dir)}")
    return "".join(parts)


def _weights(found: Comparison) -> str:
    rows = [
        (escape(name), escape(backbone), escape(its.title), its.sha256[:12], "<br>".join(map(escape, its.warnings)))
        for (name, backbone), its in found.setup.beginnings.items()
    ]
    return table(("initialisation", "network", "weights", "sha256", "certificate's warnings"), rows)


def _plan(found: Comparison) -> str:
    plan, seconds = found.setup.plan, sum(its.card["seconds"] for its in found.trained)
    return facts(
        {
            "plan": plan.description,
            "mode": plan.mode.replace("_", " "),
            "networks": plan.backbones,
            "folds": plan.folds,
            "seeds": plan.seeds,
            "shares of the training patients": [f"{size} %" for size in plan.sizes],
            "scenarios of each initialisation": len(plan.backbones)
            * len(plan.initialisations[plan.reference].scenarios),
            "head": plan.head,
            "frozen networks": f"features of the clean image and {plan.views} augmented views",
            "trainings": len(found.trained),
            "time of all trainings": duration(seconds),
        }
    )
