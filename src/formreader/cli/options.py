"""Options that several commands share, each said once: what a reader is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Templates = Annotated[
    Path | None,
    typer.Option("--templates", help="Folder of templates, or one template file, instead of the packaged ones."),
]
Models = Annotated[Path | None, typer.Option("--models", help="Folder of models to use instead of the packaged ones.")]
Policy = Annotated[
    Path | None, typer.Option("--policy", help="What is accepted: a file that formreader calibrate wrote.")
]
