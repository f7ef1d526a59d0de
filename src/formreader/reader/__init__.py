"""The reader: composes the stages, from a photograph to a reading."""

from formreader.reader.reading import Reader, read, read_many

__all__ = ["Reader", "read", "read_many"]
