"""A comparison, from a plan that is set up to its verdicts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median_low
from typing import Any

from ..datasets.folds import EVERY
from ..errors import RunError
from ..statistics import Interval, Paired, Reach, Verdict, alternatives, initialisation_difference, verdicts
from ..statistics.wording import sentence
from .as_published import OverScenarios, key_metric, over_scenarios
from .choice import Trained, by_arm, choose, trained
from .efficiency import Curve, curve
from .engine import Engine
from .evidence import paired, score, within_folds
from .frozen import ProbeScore, probe_scores
from .jobs import Job, evaluation, flips, localisation, training
from .maps import Maps, compare_maps
from .plan import WHOLE, Trial
from .progress import told
from .setup import Setup, outlook
from .ways import Way, flippable, ways
from .worker import finished

Place = tuple[str, int]
"""Fold and seed."""


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """One initialisation against the reference on one problem.

    Attributes:
        bundle: Of the problem.
        first: The initialisation.
        second: The reference.
        pairs: Their models by fold and seed.
        verdict: What is said.
        alternatives: What other estimators say.
        published: The comparison over scenarios; None where scenarios were not all tested.
        scenarios: AUC difference of each scenario; empty where they were not all tested.
    """

    bundle: str
    first: str
    second: str
    pairs: Sequence[Paired]
    verdict: Verdict
    alternatives: Mapping[str, Interval]
    published: OverScenarios | None
    scenarios: Mapping[str, Interval]

    @property
    def name(self) -> str:
        """What it is called in tables and figures."""
        return f"{self.bundle}: {self.first} against {self.second}"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """All that was found.

    Attributes:
        setup: What was run.
        trained: Every training.
        chosen: Those on all patients that stand for their initialisation, by bundle, initialisation, fold and seed.
        smaller: Those on a share of the patients, of each size.
        scores: Test AUC of every training that was tested.
        folds: AUC over all folds, by bundle, initialisation and seed.
        contrasts: One for each bundle and initialisation other than the reference.
        curves: The same over sizes; none where there is one size.
        maps: The same of class-activation maps; none where they were not asked for.
        ways: Ways to use what was trained, of a plan with one initialisation.
        outlook: By bundle, what could be said beforehand of "equivalent".
        probes: What linear probe and nearest neighbours say on the features of frozen networks.
        seconds: By key, how long each job took.
    """

    setup: Setup
    trained: Sequence[Trained]
    chosen: Sequence[Trained]
    smaller: Sequence[Trained]
    scores: Mapping[str, Interval]
    folds: Mapping[tuple[str, str, int], Interval]
    contrasts: Sequence[Contrast]
    curves: Sequence[Curve]
    maps: Sequence[Maps]
    ways: Sequence[Way]
    outlook: Mapping[str, Reach]
    probes: Sequence[ProbeScore]
    seconds: Mapping[str, float]


def compare(setup: Setup, engine: Engine, *, masked: Sequence[str] = (), refit: bool = False) -> Comparison:
    """Train, choose, test, and return what was found; what is finished is not run again.

    Args:
        setup: What is run.
        engine: What runs it.
        masked: Bundles on whose masks the maps of all trainings are measured.
        refit: Whether a plan with one initialisation trains what it chose again, with the validation part, and once
            on every image.

    Raises:
        RunError: Runs failed; all others have been finished.
    """
    with engine:
        probes = [job for its in setup.stored for job in its.probes.values()]
        cards = carry_out_jobs([*(its.job for its in setup.stored), *setup.jobs.values(), *probes], engine)
        found = [_trained(setup, trial, job, cards[job.key]) for trial, job in setup.jobs.items()]
        every = choose(found)
        tested = found if setup.plan.mode == "as_published" else every
        plan, problems = setup.plan, setup.problems
        evaluations = [evaluation(its.job, its.trial, plan, problems[its.trial.bundle]) for its in tested]
        carry_out_jobs(evaluations, engine)
        flipped = flippable(setup)
        seen_twice = [its for its in every if its.trial.bundle in flipped]
        carry_out_jobs([flips(its.job, its.trial, problems[its.trial.bundle]) for its in seen_twice], engine)
        again = _of_size(every, WHOLE) if refit and not plan.compared else []
        refits, on_all = _refits(setup, again, engine), _on_all(setup, again, engine)
        mapped = [its for its in _of_size(found, WHOLE) if its.trial.bundle in masked]
        carry_out_jobs([localisation(its.job, its.trial, problems[its.trial.bundle]) for its in mapped], engine)
    scores = {its.job.key: score(its) for its in tested}
    chosen, tested = _of_size(every, WHOLE), _of_size(tested, WHOLE)
    return Comparison(
        setup=setup,
        trained=found,
        chosen=chosen,
        smaller=[its for its in every if its.trial.size < WHOLE],
        scores=scores,
        folds={place: within_folds(its) for place, its in _by_seed(chosen).items()},
        contrasts=_contrasts(setup, chosen, tested),
        curves=_curves(setup, every),
        ways=[] if plan.compared else ways(chosen, problems, flipped=flipped, refits=refits, on_all=on_all),
        maps=compare_maps(mapped, masked, setup.plan.compared, setup.plan.reference),
        outlook=outlook(setup),
        probes=probe_scores(setup.stored),
        seconds={key: float(card["seconds"]) for key, card in cards.items()},
    )


def _refits(setup: Setup, chosen: Sequence[Trained], engine: Engine) -> dict[str, Trained]:
    """Return by key of a training the same with the validation part, for the epochs that were best, and tested."""
    again = _again(setup, [(its.trial, its.model["best_epoch"]) for its in chosen], engine)
    plan, problems = setup.plan, setup.problems
    evaluations = [evaluation(its.job, its.trial, plan, problems[its.trial.bundle]) for its in again]
    carry_out_jobs(evaluations, engine)
    return {its.job.key: refitted for its, refitted in zip(chosen, again, strict=True)}


def _on_all(setup: Setup, chosen: Sequence[Trained], engine: Engine) -> dict[tuple[str, str], Trained]:
    """Return by bundle and initialisation a network of every image, trained as was chosen most often.

    Of the numbers of epochs that were best so, it is trained for the median.
    """
    arms = by_arm(chosen)
    trials = []
    for ones in arms.values():
        ((scenario, _),) = Counter(its.trial.scenario for its in ones).most_common(1)
        own = [its for its in ones if its.trial.scenario == scenario]
        epochs = median_low(its.model["best_epoch"] for its in own)
        trials.append((replace(own[0].trial, fold=EVERY), epochs))
    return dict(zip(arms, _again(setup, trials, engine), strict=True))


def _again(setup: Setup, trials: Sequence[tuple[Trial, int]], engine: Engine) -> list[Trained]:
    """Return trials that are trained again, each for so many epochs."""
    plan, problems, begins = setup.plan, setup.problems, setup.beginnings
    jobs = [
        training(its, plan, problems[its.bundle], begins[its.initialisation, its.backbone], setup.out, refit_epochs=n)
        for its, n in trials
    ]
    cards = carry_out_jobs(jobs, engine)
    return [_trained(setup, its, job, cards[job.key]) for (its, _), job in zip(trials, jobs, strict=True)]


def _trained(setup: Setup, trial: Trial, job: Job, card: dict[str, object]) -> Trained:
    problem = setup.problems[trial.bundle]
    return trained(trial, job, card, problem, key_metric(setup.plan, problem.config))


def carry_out_jobs(jobs: Sequence[Job], engine: Engine) -> dict[str, dict[str, Any]]:
    """Return the cards of all jobs by key, running those that are not finished."""
    cards = {job.key: card for job in jobs if (card := finished(job))}
    left = list({job.key: job for job in jobs if job.key not in cards}.values())
    failed = []
    for job, card in told(engine.carry_out(left), finished=len(cards), total=len(cards) + len(left)):
        cards[job.key] = card
        if "error" in card:
            failed.append(f"{job.name}: {card['error']}")
    if failed:
        raise RunError(
            f"{len(failed)} of {len(jobs)} runs failed, the first: {failed[0]}; the same command tries them again, and "
            "repeats no other"
        )
    return cards


def _by_seed(chosen: Sequence[Trained]) -> dict[tuple[str, str, int], list[Trained]]:
    groups: dict[tuple[str, str, int], list[Trained]] = {}
    for its in chosen:
        groups.setdefault((its.trial.bundle, its.trial.initialisation, its.trial.seed), []).append(its)
    return groups


def _of_size(found: Sequence[Trained], size: int) -> list[Trained]:
    return [its for its in found if its.trial.size == size]


def _curves(setup: Setup, chosen: Sequence[Trained]) -> list[Curve]:
    plan, second = setup.plan, setup.plan.reference
    if len(plan.sizes) == 1:
        return []
    by_size = {size: _of_size(chosen, size) for size in plan.sizes}
    return [
        curve(
            bundle,
            (first, second),
            {size: paired(_arm(its, bundle, first), _arm(its, bundle, second)) for size, its in by_size.items()},
            patients=setup.problems[bundle].trained,
            margin=plan.margin,
        )
        for bundle in plan.bundles
        for first in plan.compared
    ]


def _contrasts(setup: Setup, chosen: Sequence[Trained], tested: Sequence[Trained]) -> list[Contrast]:
    """Return every contrast; p is adjusted for all of them, over bundles and initialisations."""
    plan, second = setup.plan, setup.plan.reference
    places = [(bundle, first) for bundle in plan.bundles for first in plan.compared]
    pairs = {place: paired(_arm(chosen, *place), _arm(chosen, place[0], second)) for place in places}
    named = {" ".join(place): its for place, its in pairs.items()}
    found = verdicts(named, arms=("the first", second), margin=plan.margin)
    result = []
    for bundle, first in places:
        verdict = found[f"{bundle} {first}"]
        worded = replace(verdict, sentence=sentence(vars(verdict), (first, second)))
        result.append(
            Contrast(
                bundle=bundle,
                first=first,
                second=second,
                pairs=pairs[bundle, first],
                verdict=worded,
                alternatives=alternatives(pairs[bundle, first], share=setup.problems[bundle].share),
                published=_published(tested, bundle, first, second) if plan.mode == "as_published" else None,
                scenarios=_by_scenario(tested, bundle, first, second) if plan.mode == "as_published" else {},
            )
        )
    return result


def _arm(chosen: Sequence[Trained], bundle: str, initialisation: str) -> dict[Place, Trained]:
    own = [its for its in chosen if (its.trial.bundle, its.trial.initialisation) == (bundle, initialisation)]
    return {(its.trial.fold, its.trial.seed): its for its in own}


def _by_scenario(tested: Sequence[Trained], bundle: str, first: str, second: str) -> dict[str, Interval]:
    """Return the difference of each scenario that both have, over its folds and seeds."""
    found = {}
    for scenario in dict.fromkeys(its.trial.scenario for its in tested):
        own = [its for its in tested if its.trial.scenario == scenario]
        arms = _arm(own, bundle, first), _arm(own, bundle, second)
        if all(arms):
            backbone, trainable, rate = scenario
            name = f"{backbone}, {trainable}, {rate:g}"
            found[name] = initialisation_difference(paired(*arms)).difference.interval()
    return found


def _published(tested: Sequence[Trained], bundle: str, first: str, second: str) -> OverScenarios | None:
    """Return the comparison over scenarios that both have; None of fewer than two."""
    means = [_scenario_means(tested, bundle, name) for name in (first, second)]
    shared = [scenario for scenario in means[0] if scenario in means[1]]
    if len(shared) < 2:
        return None
    return over_scenarios([means[0][its] for its in shared], [means[1][its] for its in shared])


def _scenario_means(tested: Sequence[Trained], bundle: str, initialisation: str) -> dict[tuple[str, str, float], float]:
    values: dict[tuple[str, str, float], list[float]] = {}
    for its in tested:
        if (its.trial.bundle, its.trial.initialisation) == (bundle, initialisation):
            values.setdefault(its.trial.scenario, []).append(score(its).value)
    return {scenario: sum(its) / len(its) for scenario, its in values.items()}
