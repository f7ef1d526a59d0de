"""What the pages say, in English and Indonesian: ``texts/<language>.yaml``. What one of them lacks, a test finds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

LANGUAGES: Mapping[str, str] = {"en": "English", "id": "Bahasa Indonesia"}
FOLDER = Path(__file__).parent / "texts"


def text(language: str, key: str) -> str:
    """The text in this language. Raises ``KeyError`` for a key that is none."""
    return str(catalogue(language)["texts"][key])


def reason(language: str, code: str, said: str) -> str:
    """Why something waits; where a language has no words for the code, what the reader itself says."""
    return str(catalogue(language)["reasons"].get(code, said))


@lru_cache
def catalogue(language: str) -> Mapping[str, Mapping[str, Any]]:
    """All of one language, English for one that is not there."""
    chosen = language if language in LANGUAGES else "en"
    found: Mapping[str, Mapping[str, Any]] = yaml.safe_load((FOLDER / f"{chosen}.yaml").read_text(encoding="utf-8"))
    return found
