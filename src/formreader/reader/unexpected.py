"""What nobody foresaw, as a refusal that says what to report."""

from __future__ import annotations

import logging
import traceback

from formreader.errors import Rejected

OPENCV_NO_MEMORY = -4
"""cv::Error::StsNoMem."""

logger = logging.getLogger(__name__)


def unexpected(error: Exception) -> Rejected:
    """A refusal that came out as such, or why reading broke off; the whole traceback goes to the log (debug)."""
    if isinstance(error, Rejected):
        return error
    if isinstance(error, MemoryError) or getattr(error, "code", None) == OPENCV_NO_MEMORY:
        return Rejected("reader", "out_of_memory", "it needs more memory than there is: send the picture smaller")
    logger.debug("the reader broke off", exc_info=error)
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "formreader" in frame.filename]
    where = f" at {ours[-1].name}:{ours[-1].lineno}" if ours else ""
    said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    return Rejected(
        "reader", "reader_error", f"the reader broke off ({said}{where}): please report this, with the picture"
    )
