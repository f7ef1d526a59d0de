"""A template's text in which single values are changed: all else stays as it was typed, comments and layout too."""

from __future__ import annotations

from typing import Any

import yaml

from formreader.templates.problems import Path
from formreader.templates.yaml_source import LOADER

LEAST_MM = 0.005
"""Half of the last decimal that is written."""


class Written:
    """A text that is YAML, and what is changed in it. A path is keys and list indices from the top."""

    def __init__(self, text: str) -> None:
        # the marks of what is parsed do not count a byte order mark
        self._text = text.removeprefix("\ufeff")
        self._root = yaml.compose(self._text, Loader=LOADER)
        self._changed: dict[Path, str] = {}

    def add(self, path: Path, by: float) -> None:
        """Change the number at ``path``, which is there, by so much (mm); what cannot be written is no change."""
        if abs(by) >= LEAST_MM:
            self.put(path, as_written(float(self._changed.get(path) or self._at(path).value) + by))

    def add_to_point(self, path: Path, right: float, down: float) -> None:
        """Move the list at ``path`` that begins with x and y, mm."""
        self.add((*path, 0), right)
        self.add((*path, 1), down)

    def put(self, path: Path, value: str) -> None:
        """Let ``value`` stand at ``path``, as YAML has it."""
        self._changed[path] = value

    def is_scalar(self, path: Path) -> bool:
        """Whether one word, number or sentence stands at ``path``."""
        return isinstance(self._at(path), yaml.ScalarNode)

    def typed(self, path: Path) -> str:
        """What stands at ``path`` as it was typed, quotes too."""
        start, end = self._span(path)
        return self._text[start:end]

    def text(self) -> str:
        """The text as it is now."""
        text = self._text
        for start, end, value in sorted((*self._span(path), value) for path, value in self._changed.items())[::-1]:
            text = text[:start] + value + text[end:]
        return text

    def told(self) -> tuple[str, ...]:
        """What was changed, in the order of the text: ``12: digits.step 9.17 → 9.4``, the line first."""
        return tuple(
            f"{self._at(path).start_mark.line + 1}: {_keys(path)} {self._at(path).value} → {value}"
            for path, value in sorted(self._changed.items(), key=lambda changed: self._span(changed[0]))
            if self.typed(path) != value
        )

    def _span(self, path: Path) -> tuple[int, int]:
        node = self._at(path)
        return node.start_mark.index, node.end_mark.index

    def _at(self, path: Path) -> yaml.Node:
        node: Any = self._root
        for key in path:
            if isinstance(node, yaml.SequenceNode):
                node = node.value[key]
            else:
                node = next(child for name, child in node.value if name.value == key)
        found: yaml.Node = node
        return found


def as_written(number: float) -> str:
    """A number of mm as templates have it: two decimals at most."""
    return f"{round(number, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def _keys(path: Path) -> str:
    return ".".join(key for key in path if isinstance(key, str) and key != "fields")
