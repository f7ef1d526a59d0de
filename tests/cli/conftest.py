"""The command line as a user meets it: arguments in; exit code, stdout and stderr out."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest

from formreader.cli import main
from formreader.records import Check, DocumentChecks, DocumentReading, Rejection, SheetReading
from formreader.templates import Template, load_library


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def no_settings_of_whoever_runs_the_tests(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Neither in a file nor in the environment."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "nothing"))
    for name in [name for name in os.environ if name.startswith("FORMREADER_") and "TEST" not in name]:
        monkeypatch.delenv(name)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``formreader`` with these arguments, through its one handler of errors."""

    def run_once(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["formreader", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        said = capsys.readouterr()
        return Ran(int(stop.value.code or 0), said.out, said.err)

    return run_once


@pytest.fixture
def fake_reader(monkeypatch: pytest.MonkeyPatch, sheet: Callable[..., SheetReading]) -> type:
    """In the Reader's place: the first word of a file's name is its status; a missing file is refused."""

    class FakeReader:
        made_with: ClassVar[list[object]] = []
        warning: ClassVar[str | None] = None
        raises: ClassVar[BaseException | None] = None
        templates: ClassVar[dict[str, Template]] = load_library()

        policies: ClassVar[list[object]] = []
        models: ClassVar[dict[str, str]] = {"digits": "digits-1@sha256:ab"}

        made_of: ClassVar[list[dict[str, object]]] = []

        def __init__(self, templates: Path | None = None, models: Path | None = None, policy: object = None) -> None:
            self.made_with.append(templates)
            self.made_of.append({"templates": templates, "models": models, "policy": policy})
            self.policies.append(policy)
            if self.raises is not None:
                raise self.raises

        def read(self, path: Path, page: int = 1) -> SheetReading:
            if self.warning is not None:
                logging.getLogger("formreader.identify").warning(self.warning)
            if not path.exists():
                gone = Rejection("load", "not_found", "the file cannot be read")
                return sheet(path.as_posix(), status="rejected", rejection=gone)
            found = sheet(path.as_posix(), status=path.stem.split("-")[0])
            return replace(found, source=replace(found.source, page=page))

        def trace_pages(self, path: Path, *, name: str | None = None) -> Iterator[tuple[SheetReading, str]]:
            """As many pages as the file's name says: ``accepted-2pages.tiff``."""
            pages = int(path.stem[-6]) if path.stem.endswith("pages") else 1
            for page in range(1, pages + 1):
                yield self.read(path, page), f"trace of page {page}"

        def read_document(self, paths: Iterable[Path]) -> DocumentReading:
            """Pages whose name holds ``alone`` belong to no document."""
            check = Check("page1.used = page2.total", ("page1.used", "page2.total"), False, 0.03)
            known = DocumentChecks("both", {"page1": "voters", "page2": "votes"}, ("voters",), ("votes",), (check,))
            pages = [self.read(path) for path in paths]
            joined = [page if "alone" in page.source.path else replace(page, document=known) for page in pages]
            return DocumentReading(tuple(joined), (known,))

    monkeypatch.setattr("formreader.reader.Reader", FakeReader)
    return FakeReader


@pytest.fixture
def photos(tmp_path: Path) -> Callable[..., list[Path]]:
    """Makes files of these names; nothing is in them, the fake Reader goes by the name."""

    def make(*names: str) -> list[Path]:
        paths = [tmp_path / name for name in names]
        for path in paths:
            path.write_bytes(b"picture")
        return paths

    return make
