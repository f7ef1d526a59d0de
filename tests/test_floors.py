"""Imports point down only: the architecture document's proof."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "formreader"
FLOORS = {
    **dict.fromkeys(["errors", "geometry", "distributions", "records"], 0),
    "templates": 1,
    **dict.fromkeys(["load", "identify", "register", "locate", "recognise", "decode", "decide", "synth"], 2),
    "reader": 3,
    **dict.fromkeys(["report", "store", "batch", "evaluate", "train"], 4),
    **dict.fromkeys(["cli", "review", "service"], 5),
}
ROOT = {"__init__"}
"""The package's face may name anything; it loads it when it is asked for."""


def part_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported_parts(path: Path) -> set[str]:
    """Parts of formreader that a file imports anywhere, also inside its functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("formreader."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {name.name.split(".")[1] for name in node.names if name.name.startswith("formreader.")}
    return found


def test_every_part_has_a_floor() -> None:
    parts = {part_of(path) for path in SOURCE.rglob("*.py")} - ROOT
    assert parts <= set(FLOORS), f"give these a floor: {sorted(parts - set(FLOORS))}"


def test_imports_point_down_and_siblings_leave_each_other_alone() -> None:
    wrong = []
    for path in SOURCE.rglob("*.py"):
        part = part_of(path)
        if part in ROOT:
            continue
        for other in imported_parts(path) - {part}:
            same_floor_of_records = FLOORS[part] == FLOORS[other] == 0
            if FLOORS[other] >= FLOORS[part] and not same_floor_of_records:
                wrong.append(f"{path.relative_to(SOURCE)} (floor {FLOORS[part]}) imports {other} ({FLOORS[other]})")
    assert not wrong, "\n".join(wrong)


def test_torch_is_imported_in_training_alone() -> None:
    users = {
        part_of(path)
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Import) and any(n.name.split(".")[0].startswith("torch") for n in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0].startswith("torch"))
    }
    assert users <= {"train"}
