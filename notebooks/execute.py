"""Execute notebooks where they stand: `make notebooks`. The tests execute them by the same function."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

SLOWEST_CELL_S = 300
"""A cell that runs longer hangs."""
PLOTS_IN_THE_NOTEBOOK = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def execute(path: Path) -> NotebookNode:
    """The notebook with its outputs, run in its own folder. Raises ``CellExecutionError`` where a cell fails."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=SLOWEST_CELL_S,
        startup_timeout=SLOWEST_CELL_S,  # a busy machine takes long to start a kernel
        kernel_name="python3",
        coalesce_streams=True,  # else the same text comes in other pieces each time
        record_timing=False,  # times would change with every run
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute(env=os.environ | ONE_CORE | PLOTS_IN_THE_NOTEBOOK)
    notebook.metadata.pop("language_info", None)  # tells which Python ran it
    return notebook


def main(paths: list[Path]) -> None:
    for path in paths:
        start = time.monotonic()
        nbformat.write(execute(path), path)
        print(f"{path}: {time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
