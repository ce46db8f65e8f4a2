"""Ray with one machine and with two, and what happens when something dies half-way."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from common.comparison.compare import compare
from common.comparison.declared import plan_of
from common.comparison.engine import Engine
from common.comparison.jobs import ROOT
from common.comparison.results import run_rows
from common.comparison.setup import begin, set_up
from common.errors import RunError

from .conftest import calls
from .stand_in import __file__ as stand_in

pytestmark = pytest.mark.usefixtures("stand_ins")

DRIVER = """
import json, sys
from pathlib import Path
from common.comparison import beginnings, jobs
from common.comparison.compare import compare
from common.comparison.engine import Engine
from common.comparison.declared import plan_of
from common.comparison.setup import begin, set_up
from common.files import sha256

jobs.PROGRAM = (sys.argv[1],)
beginnings._beginning = lambda name, _: beginnings.Beginning(sha256=sha256(name.encode()), title=f"{name} weights")
setup = set_up(plan_of(json.loads(sys.argv[2])), Path(sys.argv[3]))
begin(setup)
compare(setup, Engine(cpus=1))
"""


@pytest.fixture
def small(content, monkeypatch):
    """A plan of eight trainings."""
    monkeypatch.chdir(ROOT)
    return {**content, "seeds": [0]}


def outcome(found):
    """All of a comparison's table that a machine's death must not change."""
    unimportant = ("seconds", "host", "train", "evaluate")
    rows = [{key: value for key, value in row.items() if key not in unimportant} for row in run_rows(found)]
    return rows, found.contrasts[0].verdict


def compared(content, out, engine):
    setup = set_up(plan_of(content), out)
    begin(setup)
    return compare(setup, engine)


def test_a_run_that_fits_into_no_machine_is_refused_rather_than_waited_for(small, tmp_path):
    with pytest.raises(RunError, match=r"a run fits into one machine; it would need 1000 cores and 0 GPUs"):
        compared(small, tmp_path, Engine(cpus=1000))


def test_a_cluster_that_is_not_there_is_refused(small, tmp_path):
    with pytest.raises(RunError, match=r"--address is HOST:PORT of a running Ray cluster; got '127.0.0.1:1'"):
        compared(small, tmp_path, Engine(address="127.0.0.1:1"))


@pytest.fixture
def undisturbed(small, tmp_path):
    return outcome(compared(small, tmp_path / "undisturbed", Engine(cpus=1)))


@pytest.mark.slow
def test_a_machine_that_dies_half_way_changes_nothing(small, undisturbed, tmp_path, monkeypatch):
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("STAND_IN_SECONDS", "0.3")
    out = tmp_path / "out"
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "object_store_memory": 100 << 20})
    try:
        second = cluster.add_node(num_cpus=1, object_store_memory=100 << 20)

        def kill_half_way():
            while calls(out)["train"] < 3:
                time.sleep(0.05)
            cluster.remove_node(second, allow_graceful=False)

        killer = threading.Thread(target=kill_half_way)
        killer.start()
        found = compared(small, out, Engine(address=cluster.address, cpus=1))
        killer.join()
    finally:
        cluster.shutdown()
    assert outcome(found) == undisturbed


@pytest.mark.slow
def test_a_driver_that_is_killed_is_continued(small, undisturbed, tmp_path):
    out = tmp_path / "out"
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, stand_in, json.dumps(small), str(out)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "STAND_IN_SECONDS": "0.3"},
        start_new_session=True,
    )
    while len(list(out.glob("runs/*/trained.json"))) < 3:
        assert driver.poll() is None
        time.sleep(0.05)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    kept = {path: path.stat().st_mtime_ns for path in out.glob("runs/*/trained.json")}
    found = compared(small, out, Engine(cpus=1))
    assert outcome(found) == undisturbed
    assert all(path.stat().st_mtime_ns == written for path, written in kept.items())
