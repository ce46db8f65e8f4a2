"""The audit as one HTML page with thumbnails; it loads nothing, so it can be mailed and opened anywhere."""

import io
from html import escape
from pathlib import Path

from ...errors import ImageError
from ...html import SYNTHETIC, data_uri, document, table
from ...io.decode import decode_image
from ..folds import PARTS
from .answers import WARNS_FROM
from .findings import KINDS, Finding, Findings

SHOWN = 24
"""Findings of a kind that the page shows: enough to judge a check by; all are in `audit.json`."""

PICTURES = 6
"""Pictures that the page shows of one finding."""

THUMBNAIL = 160
"""Longer side of a thumbnail in pixels; about 5 kB each as JPEG."""

STYLE = """
.finding { background: var(--soft); border-radius: .5rem; padding: .75rem; margin: .75rem 0; }
.pictures { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: .5rem; }
figure { width: 160px; max-width: 100%; }
figure img, .absent { display: block; max-width: 100%; border-radius: .25rem; background: #000; }
.absent { height: 6rem; padding: .5rem; color: #ccc; }
"""
"""Beside what all pages share."""


def page(findings: Findings) -> str:
    """Return the page: what was checked, each finding with its pictures, class balance and folds."""
    sections = [_section(findings, kind) for kind in KINDS if findings.of_kind(kind)]
    return document(
        f"Audit of {findings.data.title}",
        SYNTHETIC if findings.data.synthetic else "",
        f"<p>{_verdict(findings)} {len(findings.data.rows):,} images; index {findings.data.index_sha256[:12]}.</p>",
        _checks(findings),
        _shortcuts(findings),
        *sections,
        _balance(findings),
        style=STYLE,
    )


def _verdict(findings: Findings) -> str:
    if findings.spoiled:
        return '<span class="spoils">A result on this data would be wrong: see below.</span>'
    return "Nothing here spoils a result."


def _checks(findings: Findings) -> str:
    rows = []
    for kind, meaning in KINDS.items():
        found = findings.of_kind(kind)
        verdicts = dict.fromkeys(finding.verdict for finding in found)
        name = f'<a href="#{kind.replace(" ", "-")}">{kind}</a>' if found else kind
        marks = " ".join(f'<span class="{it}">{it}</span>' for it in verdicts)
        rows.append((f"{name}<br><small>{meaning}</small>", len(found), marks))
    return table(("check", "found", "verdict"), rows)


def _shortcuts(findings: Findings) -> str:
    rows = [
        (
            f"{escape(its.suspect)}<br><small>{escape(its.meaning)}</small>",
            escape(its.told),
            '<span class="note">possible shortcut</span>' if its.warns else "",
        )
        for its in findings.shortcuts.answers
    ]
    answers = table(("suspect", "what it knows", "verdict"), rows) if rows else ""
    about = (
        "How well a logistic regression tells the label from this alone, trained on four folds and tested on the "
        f"fifth. An AUC of 0.5 knows nothing; above {WARNS_FROM} with its whole interval, it may be a shortcut, which "
        "a network learns instead of the disease."
    )
    asked = f"Asked of {escape(findings.shortcuts.about)}."
    return f"<h2>What should not know the label</h2><p>{about} {asked}</p>{answers}"


def _balance(findings: Findings) -> str:
    classes = [(escape(name), n["images"], n["patients"] or "unknown") for name, n in findings.classes.items()]
    folds = [
        (fold, *(" + ".join(f"{n:,}" for n in sizes.values()) for sizes in parts.values()))
        for fold, parts in findings.folds.items()
    ]
    return (
        f"<h2>Classes</h2>{table(('class', 'images', 'patients'), classes)}"
        f"<h2>Folds</h2><p>Images: {escape(' + '.join(findings.classes))}.</p>{table(('fold', *PARTS), folds)}"
    )


def _section(findings: Findings, kind: str) -> str:
    found = findings.of_kind(kind)
    more = f"<p>{len(found) - SHOWN:,} more in audit.json.</p>" if len(found) > SHOWN else ""
    cards = "".join(_card(findings.data.root, finding) for finding in found[:SHOWN])
    return (
        f'<h2 id="{kind.replace(" ", "-")}">{kind.capitalize()} ({len(found):,})</h2><p>{KINDS[kind]}</p>{cards}{more}'
    )


def _card(root: Path, finding: Finding) -> str:
    pictures = "".join(_picture(root, path) for path in finding.files[:PICTURES])
    more = len(finding.files) - PICTURES
    rest = f"<div>and {more:,} more images</div>" if more > 0 else ""
    mark = f'<span class="{finding.verdict}">{finding.verdict}</span>'
    return f'<div class="finding">{mark}: {escape(finding.detail)}<div class="pictures">{pictures}</div>{rest}</div>'


def _picture(root: Path, path: str) -> str:
    caption = f"<figcaption>{escape(path)}</figcaption>"
    try:
        return f'<figure><img alt="{escape(path)}" src="{thumbnail(root / path)}">{caption}</figure>'
    except ImageError:
        return f'<figure><div class="absent">no picture</div>{caption}</figure>'


def thumbnail(path: Path) -> str:
    """Return a small JPEG of an image as a data URI.

    Raises:
        ImageError: It cannot be read.
    """
    from PIL import Image

    small = Image.fromarray((decode_image(path) * 255).round().astype("uint8"))
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    file = io.BytesIO()
    small.save(file, "JPEG", quality=80)
    return data_uri(file.getvalue(), "jpeg")
