"""What happens to a picture of a sheet: cut off at a side, seen in a mirror, turned."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from formreader.geometry import Points
from formreader.synth.sheets.mishaps.scenes import Attacked, Studio, untouched


def cropped(studio: Studio, side: str) -> Attacked:
    """The picture cut off at one side, through the page."""
    whole = untouched(studio)
    height, width = whole.picture.shape[:2]
    part = float(studio.generator.uniform(0.06, 0.45))
    x0, x1, y0, y1 = 0, width, 0, height
    match side:
        case "top":
            y0 = round(part * height)
        case "bottom":
            y1 = round((1 - part) * height)
        case "left":
            x0 = round(part * width)
        case "right":
            x1 = round((1 - part) * width)
    picture = np.ascontiguousarray(whole.picture[y0:y1, x0:x1])
    return _moved(whole, picture, lambda points: points - [x0, y0])


def mirrored(studio: Studio, upright: bool) -> Attacked:
    """The picture seen in a mirror: left and right exchanged, or up and down."""
    whole = untouched(studio)
    height, width = whole.picture.shape[:2]
    flipped = whole.picture[:, ::-1] if upright else whole.picture[::-1]
    sign, off = ([-1, 1], [width - 1, 0]) if upright else ([1, -1], [0, height - 1])
    return _moved(whole, np.ascontiguousarray(flipped), lambda points: points * sign + off)


def turned(studio: Studio, quarters: int) -> Attacked:
    """The picture turned counter-clockwise by so many quarters."""
    attacked = untouched(studio)
    for _ in range(quarters):
        width = attacked.picture.shape[1]

        def turn(points: Points, side: int = width) -> Points:
            return np.stack([points[..., 1], side - 1 - points[..., 0]], axis=-1)

        attacked = _moved(attacked, np.ascontiguousarray(np.rot90(attacked.picture)), turn)
    return attacked


def _moved(attacked: Attacked, picture: NDArray[np.uint8], move: Callable[[Points], Points]) -> Attacked:
    """The same sheets on another picture: each point moved, and what fell off it unseen."""
    height, width = picture.shape[:2]
    truths = []
    for truth in attacked.truths:
        fields = {}
        for name, field in truth["fields"].items():
            cells = [move(np.array(quad)).round(1).tolist() for quad in field["cells"]]
            corners = {
                called: [move(np.array(quad)).round(1).tolist() for quad in quads]
                for called, quads in field["corners"].items()
            }
            points = np.array(cells or next(iter(corners.values()))).reshape(-1, 2)
            inside = bool((points >= 0).all() and (points <= [width - 1, height - 1]).all())
            fields[name] = {**field, "cells": cells, "corners": corners, "seen": field["seen"] and inside}
        truths.append({**truth, "fields": fields})
    return Attacked(picture, tuple(truths))
