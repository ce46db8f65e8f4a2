"""How commands speak to their user."""

from argparse import Namespace

import pytest

from common.commands import our_message, run
from common.errors import ImageError


@pytest.mark.parametrize("kind", [ImageError, RuntimeError])
def test_our_message_is_found_in_a_workers_traceback(kind):
    text = "Caught it in worker process 0.\nOriginal Traceback ...\ncommon.errors.ImageError: a.png: bad\n\nmore"
    assert our_message(kind(text)) == "a.png: bad"
    assert our_message(ImageError("a.png: bad")) == "a.png: bad"
    assert our_message(RuntimeError("something else")) == ""


def raising(error, cause=None):
    def main(arguments):
        raise error from cause

    return main


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (ImageError("a.png: bad"), None),
        (RuntimeError("applying transform"), ImageError("a.png: bad")),
        (RuntimeError("Caught it in worker process 0.\ncommon.errors.ImageError: a.png: bad\n"), None),
    ],
    ids=["ours", "wrapped by a transform", "from a worker"],
)
def test_an_error_of_ours_is_one_line_and_with_debug_a_traceback(capsys, error, cause):
    assert run(raising(error, cause), Namespace(debug=False)) == 1
    assert capsys.readouterr().err == "error: a.png: bad\n"
    with pytest.raises(type(error), match=r"a.png: bad|applying transform"):
        run(raising(error, cause), Namespace(debug=True))


def test_any_other_error_is_shown_as_it_is():
    with pytest.raises(ZeroDivisionError, match="division"):
        run(raising(ZeroDivisionError("division")), Namespace(debug=False))
