"""Handwriting fonts: what many hands of many countries make of digits, letters and words."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from formreader.synth.hand.pen import Ink

FONT_FILES = ("*.woff", "*.ttf", "*.otf")
MEASURED_PX = 100


@dataclass(frozen=True, slots=True)
class HandFont:
    """One font file. ``em_px`` is the size in px at which its digits are 1 px high."""

    path: Path
    em_px: float

    def picture(self, text: str, height_px: float) -> Ink:
        """``text`` in this hand, cropped to its ink; ``height_px`` is that of a digit."""
        font = _opened(self.path, max(4, round(height_px * self.em_px)))
        left, top, right, bottom = font.getbbox(text)
        size = (max(1, round(right - left) + 2), max(1, round(bottom - top) + 2))
        page = Image.new("L", size, 0)
        ImageDraw.Draw(page).text((1 - left, 1 - top), text, fill=255, font=font)
        ink: Ink = np.asarray(page, np.float32) / np.float32(255)
        return ink

    def has(self, text: str) -> bool:
        """Whether each character but the space has ink of its own: the font's box for what it lacks is none."""
        missing = _mask(self.path, "\ufffe")
        return all(_mask(self.path, character) not in (b"", missing) for character in text if character != " ")


def load_fonts(folder: Path, held_out: bool) -> tuple[HandFont, ...]:
    """The fonts of ``folder``, in order of their names: those for training, or with ``held_out`` the others.

    Fonts whose names begin with the same word are sisters and stay together.
    """
    files = sorted(file for pattern in FONT_FILES for file in folder.glob(pattern))
    return tuple(HandFont(file, _em(file)) for file in files if is_held_out(file.stem) == held_out)


def is_held_out(name: str) -> bool:
    """About every fourth family of fonts is kept from training."""
    return hashlib.sha256(name.split("-", maxsplit=1)[0].encode()).digest()[0] % 4 == 0


def _em(file: Path) -> float:
    _, top, _, bottom = _opened(file, MEASURED_PX).getbbox("0")
    return MEASURED_PX / max(bottom - top, 1)


def _mask(file: Path, character: str) -> bytes:
    return bytes(_opened(file, 24).getmask(character))


@lru_cache(maxsize=512)
def _opened(file: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(file), size)
