"""Template files to ``Template`` records; every mistake is named with file, line, field and mend."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from formreader.errors import TemplateError
from formreader.templates.model import Template
from formreader.templates.page import build_page
from formreader.templates.problems import Problem, template_error
from formreader.templates.schema import TemplateSpec
from formreader.templates.validation import validated
from formreader.templates.yaml_source import read_source

LIBRARY = Path(__file__).parent / "library"
"""The templates that come with the package."""


def load_template(path: str | Path) -> Template:
    """Read one template file. Raises ``TemplateError`` with every mistake in it, a line each."""
    path = Path(path)
    if path.is_dir():
        raise TemplateError(f"{path}: is a folder: name the template files in it, such as {path / '*.yaml'}")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise TemplateError(f"{path}: {error.strerror or error}: give a readable template file") from None
    return parse_template(raw, path.as_posix())


def parse_template(raw: bytes, name: str) -> Template:
    """The template in a file's bytes; ``name`` stands before each mistake of a ``TemplateError``."""
    source = read_source(name, raw)
    spec = validated(source, TemplateSpec)
    problems: list[Problem] = []
    template = build_page(spec, source, sha256(raw).hexdigest(), problems)
    if problems:
        raise template_error(source, problems)
    return template


def load_library(directory: Path | None = None) -> dict[str, Template]:
    """All templates (``*.yaml``) of ``directory``, or in one file, by id and sorted; the packaged ones by default.

    Raises ``TemplateError`` with the mistakes of all files, or where two files give one id.
    """
    directory = LIBRARY if directory is None else Path(directory)
    if not directory.exists():
        raise TemplateError(f"{directory}: does not exist: name a folder of templates (*.yaml), or one file")
    paths = [directory] if directory.is_file() else sorted(directory.glob("*.yaml"))
    if not paths:
        raise TemplateError(f"{directory}: no templates (*.yaml) here: name the folder that holds them, or one file")
    found: dict[str, Template] = {}
    origin: dict[str, Path] = {}
    mistakes: list[str] = []
    for path in paths:
        try:
            template = load_template(path)
        except TemplateError as error:
            mistakes.append(str(error))
            continue
        if template.id in found:
            first = origin[template.id].as_posix()
            line = read_source(path.as_posix(), path.read_bytes()).lines["id",]
            where = f"{path.as_posix()}:{line}"
            mistakes.append(f"{where}: id: '{template.id}' is that of {first} too: rename one")
        found.setdefault(template.id, template)
        origin.setdefault(template.id, path)
    if mistakes:
        raise TemplateError("\n".join(mistakes))
    return dict(sorted(found.items()))
