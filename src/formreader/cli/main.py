"""``formreader``: one command a module, one place that turns errors into exit codes."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Never

# Numerical libraries start a thread a core; a page is read quicker on one, and many read side by side.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import typer  # noqa: E402 - after the threads are set

from formreader.cli import (  # noqa: E402
    audit,
    batch,
    calibrate,
    evaluate,
    explain,
    export,
    queue,
    read,
    review,
    serve,
    status,
    synth,
    template,
    train,
    work,
)
from formreader.cli.messages import say, show_warnings  # noqa: E402
from formreader.errors import FormreaderError  # noqa: E402

OUTPUT_CLOSED, INTERRUPTED = 141, 130
"""What a shell reports of a program whose output nobody reads any more (128 + SIGPIPE), and after Ctrl-C."""

app = typer.Typer(
    name="formreader",
    help="Read photographed handwritten tally sheets, and say when not sure.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("read")(read.read)
app.command("explain")(explain.explain)
app.command("batch")(batch.batch)
app.command("status")(status.status)
app.command("queue")(queue.queue)
app.command("review")(review.review)
app.command("export")(export.export)
app.command("serve")(serve.serve)
app.command("work")(work.work)
app.command("templates")(template.list_templates)
app.add_typer(template.app, name="template")
app.command("synth")(synth.synth)
app.command("calibrate")(calibrate.calibrate)
app.add_typer(train.app, name="train")
app.add_typer(audit.app, name="audit")
app.add_typer(evaluate.app, name="evaluate")


@app.command()
def version() -> None:
    """Print the version."""
    from formreader import __version__

    print(f"formreader {__version__}")


def _show_version(wanted: bool) -> None:
    if wanted:
        version()
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Read photographed handwritten tally sheets, and say when not sure."""
    show_warnings()


def main() -> Never:
    """Run the command line; every error this package raises on purpose ends in its exit code."""
    try:
        app()
    except FormreaderError as error:
        say(str(error))
        sys.exit(error.exit_code)
    except SystemExit as stop:
        # typer and rich turn a closed output into exit code 1, which means a rejected page here
        if isinstance(stop.__context__, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())  # type: ignore[union-attr]
            sys.exit(OUTPUT_CLOSED)
        if stop.code == INTERRUPTED:
            say("stopped")
        raise
    sys.exit(0)
