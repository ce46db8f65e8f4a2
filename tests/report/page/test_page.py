import itertools
from html.parser import HTMLParser

import pytest

from common.report.page.scores import scores_in

from .conftest import AUDIT, CARD, RUN


class Reading(HTMLParser):
    """Every element with its attributes, and the text."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.text, self.open = [], "", []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def test_every_element_is_closed_and_headings_are_in_order(make):
    read = Reading(make())
    assert read.open == []
    levels = [int(tag[1]) for tag, _ in read.elements if tag in ("h1", "h2", "h3")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_the_result_comes_first_then_the_figures(make):
    text = Reading(make()).text
    places = [
        text.index(word)
        for word in ("Test AUC of malignant 0.786 [0.716, 0.842], n = 376", "Sensitivity against", "not found: missing")
    ]
    assert places == sorted(places)


def test_the_page_loads_nothing_and_runs_nothing(make):
    read = Reading(make())
    assert all(image["src"].startswith("data:image/png;base64,") for image in read.all("img"))
    assert not read.all("script") + read.all("link") + read.all("iframe")
    assert all(link["href"].startswith("#") for link in read.all("a"))
    assert "url(" not in make()


def test_links_lead_somewhere_and_ids_are_unique(make):
    read = Reading(make())
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert {link["href"][1:] for link in read.all("a")} == set(ids)


def test_images_have_alternatives_and_heads_their_scope(make):
    read = Reading(make())
    assert len(read.all("img")) == 2
    assert all(len(image["alt"]) > 10 and int(image["width"]) > 0 for image in read.all("img"))
    assert all(head["scope"] in ("col", "row", "rowgroup") for head in read.all("th"))


def test_text_is_escaped(make):
    assert "<BRA>" not in make()
    assert "BUS <BRA>: benign, malignant" in Reading(make()).text


def test_scores_of_a_group_stand_together(make):
    score = {"value": 0.5, "low": 0.25, "high": 0.75, "n": 17}
    nested = {"test": {"classes": {"a": {"auc": score, "youden": {"sensitivity": score}, "recall": score}}}}
    text = Reading(make(metrics=nested)).text
    assert "aAUC0.500[0.250, 0.750]17recall0.500[0.250, 0.750]17a, Youden's thresholdsensitivity" in text


def test_scores_of_any_nesting_are_told_with_interval_and_n(make):
    score = {"value": 0.5, "low": 0.25, "high": 0.75, "n": 17}
    undefined = {"value": None, "low": None, "high": None, "n": 0}
    nested = {
        "test": {"per_class": {"a": {"f1": score, "auc": undefined}}, "kappa": score},
        "elsewhere": {"auc": score},
    }
    text = Reading(make(metrics=nested)).text
    assert text.count("0.500[0.250, 0.750]17") == 3
    assert "AUCundefinedno interval0" in text
    assert text.count("per class, a") == 1
    assert [path for path, _ in scores_in(nested)] == [
        ("test", "per_class", "a", "f1"),
        ("test", "per_class", "a", "auc"),
        ("test", "kappa"),
        ("elsewhere", "auc"),
    ]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"card": {"dataset": {**CARD["dataset"], "synthetic": True}}}, "SYNTHETIC"),
        ({"metrics": {"level": "image-level: optimistic"}}, "image-level: optimistic"),
        (
            {"card": {"dataset": {**CARD["dataset"], "shared_patients": {"train and valid": 3}}}},
            "3 patients are in both",
        ),
        (
            {"metrics": {"test": {"auc": {"value": 0.55, "low": 0.45, "high": 0.65, "n": 90}}}},
            "holds 0.5: no better than chance",
        ),
        ({"audit": None}, "the data were not audited"),
        ({"audit": {**AUDIT, "spoiled": True}}, "the audit found what spoils a result"),
    ],
)
def test_what_weakens_a_result_stands_above_the_figures(make, changes, says):
    def above(**given):
        return Reading(make(**given)).text.partition("FiguresMost")[0]

    assert says in above(**changes).partition("}")[2] + above(**changes)
    assert says not in above()


def test_the_audit_is_quoted_or_asked_for(make):
    text = Reading(make()).text
    assert "blank image55 note" in text
    assert "and 2 more" in text
    assert "not found: missing file" in text
    assert "python scripts/audit.py data/busbra" in Reading(make(audit=None)).text
    assert "of another state" in Reading(make(audit={**AUDIT, "index_sha256": "1"})).text


def test_methods_say_what_was_done_and_cite_it(make):
    text = " ".join(Reading(make()).text.split())
    for fact in (
        "1,311 images to train, 188 to validate and 376 (of 200 patients) to test, fold 0.",
        "resized to 224 x 224 pixels",
        "All layers were trained by Adam on the cross-entropy at a learning rate of 0.0001, in batches of 32",
        "epoch 21 was kept (seed 0)",
        "RandFlipd (prob 0.5, spatial_axis 1)",
        "DeLong's variance, clustered by patient",
        "Computed in bf16 with MONAI 1.6.1",
    ):
        assert fact in text, fact
    assert text.index("Mei et al.") < text.index("Youden, Cancer")


def test_findings_are_found_and_classes_told_apart(make):
    assert "trained to tell benign, malignant apart in BUS" in Reading(make()).text
    assert "trained to find benign, malignant in BUS" in Reading(make(card={"task": "multilabel"})).text


def test_of_random_weights_the_methods_do_not_cite_radimagenet(make):
    random = {"weights_source": "random weights (pretrained is auto; RadImageNet's resnet50 is not imported)"}
    assert "Mei et al." not in Reading(make(card=random)).text


def test_the_commands_are_those_that_were_given(make):
    text = Reading(make()).text
    assert RUN["command"] in text
    assert "--config_file \"['train.json','evaluate.json']\"" in text
    assert "Not run from a command line." in Reading(make(run={}, command="")).text


def test_false_positives_of_the_flag_are_stated(make):
    assert "4.0 % [2.0, 7.0] of 213 patients" in Reading(make()).text
    assert "Images out of range" not in Reading(make(card={"out_of_range": None})).text
