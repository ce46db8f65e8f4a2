import subprocess
import sys

import pytest

from common.errors import RunError, StorageError
from common.locks import LOCK, hold

from .conftest import ROOT

HOLD = "import sys; from common.locks import hold; held = hold(*sys.argv[1:]); print('held', flush=True); input()"


@pytest.fixture
def elsewhere(tmp_path):
    """Another process that holds a folder, until it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path / "models"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_folder_that_another_process_holds_is_refused_until_it_ends(elsewhere, tmp_path):
    with pytest.raises(RunError, match=r"another is at work in .*models: wait until it ends, or give this one its own"):
        hold(tmp_path / "eval", tmp_path / "models")
    elsewhere.kill()
    elsewhere.wait()
    assert len(hold(tmp_path / "eval", tmp_path / "models")) == 2


def test_a_process_holds_a_folder_as_often_as_it_likes(tmp_path):
    first = hold(tmp_path)
    second = hold(tmp_path)
    assert [file.closed for file in first + second] == [False, False]
    assert [path.name for path in tmp_path.iterdir()] == [LOCK]


def test_what_is_no_folder_is_refused(tmp_path):
    (tmp_path / "models").touch()
    with pytest.raises(StorageError, match=r"cannot write .*models.*: give another folder"):
        hold(tmp_path / "models")
