"""A page as a browser lays it out: its width, its contrast, its images, what its scripts complain of."""

import itertools
import json
import re
import shutil
import subprocess
from html import escape
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium")

MEASURE = """
<script>
const problems = [];
window.onerror = message => problems.push(message);
const rgb = text => text.match(/[\\d.]+/g).map(Number);
const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255)
  .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const behind = element => {
  const colour = rgb(getComputedStyle(element).backgroundColor);
  return colour.length === 3 || colour[3] === 1 ? colour : behind(element.parentElement);
};
window.onload = () => {
  let least = 21;
  for (const element of document.querySelectorAll('body, body *')) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (!own || ['SCRIPT', 'STYLE'].includes(element.tagName)) continue;
    const [a, b] = [rgb(getComputedStyle(element).color), behind(element)].map(luminance);
    least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
  }
  const images = [...document.images];
  top.document.body.dataset.measured = JSON.stringify({
    width: innerWidth, overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    dark: matchMedia('(prefers-color-scheme: dark)').matches, contrast: least, problems,
    images: images.length, loaded: images.filter(image => image.complete && image.naturalWidth > 0).length,
  });
};
</script></head>"""

FRAME = (
    "<style>:root {{ color-scheme: light dark }}</style><iframe width={width} height=900 frameborder=0 srcdoc='{page}'>"
)
"""A window is at least 500 pixels wide, a frame in it as wide as one likes."""

QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--hide-scrollbars", "--enable-logging=stderr"),
)

needed = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt-get install chromium")


def measured(page: str, folder: Path, *, width: int, scheme: str) -> dict:
    """What a frame of that width shows, with the reader's choice of `light` or `dark`."""
    path = folder / "framed.html"
    path.write_text(FRAME.format(width=width, page=escape(page.replace("</head>", MEASURE, 1))))
    blink = f"--blink-settings=preferredColorScheme={int(scheme == 'light')}"
    places = [f"--user-data-dir={folder / 'profile'}", "--window-size=1600,900", blink]
    done = subprocess.run(
        [CHROMIUM, *QUIET, *places, "--dump-dom", path.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found = re.search(r'data-measured="([^"]+)"', done.stdout)
    assert found, done.stderr
    assert "CONSOLE" not in done.stderr
    return json.loads(found[1].replace("&quot;", '"'))


def assert_legible(page: str, folder: Path, *, images: int) -> None:
    """On a telephone and on a desk, by day and by night: it fits, its text can be read, all of its images are there."""
    for width, scheme in itertools.product((375, 1440), ("light", "dark")):
        found = measured(page, folder, width=width, scheme=scheme)
        assert found["width"] == width
        assert found["dark"] is (scheme == "dark")
        assert found["overflow"] == 0
        assert found["images"] == found["loaded"] == images
        assert found["contrast"] >= 4.5
        assert found["problems"] == []
