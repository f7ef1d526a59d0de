"""Options that several commands share, each said once: what a reader is made of."""

from __future__ import annotations

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
