"""What the package's page on an index shows: the README with links that hold there, and the project's addresses.

Everything follows from one line of pyproject.toml, ``home``: where the repository is published. While it is empty no
address is invented: relative links become plain words and pictures are left out.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

PICTURE = re.compile(r"!\[([^\]]*)\]\((?!https?:)([^)\s]+)\)\n*")
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\((?!https?:|#)([^)\s]+)\)")


def published_readme(text: str, home: str) -> str:
    """The README as it stands on an index, where ``home`` is the repository's address or empty."""
    if not home:
        return LINK.sub(r"\1", PICTURE.sub("", text))
    text = PICTURE.sub(lambda found: found[0].replace(found[2], f"{home}/raw/HEAD/{found[2]}"), text)
    return LINK.sub(lambda found: f"[{found[1]}]({home}/blob/HEAD/{found[2]})", text)


def addresses(home: str) -> dict[str, str]:
    """Links beside the package's name on an index; none while the project has no public home."""
    if not home:
        return {}
    return {
        "Source": home,
        "Documentation": f"{home}/blob/HEAD/docs/index.md",
        "Changelog": f"{home}/blob/HEAD/CHANGELOG.md",
        "Issues": f"{home}/issues",
    }


class PublishedMetadata(MetadataHookInterface):
    """Hatchling asks it for what pyproject.toml declares as dynamic."""

    def update(self, metadata: dict[str, Any]) -> None:
        home = str(self.config.get("home", "")).rstrip("/")
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": published_readme(text, home)}
        metadata["urls"] = addresses(home)
