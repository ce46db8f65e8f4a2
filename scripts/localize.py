"""Score where a trained classifier sees its evidence against lesion masks, beside four baselines."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from argparse import ArgumentTypeError, Namespace

from common.commands import parser, run

DESCRIPTION = """\
Class-activation maps of a bundle's trained classifier against the masks of its validation and test images: Dice and
IoU over thresholds, pointing game, energy inside the lesion, with intervals by patient. Beside them, measured in the
same way: a centre prior, the whole image, the same network with random weights, and other patients' masks.

Leaves metrics.json, images.csv, curve.csv, curve.png, localization.html and pictures/. Fold, image size and window are
those of the trained model, thresholds are chosen on validation; images with an empty mask are left out, and counted."""


def main(arguments: Namespace) -> int:
    """Measure, write, say the result, and return 0."""
    from common.localization import localise, measured_items, open_model, write_localisation
    from common.localization.page import sentence

    model = open_model(arguments.bundle, ckpt_dir=arguments.ckpt_dir, dataset_dir=arguments.dataset_dir)
    out = arguments.out or Path(model.output_dir) / "localization"
    how = {"method": arguments.method, "layer": arguments.layer}
    parts = localise(model, measured_items(model), **how)
    print(sentence(write_localisation(out, model, parts, images=arguments.images, **how)))
    print(f"\npictures and table: {out / 'localization.html'}")
    return 0


def arguments() -> Namespace:
    """Return the command line."""
    result = parser(DESCRIPTION, "python scripts/localize.py breast_us --dataset_dir data/busbra")
    result.add_argument("bundle", metavar="BUNDLE", help="a folder in bundles/, trained")
    result.add_argument("--ckpt_dir", metavar="DIR", default="", help="its model (default: as train.json has it)")
    result.add_argument("--dataset_dir", metavar="DIR", default="", help="its data (default: as train.json has it)")
    result.add_argument("--out", metavar="DIR", type=Path, help="where to (default: localization/ in its eval/)")
    result.add_argument(
        "--method", metavar="NAME", default="grad_cam", help="grad_cam (default), or grad_cam_pp: Grad-CAM++"
    )
    result.add_argument(
        "--layer",
        metavar="NAME",
        default="last",
        help="of the maps: last (default); a stage by its stride: 4, 8, 16, 32; or a module, such as backbone.layer3",
    )
    result.add_argument("--images", metavar="N", type=_count, default=12, help="pictures (default: 12)")
    return result.parse_args()


def _count(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"must be 0 or more, not {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(run(main, arguments()))
