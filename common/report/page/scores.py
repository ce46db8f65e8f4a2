"""Scores in any nesting as tables: a score is what has a value, an interval and an n."""

import math
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from .parts import facts, note, plain, words

SCORE = {"value", "low", "high", "n"}
"""The keys of a score."""

PARTS = {
    "test": "Test part",
    "validation": "Validation part, on which thresholds, temperature and epoch were chosen",
    "patient_level": "Examinations, else patients, of the test part, the probabilities of their images pooled",
}
"""Headings of the parts, in their order; any other is called by its key."""

ELSEWHERE = ("run_key", "task", "class_names", "weights_source", "dataset", "fold", "level", "out_of_range")
"""Keys of `metrics.json` that other sections of the page tell."""

UNSAID = ("thresholds", "classes")
"""Keys that only group others."""

Path = tuple[str, ...]


def scores_section(metrics: Mapping[str, Any]) -> str:
    """Return a table for each part of the data, and what was chosen and counted."""
    told = {key: value for key, value in metrics.items() if key not in ELSEWHERE}
    found = list(scores_in(told))
    parts = dict.fromkeys([*PARTS, *(path[0] for path, _ in found)])
    tables = [_table(part, [(path[1:], score) for path, score in found if path[0] == part]) for part in parts]
    rest = {" ".join(words(key) for key in path if key not in UNSAID): value for path, value in _plain_values(told)}
    intro = "Intervals are at 95 %. Each n is the number of images, or of studies, that a score stands on."
    return f"{note(intro)}{''.join(tables)}<h3>Chosen and counted</h3>{facts(rest)}"


def scores_in(tree: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield every score with the keys that lead to it."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            if set(value) >= SCORE:
                yield (*path, key), value
            else:
                yield from scores_in(value, (*path, key))


def _plain_values(tree: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            if not set(value) >= SCORE:
                yield from _plain_values(value, (*path, key))
        elif not (isinstance(value, list) and any(isinstance(item, list) for item in value)):
            yield (*path, key), value


def _table(part: str, found: list[tuple[Path, Mapping[str, Any]]]) -> str:
    if not found:
        return ""
    groups: dict[Path, list[tuple[str, Mapping[str, Any]]]] = {(): []}  # a part's own scores first
    for path, score in found:
        groups.setdefault(path[:-1], []).append((words(path[-1]) if path else words(part), score))
    rows = [row for group, scores in groups.items() for row in [_group(group), *(_row(*score) for score in scores)]]
    head = "".join(f'<th scope="col"{kind}>{name}</th>' for name, kind in COLUMNS.items())
    title = PARTS.get(part, words(part).capitalize())
    body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f'<h3>{escape(title)}</h3><div class="scroll"><table>{body}</table></div>'


def _group(path: Path) -> str:
    name = ", ".join(words(key) for key in path if key not in UNSAID)
    return f'<tr><th class="group" colspan="4" scope="rowgroup">{escape(name)}</th></tr>' if name else ""


COLUMNS = {"score": "", "value": ' class="number"', "95 % interval": ' class="number"', "n": ' class="number"'}
"""Column heads of a table of scores, and how they are set."""


def _row(name: str, score: Mapping[str, Any]) -> str:
    cells = (f'<td class="number">{cell}</td>' for cell in (number(score["value"]), interval(score), plain(score["n"])))
    return f'<tr><th scope="row">{escape(name)}</th>{"".join(cells)}</tr>'


def number(value: float | None) -> str:
    """Return a score to three decimals; a word where it is not defined, as that of a class which the part lacks."""
    return "undefined" if value is None else f"{value:.3f}"


def interval(score: Mapping[str, Any]) -> str:
    """Return the bounds of a score; a word where there are none: NaN, or null once it has been in JSON."""
    low, high = score["low"], score["high"]
    return "no interval" if low is None or math.isnan(low) else f"[{low:.3f}, {high:.3f}]"


def out_of_range_section(told: Mapping[str, Any] | None) -> str:
    """Return how often inference's flag `out_of_range` is raised in vain."""
    if not told:
        return ""
    wrong = told["false_positives"]
    shares = "; ".join(
        f"{100 * score['value']:.1f} % [{100 * score['low']:.1f}, {100 * score['high']:.1f}] of {score['n']} {unit}"
        for unit, score in wrong.items()
        if score["value"] is not None
    )
    return note(
        f"Inference flags an image that is unlike the training images in modality, size, intensity or features. On the "
        f"test part, whose images are like those trained on, it flagged {shares} (95 % intervals): these are false "
        f"positives. Its thresholds leave at most {100 * told['flagged_in_validation_at_most']:.0f} % of the "
        f"validation patients flagged; it compares with {told['reference_images']} training images."
    )
