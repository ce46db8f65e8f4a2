"""How every script of this repository speaks to its user: one-line errors, exit codes, `--debug`."""

import argparse
import re
import sys
from collections.abc import Callable, Iterator

from .errors import UserError

INTERRUPTED = 130
"""Exit code after Ctrl-C: 128 + SIGINT (2), as shells report it."""


def parser(description: str, example: str) -> argparse.ArgumentParser:
    """Return a parser whose `--help` closes with an example, and which knows `--debug`."""
    result = argparse.ArgumentParser(
        description=description, epilog=f"example: {example}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    result.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return result


def run(main: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> int:
    """Return the exit code of `main`: its own, 1 after a user's error (one line on stderr), 130 after Ctrl-C."""
    try:
        return main(arguments)
    except Exception as error:
        message = next(filter(None, map(our_message, causes(error))), "")
        if arguments.debug or not message:
            raise
        print(f"error: {message}", file=sys.stderr)  # noqa: T201  the one place where commands report their errors
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)  # noqa: T201
        return INTERRUPTED


_OURS = re.compile(rf"^{re.escape(UserError.__module__)}\.\w+: (.+)$", re.MULTILINE)
"""One of our errors in the traceback that a data loader's worker sends as text."""


def our_message(error: BaseException) -> str:
    """Return the message of one of our errors, or of the one that it quotes from a worker; empty for any other."""
    if quoted := _OURS.search(str(error)):
        return quoted[1]
    return str(error) if isinstance(error, UserError) else ""


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what caused it, down to the first: MONAI and the data loader's workers wrap ours."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
