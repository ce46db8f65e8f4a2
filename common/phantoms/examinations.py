"""What the images of one patient share: scanner, settings and anatomy, drawn without regard to the class."""

from dataclasses import dataclass

from .draw import from_block, stream


@dataclass(frozen=True)
class Device:
    """A scanner that does not exist.

    Args:
        name: As the data set's table gives it.
        axial: Speckle size along the beam (standard deviation of the pulse), pixels.
        lateral: Speckle size across the beam, pixels.
        dynamic_range: Decibels between black and white.
    """

    name: str
    axial: float
    lateral: float
    dynamic_range: float


DEVICES = (
    *7 * (Device("Phantom 1 @10-14MHz", 1.0, 2.2, 58.0),),
    *6 * (Device("Phantom 2 @10-12MHz", 1.4, 3.0, 50.0),),
    Device("Phantom 3 @12-14 MHz", 0.9, 1.7, 64.0),
)
"""Scanners in the proportions of BUS-BRA's three commonest: 902, 809 and 139 of 1,875 images."""


@dataclass(frozen=True)
class Examination:
    """One patient on one scanner.

    Args:
        device: The scanner.
        width: Typical width of the images, pixels.
        height: Typical height of the images, pixels.
        gain: Grey level of the gland near the skin, 0-1.
        attenuation: Loss from top to bottom that the time-gain compensation left, dB.
        layers: Depths where fat, gland, muscle and chest wall begin, as fractions of the height.
    """

    device: Device
    width: int
    height: int
    gain: float
    attenuation: float
    layers: tuple[float, float, float, float]


def draw_examination(patient: int, *, seed: int, key: str) -> Examination:
    """Return the examination of a patient (counted from 1) of the data set `key`."""
    generator = stream(seed, key, "examination", patient)
    gland, muscle = generator.uniform(0.13, 0.26), generator.uniform(0.52, 0.78)
    return Examination(
        device=from_block(DEVICES, patient - 1, seed=seed, key=f"{key} device"),
        width=int(generator.integers(360, 591)),
        height=int(generator.integers(310, 491)),
        gain=float(generator.uniform(0.38, 0.5)),
        attenuation=float(generator.uniform(2, 10)),
        layers=(float(generator.uniform(0.03, 0.05)), gland, muscle, muscle + float(generator.uniform(0.12, 0.25))),
    )
