"""Whether OpenCV is there and whole. Two packages bring it, in one folder: pip lets them spoil each other."""

from __future__ import annotations

import logging
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from formreader.errors import UsageError

PACKAGES = ("opencv-python-headless", "opencv-python")
AGAIN = "pip uninstall -y opencv-python opencv-python-headless, then pip install opencv-python-headless"

_log = logging.getLogger(__name__)


class MissingOpenCV(UsageError, ImportError):  # noqa: N818 - says what is the matter, as ImportErrors do
    """OpenCV is missing or does not load; the message says the mend."""


def check_opencv() -> None:
    """Raises ``MissingOpenCV`` where ``import cv2`` would fail, or would bring what is left of an uninstalled one.

    Two releases of it over each other mostly work: that is a warning of the log.
    """
    found = find_spec("cv2")
    if found is None:
        raise MissingOpenCV(
            "OpenCV is not installed: pip install opencv-python-headless (or opencv-python, where a program beside "
            "formreader opens windows)"
        )
    if found.origin is None:
        raise MissingOpenCV(
            "only the rest of an OpenCV is installed: opencv-python and opencv-python-headless share a folder, and "
            f"uninstalling one takes it from the other: {AGAIN}"
        )
    there = {name: release for name in PACKAGES if (release := _release(name)) is not None}
    if len(set(there.values())) > 1:
        said = " over ".join(f"{name} {release}" for name, release in there.items())
        _log.warning("two releases of OpenCV lie in one folder, %s: %s", said, AGAIN)
    try:
        import cv2  # noqa: F401 - whether it loads is the question
    except ImportError as error:
        raise MissingOpenCV(
            f"OpenCV does not load ({error}): opencv-python needs the libraries of a screen (Debian: apt-get install "
            f"libgl1 libglib2.0-0), opencv-python-headless needs none: {AGAIN}"
        ) from error


def _release(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
