import json
import math

import numpy as np
import pytest

from common.statistics import Decision, Reason, holm, initialisation_difference, verdicts
from common.statistics.verdict import patients_to_decide
from tests.statistics.arms import arms, changed, turned

ARMS = ("radiology", "photographs")

MANY = {"positives": 600, "negatives": 900, "wobble": 0.02, "own": 0.4, "folds": 2}


def verdict(pairs, **options):
    return verdicts({"": pairs}, arms=ARMS, **options)[""]


@pytest.mark.parametrize(
    ("pairs", "decision", "within", "words"),
    [
        (arms(gain=1.0), Decision.BETTER, False, "radiology is better than photographs: AUC difference +"),
        (turned(arms(gain=1.0)), Decision.WORSE, False, "radiology is worse than photographs: AUC difference -"),
        (
            arms(**MANY, seeds=8, gain=0.1),
            Decision.BETTER,
            True,
            "radiology is better than photographs, by less than the margin: AUC difference +0.0",
        ),
        (arms(**MANY), Decision.EQUIVALENT, True, "radiology and photographs are equivalent: AUC difference "),
        (arms(), Decision.CANNOT_TELL, False, "It cannot be told whether radiology or photographs is better: AUC "),
    ],
)
def test_each_decision_says_what_it_stands_on(pairs, decision, within, words):
    its = verdict(pairs)
    assert (its.decision, its.within_margin, its.reason) == (decision, within, None)
    assert its.sentence.startswith(words)
    assert f"{its.difference:+.3f} [{its.low:+.3f}, {its.high:+.3f}], p = {its.p:.2g}, margin 0.02" in its.sentence
    for fact in (f"n = {its.images} images of {its.patients} patients ({its.positives} positive)", " folds"):
        assert fact in its.sentence
    assert its.low < its.low_90 < its.difference < its.high_90 < its.high


def test_exchanging_the_initialisations_turns_the_verdict_around():
    pairs = arms(gain=1.0)
    one, other = verdict(pairs), verdict(turned(pairs))
    assert (one.difference, one.low, one.p) == pytest.approx((-other.difference, -other.high, other.p))


def test_p_is_adjusted_for_all_comparisons_and_those_without_a_verdict_do_not_count():
    comparisons = {
        "clear": arms(gain=1.0, seed=1),
        "none": arms(seed=2),
        "few": arms(positives=10, gain=1.0, seed=3),
        "borderline": arms(gain=0.35, seed=4),
    }
    found = verdicts(comparisons, arms=ARMS)
    tested = [name for name in comparisons if name != "few"]
    assert [found[name].p_holm for name in tested] == pytest.approx(holm([found[name].p for name in tested]))
    assert found["few"].decision is Decision.NONE
    assert math.isnan(found["few"].p_holm)
    first = found["clear"]
    assert f"p = {first.p:.2g}, {first.p_holm:.2g} with all comparisons (Holm), margin" in first.sentence


@pytest.mark.parametrize("labels", [lambda label: label, lambda label: 1 - label], ids=["positive", "negative"])
def test_below_20_patients_of_a_class_there_is_no_verdict_but_a_reason(labels):
    few, enough = (
        verdict([changed(pair, label=labels(pair.label)) for pair in arms(positives=count, gain=1.0)])
        for count in (19, 20)
    )
    assert (few.decision, few.reason) == (Decision.NONE, Reason.FEW_PATIENTS)
    assert few.sentence.startswith(
        "No verdict, since fewer than 20 patients are positive, or negative: AUC difference "
    )
    assert math.isnan(few.p)
    assert few.low < few.difference < few.high
    assert enough.reason is None


def test_a_fold_with_a_single_positive_patient_has_no_spread_to_judge_by():
    assert verdict(arms(positives=20, folds=15)).reason is Reason.FEW_IN_A_FOLD


@pytest.mark.parametrize("seeds", [1, 2])
def test_with_fewer_than_three_seeds_it_is_about_these_two_trained_models_only(seeds):
    its = verdict(arms(seeds=seeds, gain=1.0))
    assert not its.initialisations
    assert "of these two trained models only, not of the initialisations" in its.sentence
    assert verdict(arms(gain=1.0)).initialisations
    assert "only" not in verdict(arms(gain=1.0)).sentence


def test_the_patients_needed_are_more_than_there_are_and_more_for_a_smaller_margin():
    pairs = arms(wobble=0.0, seeds=8)
    its = verdict(pairs)
    assert its.decision is Decision.CANNOT_TELL
    assert its.patients_needed > its.patients
    assert f"about {its.patients_needed} patients, {its.patients_needed - its.patients} more" in its.sentence
    assert verdict(pairs, margin=0.005).patients_needed > its.patients_needed


def test_with_as_many_patients_as_needed_it_would_be_told():
    estimate = initialisation_difference(arms(wobble=0.0, seeds=8))
    needed = patients_to_decide(estimate, margin=0.02)
    error = (estimate.patient_variance * estimate.patients / needed + estimate.seed_variance / 8) ** 0.5
    # For a power of 0.8 a difference is 2.8 standard errors, or what is left to the margin is 2.5 and more.
    value = abs(estimate.difference.value)
    assert value > 2.8 * error or 0.02 - value > 2.4 * error


def test_where_seeds_differ_too_much_no_number_of_patients_would_tell():
    its = verdict(arms(wobble=1.0, seed=5))
    assert its.decision is Decision.CANNOT_TELL
    assert its.patients_needed is None
    assert "no number of patients would tell with so few seeds: give more seeds" in its.sentence


def test_an_initialisation_is_equivalent_to_itself():
    its = verdict([changed(pair, score_b=pair.score_a) for pair in arms()])
    assert (its.decision, its.difference, its.p, its.equivalence_p) == (Decision.EQUIVALENT, 0, 1, 0)


def test_networks_that_have_not_learned_get_no_verdict():
    constant = {"score_a": np.full(36, 0.4), "score_b": np.full(36, 0.6)}
    its = verdict([changed(pair, **constant) for pair in arms()])
    assert (its.decision, its.reason, its.areas) == (Decision.NONE, Reason.CONSTANT, (0.5, 0.5))
    assert "No verdict, since every network of both says the same of every image" in its.sentence


def test_two_perfect_initialisations_cannot_be_told_apart_with_few_patients():
    its = verdict(arms(apart=50.0))
    assert (its.areas, its.decision) == ((1.0, 1.0), Decision.CANNOT_TELL)
    assert its.low < -0.02


def test_it_can_be_kept_as_json():
    facts = json.loads(json.dumps(verdict(arms()).as_dict()))
    assert facts["decision"] == "cannot tell"
    assert np.isfinite([facts[name] for name in ("difference", "low", "high", "p", "false_superiority")]).all()
