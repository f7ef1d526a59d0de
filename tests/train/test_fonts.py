"""Fonts are fetched once and only as listed."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from formreader.train import fonts

CONTENT = b"a font"


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A registry that holds one package, and the addresses that were asked of it."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("package/files/hand-latin-400-normal.woff")
        member.size = len(CONTENT)
        archive.addfile(member, io.BytesIO(CONTENT))
    asked: list[str] = []

    def answer(address: str, timeout: float) -> io.BytesIO:
        asked.append(address)
        return io.BytesIO(packed.getvalue())

    monkeypatch.setattr(fonts.urllib.request, "urlopen", answer)
    return asked


def list_one(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    font = fonts.ListedFont("hand", "1.0.0", "hand-latin-400-normal.woff", hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(fonts, "listed_fonts", lambda: [font])


def test_a_font_is_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry: list[str]) -> None:
    list_one(monkeypatch, CONTENT)
    for _ in range(2):
        fonts.fetch_fonts(tmp_path, lambda line: None)
    assert (tmp_path / "hand.woff").read_bytes() == CONTENT
    assert registry == ["https://registry.npmjs.org/@fontsource/hand/-/hand-1.0.0.tgz"]


def test_another_font_than_listed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry: list[str]
) -> None:
    list_one(monkeypatch, b"another")
    with pytest.raises(ConnectionError, match=r"hand-1\.0\.0\.tgz.*another .* than fonts\.csv lists"):
        fonts.fetch_fonts(tmp_path, lambda line: None)
    assert not list(tmp_path.iterdir())


def test_the_list_names_each_font_once() -> None:
    listed = fonts.listed_fonts()
    assert len({font.package for font in listed}) == len(listed) > 100
    assert all(len(font.sha256) == 64 for font in listed)
