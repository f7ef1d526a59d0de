"""Load: from a file to an upright grey picture, or a named refusal."""

from formreader.load.loader import load_photo, page_count

__all__ = ["load_photo", "page_count"]
