"""A hash of the code that a drawing depends on: the same wherever that code stands, another when it draws otherwise.

Followed are names, not files: from a function to every definition that it names, through the imports of the
package, and on from there. Of each counts its syntax tree without docstrings, comments and hints of types, where
the names of definitions are numbers, in the order in which they are met. So modules may be moved or parted, functions
renamed, and new code may stand beside the old; a changed number changes the hash.
What a value is asked for by attribute alone is not followed: its class is, where it is made.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PACKAGE = "formreader"

Definition = tuple[str, str]
"""Dotted module, and a name at its top level."""


@dataclass(frozen=True, slots=True)
class _Module:
    """``statements`` by the names that they bind, ``imports`` by the name that they are known by here.

    An import is a module and a name in it, or a module and ``""`` where the module itself was imported.
    """

    statements: dict[str, list[ast.stmt]]
    imports: dict[str, Definition]


def hash_of_code(roots: Iterable[Definition], source: Path) -> str:
    """Eight hex digits for the code that ``roots`` depend on; ``source`` is the folder of the package ``formreader``.

    Raises ``LookupError`` for a root that ``source`` does not define.
    """
    modules: dict[str, _Module] = {}
    order: dict[Definition, int] = {}
    said: list[str] = []
    for root in roots:
        found = _resolved(root, modules, source)
        if found is None:
            raise LookupError(f"{root[0]}: defines no {root[1]!r}")
        order.setdefault(found, len(order))
    waiting = list(order)
    while waiting:
        home, name = waiting.pop(0)
        module = _module(home, modules, source)
        for statement in module.statements[name]:
            plain = _Bare().visit(statement)
            numbers: dict[int, int] = {}
            for node, wanted in _named(plain, home, module):
                found = _resolved(wanted, modules, source)
                if found is not None:
                    if found not in order:
                        waiting.append(found)
                    numbers[id(node)] = order.setdefault(found, len(order))
            said.append(_said(plain, numbers, top=True))
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:8]


def _resolved(wanted: Definition, modules: dict[str, _Module], source: Path) -> Definition | None:
    """Where a name is defined, behind any imports that hand it on; None for what is not the package's code."""
    seen = set[Definition]()
    while wanted not in seen:
        seen.add(wanted)
        if not _file(wanted[0], source).exists():
            return None
        module = _module(wanted[0], modules, source)
        if wanted[1] in module.statements:
            return wanted
        if wanted[1] not in module.imports:
            return None
        wanted = module.imports[wanted[1]]
    return None


def _named(tree: ast.AST, home: str, module: _Module) -> Iterable[tuple[ast.AST, Definition]]:
    """Where a tree may name a definition: by name, or as an attribute of an imported module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node, (home, node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            start, name = module.imports.get(node.value.id, ("", ""))
            if start:
                yield node, (".".join(filter(None, [start, name])), node.attr)


def _said(part: object, numbers: Mapping[int, int], top: bool = False) -> str:
    """A tree in words that every version of Python says alike: what is empty is left out.

    Nodes with ``numbers`` are those; what is defined at the ``top`` of a module has no name of its own.
    """
    if isinstance(part, ast.AST):
        if id(part) in numbers:
            return f"<{numbers[id(part)]}>"
        fields = [(name, value) for name, value in ast.iter_fields(part) if value not in (None, [])]
        if top:
            fields = [(name, value) for name, value in fields if name != "name"]
        return f"{type(part).__name__}({', '.join(f'{name}={_said(value, numbers)}' for name, value in fields)})"
    if isinstance(part, list):
        return f"[{', '.join(_said(value, numbers) for value in part)}]"
    return repr(part)


def _file(name: str, source: Path) -> Path:
    parts = name.split(".")
    if parts[0] != PACKAGE:
        return source / "no such module"
    at = source.joinpath(*parts[1:])
    return at / "__init__.py" if at.is_dir() else at.with_name(at.name + ".py")


def _module(name: str, modules: dict[str, _Module], source: Path) -> _Module:
    if name not in modules:
        modules[name] = _read(_file(name, source).read_text(encoding="utf-8"))
    return modules[name]


@lru_cache(maxsize=256)
def _read(text: str) -> _Module:
    tree = ast.parse(text)
    statements: dict[str, list[ast.stmt]] = {}
    imports: dict[str, Definition] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            imports |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            imports |= {alias.asname: (alias.name, "") for alias in node.names if alias.asname}
    for statement in tree.body:
        for name in _bound(statement):
            statements.setdefault(name, []).append(statement)
    return _Module(statements, imports)


def _bound(statement: ast.stmt) -> set[str]:
    """Names that a statement of a module's top level gives a meaning, or changes in place."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    bound = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.value, ast.Name):
            called = isinstance(statement, ast.Expr)  # of an expression only what it changes is of use
            if called or isinstance(node.ctx, ast.Store):
                bound.add(node.value.id)
    return bound


class _Bare(ast.NodeTransformer):
    """Drops what draws nothing: docstrings, imports, hints of types."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if text else self.generic_visit(node)

    def visit_Import(self, _node: ast.Import) -> None:
        return None

    def visit_ImportFrom(self, _node: ast.ImportFrom) -> None:
        return None

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """A hint is dropped; that of a field of a record, which has no value, becomes the bare field."""
        node.annotation = ast.Constant(value=None)
        return self.generic_visit(node)
