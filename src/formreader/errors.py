"""Every error this package raises on purpose.

FormreaderError            a message for a person: what, where, the mend
├── UsageError             the call or its arguments are wrong            exit 2
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
