"""Mistakes in a template file: where each is, and how they are told to its author."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from formreader.errors import TemplateError
from formreader.templates.model import Place

Key = str | int
Path = tuple[Key, ...]
"""Where a value stands in the file: keys and list indices from the top."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. ``path`` may go deeper than the file does; ``message`` ends with the mend.

    ``line`` counts from 1; None is the line of ``path``.
    """

    path: Path
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A file's name, its values (every scalar as text) and the line of each path, counted from 1."""

    name: str
    data: object = None
    lines: Mapping[Path, int] = field(default_factory=dict)


def template_error(source: Source, problems: Iterable[Problem]) -> TemplateError:
    """All mistakes of a file as one error, a line each, in the order of the file."""
    placed = sorted((p.line or _line_of(source, p.path), _told(source, p)) for p in problems)
    return TemplateError("\n".join(dict.fromkeys(f"{source.name}:{line}: {told}" for line, told in placed)))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` with those of ``known`` that are near, or nothing where none is."""
    near = [f"'{match}'" for match in get_close_matches(word, list(known), n=2, cutoff=0.7)]
    return f"; did you mean {' or '.join(near)}?" if near else ""


def in_no_rule(place: Place) -> str:
    """What is wrong where a rule names what is only located."""
    return f"'{place.name}' is a `{place.kind}`, which is never read and stands in no rule: leave it out"


def _line_of(source: Source, path: Path) -> int:
    while path and path not in source.lines:
        path = path[:-1]
    return source.lines.get(path, 1)


def _told(source: Source, problem: Problem) -> str:
    where = ""
    value: object = source.data
    for depth, key in enumerate(problem.path):
        value = _child(value, key)
        if isinstance(key, str):
            where += f".{key}" if where else key
        elif depth == 1 and isinstance(value, dict) and isinstance(value.get("name"), str):
            where += f".{value['name']}"
        else:
            where += f"[{key}]"
    return f"{where}: {problem.message}" if where else problem.message


def _child(value: object, key: Key) -> object:
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None
