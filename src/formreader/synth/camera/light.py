"""The light that falls on a page: level and slope, shadows, the glare of a lamp. On any grid of pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Lamp:
    """A lamp that the paper mirrors: where on the page and how far around, mm, and its ``peak`` in parts of white."""

    x_mm: float
    y_mm: float
    radius_mm: float
    peak: float

    def mirrored(self, places_mm: Plane) -> Plane:
        """What it adds at places (..., 2) of the page, in parts of white; above 1 nothing else is seen."""
        away = np.hypot(places_mm[..., 0] - self.x_mm, places_mm[..., 1] - self.y_mm) / self.radius_mm
        return np.asarray(self.peak * np.exp(-(away**2)), np.float32)


def room_light(x: Plane, y: Plane, severity: float, generator: np.random.Generator) -> Plane:
    """Illumination 0..1 at places ``x``, ``y`` in parts of the picture from its middle (-0.5..0.5).

    Level, slope, and now and then the soft edge of a shadow.
    """
    slope = generator.normal(0, 0.12 * severity, 2)
    light = float(generator.uniform(0.98 - 0.25 * severity, 0.99)) * (1 + slope[0] * x + slope[1] * y)
    if severity > 0 and generator.random() < 0.3 * severity:
        angle, offset = generator.uniform(0, 6.28), generator.uniform(-0.3, 0.3)
        edge = (x * np.cos(angle) + y * np.sin(angle) - offset) / generator.uniform(0.01, 0.1)
        light = light * (1 - generator.uniform(0.1, 0.35) * severity / (1 + np.exp(-np.clip(edge, -30, 30))))
    return light.astype(np.float32)


def phone_shadow(x: Plane, y: Plane, severity: float, generator: np.random.Generator) -> Plane:
    """What is left of the light, 0..1, where the phone and the arm that holds it stand in it."""
    angle, middle = generator.uniform(0, np.pi), generator.uniform(-0.3, 0.3, 2)
    along = (x - middle[0]) * np.cos(angle) + (y - middle[1]) * np.sin(angle)
    across = (y - middle[1]) * np.cos(angle) - (x - middle[0]) * np.sin(angle)
    length, width = generator.uniform(0.12, 0.25), generator.uniform(0.06, 0.13)
    phone = np.maximum(np.abs(along) - length, np.abs(across) - width)
    arm = np.maximum(-along, np.abs(across + 0.3 * width) - 0.7 * width)  # out of the picture on one side
    # the further the phone is from the paper, the softer the edge of its shadow
    edge = np.minimum(phone, arm) / generator.uniform(0.004, 0.03)
    depth = min(0.75, generator.uniform(0.25, 0.5) * severity)
    left: Plane = (1 - depth / (1 + np.exp(np.clip(edge, -30, 30)))).astype(np.float32)
    return left


def lamp_glare(x: Plane, y: Plane, severity: float, generator: np.random.Generator) -> Plane:
    """Light that a lamp or flash adds by reflection, in parts of white; above 1 nothing else is seen."""
    glare = np.zeros_like(x)
    for _ in range(int(generator.integers(1, 3))):
        middle, angle = generator.uniform(-0.35, 0.35, 2), generator.uniform(0, np.pi)
        along = (x - middle[0]) * np.cos(angle) + (y - middle[1]) * np.sin(angle)
        across = (y - middle[1]) * np.cos(angle) - (x - middle[0]) * np.sin(angle)
        radii = generator.uniform(0.02, 0.09, 2)
        away = (along / radii[0]) ** 2 + (across / radii[1]) ** 2
        peak = generator.uniform(0.4, 1.2) * severity
        # the lamp itself, and a haze around it as rough paper scatters
        glare += (peak * (np.exp(-away) + 0.15 * np.exp(-away / 9))).astype(np.float32)
    return glare
