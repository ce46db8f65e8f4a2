import csv

import numpy as np
import openpyxl
import pytest
from PIL import Image

from common.datasets.index import COLUMNS
from common.datasets.own.images import Found
from common.datasets.own.sheet import Line, Sheet
from tests.io.dicom.files import dataset, written


@pytest.fixture
def picture():
    """Writes a PNG of noise, another for each number; returns its path."""

    def write(path, number=0):
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(number).integers(0, 256, (24, 20), dtype=np.uint8)
        Image.fromarray(noise).save(path, "PNG")
        return path

    return write


@pytest.fixture
def dicom():
    """Writes a DICOM file of noise, another for each number, with the elements given; returns its path."""

    def write(path, number=0, *, frames=0, **elements):
        path.parent.mkdir(parents=True, exist_ok=True)
        shape = (frames, 24, 20) if frames else (24, 20)
        pixels = np.random.default_rng(number).integers(0, 256, shape, dtype=np.uint8)
        return written(path, dataset(pixels, **{"SeriesInstanceUID": f"1.2.{number}", **elements}))

    return write


@pytest.fixture
def workbook(tmp_path):
    """Writes rows as an XLSX file, merges blocks of cells, hides sheets; returns its path."""

    def write(rows, *, merge=(), name="labels.xlsx", formats=None, others=None, hidden=()):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for block in merge:
            book.active.merge_cells(block)
        for cell, number_format in (formats or {}).items():
            book.active[cell].number_format = number_format
        for title, content in (others or {}).items():
            sheet = book.create_sheet(title)
            for row in content:
                sheet.append(row)
        for title in hidden:
            book[title].sheet_state = "hidden"
        book.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def table(tmp_path):
    """Writes rows as a CSV file; returns its path."""

    def write(rows, name="labels.csv"):
        with (tmp_path / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
        return tmp_path / name

    return write


@pytest.fixture
def sheet(tmp_path):
    """A table in memory, from a header and lines."""

    def make(header, *lines):
        numbered = [Line(number, dict(zip(header, cells, strict=True))) for number, cells in enumerate(lines, start=2)]
        return Sheet(tmp_path / "labels.csv", list(header), numbered, [])

    return make


@pytest.fixture
def found():
    """Images in memory, from paths or pairs of path and ids."""

    def make(*images):
        pairs = [(image, {}) if isinstance(image, str) else image for image in images]
        return [Found({**dict.fromkeys(COLUMNS, ""), "image": name, "exclude": ""}, ids) for name, ids in pairs]

    return make
