"""How large a file and its pictures may be."""

from __future__ import annotations

from formreader.errors import Rejected

BYTES_LIMIT = 128 * 2**20
"""No phone or scanner writes a larger page; a larger file is refused before it is read."""

PIXELS_LIMIT = 120_000_000
"""Above the largest phone cameras that photograph a page (108 MP); a bomb is refused undecoded."""

PAGES_LIMIT = 10_000
"""Pages of one file; more are a mistake or an attack."""

LEAST_SIDE_PX = 32
"""Below this no page of any form can be read, and lines have no direction."""

MOST_ASPECT = 100
"""No page is so many times as long as wide."""


def check_size(width: int, height: int) -> None:
    """Raises ``Rejected`` where a picture (px) is over the limit, or too small to hold a page."""
    if width * height > PIXELS_LIMIT:
        raise too_many_pixels(f"{width} x {height} pixels", PIXELS_LIMIT)
    if min(width, height) < LEAST_SIDE_PX or max(width, height) > MOST_ASPECT * min(width, height):
        raise Rejected(
            "load", "too_small", f"no page has {width} x {height} pixels: send the photograph itself, no thumbnail"
        )


def too_many_pixels(found: str, limit: int) -> Rejected:
    return Rejected(
        "load", "too_many_pixels", f"{found} is over the limit of {limit // 1_000_000} megapixels: export it smaller"
    )


def check_pages(pages: int) -> None:
    """Raises ``Rejected`` where a file has more pages than it may."""
    if pages > PAGES_LIMIT:
        raise Rejected(
            "load", "too_many_pages", f"{pages:,} pages is over the limit of {PAGES_LIMIT:,}: split the file"
        )


def too_many_bytes(found: str) -> Rejected:
    return Rejected("load", "too_many_bytes", f"{found} bytes is over the limit of {BYTES_LIMIT:,}: export it smaller")
