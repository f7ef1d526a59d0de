"""Arguments and options that several commands share, each said once."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

Templates = Annotated[
    Path | None,
    typer.Option(
        "--templates",
        envvar="FORMREADER_TEMPLATES",
        help="Folder of templates, or one template file, instead of the packaged ones.",
    ),
]
Models = Annotated[
    Path | None,
    typer.Option("--models", envvar="FORMREADER_MODELS", help="Folder of models to use instead of the packaged ones."),
]
Policy = Annotated[
    Path | None,
    typer.Option(
        "--policy", envvar="FORMREADER_POLICY", help="What is accepted: a file that formreader calibrate wrote."
    ),
]


Run = Annotated[Path, typer.Argument(help="Folder of the run.")]
Store = Annotated[
    str | None,
    typer.Option(envvar="FORMREADER_STORE", help="Database URL of the run instead of SQLite in its folder."),
]
Key = Annotated[
    Path | None, typer.Option(help="File of the key that signs the log; secrets/audit.key of the run without it.")
]


class Runner(StrEnum):
    """What runs the workers."""

    local = "local"
    ray = "ray"


RunBy = Annotated[
    Runner,
    typer.Option(
        envvar="FORMREADER_ENGINE",
        help="Processes on this machine, or actors on the Ray cluster that RAY_ADDRESS names.",
    ),
]
MOST_WORKERS = 256
"""Each holds models of its own, some hundred MB: more than this is no machine's, and more machines are `work`'s."""
Workers = Annotated[
    int | None, typer.Option(min=1, max=MOST_WORKERS, help="Processes that read; one a core without it.")
]
Timeout = Annotated[float, typer.Option(min=0.1, help="Seconds after which a photograph is given up.")]
Memory = Annotated[int, typer.Option(min=64, help="MB that a photograph may need.")]
MadeBy = Annotated[str | None, typer.Option(hidden=True, help="module:callable that makes a worker's reader.")]

Truths = Annotated[
    list[Path], typer.Argument(metavar="TRUTH...", help="truth.json files with their photographs beside them.")
]
CharacterSets = Annotated[Path, typer.Argument(help="Folder of character sets; docs/training.md lists the files.")]
Form = Annotated[str, typer.Argument(help="Id of a known form, or a template file.")]
PageNumber = Annotated[int, typer.Option(min=1, help="Page of a PDF or TIFF.")]
Seed = Annotated[int, typer.Option(help="The same seed draws the same sheets.")]
FileOut = Annotated[Path | None, typer.Option(help="File to write; the terminal without it.")]


def cores() -> int:
    """Those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
