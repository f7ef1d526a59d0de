"""Pictures of the numbers that wait, cut out of the photographs that were read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from formreader.cli.messages import say
from formreader.errors import Rejected, UsageError
from formreader.files import made, saved

if TYPE_CHECKING:
    from formreader.batch.photographs import Inputs
    from formreader.cli.queue import Waiting
    from formreader.records import Grey

LONGEST_NAME = 100
"""Characters of a crop's name: file systems take 255 bytes."""

Quad = Sequence[Sequence[float]]


def write_crops(folder: Path, found: Sequence[tuple[Waiting, str, Quad | None]], given: Inputs) -> None:
    """A picture for each number, its name saying its rank in the queue; each photograph is opened once.

    A photograph that is not the one that was read any more gives none: that is said.
    """
    import numpy as np

    from formreader.batch.photographs import NotAsReadError, photo_as_read
    from formreader.batch.remote import StorageError
    from formreader.report.crops import cut_field

    made(folder)
    ranked = [(rank, waiting, file, quad) for rank, (waiting, file, quad) in enumerate(found, 1) if quad is not None]
    ranked.sort(key=lambda item: (item[2], item[1].page, item[1].sha256))
    for (file, page, sha256), group in groupby(ranked, key=lambda item: (item[2], item[1].page, item[1].sha256)):
        try:
            photo = photo_as_read(file, page, sha256)
        except (Rejected, NotAsReadError, StorageError) as error:
            say(f"{file}: no crops ({error})")
            continue
        for rank, waiting, _, quad in group:
            called = f"{rank:05d}-{Path(waiting.path).stem}-{waiting.field}"
            waiting.crop = _save(folder, called, given, cut_field(photo, np.array(quad)))


def _save(folder: Path, called: str, given: Inputs, picture: Grey) -> str:
    """Write the crop under a name that leads nowhere else; that name."""
    import cv2

    plain = re.sub(r"[^\w.-]+", "_", called)[:LONGEST_NAME]
    target = folder / f"{plain}.png"
    if given.holds(target):
        raise UsageError(f"{target}: is one of the photographs: name another folder for the crops")
    with saved(target) as place:
        place.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    return target.as_posix()
