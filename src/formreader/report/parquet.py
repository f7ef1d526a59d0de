"""Rows as a typed Parquet file, or as a folder of them parted by a column. Needs pyarrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq

from formreader.files import folder_written_whole, written_whole
from formreader.report.dataset import Columns, Row

ROWS_AT_ONCE = 10_000
TYPES = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "texts": pa.list_(pa.string())}


def write_parquet(rows: Iterable[Row], columns: Columns, target: Path, partition_by: str | None = None) -> None:
    """Write ``target``, a file; with ``partition_by``, a folder with one folder for each value of that column.

    Both are there when they are complete, and not before; a folder takes the place of one that was written so before.
    Raises ``OSError``, also where a folder at ``target`` holds anything else.
    """
    schema = pa.schema([(name, TYPES[kind]) for name, kind in columns.items()])
    batches = _batches(iter(rows), schema)
    if partition_by is None:
        with written_whole(target) as place, pq.ParquetWriter(place, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
        return
    with folder_written_whole(target, f"{partition_by}=*") as place:
        pyarrow.dataset.write_dataset(
            pa.RecordBatchReader.from_batches(schema, batches),
            place,
            format="parquet",
            partitioning=[partition_by],
            partitioning_flavor="hive",
            existing_data_behavior="overwrite_or_ignore",
        )


def _batches(rows: Iterator[Row], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    while some := list(islice(rows, ROWS_AT_ONCE)):
        yield pa.RecordBatch.from_pylist(some, schema=schema)
