"""``formreader export``: what a run has read, for spreadsheets, programs and notebooks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formreader.cli.messages import say
from formreader.cli.options import FileOut, Run, Store
from formreader.cli.outputs import STDOUT, check_output, opened, opened_together
from formreader.errors import UsageError
from formreader.files import saved_together, unwritable
from formreader.harmless import plain_json

if TYPE_CHECKING:
    from formreader.batch.results import Reading, Results
    from formreader.report.dataset import Columns, Row
    from formreader.store import RunStore


class Format(StrEnum):
    """What is written."""

    csv = "csv"
    jsonl = "jsonl"
    parquet = "parquet"


class Rows(StrEnum):
    """What one row is."""

    fields = "fields"
    sheets = "sheets"


def export(
    run: Run,
    output: Annotated[
        Format, typer.Option("--format", help="CSV, JSON Lines (the contract, an object a page), Parquet.")
    ],
    rows: Annotated[
        Rows, typer.Option(help="One row a field, or one a sheet with accepted values alone.")
    ] = Rows.fields,
    out: FileOut = None,
    partition_by: Annotated[
        str | None, typer.Option(help="Parquet alone: --out is a folder, parted by this column.")
    ] = None,
    wide: Annotated[
        bool,
        typer.Option(
            "--wide",
            help="One row a page of paper, one column a field, final values alone; refused pages in OUT-refused.",
        ),
    ] = False,
    store: Store = None,
) -> None:
    """Write everything that a run has read: a refused page too, with its cause."""
    from formreader.batch.results import Results
    from formreader.store import RunStore

    _check(output, rows, out, partition_by, wide)
    with RunStore(run, store) as stored:
        results = Results(stored)
        if out is not None:
            _check_inputs(stored, [out, *([apart_from(out)] if wide else [])], run)
        if wide:
            _write_wide(results, output, out, run)
        elif output is Format.parquet and out is not None:
            _write_parquet(_rows(results, rows), _columns(results, rows), out, partition_by)
        else:
            with opened(out, run=run) as target:
                if output is Format.jsonl:
                    for reading in results.readings():
                        print(_contract(reading), file=target)
                else:
                    from formreader.report.dataset import write_rows

                    write_rows(_rows(results, rows), _columns(results, rows), target)
        found = results.counts()
    if found.left > found.unweighed:
        say(f"{found.left - found.unweighed} pages are not read yet, and not written")
    if found.unweighed:
        say(f"{found.unweighed} stations are not weighed together yet: their pages are written as read by themselves")


def apart_from(out: Path) -> Path:
    """Where the refused pages go that are no rows of ``out``."""
    return out.with_name(f"{out.stem}-refused{out.suffix}")


def _check_inputs(stored: RunStore, outputs: Iterable[Path], run: Path) -> None:
    from formreader.batch.photographs import Inputs

    given = Inputs(stored)
    for out in outputs:
        check_output(out, run=run)
        if given.holds(out):
            raise UsageError(f"{out}: is one of the files that the run was given: give --out another name")


def _write_wide(results: Results, output: Format, out: Path | None, run: Path) -> None:
    """The pages that were read, and beside them those that were not."""
    from formreader.batch.wide import REFUSED, is_apart, refused_records, wide_columns, wide_records
    from formreader.report.dataset import write_rows

    columns = wide_columns(results.field_names())
    if output is Format.parquet and out is not None:
        write_parquet = _parquet_writer()
        with saved_together(out, apart_from(out)) as (target, beside):
            write_parquet(wide_records(results.by_paper()), columns, target)
            write_parquet(refused_records(results.readings()), REFUSED, beside)
        return
    if out is None or out == STDOUT:
        with opened(None) as text:
            write_rows(wide_records(results.by_paper()), columns, text)
    else:
        with opened_together(out, apart_from(out), run=run) as (text, refused):
            write_rows(refused_records(results.readings()), REFUSED, refused)
            write_rows(wide_records(results.by_paper()), columns, text)
    apart = sum(map(is_apart, results.readings()))
    if apart:
        where = "--out writes them beside" if out is None else str(apart_from(out))
        say(f"{apart} pages were refused or dismissed and are not among these: {where}")


def _check(output: Format, rows: Rows, out: Path | None, partition_by: str | None, wide: bool) -> None:
    if wide and (output is Format.jsonl or rows is Rows.sheets or partition_by is not None):
        raise UsageError("--wide: is a table of its own, CSV or Parquet: leave --rows and --partition-by out")
    if output is Format.parquet and out is None:
        raise UsageError("--format parquet: is no text for a terminal: name a file with --out")
    if output is Format.jsonl and rows is Rows.sheets:
        raise UsageError("--format jsonl: is one object a page as it is: leave --rows out")
    if partition_by is not None and output is not Format.parquet:
        raise UsageError("--partition-by: parts Parquet alone: add --format parquet")


def _contract(reading: Reading) -> str:
    """The page's object; the user's ids are added to its document where there are any."""
    ids = {name: value for name, value in (("station", reading.station), ("page", reading.page)) if value is not None}
    document = {**ids, **reading.sheet.get("document", {})}
    return plain_json(json.dumps({**reading.sheet, **({"document": document} if document else {})}, ensure_ascii=False))


def _rows(results: Results, rows: Rows) -> Iterator[Row]:
    from formreader.report.dataset import field_records, sheet_record

    for reading in results.readings():
        if rows is Rows.fields:
            yield from field_records(reading.sheet, reading.station, reading.page)
        else:
            yield sheet_record(reading.sheet, reading.station, reading.page)


def _columns(results: Results, rows: Rows) -> Columns:
    from formreader.report.dataset import FIELD_COLUMNS, sheet_columns

    return FIELD_COLUMNS if rows is Rows.fields else sheet_columns(results.field_names())


def _write_parquet(rows: Iterable[Row], columns: Columns, out: Path, partition_by: str | None) -> None:
    write_parquet = _parquet_writer()
    if partition_by is not None and partition_by not in columns:
        raise UsageError(f"--partition-by {partition_by}: is none of the columns {', '.join(columns)}")
    try:
        write_parquet(rows, columns, out, partition_by)
    except OSError as error:
        raise unwritable(out, error) from None


def _parquet_writer() -> Callable[..., None]:
    try:
        from formreader.report.parquet import write_parquet
    except ImportError:
        raise UsageError("--format parquet: needs pyarrow: pip install 'formreader[parquet]'") from None
    return write_parquet
