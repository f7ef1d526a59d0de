"""YAML that remembers its lines: every scalar stays the text that was typed, every value its place."""

from __future__ import annotations

import yaml

from formreader.errors import TemplateError
from formreader.templates.limits import DEEPEST, MOST_BYTES, MOST_CHARACTERS
from formreader.templates.problems import Path, Problem, Source, template_error

LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""The C parser where PyYAML has it; Base: nothing typed is taken for a number, a date or a truth."""
EMPTY = ("", "~", "null")
NO_ANCHORS = "anchors (&) and aliases (*) are not allowed: write the value out; quote text that begins with & or *"
MENDS = {
    "cannot start any token": "indent with spaces, not tabs; quote text that begins with @, ` or %",
    "mapping values are not allowed": "quote text that holds ': ', and check the indentation",
    "did not find expected": "check for a missing comma, bracket, quote or indentation just above",
    "could not find expected": "check for a missing ':' or a quote just above",
    "expected a single document": "one file holds one form: remove the '---'",
}


def read_source(name: str, raw: bytes, kind: str = "template") -> Source:
    """Parse a template or document file. Raises ``TemplateError`` with the line of a syntax error."""
    if len(raw) > MOST_BYTES:
        raise _error(name, 1, f"holds {len(raw)} bytes, {MOST_BYTES} at most: a {kind} is a text of some pages")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _error(name, line, "is not UTF-8 text: save it as UTF-8") from None
    try:
        _check_events(name, text)
        root = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or "cannot be parsed"
        mend = next((mend for part, mend in MENDS.items() if part in problem), "mend the YAML here")
        raise _error(name, mark.line + 1 if mark else 1, f"YAML: {problem}; {mend}") from None
    except yaml.YAMLError as error:
        raise _error(name, 1, f"YAML: {' '.join(str(error).split())}; remove that character") from None
    if not isinstance(root, yaml.MappingNode):
        raise _error(name, 1, f"a {kind} is a mapping that begins with `schema: formreader/{kind}/1`")
    lines: dict[Path, int] = {}
    problems: list[Problem] = []
    data = _value(root, (), lines, problems)
    source = Source(name, data, lines)
    if problems:
        raise template_error(source, problems)
    return source


def _check_events(name: str, text: str) -> None:
    """Raises ``TemplateError`` at the first anchor or alias, and where lists or mappings nest too deep."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            told = f"`{sign}{event.anchor}`: {NO_ANCHORS}"
            raise _error(name, event.start_mark.line + 1 if event.start_mark else 1, told)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise _error(name, line, f"nests deeper than {DEEPEST}: close a bracket before here")


def _value(node: yaml.Node, path: Path, lines: dict[Path, int], problems: list[Problem]) -> object:
    """``node`` as dict, list, str or None; fills ``lines`` and ``problems``."""
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        if len(node.value) > MOST_CHARACTERS:
            told = f"is a text of {len(node.value)} characters: {MOST_CHARACTERS} at most; shorten it"
            problems.append(Problem(path, told))
        return None if not node.style and node.value in EMPTY else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*path, i), lines, problems) for i, child in enumerate(node.value)]
    found: dict[str, object] = {}
    for key_node, child in node.value:
        key, line = key_node.value, key_node.start_mark.line + 1
        if not isinstance(key, str):
            problems.append(Problem(path, "a list or mapping cannot be a key: keys are words", line))
            continue
        here = (*path, key)
        if here in lines:
            told = f"the key stands twice, first on line {lines[here]}: remove one"
            problems.append(Problem(here, told, line))
            continue
        lines[here] = line
        found[key] = _value(child, here, lines, problems)
    return found


def _error(name: str, line: int, message: str) -> TemplateError:
    return template_error(Source(name, None, {(): line}), [Problem((), message)])
