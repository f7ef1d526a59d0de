"""Load: from a file, or what a caller holds in memory, to an upright grey picture, or a named refusal."""

from formreader.load.loader import PictureFile, load_photo, open_picture, page_count
from formreader.load.opening import PhotoSource, name_of
from formreader.load.remote import bytes_at

__all__ = ["PhotoSource", "PictureFile", "bytes_at", "load_photo", "name_of", "open_picture", "page_count"]
