"""File names: which look like pictures."""

from __future__ import annotations

from pathlib import PurePath

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
