import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys, torch
from common.inferers.memory import keep_freed_memory
if sys.argv[1] == "kept":
    keep_freed_memory()
for _ in range(10):
    torch.ones(2**24)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    torch.ones(2**24)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
"""Page faults of writing a block of 64 MiB and freeing it, twenty times, once the heap has found its size."""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator is what is set")
def test_a_freed_block_is_used_again_without_page_faults():
    given_back, kept = (
        int(subprocess.check_output([sys.executable, "-c", PROGRAM, how], text=True)) for how in ("default", "kept")
    )
    assert kept < given_back / 10
