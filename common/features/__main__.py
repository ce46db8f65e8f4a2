"""`python -m common.features VERB --config_file train.json --store DIR [--views V] [--out DIR] [--head_key value ...]`.

`extract` fills a store, `train` and `evaluate` are what a bundle's train.json and evaluate.json do with a frozen
backbone, `probe` writes what linear probe and nearest neighbours say. `scripts/compare.py` runs them; in runs.csv
stands every command.
"""

import sys
from collections.abc import Sequence

from ..commands import causes, our_message
from .configured import pairs
from .extract import extract
from .probes import write_probes
from .runs import evaluate, train


def main(words: Sequence[str]) -> int:
    """Do what the words say; return 0, or 1 after one of our errors, which is said in a line."""
    verb, *rest = words
    given = pairs(rest)
    files, store = given.pop("config_file"), given.pop("store")
    views, out = int(given.pop("views", "0")), given.pop("out", "")
    try:
        if verb == "extract":
            extract(files, given, store=store, views=views)
        elif verb == "probe":
            write_probes(files, given, store=store, out=out)
        else:
            {"train": train, "evaluate": evaluate}[verb](files, given, store=store)
    except Exception as error:
        message = next(filter(None, map(our_message, causes(error))), "")
        if not message:
            raise
        print(f"error: {message}", file=sys.stderr)  # noqa: T201  as every command says it
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
