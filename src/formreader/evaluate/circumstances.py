"""Under what a result was measured: commit, machine, versions."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from formreader.version import __version__

CHECKOUT = Path(__file__).parents[3]
LIBRARIES = ("numpy", "onnxruntime")


def commit() -> str | None:
    """The checkout's commit, with ``-dirty`` where files differ from it; None where this is no checkout."""
    if not (CHECKOUT / ".git").exists():
        return None
    asked = ["git", "-C", str(CHECKOUT), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def machine() -> dict[str, str | int | None]:
    """What may make another machine's numbers differ."""
    return {"system": platform.platform(), "processor": platform.machine(), "cores": os.cpu_count()}


def versions() -> dict[str, str]:
    """Of this package, Python, and the libraries that compute."""
    import cv2

    return {
        "formreader": __version__,
        "python": platform.python_version(),
        "opencv": cv2.__version__,
        **{name: version(name) for name in LIBRARIES},
    }
