"""The hash of drawing code changes with the drawing, and with nothing else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import formreader
from formreader.train.catalogue import CELL_MODELS, LINE_MODELS
from formreader.train.data import drawn_by
from formreader.train.drawn_by import hash_of_code

PACKAGE = Path(formreader.__file__).parent
MAIN = """
from formreader.parts.pens import Pen, width as broad
import formreader.parts.paper as paper

SIZE = 3  # px
TABLE = {}
TABLE["a"] = 1


def draw(pen: Pen) -> int:
    \"\"\"Draws.\"\"\"
    from formreader.parts.late import shade

    return SIZE * broad(pen) + paper.grain() + shade() + TABLE["a"]


def unused() -> int:
    return 5
"""
PENS = """
class Pen:
    nib: float = 0.3


def width(pen: Pen) -> float:
    return pen.nib * make().nib


def make() -> Pen:
    return Pen()
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    parts = tmp_path / "parts"
    parts.mkdir()
    for name, text in {
        "main": MAIN,
        "pens": PENS,
        "paper": "def grain():\n    return 1\n",
        "late": "def shade():\n    return 2\n",
    }.items():
        (parts / f"{name}.py").write_text(text)
    return tmp_path


def hashed(source: Path, module: str = "formreader.parts.main") -> str:
    return hash_of_code([(module, "draw")], source)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("main", "SIZE = 3", "SIZE = 4"),
        ("main", 'TABLE["a"] = 1', 'TABLE["a"] = 2'),
        ("main", "SIZE * broad", "SIZE + broad"),
        ("pens", "pen.nib *", "pen.nib +"),
        ("pens", "nib: float = 0.3", "nib: float = 0.4"),
        ("paper", "return 1", "return 7"),
        ("late", "return 2", "return 7"),
    ],
)
def test_a_change_of_the_drawing_changes_it(source: Path, file: str, old: str, new: str) -> None:
    before = hashed(source)
    path = source / "parts" / f"{file}.py"
    path.write_text(path.read_text().replace(old, new))
    assert hashed(source) != before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("main", "# px", "# pixels"),
        ("main", "Draws.", "Draws one."),
        ("main", "pen: Pen", "pen: object"),
        ("main", "return 5", "return 6"),
        ("pens", "nib: float", "nib: int"),
    ],
)
def test_what_draws_nothing_leaves_it(source: Path, file: str, old: str, new: str) -> None:
    before = hashed(source)
    path = source / "parts" / f"{file}.py"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    assert hashed(source) == before


def test_moving_and_parting_modules_leaves_it(source: Path) -> None:
    before = hashed(source)
    parts = source / "parts"
    (parts / "room").mkdir()
    shutil.move(parts / "pens.py", parts / "room" / "nibs.py")
    (parts / "pens.py").write_text("from formreader.parts.room.nibs import Pen, width\n")
    (parts / "sizes.py").write_text("SIZE = 3\n")
    main = (parts / "main.py").read_text().replace("SIZE = 3  # px", "from formreader.parts.sizes import SIZE")
    (parts / "other.py").write_text(main)
    assert hashed(source, "formreader.parts.other") == before


@pytest.mark.parametrize(("file", "name"), [("pens", "make"), ("pens", "Pen"), ("main", "SIZE"), ("paper", "grain")])
def test_renaming_a_definition_leaves_it(source: Path, file: str, name: str) -> None:
    before = hashed(source)
    for path in (source / "parts").glob("*.py"):
        path.write_text(re.sub(rf"\b{name}\b", f"{name}Anew", path.read_text()))
    assert f"{name}Anew" in (source / "parts" / f"{file}.py").read_text()
    assert hashed(source) == before


def test_calling_another_definition_changes_it(source: Path) -> None:
    """Two functions that look alike but for what they call."""
    before = hashed(source)
    path = source / "parts" / "main.py"
    path.write_text(path.read_text().replace("paper.grain() + shade()", "shade() + paper.grain()"))
    assert hashed(source) != before


def test_a_function_that_is_not_there_is_named(source: Path) -> None:
    with pytest.raises(LookupError, match="main: defines no 'paint'"):
        hash_of_code([("formreader.parts.main", "paint")], source)


@pytest.mark.parametrize(
    ("file", "old", "new", "changed"),
    [
        (
            "hand/pen.py",
            "0.1 * generator",
            "0.2 * generator",
            {*CELL_MODELS, *LINE_MODELS},
        ),
        ("hand/glyphs.py", "\ndef ", "\nCOUNTED = 3\n\n\ndef ", set()),
        ("camera/light.py", "return", "return 2 *", set()),
    ],
)
def test_each_model_depends_on_what_its_drawing_uses(
    file: str, old: str, new: str, changed: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = {**CELL_MODELS, **LINE_MODELS}
    before = {name: drawn_by(model.drawing) for name, model in models.items()}
    copy = tmp_path / "formreader"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    text = (copy / "synth" / file).read_text()
    assert old in text
    (copy / "synth" / file).write_text(text.replace(old, new, 1))
    monkeypatch.setattr(formreader, "__file__", str(copy / "__init__.py"))
    assert {name for name, model in models.items() if drawn_by(model.drawing) != before[name]} == changed
