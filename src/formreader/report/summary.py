"""What remains of a reading once it is printed: enough to count it and to say what to look at."""

from __future__ import annotations

from dataclasses import dataclass

from formreader.records import SheetReading, SheetStatus


@dataclass(frozen=True, slots=True)
class Outcome:
    """One sheet in short. ``waiting`` names the fields in review, ``message`` and ``code`` say why it was refused."""

    path: str
    page: int
    status: SheetStatus
    fields: int
    waiting: tuple[str, ...]
    message: str | None
    code: str | None = None

    @property
    def accepted(self) -> int:
        """Fields that need nobody."""
        return self.fields - len(self.waiting)


def outcome_of(sheet: SheetReading) -> Outcome:
    """The short of ``sheet``; a long run keeps these and lets the readings go."""
    return Outcome(
        path=sheet.source.path,
        page=sheet.source.page,
        status=sheet.status,
        fields=len(sheet.fields),
        waiting=tuple(field.name for field in sheet.fields.values() if field.status == "review"),
        message=None if sheet.rejection is None else sheet.rejection.message,
        code=None if sheet.rejection is None else sheet.rejection.code,
    )
