"""Fetch the handwriting fonts that training draws with: listed in fonts.csv by version and content."""

from __future__ import annotations

import csv
import hashlib
import io
import tarfile
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from formreader.files import made, saved

LIST = Path(__file__).with_name("fonts.csv")
REGISTRY = "https://registry.npmjs.org/@fontsource"
TIMEOUT_S = 60
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class ListedFont:
    """One font file of a Fontsource package, SIL Open Font Licence 1.1 or Apache 2.0."""

    package: str
    version: str
    file: str
    sha256: str


def listed_fonts() -> list[ListedFont]:
    """The fonts of ``fonts.csv``."""
    with LIST.open(encoding="utf-8", newline="") as file:
        return [ListedFont(**row) for row in csv.DictReader(file)]


def fetch_fonts(folder: Path, say: Callable[[str], None]) -> None:
    """Write each listed font to ``folder``/PACKAGE.woff; those that lie there already are left.

    Raises ``ConnectionError`` where the registry cannot be reached or sends other bytes than listed.
    """
    made(folder)
    wanted = [font for font in listed_fonts() if not _kept(folder, font)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for font, data in zip(wanted, pool.map(_download, wanted), strict=True):
            with saved(_file(folder, font)) as place:
                place.write_bytes(data)
            say(f"{font.package} {font.version}")
    say(f"{len(listed_fonts())} fonts in {folder}")


def _file(folder: Path, font: ListedFont) -> Path:
    return folder / f"{font.package}.woff"


def _kept(folder: Path, font: ListedFont) -> bool:
    file = _file(folder, font)
    return file.exists() and hashlib.sha256(file.read_bytes()).hexdigest() == font.sha256


def _download(font: ListedFont) -> bytes:
    address = f"{REGISTRY}/{font.package}/-/{font.package}-{font.version}.tgz"
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT_S) as answer:
            packed = io.BytesIO(answer.read())
        with tarfile.open(fileobj=packed) as archive:
            member = archive.extractfile(f"package/files/{font.file}")
            data = member.read() if member else b""
    except (urllib.error.URLError, TimeoutError, tarfile.TarError, KeyError) as error:
        raise ConnectionError(f"{address}: cannot be fetched ({error}); try again, or put the font there") from None
    if hashlib.sha256(data).hexdigest() != font.sha256:
        raise ConnectionError(f"{address}: holds another {font.file} than fonts.csv lists; was it altered on the way?")
    return data
