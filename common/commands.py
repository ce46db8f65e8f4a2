"""How every script of this repository speaks to its user: one-line errors, exit codes, `--debug`."""

import argparse
import sys
from collections.abc import Callable

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
    except UserError as error:
        if arguments.debug:
            raise
        print(f"error: {error}", file=sys.stderr)  # noqa: T201  the one place where commands report their errors
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)  # noqa: T201
        return INTERRUPTED
