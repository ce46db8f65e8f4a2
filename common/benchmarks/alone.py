"""A rival in a process of its own, whose memory our inferer has not touched: `python -m common.benchmarks.alone`."""

import subprocess
import sys

import torch

from ..networks import Classifier
from .rivals import LOOPS
from .rounds import Step


def fp32_alone(verb: str, *, batch: int, size: int) -> Step:
    """Return a step of plain float32 that another process takes; it ends with this one.

    Args:
        verb: `train` or `infer`.
        batch: Images of a step.
        size: Rows and columns of an image.
    """
    command = [sys.executable, "-W", "ignore", "-m", __name__, verb, str(batch), str(size)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def step() -> None:
        assert process.stdin and process.stdout
        process.stdin.write("step\n")
        process.stdout.readline()

    return step


def serve(verb: str, batch: int, size: int) -> None:
    """Take a step for every line on standard input, and answer it with one."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    images = torch.rand(batch, 1, size, size, device=device)
    step = LOOPS[verb](Classifier("resnet50", 2).to(device), images, "fp32")
    for _ in sys.stdin:
        step()
        print("done", flush=True)  # noqa: T201  the answer


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
