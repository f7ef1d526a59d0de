"""From a YAML file to a ``Template``, or every mistake in it with its line and its mend."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from formreader.errors import TemplateError
from formreader.geometry import Box
from formreader.templates.expand import expand, expand_rules, group_names
from formreader.templates.model import Template, encoding_cells
from formreader.templates.schema import TemplateFile

LIBRARY = Path(__file__).parent / "library"
Place = tuple[str | int, ...]

try:
    from yaml import CSafeLoader as _SafeLoader  # ten times as quick where libyaml is built in
except ImportError:  # pragma: no cover - depends on the wheel
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]


def load_library(directory: Path | None = None) -> dict[str, Template]:
    """Every template of a folder by id, the packaged ones by default.

    Raises ``TemplateError`` for a folder without templates, two of one id, or a mistake in one.
    """
    folder = directory or LIBRARY
    library: dict[str, Template] = {}
    origin: dict[str, Path] = {}
    for path in sorted(folder.glob("*.yaml")):
        template = load_template(path)
        if template.id in library:
            raise TemplateError(f"{path}: id {template.id} is taken by {origin[template.id]}; give it another")
        library[template.id], origin[template.id] = template, path
    if not library:
        raise TemplateError(f"{folder}: no template here; a template is a file that ends in .yaml")
    return dict(sorted(library.items()))


def load_template(path: str | Path) -> Template:
    """Read one template. Raises ``TemplateError``: one line a mistake, ``file:line: field: cause; mend``."""
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"{file}: cannot be read ({error}); give the path of a UTF-8 YAML file") from None
    data, lines = _parse(file, text)
    try:
        checked = TemplateFile.model_validate(data)
    except ValidationError as error:
        raise TemplateError("\n".join(_explained(file, detail, lines, data) for detail in error.errors())) from None
    mistakes = _mistakes(checked, lines, file)
    if mistakes:
        raise TemplateError("\n".join(mistakes))
    template = expand(checked, hashlib.sha256(text.encode()).hexdigest())
    outside = _outside_page(template)
    if outside:
        raise TemplateError("\n".join(f"{file}: {mistake}" for mistake in outside))
    return template


def _parse(file: Path, text: str) -> tuple[Any, dict[Place, int]]:
    """The plain data, and the line of each key and item."""
    lines: dict[Place, int] = {}
    try:
        node = yaml.compose(text, Loader=_SafeLoader)
        if node is None:
            raise TemplateError(f"{file}:1: the file is empty; docs/templates.md shows a whole template")
        _note_lines(file, node, (), lines)
        data = yaml.load(text, Loader=_SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise TemplateError(f"{file}:{line}: not valid YAML: {error.problem}; mend the line above or here") from None
    if not isinstance(data, dict):
        raise TemplateError(f"{file}:1: a template is a table of keys; docs/templates.md shows one")
    return data, lines


def _note_lines(file: Path, node: yaml.Node, place: Place, lines: dict[Place, int]) -> None:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise TemplateError(f"{file}:{key.start_mark.line + 1}: '{key.value}' stands twice; keep one")
            seen.add(key.value)
            _note_lines(file, value, (*place, str(key.value)), lines)
            lines[(*place, str(key.value))] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            _note_lines(file, item, (*place, i), lines)


def _line_of(place: Sequence[str | int], lines: Mapping[Place, int]) -> int:
    known = tuple(place)
    while known and known not in lines:
        known = known[:-1]
    return lines.get(known, 1)


def _explained(file: Path, detail: Any, lines: Mapping[Place, int], data: Any) -> str:
    # pydantic puts the chosen member of a union into the place; the file does not
    place = tuple(part for part in detail["loc"] if _in_file(part, detail["loc"], lines))
    where = f"{file}:{_line_of(place, lines)}: {_spoken(place, data)}"
    if detail["type"] == "extra_forbidden":
        return f"{where}: unknown key; {_near(str(place[-1]), _known_keys(place))}"
    if detail["type"] == "missing":
        return f"{where}: is missing; add it"
    message = detail["msg"].removeprefix("Value error, ")
    given = detail.get("input")
    shown = f" (got {given!r})" if isinstance(given, str | int | float) else ""
    return f"{where}: {message}{shown}"


def _in_file(part: str | int, whole: tuple[str | int, ...], lines: Mapping[Place, int]) -> bool:
    if isinstance(part, int) or part == whole[-1]:
        return True
    return any(part in place for place in lines)


def _spoken(place: Place, data: Any) -> str:
    """``fields.votes.{row}.digits.boxes``: a field group by its name, other items by their number."""
    words: list[str] = []
    here = data
    for part in place:
        here = here[part] if isinstance(here, list) and isinstance(part, int) and part < len(here) else (
            here.get(part) if isinstance(here, dict) else None
        )
        named = isinstance(part, int) and isinstance(here, dict) and isinstance(here.get("name"), str)
        words.append(here["name"] if named else str(part))
    return ".".join(words) or "template"


def _known_keys(place: Place) -> list[str]:
    """Keys that the format has anywhere: a misspelt key is nearly always near to one."""
    from formreader.templates import schema

    keys = {"schema", "from", "to", "for"}
    for model in vars(schema).values():
        if isinstance(model, type) and issubclass(model, schema.BaseModel):
            keys |= {field.alias or name for name, field in model.model_fields.items()}
    return sorted(keys)


def _near(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean '{near[0]}'?" if near else f"remove it; docs/templates.md lists the keys ('{word}' is none)"


def _mistakes(checked: TemplateFile, lines: Mapping[Place, int], file: Path) -> list[str]:
    """What no single key shows: a field said twice, a rule of fields that are not there."""
    found = []
    names: dict[str, int] = {}
    for i, group in enumerate(checked.fields):
        line = _line_of(("fields", i), lines)
        for name, _ in group_names(group):
            if name in names:
                found.append(f"{file}:{line}: fields.{name}: stands in line {names[name]} already; rename one")
            names.setdefault(name, line)
    for i, entry in enumerate(checked.arithmetic):
        where = f"{file}:{_line_of(('arithmetic', i), lines)}: arithmetic.{i}"
        try:
            rules = expand_rules(entry)
        except ValueError as error:
            found.append(f"{where}: {error}")
            continue
        for rule in rules:
            for _, name in rule.terms:
                if name not in names:
                    near = difflib.get_close_matches(name, names, n=3)
                    hint = f"did you mean {' or '.join(near)}?" if near else f"fields are {', '.join(names)}"
                    found.append(f"{where}: '{rule.text}' names no field '{name}'; {hint}")
    return found


def _outside_page(template: Template) -> list[str]:
    page = Box(0, 0, template.width_mm, template.height_mm)
    found = []
    for field in template.fields.values():
        for name, encoding in field.encodings.items():
            for box in encoding_cells(encoding):
                if box.x < page.x or box.y < page.y or box.right > page.right or box.bottom > page.bottom:
                    found.append(
                        f"fields.{field.name}.{name}: the cell at {box.x:.1f}, {box.y:.1f} "
                        f"({box.width:.1f} x {box.height:.1f} mm) leaves the page of {page.width:g} x {page.height:g} mm; "
                        "mend the box, the step or the shift"
                    )
                    break
    return found
