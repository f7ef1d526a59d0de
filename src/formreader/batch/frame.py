"""What a sample may be drawn from: values as they count, each page of paper once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from formreader.batch.results import Reading, Results
from formreader.batch.reviewed import value_of


def accepted_values(results: Results) -> dict[str, int | None]:
    """By ``sha256/page/template/field``: every value that was accepted without a person."""
    return {
        f"{_page(reading)}/{name}": field["value"]
        for reading in _of_paper(results)
        for name, field in reading.sheet["fields"].items()
        if field["status"] == "accepted"
    }


def counted_pages(results: Results, template: str, fields: Sequence[str]) -> dict[str, int | None]:
    """The same of these ``fields`` of a form, accepted or reviewed, on the pages where all of them are."""
    found: dict[str, int | None] = {}
    for reading in _of_paper(results):
        read = reading.sheet["fields"]
        if reading.sheet["template"] == template and all(
            name in read and read[name]["status"] in ("accepted", "reviewed") for name in fields
        ):
            found |= {f"{_page(reading)}/{name}": value_of(read[name]) for name in fields}
    return found


def _of_paper(results: Results) -> Iterator[Reading]:
    """The readings that are not refused; of several photographs of one page the first."""
    seen: set[object] = set()
    for reading in results.readings():
        place = (reading.station, reading.place)
        key: object = place if place in results.crowded else reading.page_id
        if reading.sheet["status"] != "rejected" and key not in seen:
            seen.add(key)
            yield reading


def _page(reading: Reading) -> str:
    source = reading.sheet["source"]
    return f"{source['sha256']}/{source['page']}/{reading.sheet['template']}"
