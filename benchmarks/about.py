"""What a benchmark's numbers belong to: the commit, the machine, the day."""

from __future__ import annotations

import datetime
import platform
import statistics
import subprocess
from collections.abc import Sequence
from pathlib import Path

from formreader import __version__


def about(cores_used: int = 1) -> dict[str, object]:
    """Goes into every JSON; ``commit`` ends in + where the checkout holds changes that are in no commit."""
    return {
        "formreader": __version__,
        "commit": _git("rev-parse", "--short", "HEAD") + ("+" if _git("status", "--porcelain", "-uno") else ""),
        "machine": processor(),
        "python": platform.python_version(),
        "date": datetime.date.today().isoformat(),
        "cores_used": cores_used,
    }


def processor() -> str:
    """The processor's name where the system tells it, else its kind."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def median_and_spread(values: Sequence[float]) -> dict[str, float]:
    """The median, and how far the largest lies from the smallest."""
    return {"median": statistics.median(values), "spread": max(values) - min(values), "runs": len(values)}


def _git(*arguments: str) -> str:
    folder = Path(__file__).parent
    asked = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return asked.stdout.strip()
