"""A form by its id or by its file, as commands take it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from formreader.errors import UsageError

if TYPE_CHECKING:
    from formreader.templates import Template


def find_form(name: str, templates: Path | None = None) -> Template:
    """The form of this id among ``templates`` (the packaged ones by default), or the template in this file.

    Raises ``UsageError`` where there is neither.
    """
    from formreader.templates import load_library, load_template

    library = load_library(templates)
    if name in library:
        return library[name]
    if Path(name).is_file():
        return load_template(name)
    raise UsageError(f"{name}: is no known form and no file; `formreader template list` names the forms")
