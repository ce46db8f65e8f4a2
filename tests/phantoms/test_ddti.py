import json
from collections import Counter, defaultdict
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from common.phantoms.ddti import FEW, FRAMELESS, IDENTICAL, NEAR, OUTSIDE, UNPARSABLE, draw_case, write

CASES = 24


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    out = tmp_path_factory.mktemp("ddti") / "phantoms"
    write(out, patients=CASES, seed=0, difficulty=0.2)
    return out


@pytest.fixture(scope="module")
def sidecar(root):
    return json.loads((root / "phantoms.json").read_text())


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def report(root, case):
    return ElementTree.parse(root / f"{case}.xml").getroot()


def of_kind(sidecar, kind):
    return [(fault["image"], fault["of"]) for fault in sidecar["faults"] if fault["kind"] == kind]


def test_a_larger_set_extends_a_smaller_one_and_another_seed_draws_others(root, tmp_path):
    for name, seed in (("small", 0), ("other", 1)):
        write(tmp_path / name, patients=4, seed=seed, difficulty=0.2)
    small, other, large = (contents(path) for path in (tmp_path / "small", tmp_path / "other", root))
    for each in (small, other, large):
        each.pop("phantoms.json")
    assert small.items() <= large.items()
    images = [{data for name, data in each.items() if name.endswith(".jpg")} for each in (small, other)]
    assert not images[0] & images[1]


def test_every_image_is_a_frame_in_colour_and_every_case_has_its_report(root, sidecar):
    names = {path.name for path in root.iterdir()} - {"phantoms.json"}
    cases = {f"{case}.xml" for case in range(1, CASES + 1)}
    assert names == set(sidecar["images"]) | cases
    for path in sidecar["images"]:
        with Image.open(root / path) as image:
            assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (560, 360))


def test_reports_say_the_score_and_mark_each_image(root, sidecar):
    frames = defaultdict(list)
    for path, truth in sidecar["images"].items():
        case, frame = path.removesuffix(".jpg").split("_")
        frames[case].append(frame)
        assert report(root, case).findtext("tirads") == truth["tirads"]
        assert report(root, case).findtext("number") == case == str(truth["patient"])
    frameless = [image.removesuffix(".xml") for image, _ in of_kind(sidecar, FRAMELESS)]
    assert frameless == ["13"]
    for case, numbers in frames.items():
        more = [str(len(numbers) + 1)] * (case in frameless)
        assert [mark.findtext("image") for mark in report(root, case).iter("mark")] == numbers + more


def test_contours_lie_on_the_nodule_but_for_those_that_do_not_parse(root, sidecar):
    broken = [image for image, _ in of_kind(sidecar, UNPARSABLE)]
    assert broken == ["3.xml", "15.xml"]
    for case in range(1, CASES + 1):
        text = report(root, case).findtext("mark/svg")
        if f"{case}.xml" in broken:
            with pytest.raises(json.JSONDecodeError, match=r"delimiter|Expecting|Unterminated"):
                json.loads(text)
            continue
        points = [(point["x"], point["y"]) for point in json.loads(text)[0]["points"]]
        truth = sidecar["images"][f"{case}_1.jpg"]
        console, (nodule,) = truth["console"], truth["lesions"]
        x, y = np.mean(points, axis=0)
        assert x == pytest.approx(console["left"] + nodule["across"] * console["width"], abs=12)
        assert y == pytest.approx(console["top"] + nodule["depth"] * console["height"], abs=12)


def test_faulty_contours_stand_beside_good_ones(root, sidecar):
    for kind, count in ((OUTSIDE, 24), (FEW, 2)):
        [(file, _)] = of_kind(sidecar, kind)
        good, faulty = json.loads(report(root, file.removesuffix(".xml")).findtext("mark/svg"))
        assert len(faulty["points"]) == min(count, len(good["points"]))
        assert all(0 <= point["x"] < 560 for point in good["points"])
        assert all((point["x"] >= 560) == (kind == OUTSIDE) for point in faulty["points"])


def test_some_captions_tell_the_score_and_none_another(sidecar):
    told = [
        (truth["tirads"], truth["captions"][1])
        for path, truth in sidecar["images"].items()
        if len(truth["captions"]) > 1
    ]
    assert 0 < len(told) < len(sidecar["images"])
    assert all(f"TIRADS {tirads.upper()} ({tirads.upper()})" == caption for tirads, caption in told)


def test_the_faults_are_really_there(root, sidecar):
    ((copy, source),) = of_kind(sidecar, IDENTICAL)
    assert (root / copy).read_bytes() == (root / source).read_bytes()
    ((copy, source),) = of_kind(sidecar, NEAR)
    first, second = (np.asarray(Image.open(root / path).convert("L"), dtype=float) for path in (copy, source))
    assert not (first == second).all()
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.98
    for copy, source in (*of_kind(sidecar, IDENTICAL), *of_kind(sidecar, NEAR)):
        assert copy.split("_")[0] != source.split("_")[0]
        assert sidecar["images"][copy]["tirads"] == sidecar["images"][source]["tirads"] != ""


def test_cases_have_the_published_proportions_and_scores_follow_suspicion():
    cases = [draw_case(number, seed=0, difficulty=0.2) for number in range(1, 321)]
    assert Counter(case.label for case in cases) == {"": 80, "benign": 40, "malignant": 200}
    scores = defaultdict(list)
    for case in cases:
        scores[case.label, case.tirads].append(case.nodule.suspicion)
    benign, malignant = ([scores[label, tirads] for tirads in order] for label, order in (
        ("benign", ("2", "3")), ("malignant", ("4a", "4b", "4c", "5")),
    ))  # fmt: skip
    for order in (benign, malignant):
        assert all(max(low) <= min(high) for low, high in pairwise(order))
