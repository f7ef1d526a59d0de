"""What MkDocs is told besides the pages: the API reference, a page a package, and every decision in the navigation."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

SOURCE = Path(__file__).parents[1] / "src" / "formreader"
MODULES = (
    "records",
    "errors",
    "geometry",
    "distributions",
    "contract",
    "evaluate.sheets",
    "evaluate.encodings",
    "evaluate.intervals",
    "evaluate.risk",
    "evaluate.severity",
    "evaluate.witnesses",
    "report.explanation_picture",
    "report.dataset",
    "templates.preview",
)
"""Modules that programs import from, where no package names it all in one place."""


def public_names(package: Path) -> list[str]:
    """What ``__all__`` of a package says, or nothing."""
    tree = ast.parse((package / "__init__.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__":
            return list(ast.literal_eval(node.value))
    return []


def summary(package: Path) -> str:
    return ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8"))) or ""


def _entry(name: str) -> str:
    if name.endswith(".__version__"):
        return f"## __version__\n\n`{name}`: the release that runs, a text."  # a value has no docstring
    return f"::: {name}"


def api_pages() -> Iterator[tuple[str, str]]:
    """Path of a page below docs/, and its Markdown."""
    for package in [SOURCE, *sorted(path.parent for path in SOURCE.glob("*/__init__.py"))]:
        name = ".".join(["formreader", *package.relative_to(SOURCE).parts])
        if names := public_names(package):
            body = "\n\n".join(_entry(f"{name}.{public}") for public in names)
            yield f"api/{name}.md", f"# {name}\n\n{summary(package)}\n\n{body}\n"
    for module in MODULES:
        name = f"formreader.{module}"
        yield f"api/{name}.md", f"# {name}\n\n::: {name}\n    options: {{show_root_heading: false}}\n"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """MkDocs calls it when it has found the pages that are there, before it makes the navigation."""
    pages = list(api_pages())
    for path, text in pages:
        files.append(File.generated(config, path, content=text))
    decisions = sorted(path.name for path in (Path(config.docs_dir) / "decisions").glob("*.md"))
    assert config.nav is not None
    config.nav.append({"Decisions": [f"decisions/{name}" for name in decisions]})
    config.nav.append({"API": [path for path, _ in pages]})
    return files
