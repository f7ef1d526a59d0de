"""Which registrations are read by, and how the others are refused."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.decide import StrangeCode, default_policy, judge_registration, judge_strange_codes
from formreader.errors import Rejected
from formreader.records import Bend, Registration

POLICY = default_policy()
FLAT = Bend(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.zeros((2, 2, 2)))


def fitted(template: str = "a", **changed: float) -> Registration:
    values = {
        "residual_mm": 0.1,
        "coverage": 0.95,
        "explained": 0.95,
        "agreement": 0.9,
        "visible": 1.0,
        "px_per_mm": 5.0,
        **changed,
    }
    return Registration(template, "lines", np.eye(3), FLAT, **values)


def refusal(*registrations: Registration, heading: dict[str, float] | None = None) -> str:
    with pytest.raises(Rejected) as refused:
        judge_registration(registrations, POLICY, heading)
    assert refused.value.stage == "register"
    assert len(refused.value.message) > 40
    return refused.value.code


def test_a_good_fit_is_read_by() -> None:
    best = fitted()
    assert judge_registration([best, fitted("b", agreement=0.3)], POLICY) is best


def test_each_misfit_has_its_name() -> None:
    assert refusal() == "no_lines"
    assert refusal(fitted(coverage=0.4)) == "unknown_form"
    assert refusal(fitted(explained=0.5)) == "unknown_form"
    assert refusal(fitted(visible=0.3)) == "page_cut_off"
    assert refusal(fitted(residual_mm=0.9)) == "page_not_flat"


def test_like_forms_are_told_apart_by_the_heading_or_not_at_all() -> None:
    a, b = fitted("a"), fitted("b", agreement=0.89)
    assert refusal(a, b) == "ambiguous_form"
    assert refusal(a, b, heading={"a": 0.5, "b": 0.6}) == "ambiguous_form"
    # neither was read: blurred print is a little like anything
    assert refusal(a, b, heading={"a": 0.0, "b": 0.45}) == "ambiguous_form"
    assert judge_registration([a, b], POLICY, {"a": 0.2, "b": 0.9}) is b


def test_a_foreign_code_on_the_page_names_another_form_unless_lines_and_heading_are_beyond_doubt() -> None:
    """A drawn page whose QR code no template knew was once read with a like form's boxes; a sticker is none."""
    other, sticker = StrangeCode("299999-01", True, 0.2), StrangeCode("4006381333931", False, 0.0)
    for codes, heading in (([other], 1.0), ([sticker], 0.0), ([sticker], None)):
        with pytest.raises(Rejected, match=f"'{codes[0].text}' on the page belongs to no known template") as refused:
            judge_strange_codes(codes, fitted("a"), POLICY, lambda heading=heading: heading)
        assert refused.value.code == "unknown_code"
    judge_strange_codes([sticker], fitted("a"), POLICY, lambda: 0.9)
