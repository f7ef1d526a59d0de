"""``formreader``: one command a module, one place that turns errors into exit codes."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Never

# Numerical libraries start a thread a core; a page is read quicker on one, and many read side by side.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"):
    os.environ.setdefault(_variable, "1")

import typer  # noqa: E402 - after the threads are set
from typer.core import TyperGroup  # noqa: E402

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
    run,
    schema,
    serve,
    status,
    synth,
    template,
    train,
    work,
)
from formreader.cli.config import config_file, for_commands, load_defaults  # noqa: E402
from formreader.cli.exit_codes import ExitCode  # noqa: E402
from formreader.cli.messages import Volume, complain, is_verbose, set_volume  # noqa: E402
from formreader.errors import FormreaderError  # noqa: E402

VOLUMES = {
    "-q": Volume.quiet,
    "--quiet": Volume.quiet,
    "-v": Volume.verbose,
    "--verbose": Volume.verbose,
}


class _Group(TyperGroup):
    """``-q`` and ``-v`` may stand before the command or behind it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's own type moves
        end = args.index("--") if "--" in args else len(args)
        for word in args[:end]:
            if word in VOLUMES:
                set_volume(VOLUMES[word])
        rest = [word for word in args[:end] if word not in VOLUMES] + list(args[end:])
        return list(super().parse_args(ctx, rest))


app = typer.Typer(
    name="formreader",
    cls=_Group,
    help="Read photographed handwritten tally sheets, and say when not sure.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # it would take [heic] in a help text for markup, and leave it out
    context_settings={"help_option_names": ["-h", "--help"]},
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
app.add_typer(run.app, name="run")
app.command("templates")(template.list_templates)
app.add_typer(template.app, name="template")
app.command("synth")(synth.synth)
app.command("calibrate")(calibrate.calibrate)
app.add_typer(train.app, name="train")
app.add_typer(audit.app, name="audit")
app.add_typer(evaluate.app, name="evaluate")
app.command("schema")(schema.schema)


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
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", "-V", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
    config: Annotated[
        Path | None,
        typer.Option(envvar="FORMREADER_CONFIG", help="A TOML file of templates, models, policy, engine and the like."),
    ] = None,
    _quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say errors alone; also behind the command.")] = False,
    _verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say what happens inside; also behind the command.")
    ] = False,
) -> None:
    """Read photographed handwritten tally sheets, and say when not sure."""
    file = config_file(config)
    if file is not None:
        context.default_map = for_commands(load_defaults(file), context.command)


def main() -> Never:
    """Run the command line; every error ends in its exit code, and none in a traceback."""
    set_volume(Volume.normal)
    _make_streams_safe()
    try:
        app()
    except SystemExit as stop:
        sys.exit(_ended(stop))
    except FormreaderError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    except OSError as error:
        sys.exit(_system(error))
    except Exception as error:
        sys.exit(_without_opencv(error) or _unexpected(error))
    sys.exit(ExitCode.OK)


def _make_streams_safe() -> None:
    """What a console's encoding has no character for is said in ASCII; a closed stream takes nothing."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - as long as the process
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _ended(stop: SystemExit) -> int | str | None:
    # typer and rich turn a closed output into exit code 1, which means a rejected page here
    if isinstance(stop.__context__, BrokenPipeError):
        _let_go_of_stdout()
        return ExitCode.OUTPUT_CLOSED
    if stop.code == ExitCode.INTERRUPTED:
        complain("stopped")
    try:
        sys.stdout.flush()
    except OSError as error:
        return _system(error)
    return stop.code


def _system(error: OSError) -> int:
    if isinstance(error, BrokenPipeError):
        _let_go_of_stdout()
        return ExitCode.OUTPUT_CLOSED
    where = f"{error.filename}: " if error.filename else "the output cannot be written: "
    complain(f"{where}{error.strerror or error}: make room, or give another place")
    _let_go_of_stdout()
    return ExitCode.SYSTEM


def _without_opencv(error: Exception) -> int | None:
    """A module that found no ``cv2``, or nothing in it, stumbles over that wherever it stands."""
    from formreader.opencv import MissingOpenCV, check_opencv

    if not isinstance(error, ImportError | AttributeError):
        return None
    try:
        check_opencv()
    except MissingOpenCV as missing:
        complain(str(missing))
        return missing.exit_code
    return None


def _unexpected(error: Exception) -> int:
    import platform
    import traceback

    from formreader import __version__

    if is_verbose():
        complain("".join(traceback.format_exception(error)).rstrip())
    frame = traceback.extract_tb(error.__traceback__)[-1]
    said = " ".join(f"{type(error).__name__}: {error}".split())
    where = f"{Path(frame.filename).name}:{frame.lineno}"
    under = f"formreader {__version__}, Python {platform.python_version()}, {platform.system()}"
    complain(f"nobody foresaw this: {said} ({where}, {under}). Please report this line and the command; -v says more")
    _let_go_of_stdout()
    return ExitCode.UNEXPECTED


def _let_go_of_stdout() -> None:
    """What cannot be written is not tried again when the process ends."""
    with suppress(OSError, AttributeError, ValueError):
        sys.stdout.flush()
        return
    with suppress(OSError, AttributeError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())  # type: ignore[union-attr]
