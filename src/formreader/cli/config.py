"""What is said again and again, said once: a file of defaults, read before the command's own options.

The command line comes first, then the environment (``FORMREADER_TEMPLATES`` and the like), then this file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

import typer

from formreader.errors import UsageError

PATHS = ("templates", "models", "policy")
KEYS = (*PATHS, "engine", "store", "workers")
"""Options that a file may set, for every command that has them."""


def config_file(named: Path | None) -> Path | None:
    """The file that was named, else the user's own where there is one."""
    if named is not None:
        return named
    own = Path(typer.get_app_dir("formreader")) / "config.toml"
    return own if own.is_file() else None


def load_defaults(file: Path) -> dict[str, object]:
    """The file's settings, paths as seen from its folder. Raises ``UsageError`` naming what is wrong in it."""
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror}): name another file of settings") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: is no TOML ({error}): write lines like templates = 'my-forms'") from None
    for key, value in said.items():
        if key not in KEYS:
            raise UsageError(f"{file}: {key}: is no setting; there are {', '.join(KEYS)}")
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise UsageError(f"{file}: {key}: give a text or a number")
    return {
        key: str(file.parent / Path(str(value)).expanduser()) if key in PATHS else value for key, value in said.items()
    }


def for_commands(defaults: Mapping[str, object], group: object) -> dict[str, object]:
    """``defaults`` as click takes them: by command, each only what it has an option for."""
    found: dict[str, object] = {}
    for name, command in getattr(group, "commands", {}).items():
        if hasattr(command, "commands"):
            found[name] = for_commands(defaults, command)
        else:
            options = {parameter.name for parameter in command.params}
            found[name] = {key: value for key, value in defaults.items() if key in options}
    return found
