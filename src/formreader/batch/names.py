"""File names: which look like pictures, and how a name that is no text is said."""

from __future__ import annotations

import os
from pathlib import Path, PurePath

PICTURES = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".pjpeg", ".pjp", ".mpo"),
        *(".png", ".apng", ".webp", ".gif", ".bmp", ".dib", ".jp2", ".j2k", ".pbm", ".pgm", ".ppm"),
        *(".tif", ".tiff", ".heic", ".heif", ".hif", ".avif", ".pdf"),
    }
)


def is_picture(name: str) -> bool:
    """Whether a name ends as those of pictures and PDFs do."""
    return PurePath(name).suffix.lower() in PICTURES


def printable(path: str | Path) -> str:
    """The path as text that any database and terminal can hold: bytes that are no UTF-8 as ``\\xff``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
