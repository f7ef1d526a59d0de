"""Published archives of handwritten characters, turned into the files that training and evaluation read."""

from formreader.train.archives.convert import Written, convert

__all__ = ["Written", "convert"]
