"""Both languages say everything, and nothing is said that no page shows."""

from __future__ import annotations

import re

from formreader.service.languages import LANGUAGES, catalogue
from formreader.service.pages.views import FOLDER, PAGES


def test_the_languages_have_the_same_texts():
    keys = {language: set(catalogue(language)["texts"]) for language in LANGUAGES}
    assert keys["en"] == keys["id"]
    assert all(text.strip() for language in LANGUAGES for text in catalogue(language)["texts"].values())
    assert catalogue("xx") is not None


def test_every_text_is_used_and_every_use_has_one():
    pages = "".join(page.read_text(encoding="utf-8") for page in sorted(FOLDER.glob("*.html")))
    used = set(re.findall(r"\bt\('(\w+)'\)", pages)) | {name for name, _, _ in PAGES}
    listed = re.findall(r"\{% for [^%]*? in \(([^%]*?)\) %\}", pages, re.DOTALL)
    used |= {key for part in listed for key in re.findall(r"'(\w+)'", part)} & set(catalogue("en")["texts"])
    assert used == set(catalogue("en")["texts"])
