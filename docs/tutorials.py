"""Runs the tutorials: `make tutorials` puts what their commands print into them, the tests hold it against that.

In a tutorial's Markdown these fences are run, one after the other, in one new folder:

    ```console                 lines after "$ " by one bash, what it prints below them
    ```python                  ">>> " examples by one interpreter, as doctest has them
    ```yaml title="NAME"       written to the file NAME (any language with a title)

Fences within an HTML comment are run and not shown: what a person does with a browser or a spreadsheet. "..." in what
is printed stands for anything. A command that fails fails the tutorial, unless "|| true" says that it may.
"""

from __future__ import annotations

import argparse
import code
import contextlib
import doctest
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "samples"
FENCE = re.compile(
    r"^```(?P<language>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
PORT = "8765"
"""As it stands in the tutorials; a free one is taken instead."""
WIDTH = "100"
END = "--what-the-command-printed-ends-here--"
NOT_EVERYWHERE = "Tesseract is not installed"
"""Said where it is missing, which is no part of a tutorial."""


class DifferentError(AssertionError):
    """A step printed something else than stands in the tutorial."""


class Shell:
    """One bash for a whole tutorial: what it starts behind its back, and variables, stay."""

    def __init__(self, folder: Path, port: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FORMREADER_")}
        own = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": WIDTH,
            "XDG_CONFIG_HOME": str(folder / ".config"),
            "OMP_NUM_THREADS": "1",
        }
        self._port = port
        self._bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=kept | own,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, command: str) -> str:
        """What it prints, errors too. Raises ``DifferentError`` where it fails."""
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        self._bash.stdin.write(f"{command.replace(PORT, self._port)}\nstatus=$?; echo; echo {END} $status\n")
        self._bash.stdin.flush()
        lines: list[str] = []
        for line in self._bash.stdout:
            if line.startswith(END):
                break
            if NOT_EVERYWHERE not in line:
                lines.append(line.rstrip() + "\n")
        printed = "".join(lines).removesuffix("\n").replace(self._port, PORT)
        if line.split()[-1] != "0":
            raise DifferentError(f"$ {command}\nfailed:\n{printed}")
        return printed

    def close(self) -> None:
        """End it, with all that it still runs."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._bash.pid, 15)
        self._bash.communicate(timeout=20)


class Interpreter:
    """One Python for a whole tutorial."""

    def __init__(self, port: str) -> None:
        self._port = port
        self._names: dict[str, object] = {"__name__": "__main__"}

    def run(self, source: str) -> str:
        """What the example prints. Raises ``DifferentError`` where it raises."""
        printed = io.StringIO()
        console = code.InteractiveInterpreter(self._names)
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()) as complaint:
            more = console.runsource(source.replace(PORT, self._port), symbol="single")
        if more or "Traceback" in complaint.getvalue() or "Error" in complaint.getvalue():
            raise DifferentError(f">>> {source}\nfailed:\n{complaint.getvalue()}")
        return printed.getvalue().replace(self._port, PORT)


def same(wanted: str, printed: str) -> bool:
    """Whether what is printed is what stands there, "..." for anything."""
    return doctest.OutputChecker().check_output(wanted, printed, doctest.ELLIPSIS)


def commands(body: str) -> Iterator[tuple[str, str, str]]:
    """Of a console fence: the lines of a command as they stand, the command, what it is to print."""
    for step in re.split(r"^(?=\$ )", body, flags=re.MULTILINE):
        lines = step.splitlines(keepends=True)
        if not lines:
            continue
        end = next((i for i, line in enumerate(lines, 1) if not line.rstrip().endswith("\\")), len(lines))
        shown = "".join(lines[:end])
        yield shown, shown.removeprefix("$ ").rstrip("\n"), "".join(lines[end:])


def examples(body: str) -> Iterator[tuple[str, str, str]]:
    """Of a python fence: the lines of an example as they stand, its source, what it is to print."""
    for example in doctest.DocTestParser().get_examples(body):
        first, *others = example.source.splitlines()
        shown = "".join([f">>> {first}\n", *(f"... {line}".rstrip() + "\n" for line in others)])
        yield shown, example.source, example.want


def go_through(text: str, folder: Path, differs: Callable[[str, str, str], None]) -> str:
    """Run a tutorial in ``folder``; its text with what was printed. ``differs`` hears of command, wanted, printed."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = str(held.getsockname()[1])
    shell, interpreter = Shell(folder, port), Interpreter(port)

    def follow(fence: re.Match[str]) -> str:
        language, title, body = fence["language"], fence["title"], fence["body"]
        if title:
            (folder / title).write_text(body, encoding="utf-8")
            return fence[0]
        if language == "console":
            steps, run = commands(body), shell.run
        elif language == "python":
            steps, run = examples(body), interpreter.run
        else:
            return fence[0]
        new = []
        for shown, source, wanted in steps:
            printed = run(source)
            if not same(wanted, printed):
                differs(source, wanted, printed)
                new += [shown, printed]
            else:
                new += [shown, wanted]
        return f"```{language}\n{''.join(new)}```"

    try:
        return FENCE.sub(follow, text)
    finally:
        shell.close()


def run_tutorial(path: Path, write: bool) -> None:
    """Go through one; raises ``DifferentError`` at the first difference, or, to ``write``, puts all of them into it."""

    def differs(source: str, wanted: str, printed: str) -> None:
        if not write:
            raise DifferentError(f"{path.name}: {source}\n--- stands there\n{wanted}--- was printed\n{printed}")

    text = path.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(SAMPLES, folder / "samples", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        with contextlib.chdir(folder):
            new = go_through(text, folder, differs)
    if new != text:
        path.write_text(new, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Run tutorials, and put what was printed into them.")
    parser.add_argument("--check", action="store_true", help="fail at the first difference instead")
    parser.add_argument("tutorials", nargs="+", type=Path)
    asked = parser.parse_args()
    for path in asked.tutorials:
        try:
            run_tutorial(path, write=not asked.check)
        except DifferentError as difference:
            sys.exit(str(difference))


if __name__ == "__main__":
    main()
