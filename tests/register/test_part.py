"""A closer look at a part of the photograph: never at what is no part of it, nor at a sliver."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.records import Bend, Photo, Registration, Source
from formreader.register.registrar import Registered, _around_page
from formreader.templates import load_library


@pytest.mark.parametrize(("left_px", "seen"), [(600.0, True), (2000.0, False), (2005.0, False), (-1500.0, False)])
def test_a_page_at_the_edge_or_beyond_it_is_not_looked_at_closer(left_px, seen):
    template = next(iter(load_library().values()))
    scale = 500 / template.height_mm
    photo_from_page = np.array([[scale, 0.0, left_px], [0.0, scale, 100.0], [0.0, 0.0, 1.0]])
    nothing = Bend(np.zeros(2), np.zeros(2), np.zeros((2, 2, 2)))
    placed = Registration(template.id, "lines", photo_from_page, nothing, 0.1, 0.5, 0.5, 0.5, 1.0, scale)
    photo = Photo(Source("a", 1, "", 2000, 1500), np.zeros((1500, 2000), np.uint8), 1.0)
    part = _around_page(photo, Registered((placed,), np.zeros((0, 4))), [template])
    assert (part is not None) is seen
