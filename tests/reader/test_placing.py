"""What is said of a photograph that could not be placed, and whose mirror image could."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from formreader.decide import default_policy
from formreader.errors import Rejected
from formreader.reader import placing
from formreader.records import Bend, Photo, Registration, Source
from formreader.register import Registered

FLAT = Bend(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.zeros((2, 2, 2)))
PHOTO = Photo(Source("page.jpg", 1, "0" * 64, 80, 60), np.full((60, 80), 200, np.uint8), 1.0)


def code_of(monkeypatch: pytest.MonkeyPatch, refused_as: str, image: Registration | None) -> str:
    def refuse(*_: object) -> Registration:
        raise Rejected("register", refused_as, "what was found, what was missing, and the mend")

    monkeypatch.setattr(placing, "_place", refuse)
    monkeypatch.setattr(placing, "_placed_mirrored", lambda *_: image)
    with pytest.raises(Rejected) as refused:
        placing.place(PHOTO, (), placing.library_of({}, default_policy()), placing.Found())
    return refused.value.code


def placed(method: str) -> Registration:
    return Registration("a", method, np.eye(3), FLAT, 0.1, 0.7, 0.99, 0.7, 1.0, 5.0)


def test_two_sheets_side_by_side_are_not_a_mirrored_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form that is nearly its own mirror image: two thirds of its lines lie on the mirrored picture's."""
    assert code_of(monkeypatch, "several_sheets", placed("lines")) == "several_sheets"
    assert code_of(monkeypatch, "several_sheets", None) == "several_sheets"


def test_a_mirrored_page_is_said_to_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_of(monkeypatch, "several_sheets", placed("qr+lines")) == "mirrored"
    assert code_of(monkeypatch, "ambiguous_place", placed("lines")) == "mirrored"
    assert code_of(monkeypatch, "page_cut_off", placed("lines")) == "page_cut_off"


def test_a_folded_page_whose_mirror_image_fits_worse_is_not_mirrored(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = Registered((replace(placed("lines"), weight=900.0),), np.zeros((0, 4)))
    monkeypatch.setattr(placing, "register", lambda *_: looked)
    monkeypatch.setattr(placing, "judge_registration", lambda registrations, *_: registrations[0])
    monkeypatch.setattr(placing, "_judge_standing", lambda *_: None)
    monkeypatch.setattr(placing, "_judge_codes", lambda *_: None)
    library = placing.library_of({}, default_policy())
    assert placing._placed_mirrored(PHOTO, library, least=899.0) is not None
    assert placing._placed_mirrored(PHOTO, library, least=900.0) is None
