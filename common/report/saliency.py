"""Where a network sees its evidence: a picture for each image, beside the image itself."""

import io
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from ignite.engine import Engine, Events
from numpy.typing import NDArray
from torch import nn

from ..files import fitting, write_bytes
from ..networks.inside import grad_cam, last_map
from ..runs import read_model
from .plots_style import SYNTHETIC

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

SIDE = 320
"""Longer side of each panel in pixels; the shorter one keeps the file's aspect."""

RIM = 2
"""Pixels of an outline."""

MARGIN, LINE, LETTERS = 8, 20, 14
"""Pixels around the panels, of a line of the caption, and of its letters."""

OPACITY = 0.65
"""Of the strongest evidence: the anatomy below stays visible."""

COLOURS = "viridis"
"""Matplotlib's colour map: told apart by the colour-blind, and ascending in lightness when printed in grey."""

Grey = NDArray[np.float32]
Mask = NDArray[np.bool_]


class WriteSaliency:
    """Writes a PNG for each image that could be read: the image, and the evidence for its class by Grad-CAM.

    The class is the positive one of a binary task, else the most probable. Costs a second forward pass.

    Args:
        network: The network.
        inferer: How it is called.
        task: `binary`, `multiclass` or `multilabel`.
        class_names: In the order of the logits.
        ckpt_dir: Where the model is.
        folder: Where the pictures go, under the names of the images, too long ones shortened; emptied first.
    """

    def __init__(
        self,
        network: nn.Module,
        inferer: Callable[[torch.Tensor, nn.Module], torch.Tensor],
        *,
        task: str,
        class_names: Sequence[str],
        ckpt_dir: str,
        folder: str,
    ) -> None:
        self.network = network
        self.forward = lambda images: inferer(images, network)
        self.task = task
        self.class_names = class_names
        self.ckpt_dir = ckpt_dir
        self.folder = Path(folder)
        self._at: nn.Module | None = None
        self._row = 0

    def attach(self, engine: Engine) -> None:
        """Follow an evaluator that neither shuffles nor decollates, after the handlers that look into its network."""
        engine.add_event_handler(Events.STARTED, self._begin)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._write)

    def _begin(self, engine: Engine) -> None:
        self.synthetic = bool(read_model(self.ckpt_dir)["dataset"]["synthetic"])
        self._row = 0
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self, engine: Engine) -> None:
        batch, images = engine.state.batch, torch.as_tensor(engine.state.output["image"])
        first, self._row = self._row, self._row + len(images)
        kept = [row for row, refused in enumerate(batch["refused"]) if not refused]
        if not kept:
            return
        if self._at is None:
            self._at = last_map(self.forward, self.network, images[kept[:1]])
        probabilities = self._probabilities(engine.state.output["pred"].float().cpu()[kept])
        chosen = probabilities.argmax(dim=1)
        if self.task == "binary":
            chosen = torch.full_like(chosen, 1)
        maps = grad_cam(self.forward, self.network, images[kept], chosen, at=self._at).cpu().numpy()
        greys = images[kept, 0].float().cpu().numpy()
        for place, row in enumerate(kept):
            which = int(chosen[place])
            name = name_of(engine.data_loader.dataset.data, first + row)
            says = f"{self.class_names[which]}, p = {probabilities[place, which]:.3f}"
            says += "" if maps[place].any() else ": nothing here speaks for it"
            lines = [name, f"{SYNTHETIC}: {says}" if self.synthetic else says]
            size = tuple(batch["size"][row].tolist())
            picture = side_by_side(greys[place], maps[place], size=size, caption=lines)
            write_bytes(fitting(self.folder / f"{name}.png"), picture)

    def _probabilities(self, logits: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(logits) if self.task == "multilabel" else torch.softmax(logits, dim=1)


def side_by_side(
    image: Grey,
    evidence: Grey,
    *,
    size: tuple[int, ...],
    caption: Sequence[str],
    regions: Mapping[str, Mask] | None = None,
    method: str = "Grad-CAM",
) -> bytes:
    """Return a PNG: the image, the image under the evidence in colour, a caption, and what the colours mean.

    Args:
        image: `(H, W)` in [0, 1], rows first.
        evidence: `(H, W)` in [0, 1], relative to this image's strongest.
        size: Height and width of the file, whose aspect the panels have.
        caption: Lines of text; too long ones lose their middle.
        regions: Bool `(H, W)` by colour: drawn in outline on a panel between the two, the last on top.
        method: What made the evidence.
    """
    from matplotlib import colormaps
    from PIL import Image, ImageDraw, ImageFont

    colours = np.asarray(colormaps[COLOURS](np.linspace(0, 1, 256)))[:, :3]
    grey = np.repeat(image[..., np.newaxis], 3, axis=2)
    weight = OPACITY * evidence[..., np.newaxis]
    blended = (1 - weight) * grey + weight * colours[(evidence * 255).round().astype(np.intp)]
    height, width = (max(1, round(SIDE * side / max(size))) for side in size)
    below = height + 2 * MARGIN
    panels = [
        Image.fromarray((panel * 255).round().clip(0, 255).astype(np.uint8)).resize(
            (width, height), Image.Resampling.BICUBIC
        )
        for panel in (grey, blended)
    ]
    if regions:
        panels.insert(1, _outlined(panels[0], regions))
    places = len(panels) * (width + MARGIN) + MARGIN
    page = Image.new("RGB", (places, below + (len(caption) + 1) * LINE + MARGIN), "white")
    for number, panel in enumerate(panels):
        page.paste(panel, (MARGIN + number * (width + MARGIN), MARGIN))
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(LETTERS)
    legend = Image.fromarray((np.tile(colours, (LETTERS, 1, 1)) * 255).astype(np.uint8)).resize((64, LETTERS - 2))
    for number, line in enumerate(caption):
        fitting = shortened(line, lambda text: font.getlength(text) <= page.width - 2 * MARGIN)
        pen.text((MARGIN, below + number * LINE), fitting, fill="black", font=font)
    page.paste(legend, (MARGIN, below + len(caption) * LINE + 3))
    pen.text(
        (MARGIN + 72, below + len(caption) * LINE), f"less to more evidence for it ({method})", fill="black", font=font
    )
    buffer = io.BytesIO()
    page.save(buffer, "PNG")
    return buffer.getvalue()


def _outlined(panel: "Picture", regions: Mapping[str, Mask]) -> "Picture":
    """Return a panel with the outer rim of each region in its colour."""
    from PIL import Image, ImageFilter

    drawn = panel.copy()
    for colour, region in regions.items():
        area = Image.fromarray(region).convert("L").resize(panel.size, Image.Resampling.NEAREST)
        grown = area.filter(ImageFilter.MaxFilter(2 * RIM + 1))
        drawn.paste(colour, mask=Image.fromarray(np.asarray(grown) - np.asarray(area)))
    return drawn


def shortened(text: str, fits: Callable[[str], bool]) -> str:
    """Return a text that fits, without its middle if it has to be."""
    shorter = (f"{text[:half]}...{text[-half:]}" for half in range(len(text) // 2, 0, -1))
    return text if fits(text) else next((its for its in shorter if fits(its)), "...")


def name_of(items: Any, row: int) -> str:
    """Return an image's path below the root of its folder, with its frame."""
    root = getattr(getattr(items, "origin", None), "root", Path())
    image = str(items[row]["image"]).removeprefix(f"{root}/").lstrip("/")
    frame = items[row].get("frame", "")
    return f"{image} frame {frame}" if frame else image
