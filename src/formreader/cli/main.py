"""``formreader``: one command a module, one place that turns errors into exit codes."""

from __future__ import annotations

import os
import sys
from typing import Annotated

# Numerical libraries start a thread a core; a page is read quicker on one, and many read side by side.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import typer  # noqa: E402 - after the threads are set

from formreader import __version__  # noqa: E402
from formreader.cli import read, synth, template, train  # noqa: E402
from formreader.errors import FormreaderError  # noqa: E402

app = typer.Typer(
    name="formreader",
    help="Read photographed handwritten tally sheets, and say when not sure.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("read")(read.read)
app.command("synth")(synth.synth)
app.add_typer(template.app, name="template")
app.add_typer(train.app, name="train")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"formreader {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Read photographed handwritten tally sheets, and say when not sure."""


def main() -> None:
    """Run the command line; every error this package raises on purpose ends in its exit code."""
    try:
        app()
    except FormreaderError as error:
        print(f"formreader: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("formreader: stopped", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # the reader of our output has gone; nothing more can be said there
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
