"""A picture that is named by URL, through fsspec, which the extra [remote] brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from formreader.errors import Rejected, UsageError
from formreader.load.limits import BYTES_LIMIT
from formreader.load.opening import bytes_of

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem


def bytes_at(url: str) -> bytes:
    """The file's bytes. Raises ``UsageError`` without fsspec, ``Rejected`` (stage load) where it cannot be had."""
    files, place = storage_of(url)
    try:
        with files.open(place, "rb") as file:
            return bytes_of(file, BYTES_LIMIT + 1)
    except Rejected:
        raise
    except Exception as error:  # each storage has exceptions of its own
        raise Rejected("load", "not_found", f"the storage did not give it ({error}): check the URL") from None


def storage_of(url: str) -> tuple[AbstractFileSystem, str]:
    """What the address lies on, and where on it. Raises ``UsageError`` without fsspec or the storage's own package."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise UsageError(f"{url}: URLs need fsspec: pip install 'formreader[remote]'") from None
    try:
        files, place = url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise UsageError(f"{url}: cannot be opened: {error}") from None
    return files, place
