"""What pydantic found wrong, told in the words of the template format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from formreader.templates.problems import Key, Path, Problem, Source, did_you_mean, template_error
from formreader.templates.schema import Strict

MESSAGES = {
    "missing": "missing: add it",
    "greater_than": "must be greater than {gt:g}, got {input}",
    "greater_than_equal": "must be {ge:g} or more, got {input}",
    "less_than_equal": "must be {le:g} or less, got {input}",
    "less_than": "must be less than {lt:g}, got {input}",
    "float_parsing": "expected a number, got {input}",
    "float_type": "expected a number, got {input}",
    "int_parsing": "expected a whole number, got {input}",
    "int_type": "expected a whole number, got {input}",
    "int_from_float": "expected a whole number, got {input}",
    "finite_number": "expected a finite number, got {input}",
    "bool_parsing": "expected true or false, got {input}",
    "bool_type": "expected true or false, got {input}",
    "string_type": "expected text, got {input}",
    "string_too_short": "is empty: write it out",
    "list_type": "expected a list {shape}, got {input}",
    "dict_type": "expected a mapping {{key: value}}, got {input}",
    "model_type": "expected keys and values, got {input}",
    "too_short": "holds {actual_length}, needs {min_length} at least: add what is missing",
    "value_error": "{error}",
}
SHAPES = {
    "page": "[width, height] in mm",
    "size": "[width, height] in mm",
    "box": "[x, y, width, height] in mm",
    "centre": "[x, y] in mm",
    "step": "[right, down] in mm",
    "dash": "[dash, gap] in mm",
}
"""What stands in the list of a key."""
PATTERNS = {
    "id": "lower-case words joined by - such as id-2024-ppwp-2",
    "language": "a num2words code such as id, en or pt_BR",
    "row": "keys of letters, digits and _",
    "column": "keys of letters, digits and _",
    "for": "keys of letters, digits and _",
    "pages": "page names of letters, digits and _, a letter first, and ids of templates",
    "turn": "0, 90, 180 or 270",
}


Spec = TypeVar("Spec", bound=Strict)
"""What the whole file is: a template or a document."""


def validated(source: Source, whole: type[Spec]) -> Spec:
    """The file's values as models. Raises ``TemplateError`` that holds every mistake."""
    try:
        return whole.model_validate(source.data)
    except ValidationError as error:
        found = [dict(details) for details in error.errors(include_url=False)]
        raise template_error(source, _problems(source, found, whole)) from None


def _problems(source: Source, errors: list[dict[str, Any]], whole: type[Strict]) -> Iterator[Problem]:
    """A misspelt key is one mistake: the key that is missing for it is not told again."""
    missing = {error["loc"] for error in errors if error["type"] == "missing"}
    for error in errors:
        if error["type"] == "extra_forbidden":
            around, key = error["loc"][:-1], str(error["loc"][-1])
            wanted = [str(loc[-1]) for loc in missing if loc[:-1] == around]
            if guess := did_you_mean(key, wanted) or did_you_mean(key, _keys_at(error["loc"], whole)):
                missing -= {(*around, name) for name in wanted if f"'{name}'" in guess}
            error["ctx"] = {"guess": guess}
    for error in errors:
        if error["type"] != "missing" or error["loc"] in missing:
            yield _problem(source, error, whole)


def _problem(source: Source, error: dict[str, Any], whole: type[Strict]) -> Problem:
    location: Path = error["loc"]
    kind: str = error["type"]
    path = _file_path(source, location, kind)
    shown = _shown(error["input"])
    context = error.get("ctx", {})
    if location == ("schema",) and kind == "literal_error":
        return Problem(path, f"this formreader reads {error['ctx']['expected']}, got {shown}")
    if kind == "extra_forbidden":
        known = ", ".join(sorted(_keys_at(location, whole)))
        return Problem(path, f"unknown key{context['guess'] or '; known here: ' + known}")
    if kind in ("literal_error", "union_tag_invalid"):
        of_kind = kind == "union_tag_invalid"
        known, got = (context["expected_tags"], context["tag"]) if of_kind else (context["expected"], error["input"])
        return Problem((*path, "kind") if of_kind else path, _one_of(str(known), got))
    if kind == "union_tag_not_found":
        return Problem((*path, "kind"), "missing: add `kind: apriltag`, qr, barcode or square")
    if kind == "string_pattern_mismatch" or location[-1:] == ("turn",):
        wanted = next(PATTERNS[key] for key in reversed(location) if key in PATTERNS)
        return Problem(path, f"expected {wanted}, got {shown}")
    shape = SHAPES.get(str(location[-1]), "[...]") if location else "[...]"
    template = MESSAGES.get(kind, error["msg"].replace("{", "{{").replace("}", "}}") + ", got {input}")
    return Problem(path, template.format(input=shown, shape=shape, **context))


def _one_of(known: str, got: object) -> str:
    """``known`` is quoted words joined by commas and ``or``."""
    words = [word.strip(" '") for word in known.replace(" or ", ",").split(",")]
    return f"expected {known}, got {_shown(got)}{did_you_mean(got, words) if isinstance(got, str) else ''}"


def _file_path(source: Source, location: Path, kind: str) -> Path:
    """pydantic's location without the steps that are no keys of the file (a union's branch)."""
    path: Path = ()
    for step, key in enumerate(location):
        last = step == len(location) - 1
        if (*path, key) in source.lines or (last and kind == "missing"):
            path = (*path, key)
    return path


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    return "nothing" if value is None else "a list" if isinstance(value, list) else "a mapping"


def _keys_at(location: Path, whole: type[Strict]) -> Iterator[str]:
    """The keys that the mapping around ``location`` may have."""
    models: list[type[BaseModel]] = [whole]
    for key in location[:-1]:
        models = list(_step(models, key))
    for model in models:
        for name, field in model.model_fields.items():
            yield field.alias or name


def _step(models: Iterable[type[BaseModel]], key: Key) -> Iterator[type[BaseModel]]:
    for model in models:
        for name, field in model.model_fields.items():
            if (field.alias or name) == key:
                yield from _models_in(field.annotation)
                return
        if isinstance(key, int) or ("kind" in model.model_fields and key in _literals(model)):
            yield model


def _literals(model: type[BaseModel]) -> tuple[object, ...]:
    return get_args(model.model_fields["kind"].annotation)


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
