"""List, check, import, fetch and shuffle weights of the backbones."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from argparse import Namespace

from common.commands import parser, run
from common.errors import WeightsError

DESCRIPTION = """\
Published weights, from their file to a name that every bundle loads (`--pretrained NAME`).

check says what a file is and whether it is sound; exit code 1 where it is refused or carries a warning. import checks,
then writes weights/SOURCE_NETWORK.safetensors and a JSON beside it; RADIMAGENET_WEIGHTS names another folder. Files are
recognised by what they hold, never by their name, and nothing in them is run. sham writes the control that tells what
weights have learnt from the scale that they have: the same values, each tensor shuffled."""


def main(arguments: Namespace) -> int:
    """Do what the verb says and return its exit code."""
    return {"list": show, "check": check, "import": take, "fetch": fetch, "sham": sham}[arguments.verb](arguments)


def show(arguments: Namespace) -> int:
    """Print what is known and what is imported."""
    from common.weights.sources import SOURCES
    from common.weights.store import path_of, place

    print(f"{'name':38} {'backbone':20} {'input':18} {'imported':9} published as")
    for (name, network), source in SOURCES.items():
        imported = "yes" if path_of(source).is_file() else "no"
        print(f"{name + '_' + network:38} {network:20} {source.contract:18} {imported:9} {source.files[0].name}")
    print(f"\nimported weights lie in {place()}; --pretrained takes a name's part before the backbone")
    return 0


def check(arguments: Namespace) -> int:
    """Print the certificate of a file, and return 1 if it carries a warning."""
    from common.files import write_json
    from common.weights.certificate import certify

    certificate = certify(arguments.file, source=arguments.source)
    print(certificate.as_text())
    if arguments.json:
        write_json(arguments.json, certificate.as_json())
    return int(bool(certificate.warnings))


def take(arguments: Namespace) -> int:
    """Check a file and import it; what it warns of does not keep it out."""
    from common.weights.certificate import certify
    from common.weights.store import install

    certificate = certify(arguments.file, source=arguments.source)
    print(certificate.as_text())
    path = install(certificate, replace=arguments.replace)
    name, backbone = path.stem.removesuffix(f"_{certificate.weights.network}"), certificate.weights.network
    print(f"\nimported as {path}; next: --backbone {backbone} --pretrained {name}")
    return 0


def sham(arguments: Namespace) -> int:
    """Write shuffled weights."""
    from common.weights.sham import write_sham

    path = write_sham(arguments.file, arguments.out, seed=arguments.seed, source=arguments.source)
    print(f"written: {path}; next: scripts/compare.py BUNDLE --arm sham={path}")
    return 0


def fetch(arguments: Namespace) -> int:
    """Ask for the terms to be accepted, download, and import."""
    from common.weights.fetch import fetch as download
    from common.weights.fetch import source_called
    from common.weights.store import place

    source = source_called(arguments.name)
    print(
        f"{source.title}, {source.network}\nlicence: {source.licence}\nterms: {source.terms}\ncite: {source.citation}"
    )
    if not (arguments.accept_terms or _accepted()):
        raise WeightsError("weights are fetched once their terms are accepted: answer yes, or give --accept-terms")
    file = download(source, place() / "originals")
    return take(Namespace(file=file, source=source.name, replace=arguments.replace))


def _accepted() -> bool:
    return sys.stdin.isatty() and input("Do you accept these terms? [yes/no] ").strip().lower() in ("y", "yes")


def arguments() -> Namespace:
    """Return the command line."""
    result = parser(DESCRIPTION, "python scripts/weights.py check RadImageNet-ResNet50_notop.h5")
    verbs = result.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="what is published, and what is imported here")
    checking = verbs.add_parser("check", help="what a file is, and whether it is sound (some 10 seconds)")
    checking.add_argument("--json", metavar="FILE", type=Path, help="also write the certificate there")
    importing = verbs.add_parser("import", help="check a file and import it")
    shuffling = verbs.add_parser("sham", help="shuffle the values of each tensor")
    shuffling.add_argument("--out", metavar="FOLDER", type=Path, required=True, help="where model.pt goes")
    shuffling.add_argument("--seed", metavar="N", type=int, default=0, help="of the order (default: 0)")
    for verb in (checking, importing, shuffling):
        verb.add_argument("file", metavar="FILE", type=Path, help="of any published form")
        verb.add_argument(
            "--source", metavar="NAME", default="", help="which training it is, where a file does not tell"
        )
    fetching = verbs.add_parser("fetch", help="download and import; asks for the terms to be accepted")
    fetching.add_argument("name", metavar="NAME", help="as `list` has it, such as imagenet_resnet50")
    fetching.add_argument("--accept-terms", action="store_true", help="accept the terms without being asked")
    for verb in (importing, fetching):
        verb.add_argument("--replace", action="store_true", help="overwrite other weights imported under this name")
    return result.parse_args()


if __name__ == "__main__":
    sys.exit(run(main, arguments()))
