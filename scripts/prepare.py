"""Prepare a published data set or one's own images: an index with folds and duplicates, beside untouched originals."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from shlex import join, quote
from typing import TYPE_CHECKING, Any

from common.commands import parser, run
from common.datasets import NAMES
from common.datasets.own import KINDS, STORES, refuse_misplaced

ROOT = Path(__file__).resolve().parents[1]

if TYPE_CHECKING:
    from common.datasets.own.prepare import Own

DESCRIPTION = f"""\
Prepare images for training: an index with folds and duplicates. Originals are neither copied nor changed; a zip file,
or a folder of them, is unpacked into data/NAME/original.

  published    prepare.py DATASET SOURCE --out data/NAME        DATASET: {", ".join(NAMES)}
  your own     prepare.py folder DIR --out data/NAME            a folder per class
               prepare.py table FILE --images DIR --image COL --label COL --out data/NAME
               prepare.py dicom DIR --labels FILE --out data/NAME
  to pretrain  prepare.py radimagenet SOURCE --out data/NAME      a store of its images as the network gets them
               prepare.py union data/A data/B --out data/NAME     of prepared data sets, their labels as classes

A table is CSV, TSV or XLSX. Its column --image names each image by file name, path below DIR, or, of DICOM files,
SOPInstanceUID, SeriesInstanceUID, AccessionNumber, StudyInstanceUID or PatientID: which of these is found out. What is
left out, and why, stands in data/NAME/left_out.csv."""


def main(arguments: Namespace) -> int:
    """Prepare, say what was found, and return 0."""
    from common.datasets.own.prepare import prepare_own
    from common.datasets.prepare import How, prepare
    from common.datasets.summary import summary

    refuse_misplaced(arguments.dataset, vars(arguments))
    if arguments.dataset in STORES:
        return _build_store(arguments)
    arguments.source = _one_source(arguments)
    if arguments.bundle:
        from common.house.new import check_name

        check_name(ROOT, arguments.bundle)
    how = How(replace=arguments.replace, salt=arguments.pseudonymise, dry_run=arguments.dry_run)
    if arguments.dataset in KINDS:
        data = prepare_own(own(arguments), arguments.out, how=how)
    else:
        data = prepare(
            arguments.dataset,
            arguments.source,
            arguments.out,
            task=arguments.task,
            as_published=arguments.as_published,
            official_splits=arguments.official_splits,
            how=how,
        )
    print(summary(data))
    if arguments.store and not arguments.dry_run:
        from common.datasets.store import write_store

        print(f"store: {write_store(data, image_size=arguments.image_size, window=arguments.window)}")
    if arguments.bundle and not arguments.dry_run:
        _write_bundle(arguments.bundle, data.folder)
    done = f"prepared in {data.folder}; look at it: python scripts/audit.py {quote(str(data.folder))}"
    print("a dry run: nothing was written" if arguments.dry_run else done)
    return 0


def _one_source(arguments: Namespace) -> Path:
    from common.errors import ConfigError

    source: list[Path] = arguments.source
    if len(source) > 1:
        raise ConfigError(f"{arguments.dataset} has one SOURCE, got {len(source)}: several are for union")
    return source[0]


def _build_store(arguments: Namespace) -> int:
    from common.datasets.prepared import DESCRIPTION
    from common.errors import ConfigError
    from common.files import read_json
    from common.pretraining.build import How
    from common.pretraining.radimagenet import PUBLISHED_IMAGES, list_radimagenet
    from common.pretraining.store import build_store, summary
    from common.pretraining.union import list_union

    how = How(image_size=arguments.image_size, workers=arguments.workers, replace=arguments.replace)
    if arguments.dataset == "union":
        listed = list_union(arguments.source, arguments.window.split(","))
    else:
        if arguments.window != "none":
            raise ConfigError(f"RadImageNet's images carry no Hounsfield units: leave --window {arguments.window} out")
        listed = list_radimagenet(_one_source(arguments), as_published=arguments.as_published)
    card = build_store(listed, arguments.out, how, as_published=arguments.as_published)
    print(summary(card, read_json(arguments.out / DESCRIPTION, default={})))
    if arguments.dataset == "radimagenet":
        print(f"published: {PUBLISHED_IMAGES:,} images, rounded, in {len(card.class_names)} classes")
    knobs: dict[str, Any] = {"dataset_dir": str(arguments.out), "image_size": list(card.image_size)}
    if arguments.dataset == "union":  # the bundle's own classes are RadImageNet's
        knobs["class_names"] = list(card.class_names)
    print(
        f"a store in {arguments.out}; pretrain on it: python -m monai.bundle run --config_file "
        f"bundles/radimagenet_pretrain/configs/train.json {join(_words(knobs))}"
    )
    return 0


def _words(knobs: dict[str, Any]) -> list[str]:
    return [word for name, value in knobs.items() for word in (f"--{name}", str(value))]


def _write_bundle(name: str, data: Path) -> None:
    from common.house.new import new_bundle
    from common.house.pages import commands

    train, evaluate, infer = commands(new_bundle(ROOT, name, data=data).name)
    print(f"wrote bundles/{name}:\n    train      {train}\n    evaluate   {evaluate}\n    use        {infer}")


def own(arguments: Namespace) -> "Own":
    """Return what the command line says about images of the user's own."""
    from common.datasets.own.classes import Rules
    from common.datasets.own.details import Columns
    from common.datasets.own.prepare import Own
    from common.errors import ConfigError

    names = ("image", "label", "multilabel", "patient", "study", "split", "mask", "crop")
    is_table = arguments.dataset == "table"
    if is_table and arguments.images is None:
        raise ConfigError("a table is joined to the images of a folder: give it, --images DIR")
    return Own(
        kind=arguments.dataset,
        images=arguments.images if is_table else arguments.source,
        table=arguments.source if is_table else arguments.labels,
        sheet=arguments.sheet,
        columns=Columns(**{name: getattr(arguments, name) for name in names}),
        rules=Rules(
            classes=tuple(name.strip() for name in arguments.classes.split(",") if name.strip()),
            ordered=arguments.ordered,
            positive=arguments.positive,
            merge_case=arguments.merge_case,
            minimum=arguments.minimum,
            per_image=arguments.labels_per_image,
        ),
        unlabelled=arguments.unlabelled,
        clips=arguments.clips,
    )


def arguments() -> Namespace:
    """Return the command line."""
    result = parser(DESCRIPTION, "python scripts/prepare.py busbra ../shared/data/busbra --out data/busbra")
    result.add_argument(
        "dataset", metavar="DATASET", help="a published data set, or folder, table, dicom, radimagenet, union"
    )
    result.add_argument(
        "source", metavar="SOURCE", nargs="+", type=Path, help="folder of the images, zip, or the table"
    )
    result.add_argument("--out", metavar="data/NAME", type=Path, required=True, help="folder to write")
    result.add_argument("--bundle", metavar="NAME", default="", help="also write a bundle for it, bundles/NAME")
    result.add_argument("--replace", action="store_true", help="overwrite another data set in that folder")
    result.add_argument("--dry-run", action="store_true", help="say all that would be found, and write nothing")
    result.add_argument(
        "--pseudonymise",
        metavar="SALT",
        default="",
        help="write patients and studies as codes that only who knows SALT can link (file names stay as they are)",
    )
    _add_store(result)
    _add_published(result)
    _add_table(result)
    _add_classes(result)
    return result.parse_args()


def _add_store(result: ArgumentParser) -> None:
    group = result.add_argument_group(
        "the store, which training reads instead of the files, ten times as fast and more"
    )
    group.add_argument("--store", action="store_true", help="also write the images as the network gets them, 8 bits")
    group.add_argument(
        "--image-size", metavar="H,W", type=_size, default=(224, 224), help="of the store, pixels (default: 224,224)"
    )
    group.add_argument(
        "--window",
        metavar="NAME",
        default="none",
        help="CT window of the store (default: none); of a union one for all, or one each: none,brain",
    )
    group.add_argument(
        "--workers", metavar="N", type=int, default=0, help="processes that build a store to pretrain on"
    )


def _size(text: str) -> tuple[int, int]:
    sides = text.strip("[]()").split(",")
    if len(sides) != 2 or not all(side.strip().isdecimal() and int(side) >= 8 for side in sides):
        raise ArgumentTypeError(f"must be rows and columns in pixels, each 8 or more, such as 224,224; got {text!r}")
    return int(sides[0]), int(sides[1])


def _add_published(result: ArgumentParser) -> None:
    group = result.add_argument_group("published data sets")
    group.add_argument("--task", metavar="TASK", default="", help="which problem, of a data set with several")
    group.add_argument(
        "--as-published", action="store_true", help="keep what the authors kept, though it spoils results"
    )
    group.add_argument("--official-splits", metavar="DIR", type=Path, help="the paper's lists, *_train_fold1.csv ...")


def _add_table(result: ArgumentParser) -> None:
    group = result.add_argument_group("tables of labels, and DICOM")
    group.add_argument("--images", metavar="DIR", type=Path, help="table: the folder of the images")
    group.add_argument("--labels", metavar="FILE", type=Path, help="dicom: the table of labels")
    group.add_argument("--sheet", metavar="NAME", default="", help="sheet of a workbook (default: the first filled)")
    group.add_argument("--image", metavar="COL", default="", help="what names the images (default: found out)")
    group.add_argument("--label", metavar="COL", default="", help="the class; COL1,COL2 are findings (1, 0, empty)")
    group.add_argument("--multilabel", metavar="COLS", default="", help="findings, also where there is only one")
    group.add_argument("--patient", metavar="COL", default="", help="patients; none: not even those of DICOM headers")
    for name, what in (
        ("study", "examinations"),
        ("split", "train, valid, test"),
        ("mask", "masks, ; between several"),
    ):
        group.add_argument(f"--{name}", metavar="COL", default="", help=what)
    group.add_argument("--crop", metavar="COL", default="", help="the part to use: top left bottom right, in pixels")
    group.add_argument("--labels-per-image", action="store_true", help="images of a patient may differ in class")
    group.add_argument("--unlabelled", action="store_true", help="dicom: without labels, for inference only")
    group.add_argument(
        "--clips",
        metavar="N",
        type=int,
        default=0,
        help="a file of several frames is one clip of N (default: N images)",
    )


def _add_classes(result: ArgumentParser) -> None:
    group = result.add_argument_group("classes of your own images")
    group.add_argument(
        "--classes", metavar="A,B,C", default="", help="these, in this order (default: all, by alphabet)"
    )
    group.add_argument("--ordered", action="store_true", help="their order is a scale, from low to high")
    group.add_argument("--positive", metavar="NAME", default="", help="of two, the one looked for (default: the last)")
    group.add_argument("--merge-case", action="store_true", help="Benign and benign are one class")
    group.add_argument("--minimum", metavar="N", type=int, help="leave out classes of fewer than N patients")


if __name__ == "__main__":
    sys.exit(run(main, arguments()))
