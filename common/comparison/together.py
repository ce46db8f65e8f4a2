"""Jobs on the same stored features, in this process: `python -m common.comparison.together`, told on standard input."""

import contextlib
import json
import sys
import traceback
from pathlib import Path

from ..features.__main__ import main
from .jobs import STORED, Job
from .worker import LOG, carry_out


def run_here(job: Job, folder: Path, lock: int) -> bool:
    """Run a job of `common.features`, and return whether it succeeded; what it says goes to the log in its folder."""
    with (folder / LOG).open("a", encoding="utf-8") as log:
        log.write(f"{job.command}\n")
        with contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
            try:
                return main(job.arguments[len(STORED) :]) == 0
            except Exception:
                traceback.print_exc()
                return False


if __name__ == "__main__":
    for facts in json.load(sys.stdin):
        carry_out(Job(**{**facts, "arguments": tuple(facts["arguments"])}), run_here)
