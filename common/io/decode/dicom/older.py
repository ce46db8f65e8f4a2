"""What `frames` uses of pydicom 3, made of pydicom 2's handlers: MONAI Label brings that version."""

from importlib import import_module
from itertools import islice
from typing import Any, BinaryIO

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, ExplicitVRBigEndian, ImplicitVRLittleEndian

ENCAPS: Any = import_module("pydicom.encaps")
HANDLERS: Any = import_module("pydicom.pixel_data_handlers.util")
CONFIG: Any = import_module("pydicom.config")

KEYWORDS = {
    "rows": "Rows",
    "columns": "Columns",
    "samples_per_pixel": "SamplesPerPixel",
    "photometric_interpretation": "PhotometricInterpretation",
    "planar_configuration": "PlanarConfiguration",
    "bits_allocated": "BitsAllocated",
    "bits_stored": "BitsStored",
    "pixel_representation": "PixelRepresentation",
}
"""Elements that say how pixels are stored, by the names that pydicom 3 gives them as options."""


def get_frame(file: BinaryIO, index: int, *, number_of_frames: int, extended_offsets: Any) -> bytes:
    """Return the compressed bytes of a frame; all before it are read. Extended offset tables are passed over.

    Raises:
        IndexError: The frame is not in the file.
    """
    frames = ENCAPS.generate_pixel_data_frame(file.read(), number_of_frames)
    for frame in islice(frames, index, None):
        found: bytes = frame
        return found
    raise IndexError(index)


def get_decoder(syntax: UID) -> "Decoder":
    """Return what decodes a transfer syntax.

    Raises:
        NotImplementedError: pydicom 2 knows none.
    """
    handlers = [handler for handler in CONFIG.pixel_data_handlers if handler.supports_transfer_syntax(syntax)]
    if not handlers:
        raise NotImplementedError
    return Decoder(syntax, handlers)


class Decoder:
    """One transfer syntax, as pydicom 3's decoders."""

    def __init__(self, syntax: UID, handlers: list[Any]) -> None:
        self.syntax = syntax
        self.is_native = not syntax.is_compressed
        self.is_available = any(handler.is_available() for handler in handlers)

    def as_array(self, source: bytes | BinaryIO, *, index: int, **options: Any) -> tuple[np.ndarray, dict[str, Any]]:
        """Return a frame, colour as red, green and blue, and nothing more of it.

        Args:
            source: The pixels: compressed, of this frame; else of all frames, or the file at the first of them.
            index: Zero-based frame.
            options: As pydicom 3 names them.
        """
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = self.syntax
        dataset.is_little_endian = self.syntax != ExplicitVRBigEndian
        dataset.is_implicit_VR = self.syntax == ImplicitVRLittleEndian
        for option, keyword in KEYWORDS.items():
            setattr(dataset, keyword, options[option])
        frames = options["number_of_frames"]
        dataset.NumberOfFrames = frames
        keyword = options["pixel_keyword"]
        setattr(dataset, keyword, self._pixels(source, dataset, frames))
        dataset[keyword].VR = options["pixel_vr"]
        values: np.ndarray = dataset.pixel_array
        values = values[index] if frames > 1 else values
        if dataset.PhotometricInterpretation.startswith("YBR_FULL"):
            values = HANDLERS.convert_color_space(values, "YBR_FULL", "RGB")
        unused = options["bits_allocated"] - options["bits_stored"]
        if unused and options["correct_unused_bits"]:
            values = values << unused >> unused
        return values, {}

    def _pixels(self, source: bytes | BinaryIO, dataset: Dataset, frames: int) -> bytes:
        """Return the bytes of the frames: what follows them in a file is another element's."""
        if isinstance(source, bytes):
            return source
        length = HANDLERS.get_expected_length(dataset)
        return source.read(length + length % 2)
