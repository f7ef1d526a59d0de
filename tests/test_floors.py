"""Imports point down only: the architecture document's proof."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import formreader

SOURCE = Path(formreader.__file__).parent
FLOORS = {
    **dict.fromkeys(["errors", "geometry", "alphabets", "distributions", "records", "version"], 0),
    **dict.fromkeys(["contract", "files", "harmless", "opencv", "spelling", "swahili"], 0),
    "templates": 1,
    **dict.fromkeys(["load", "identify", "register", "locate", "recognise", "decode", "decide", "synth"], 2),
    **dict.fromkeys(["reader", "report", "store"], 3),
    **dict.fromkeys(["batch", "evaluate", "train", "draft", "audit"], 4),
    "service": 5,
    "cli": 6,
}
ROOMS = {
    "synth": ["hand", "print", "camera", "cells", "sheets", "forms"],
}
"""Rooms of a part, from the lowest up: what is imported stands lower, or in the same room."""
DOORS = {"__init__", "__main__"}
"""The package's two doors may name anything; the first loads it when it is asked for."""


def modules() -> list[Path]:
    found = sorted(SOURCE.rglob("*.py"))
    assert found, f"no module under {SOURCE}"
    return found


def part_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported_modules(text: str, package: str) -> Iterator[str]:
    """Dotted names that ``text``, a module of ``package``, imports anywhere, also inside its functions."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            base = ".".join(parents[: len(parents) - node.level + 1]) if node.level else ""
            start = ".".join(filter(None, [base, node.module]))
            yield from (f"{start}.{name.name}" for name in node.names)


def imported_parts(text: str, package: str) -> set[str]:
    """Parts of formreader that the text imports; a name of the package's face counts as where it lives."""
    parts = set()
    for name in imported_modules(text, package):
        if name.startswith("formreader."):
            first = name.split(".")[1]
            home = formreader._HOMES.get(first)
            parts.add(home.split(".")[1] if home else first)
    return parts - (set(formreader.__all__) - set(formreader._HOMES))


def fault(part: str, other: str) -> str | None:
    """Why ``part`` must not import ``other``, or None where it may."""
    if part == other or FLOORS[other] < FLOORS[part]:
        return None
    if FLOORS[part] == FLOORS[other]:
        # the records of floor 0 are made of one another
        return None if FLOORS[part] == 0 else f"{part} and {other} are siblings on floor {FLOORS[part]}"
    return f"{part} (floor {FLOORS[part]}) stands below {other} (floor {FLOORS[other]})"


def package_of(path: Path) -> str:
    return ".".join(["formreader", *path.relative_to(SOURCE).parts[:-1]])


def test_every_part_has_a_floor():
    parts = {part_of(path) for path in modules()} - DOORS
    assert parts <= set(FLOORS), f"give these a floor: {sorted(parts - set(FLOORS))}"


def test_the_architecture_document_shows_these_floors():
    text = (Path(__file__).parents[1] / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d) \| (.+) \|$", text, re.MULTILINE)
    assert {part: int(floor) for floor, parts in rows for part in re.findall(r"`(\w+)`", parts)} == FLOORS


def test_imports_point_down_and_siblings_leave_each_other_alone():
    wrong = []
    for path in modules():
        part = part_of(path)
        if part in DOORS:
            continue
        for other in sorted(imported_parts(path.read_text(encoding="utf-8"), package_of(path))):
            why = fault(part, other)
            if why:
                wrong.append(f"{path.relative_to(SOURCE)}: {why}")
    assert not wrong, "\n".join(wrong)


def rooms_entered(path: Path, part: str) -> set[str]:
    """Rooms of ``part`` that a module imports from."""
    names = imported_modules(path.read_text(encoding="utf-8"), package_of(path))
    return {name.split(".")[2] for name in names if name.startswith(f"formreader.{part}.")}


@pytest.mark.parametrize("part", ROOMS)
def test_imports_between_rooms_point_down(part):
    order = ROOMS[part]
    wrong = []
    for path in sorted((SOURCE / part).rglob("*.py")):
        if path.parent == SOURCE / part:
            assert path.name == "__init__.py", f"{path.relative_to(SOURCE)}: in which room does it stand?"
            continue
        home = path.relative_to(SOURCE / part).parts[0]
        entered = rooms_entered(path, part)
        wrong += [
            f"{path.relative_to(SOURCE)}: {home} stands below {room}"
            for room in entered
            if room not in order[: order.index(home) + 1]
        ]
    assert not wrong, "\n".join(wrong)


def test_torch_is_imported_in_training_alone():
    users = {
        str(path.relative_to(SOURCE))
        for path in modules()
        for name in imported_modules(path.read_text(encoding="utf-8"), package_of(path))
        if name.split(".")[0] in ("torch", "torchvision") and part_of(path) != "train"
    }
    assert not users


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("from formreader.load import load_photo", {"load"}),
        ("from formreader import load", {"load"}),
        ("import formreader.cli.main as door", {"cli"}),
        ("def late():\n    from formreader.reader import Reader", {"reader"}),
        ("from formreader import Reader, __version__, Rejected", {"reader", "version"}),
        ("from ..load import load_photo", {"load"}),
        ("from . import fit", {"register"}),
        ("import numpy", set()),
    ],
)
def test_no_way_of_importing_goes_unseen(text, parts):
    assert imported_parts(text, "formreader.register") == parts


@pytest.mark.parametrize(
    ("part", "other", "allowed"),
    [
        ("reader", "register", True),
        ("cli", "errors", True),
        ("records", "geometry", True),
        ("register", "locate", False),
        ("report", "train", False),
        ("templates", "load", False),
        ("decide", "reader", False),
    ],
)
def test_the_rule_allows_down_and_nothing_else(part, other, allowed):
    assert (fault(part, other) is None) is allowed
