"""One hand that writes a string from left to right: glyph by glyph, or as a handwriting font runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

import cv2
import numpy as np

from formreader.synth.hand.fonts import HandFont
from formreader.synth.hand.glyphs import DIGITS, GlyphSource, own_sign
from formreader.synth.hand.ink import lay
from formreader.synth.hand.letters import LETTERS, LetterSource, letters_of
from formreader.synth.hand.pen import Ink

NUMBER_FONT_SHARE, WORD_FONT_SHARE = 0.3, 0.62
OWN_PEN_SHARE = 0.25
"""Lines not by a font that are drawn by our own pen alone."""
TALL, LOW, X_HEIGHT = "bdfhklt", "gjpqy", 0.62
"""Small letters that rise as high as capitals, that hang below the line, and how high the others are."""
HANGS = 0.35
"""How deep a letter hangs below the line, in parts of a capital's height."""
FONT_PX = 48.0
"""A font's digits are drawn this high, and made smaller when their pen is thinned and bent."""

Glyph = tuple[Ink, float]
"""A character's ink and the height of its lower edge above the line, in px."""


def write_number(
    text: str, height_px: float, nib_px: float, source: GlyphSource, generator: np.random.Generator
) -> Ink:
    """``text`` of digits, ``X``, ``-``, ``.`` and spaces, cropped to its ink; ``height_px`` that of a digit."""
    fonts = _fonts_with(source.fonts, DIGITS + "X-.")
    if fonts and generator.random() < NUMBER_FONT_SHARE:
        return _by_font(text, height_px, fonts, generator)
    own = generator.random() < OWN_PEN_SHARE

    def glyph(character: str, size: float) -> Glyph:
        if character == ".":
            return _dot(max(nib_px, 0.08 * size)), 0.0
        if character == "-":
            length = max(size * float(generator.uniform(0.35, 0.8)), 2.5 * nib_px)
            return own_sign("-", nib_px, length, generator), size * float(generator.uniform(0.35, 0.55))
        if own or character == "X":
            return own_sign(character, nib_px, size, generator), 0.0
        return source.digit(character, nib_px, size, generator), 0.0

    return _side_by_side(text, height_px, glyph, generator)


def write_words(text: str, height_px: float, nib_px: float, source: GlyphSource, generator: np.random.Generator) -> Ink:
    """``text`` of letters, capital and small, and spaces, cropped to its ink; ``height_px`` that of a capital."""
    fonts = _fonts_with(source.fonts, LETTERS)
    if fonts and generator.random() < WORD_FONT_SHARE:
        return _by_font(text, height_px, fonts, generator)
    hand = LetterSource({}, {}) if generator.random() < OWN_PEN_SHARE else letters_of(source)

    def glyph(character: str, size: float) -> Glyph:
        if character.isupper() or character in TALL or not hand.pictures:
            return hand.letter(character, nib_px, size, generator), 0.0
        if character in LOW:
            return hand.letter(character, nib_px, (X_HEIGHT + HANGS) * size, generator), -HANGS * size
        rise = 0.85 if character == "i" else X_HEIGHT
        return hand.letter(character, nib_px, rise * size, generator), 0.0

    return _side_by_side(text, height_px, glyph, generator)


@lru_cache(maxsize=8)
def _fonts_with(fonts: tuple[HandFont, ...], characters: str) -> tuple[HandFont, ...]:
    return tuple(font for font in fonts if font.has(characters))


def _by_font(text: str, height_px: float, fonts: tuple[HandFont, ...], generator: np.random.Generator) -> Ink:
    font = fonts[int(generator.integers(len(fonts)))]
    gap = " " * int(generator.choice([1, 1, 2, 3, 4]))
    return _rewritten_line(font.picture(text.replace(" ", gap), FONT_PX), FONT_PX / height_px, generator)


def _side_by_side(
    text: str, height_px: float, glyph: Callable[[str, float], Glyph], generator: np.random.Generator
) -> Ink:
    """Characters placed along a line that rises or falls a little, at this hand's own distances."""
    gap, space = generator.uniform(-0.03, 0.25) * height_px, generator.uniform(0.45, 1.7) * height_px
    slope, unevenness = generator.normal(0, 0.015), generator.uniform(0.0, 0.06) * height_px
    placed: list[tuple[Ink, float, float]] = []
    x = 0.0
    for character in text:
        if character == " ":
            x += space
            continue
        ink, rise = glyph(character, height_px * float(np.exp(generator.normal(0, 0.06))))
        placed.append((ink, x, -rise - ink.shape[0] + generator.normal(0, 1) * unevenness + slope * x))
        x += ink.shape[1] + max(gap * float(generator.uniform(0.5, 1.5)), -0.2 * ink.shape[1])
    return _joined(placed)


def _joined(placed: Iterable[tuple[Ink, float, float]]) -> Ink:
    """Inks with their left and upper edges on one picture that holds them all."""
    listed = list(placed)
    left, top = min(x for _, x, _ in listed), min(y for *_, y in listed)
    right = max(x + ink.shape[1] for ink, x, _ in listed)
    bottom = max(y + ink.shape[0] for ink, _, y in listed)
    picture = np.zeros((int(bottom - top) + 2, int(right - left) + 2), np.float32)
    for ink, x, y in listed:
        lay(picture, ink, x - left, y - top)
    return picture


def _rewritten_line(ink: Ink, fine: float, generator: np.random.Generator) -> Ink:
    """A line with another slant, width and pen, bent by slow waves; ``fine`` times smaller than ``ink``."""
    height, width = ink.shape
    slant, narrow = float(generator.normal(0, 0.12)), float(np.exp(generator.normal(0, 0.14)))
    swing, lift = (generator.normal(0, 0.02, 2) * height).tolist()
    pace = (2 * np.pi / (height * generator.uniform(0.8, 5.0, 2))).tolist()
    phase = generator.uniform(0, 2 * np.pi, 2).tolist()
    rows, columns = int(height / fine) + 5, int((width * narrow + abs(slant) * height) / fine) + 5
    y = (np.arange(rows, dtype=np.float32)[:, None] - 2) * np.float32(fine)
    lean = slant * (height - y) if slant > 0 else -slant * y
    x = ((np.arange(columns, dtype=np.float32)[None, :] - 2) * np.float32(fine) - lean) / np.float32(narrow)
    seen_x, seen_y = x + swing * np.sin(y * pace[0] + phase[0]), y + lift * np.sin(x * pace[1] + phase[1])
    bent = cv2.remap(ink, seen_x.astype(np.float32), seen_y.astype(np.float32), cv2.INTER_LINEAR)
    soft = cv2.GaussianBlur(bent, (0, 0), max(0.035 * height / fine, 0.4))
    # where the soft edge is cut sets the stroke's width
    level = float(generator.uniform(0.15, 0.45)) * max(float(soft.max()), 0.3)
    return np.clip((soft - level) / float(generator.uniform(0.1, 0.25)) + 0.5, 0, 1).astype(np.float32)


def _dot(width_px: float) -> Ink:
    side = int(width_px) + 4
    spot = np.zeros((side, side), np.uint8)
    cv2.circle(spot, (side * 4, side * 4), max(4, round(width_px * 4)), 255, -1, cv2.LINE_AA, shift=3)
    return spot.astype(np.float32) / np.float32(255)
