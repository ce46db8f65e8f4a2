import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from common.datasets.audit.answers import Answer, Shortcuts
from common.datasets.audit.findings import KINDS, NOTE, SPOILS, Finding, Findings
from common.datasets.audit.page import PICTURES, SHOWN, THUMBNAIL, page, thumbnail
from common.datasets.prepared import PreparedDataset
from common.statistics import Interval


@pytest.fixture
def report(tmp_path):
    """Makes the findings of a data set whose one picture is `a.png`."""
    Image.fromarray(np.tile(np.arange(250, dtype=np.uint8), (400, 1))).save(tmp_path / "a.png")

    def make(*found, synthetic=False):
        description = {"title": "BUS <BRA>", "synthetic": synthetic, "index_sha256": "0" * 64, "root": "."}
        classes = {"benign": {"images": 3, "patients": 2}}
        folds = {"0": {"train": {"benign": 1}, "valid": {"benign": 1}, "test": {"benign": 1}}}
        known = Answer("device", "column <of> the index", "benign", Interval(0.8, 0.7, 0.9, 3))
        shortcuts = Shortcuts("3 images", [known, Answer("file", "format", silent="the same in all images")])
        data = PreparedDataset(tmp_path, description, [])
        return Findings(data=data, found=found, classes=classes, folds=folds, shortcuts=shortcuts)

    return make


def pictures(html):
    return re.findall(r'src="data:image/jpeg;base64,([^"]+)"', html)


def test_a_thumbnail_keeps_the_aspect(tmp_path, report):
    report()
    data = base64.b64decode(thumbnail(tmp_path / "a.png").partition(",")[2])
    assert Image.open(io.BytesIO(data)).size == (THUMBNAIL * 250 // 400, THUMBNAIL)


def test_a_finding_shows_its_pictures(report):
    html = page(report(Finding("blank image", NOTE, "a.png: flat", ("a.png", "a.png"))))
    assert len(pictures(html)) == 2
    assert "note</span>: a.png: flat" in html
    assert 'href="#blank-image"' in html
    assert 'id="blank-image"' in html


def test_a_file_that_cannot_be_read_has_a_place_and_a_name(report):
    html = page(report(Finding("missing file", SPOILS, "b.png: gone", ("b.png",))))
    assert '<div class="absent">no picture</div><figcaption>b.png</figcaption>' in html
    assert "A result on this data would be wrong" in html


def test_many_findings_and_pictures_are_counted_not_shown(report):
    many = [Finding("blank image", NOTE, "flat", ("a.png",) * (PICTURES + 4)) for _ in range(SHOWN + 2)]
    html = page(report(*many))
    assert len(pictures(html)) == SHOWN * PICTURES
    assert "2 more in audit.json" in html
    assert "and 4 more images" in html


def test_the_page_loads_nothing(report):
    html = page(report(Finding("blank image", NOTE, "flat", ("a.png",))))
    assert not re.findall(r'(?:src|href)="(?!data:|#)', html)
    assert "url(" not in html
    assert "<script" not in html


def test_text_is_escaped(report):
    html = page(report(Finding("blank image", NOTE, "<b>.png", ("<b>.png",))))
    assert "<b>" not in html
    assert "<title>Audit of BUS &lt;BRA&gt;</title>" in html


def test_every_check_is_listed_and_the_phone_is_thought_of(report):
    html = page(report())
    assert all(meaning in html for meaning in KINDS.values())
    assert "Nothing here spoils a result." in html
    assert 'name="viewport"' in html
    assert "prefers-color-scheme: dark" in html


def test_synthetic_sets_are_marked(report):
    assert "Synthetic: phantoms" in page(report(synthetic=True))
    assert "Synthetic" not in page(report())


def test_every_suspect_is_listed(report):
    html = page(report())
    assert "Asked of 3 images." in html
    assert "column &lt;of&gt; the index" in html
    assert "<td>AUC of benign 0.800 [0.700, 0.900], n = 3</td>" in html
    assert "<td>the same in all images</td>" in html
    assert html.count("possible shortcut</span>") == 1
