"""``formreader status``: how far a run is, what went wrong, which pages are missing, what it adds up to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from formreader.cli.options import Run, Store
from formreader.harmless import plain_json, printed

if TYPE_CHECKING:
    from formreader.batch.documents import Document, Total
    from formreader.batch.stations import Elsewhere, Stations
    from formreader.batch.weighed import Weighed
    from formreader.store import Counts

COUNTED = ("accepted", "reviewed", "empty", "illegible", "in review")
"""Beside a total: the sheets that are in it, and those that are not."""
LISTED = 20
"""Stations with missing pages that are named to a person; JSON names all."""

MOVES = "a manifest with the right station moves a sheet, or its page in the service"


class Format(StrEnum):
    """How the state is said."""

    text = "text"
    json = "json"


@dataclass(frozen=True, slots=True)
class _State:
    counts: Counts
    causes: dict[str, int]
    stations: int
    expected: Sequence[str]
    incomplete: list[Document]
    disputed: int
    weighed: Weighed
    asked: int
    unfiled: int
    said: Stations
    gone: int
    totals: dict[tuple[str, str], Total] | None


def status(
    run: Run,
    expect: Annotated[
        str | None,
        typer.Option(help="Pages that each station must have, as 1,2,3; without it those that any station has."),
    ] = None,
    totals: Annotated[
        bool, typer.Option("--totals", help="Add up what is accepted or reviewed, with what is missing.")
    ] = False,
    output: Annotated[Format, typer.Option("--format", help="For people, or one JSON object.")] = Format.text,
    store: Store = None,
) -> None:
    """Say how far a run is, what could not be read and why, and which stations lack pages."""
    from formreader.batch.documents import documents
    from formreader.batch.results import Results
    from formreader.batch.stations import compare_stations
    from formreader.batch.sums import judged_again
    from formreader.batch.weighed import summarised
    from formreader.store import RunStore
    from formreader.store.readout import causes, expected_places, gone_files, unfiled_pages, weighed

    with RunStore(run, store) as opened:
        results = Results(opened)
        expected = [place.strip() for place in expect.split(",")] if expect else expected_places(opened.engine)
        together = summarised(judged_again(opened, results, weighed(opened.engine)))
        stations, incomplete = 0, []
        for document in documents(results.places(), expected):
            stations += 1
            # by the user's numbers or the run's own forms, else by what the form itself says its document has
            missing = document.missing or together.missing.get(document.station, ())
            if missing:
                incomplete.append(replace(document, missing=missing))
        state = _State(
            counts=results.counts(),
            causes=causes(opened.engine),
            stations=stations,
            expected=expected,
            incomplete=incomplete,
            disputed=len(results.disputes),
            weighed=together,
            asked=results.asked,
            unfiled=unfiled_pages(opened.engine),
            said=compare_stations(opened.engine, results),
            gone=gone_files(opened.engine),
            totals=results.totals() if totals else None,
        )
    if output is Format.json:
        print(plain_json(json.dumps(_as_object(state), ensure_ascii=False)))
    else:
        print("\n".join(map(printed, _lines(state))))


def _as_object(state: _State) -> dict[str, object]:
    found: dict[str, object] = {
        **asdict(state.counts),
        "causes": state.causes,
        "stations": state.stations,
        "expected": list(state.expected),
        "incomplete": {document.station: list(document.missing) for document in state.incomplete},
        "disputed": state.disputed,
        "alike": state.asked,
        "unfiled": state.unfiled,
        "said_stations": asdict(state.said),
        "gone": state.gone,
        "documents": asdict(state.weighed),
    }
    if state.totals is not None:
        found["totals"] = [
            {"template": template, "field": field, **asdict(total)} for (template, field), total in state.totals.items()
        ]
    return found


def _lines(state: _State) -> Iterable[str]:
    from formreader.cli.meter import outcome_text

    found = state.counts
    looked = found.inputs - found.unseen
    yield f"files     {found.inputs}, {looked} looked into, of which {found.contents} differ in content"
    yield f"pages     {found.pages}: {outcome_text(found)}, {found.waiting + found.running} waiting"
    if state.causes:
        yield f"because   {', '.join(f'{cause} {count}' for cause, count in state.causes.items())}"
    if state.disputed:
        yield f"disputed  {state.disputed} pages contradict another photograph of them, or are filed twice"
    if state.asked:
        yield f"alike     {state.asked} pairs of sheets are written alike and wait: `formreader queue` asks about them"
    if state.gone:
        yield f"gone      {state.gone} files can no longer be opened; what was read of them stands"
    if state.stations:
        yield f"stations  {state.stations}, {len(state.incomplete)} lack a page of {', '.join(state.expected)}"
        for document in state.incomplete[:LISTED]:
            yield f"    {document.station} lacks {', '.join(document.missing)}"
        if len(state.incomplete) > LISTED:
            yield f"    and {len(state.incomplete) - LISTED} more: --format json names them"
    yield from _station_lines(state.said)
    together = state.weighed
    if together.stations or together.failed or state.counts.unweighed:
        waits = f", {state.counts.unweighed} wait" if state.counts.unweighed else ""
        yield f"documents {together.stations} weighed across their pages, {len(together.broken)} break a rule{waits}"
        for station, rules in list(together.broken.items())[:LISTED]:
            yield f"    {station} breaks {'; '.join(rules)}"
        for station, doubles in list(together.double.items())[:LISTED]:
            yield f"    {station} has {', '.join(doubles)} twice: its rules across pages are not checked"
        for station, why in list(together.failed.items())[:LISTED]:
            yield f"    {station} was not weighed: {why}"
    if state.totals is not None:
        yield from _total_lines(state.totals, state)


def _station_lines(said: Stations) -> Iterable[str]:
    if said.sent_elsewhere:
        yield (
            f"sent      {len(said.sent_elsewhere)} of {said.compared} sheets say another station than they were sent "
            f"under, where they count: look at them; {MOVES}"
        )
        yield from _elsewhere(said.sent_elsewhere)
    elif said.example is not None and not said.agreeing:
        yield (
            f"sent      none of {said.compared} sheets says the station that it was sent under: ids of another kind, "
            f"or all are filed wrongly ({said.example.path} counts under {said.example.counts_under} and says "
            f"{said.example.says})"
        )
    if said.corrected:
        yield (
            f"corrected {len(said.corrected)} sheets say another station since a person has decided it, and count as "
            f"before: {MOVES}"
        )
        yield from _elsewhere(said.corrected)


def _elsewhere(sheets: Sequence[Elsewhere]) -> Iterable[str]:
    for one in sheets[:LISTED]:
        under = "no station" if one.counts_under is None else one.counts_under
        page = "" if one.page == 1 else f", page {one.page}"
        yield f"    {one.path}{page} counts under {under} and says {one.says}"
    if len(sheets) > LISTED:
        yield f"    and {len(sheets) - LISTED} more: --format json names them"


def _total_lines(totals: dict[tuple[str, str], Total], state: _State) -> Iterable[str]:
    found = state.counts
    lost = found.rejected + found.failed
    if state.unfiled:
        yield (
            f"NOTE      of {state.unfiled} of {found.pages} pages no station is known: a station that was photographed "
            "twice may be in these totals twice, unless its sheets are found alike: give a manifest or --pattern"
        )
    yield (
        f"totals    over accepted and reviewed values alone; {lost} pages could not be read, "
        f"{found.left} are not read yet, {len(state.incomplete)} stations lack a page"
    )
    template = ""
    for (form, field), total in totals.items():
        if form != template:
            template = form
            yield f"  {form:32}{'total':>12}" + "".join(f"{name:>11}" for name in COUNTED)
        counted = "".join(f"{getattr(total, name.replace(' ', '_')):>11}" for name in COUNTED)
        yield f"    {field:30}{total.total:>12}{counted}"
