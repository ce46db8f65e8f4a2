"""A page that loads nothing, so it can be mailed and opened anywhere: its style, its skeleton, its tables."""

import base64
from collections.abc import Sequence
from html import escape

STYLE = """
:root { color-scheme: light dark; --ink: #1d2327; --paper: #fff; --soft: #f2f4f5; --line: #d5dadd; --bad: #b3261e;
  --faint: #57606a; --link: #0b57a4; --warm: #a13d00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e7e9; --paper: #14181a; --soft: #1e2427; --line: #3a4347; --bad: #ff8a80; --faint: #a9b3b9;
    --link: #7db9ff; --warm: #ffb27a; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
  color: var(--ink); background: var(--paper); }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 0; }
a { color: var(--link); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; margin: 1rem 0; overflow-wrap: normal; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.banner { padding: .75rem 1rem; border: 2px solid var(--bad); border-radius: .5rem; font-weight: 600; }
.spoils { color: var(--bad); font-weight: 600; }
figure { margin: 0; } figcaption { font-size: .8rem; }
@media print {
  :root { color-scheme: light; --ink: #000; --paper: #fff; --soft: #fff; --line: #999; --bad: #b3261e; --faint: #333;
    --link: #000; --warm: #a13d00; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  h1, h2, h3 { break-after: avoid; } figure, tr { break-inside: avoid; } .scroll { overflow: visible; }
}
"""
"""What all pages share: light and dark by the reader's choice, black on white in print, 4.5 : 1 for every text."""

SYNTHETIC = '<p class="banner">Synthetic: phantoms drawn by a program, no patients.</p>'
"""What stands first on every page about phantoms."""


def document(title: str, *parts: str, style: str = "") -> str:
    """Return a whole page.

    Args:
        title: Plain text, of the window and of the heading.
        *parts: HTML, in order, below the heading; empty ones are left out.
        style: CSS beside `STYLE`.
    """
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title><style>{STYLE}{style}</style></head><body>",
            f"<h1>{escape(title)}</h1>",
            *filter(None, parts),
            "</body></html>\n",
        ]
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str | int]]) -> str:
    """Return a table that scrolls by itself on a narrow screen.

    Args:
        head: Plain text of the column heads.
        rows: Cells: HTML, or whole numbers, which stand on the right.
    """
    cells = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    return f'<div class="scroll"><table><tr>{cells}</tr>{"".join(_row(row) for row in rows)}</table></div>'


def _row(row: Sequence[str | int]) -> str:
    cells = (f'<td class="number">{cell:,}</td>' if isinstance(cell, int) else f"<td>{cell}</td>" for cell in row)
    return f"<tr>{''.join(cells)}</tr>"


def data_uri(content: bytes, kind: str) -> str:
    """Return a picture as the value of `src`; `kind` is `png` or `jpeg`."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def picture(png: bytes, alt: str) -> str:
    """Return a PNG as an `img` that holds it."""
    width, height = size_of(png)
    return f'<img alt="{escape(alt)}" width="{width}" height="{height}" src="{data_uri(png, "png")}">'


def size_of(png: bytes) -> tuple[int, int]:
    """Return width and height of a PNG in pixels, from its header chunk (PNG specification, 11.2.2)."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
