"""Every error this package raises on purpose.

FormreaderError            a message for a person: what, where, the mend
├── UsageError             the call or its arguments are wrong            exit 2
│   ├── NoRoom             the disk is full, or refuses to be written    exit 74
│   └── MissingOpenCV      OpenCV is not there, or not whole (``formreader.opencv``)  exit 2
├── TemplateError          a template file has a mistake (file, line, field)  exit 2
├── ModelError             a model is missing, altered or unfit           exit 2
└── Rejected               a page that cannot be read; carries stage, code, evidence  exit 1
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class FormreaderError(Exception):
    """Base of all; ``exit_code`` is what the command line returns for it."""

    exit_code: ClassVar[int] = 2


class UsageError(FormreaderError):
    """The call or its arguments are wrong."""


class NoRoom(UsageError):  # noqa: N818 - it is the disk's
    """The call is right and the system refuses: the disk is full."""

    exit_code = 74


class TemplateError(FormreaderError):
    """A template file has a mistake; the message names the file, the line, the field and the mend."""


class ModelError(FormreaderError):
    """A model file is missing, altered, or made for something else."""


class Rejected(FormreaderError):  # noqa: N818 - the word of the contract
    """A page that is refused rather than guessed at.

    ``stage`` is where (load, identify, register, …), ``code`` is stable for machines
    (``page_cut_off``), the message is for a person, ``evidence`` is what was measured.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, stage: str, code: str, message: str, evidence: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.stage = stage
        self.code = code
        self.message = message
        self.evidence: Mapping[str, object] = evidence or {}


REFUSALS: Mapping[str, str] = {
    # load
    "not_found": "the file is not there, may not be read, or is a pipe that nothing comes through",
    "empty_file": "the file has no bytes",
    "too_many_bytes": "the file is over the limit of 128 MiB",
    "not_a_picture": "the file is no picture or PDF of a kind that can be read",
    "decoder_missing": "the kind needs a package that is not installed, such as formreader[heic]",
    "truncated": "the file ends before its picture does",
    "damaged": "the picture cannot be decoded whole, or its decoder says that data in it are wrong",
    "bad_pdf": "the PDF, or this page of it, cannot be opened: a password, or damage",
    "too_costly": "decoding takes more time or memory than any honest page does",
    "too_many_pixels": "the picture is over the limit of 120 megapixels",
    "too_many_pages": "the file is over the limit of 10,000 pages",
    "no_such_page": "the file has no page of that number",
    "too_small": "the picture, or a digit box on it, has too few pixels to be read",
    # identify, register
    "unknown_tag": "a tag on the photograph belongs to no known form",
    "unknown_code": "a code on the page belongs to no known form",
    "no_lines": "no ruled table is in the picture",
    "blank_page": "nothing stands on the page",
    "unknown_form": "no known form fits the lines in the picture",
    "ambiguous_form": "two forms fit about equally well",
    "ambiguous_place": "a form fits in two places about equally well",
    "several_sheets": "more than one sheet lies in the picture",
    "mirrored": "the photograph is mirrored",
    "page_cut_off": "part of the page lies outside the picture",
    "page_not_flat": "the printed lines lie too far from where they should",
    # whatever else happens while reading
    "too_slow": "reading took longer than the time limit that the caller set",
    "out_of_memory": "reading needs more memory than there is",
    "reader_error": "reading broke off for a reason that nobody foresaw: report it",
}
"""Every code that ``Rejected.code``, and a reading's ``rejection``, may have."""
