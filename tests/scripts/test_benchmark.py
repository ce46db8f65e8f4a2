import json
import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from statistics import median

import pytest
from ignite.engine import Engine

from common.benchmarks import networks
from common.benchmarks.rounds import Rounds
from common.benchmarks.table import Goal, Measurement
from common.errors import ConfigError

ROOT = Path(__file__).parents[2]

SMALL = ("--batch", 2, "--size", 32, "--steps", 1, "--rounds", 2)

NONE = (None, None)
"""A ratio without a goal."""


def command(*words):
    # One thread: with more, threads that wait for each other on a busy machine take seconds for a small step.
    line = [sys.executable, "scripts/benchmark.py", *map(str, words)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.slow
def test_pretrain_measures_speeds_memory_and_hours(tmp_path):
    done = command("pretrain", *SMALL, "--json", tmp_path / "out.json")
    assert done.returncode == 0, done.stderr
    speeds, memory = json.loads((tmp_path / "out.json").read_text())
    assert [len(row["rounds"]) for row in speeds["rows"]] == [2] * 5
    assert "1 GPU: 1,350,000 x 30 / (3,000 x 1) / 3600 = 3.75 hours" in speeds["notes"]
    assert {row["name"] for row in memory["rows"]} == {"worker", "process that trains", "allowed"}
    assert all(ratio["met"] for ratio in memory["ratios"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("verb", "options", "rows", "goals"),
    [
        ("train", SMALL, 4, [[(0.9, None), (2.5, None), (None, None), (None, None)]]),
        ("infer", SMALL, 4, [[(None, None), (2.5, None), (None, None), (None, None)]]),
        ("networks", ("--batch", 2, "--size", 75, "--steps", 1, "--rounds", 1), 8, [[(None, None)] * 7] * 2),
        ("localize", (*SMALL[:6], "--images", 24, "--rounds", 1), 3, [[(None, 2.5), NONE]]),
        ("startup", ("--rounds", 1), 2, [[(None, 2.0)]]),
        ("frozen", ("--patients", 40, "--size", 32, "--epochs", 1), 3, [[(20, None), (None, 1.5)]]),
        ("statistics", ("--cases", 3000, "--rounds", 2), 6, [[(None, 2.5), (None, 2.5), (None, 30)]]),
        (
            "read",
            ("--images", 2, "--size", 32, "--rounds", 1),
            2 * 9 + 5,
            [[(2.5, None), NONE, (2.5, None), *[NONE] * 7, (10, None), NONE, (5, None)]],
        ),
    ],
)
def test_each_verb_measures_all_rows_and_their_ratios(tmp_path, verb, options, rows, goals):
    done = command(verb, *options, "--json", tmp_path / "out.json")
    assert done.returncode == 0, done.stderr
    measurements = json.loads((tmp_path / "out.json").read_text())
    for facts, table, bounds in zip(measurements, done.stdout.split("\n\n\n"), goals, strict=True):
        assert facts["title"] in table
        rounds = {row["name"]: row["rounds"] for row in facts["rows"]}
        assert len(rounds) == rows
        assert all(len(values) == options[-1] and min(values) > 0 for values in rounds.values())
        assert [(ratio["at_least"], ratio["at_most"]) for ratio in facts["ratios"]] == bounds
        for ratio in facts["ratios"]:
            pairs = zip(rounds[ratio["of"]], rounds[ratio["to"]], strict=True)
            assert ratio["median"] == pytest.approx(median(value / other for value, other in pairs))
        for name in [*rounds, *(ratio["name"] for ratio in facts["ratios"])]:
            assert re.search(rf"^{re.escape(name)} +\d", table, re.MULTILINE)
        assert facts["cpu"] in table
        assert f"torch {facts['versions']['torch']}" in table


def test_networks_need_a_size_that_every_backbone_can_take():
    with pytest.raises(ConfigError, match=r"--size is 75 or more, .*; got 74: give a larger one"):
        networks.measure(batch=2, size=74, steps=1, rounds=1)


def test_rounds_of_engine_and_rivals_take_turns_and_the_engine_ends_with_the_last():
    calls = []
    turns = Rounds(rounds=2, steps=3, num_workers=1)
    engine = Engine(lambda engine, batch: calls.append("engine"))
    engine.run = partial(engine.run, range(10 * turns.iterations))
    seconds = turns.run("engine", engine, {name: partial(calls.append, name) for name in ("a", "b")})
    # 2 batches loaded ahead by the worker and 1 more pass before the engine's 3; a rival warms up with 1.
    assert calls == (["engine"] * (3 + 3) + ["a"] * 4 + ["b"] * 4) * 2
    assert {name: len(values) for name, values in seconds.items()} == {"engine": 2, "a": 2, "b": 2}


def test_a_ratio_is_that_of_its_rounds_however_the_machine_drifts():
    reference = [8.0, 5.0, 20.0]
    for drift in ([1, 1, 1], [1, 10, 0.1]):
        rounds = {
            "bare": [value * factor for value, factor in zip(reference, drift, strict=True)],
            "ours": [value * factor * 0.75 for value, factor in zip(reference, drift, strict=True)],
        }
        goals = (
            Goal(name="enough", of="ours", to="bare", at_least=0.7),
            Goal(name="too little", of="ours", to="bare", at_least=0.8),
            Goal(name="too much", of="bare", to="ours", at_most=1.3),
        )
        measured = Measurement(title="", unit="images/s", reference="bare", rounds=rounds, goals=goals, load=0.0)
        ratios = measured.as_json()["ratios"]
        assert [ratio["median"] for ratio in ratios] == pytest.approx([0.75, 0.75, 4 / 3])
        assert [ratio["met"] for ratio in ratios] == [True, False, False]
        assert re.findall(r"goal (.*)", measured.as_table()) == [">= 0.70: met", ">= 0.80: MISSED", "<= 1.30: MISSED"]


@pytest.mark.parametrize("option", ["--rounds", "--batch", "--steps", "--size"])
def test_a_count_below_one_is_refused(option):
    done = command("train", option, 0)
    assert done.returncode == 2
    assert f"argument {option}: must be 1 or more, not '0'" in done.stderr


def test_help_shows_an_example():
    assert "example: python scripts/benchmark.py train" in command("--help").stdout
