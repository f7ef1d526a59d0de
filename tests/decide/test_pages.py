"""Which registrations are read by, and how the others are refused."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.decide import (
    StrangeCode,
    default_policy,
    judge_registration,
    judge_sheets,
    judge_standing,
    judge_strange_codes,
)
from formreader.errors import Rejected
from formreader.records import Bend, Registration, Seam, Standing

POLICY = default_policy()
FLAT = Bend(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.zeros((2, 2, 2)))


def fitted(template: str = "a", **changed: object) -> Registration:
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


def code_of(judged) -> str:
    with pytest.raises(Rejected) as refused:
        judged()
    assert len(refused.value.message) > 40
    return refused.value.code


def test_bare_paper_where_a_form_prints_black_is_no_rival() -> None:
    a, bare = fitted("a"), fitted("b", agreement=0.89, standing=Standing(other_print=True))
    assert judge_registration([a, bare], POLICY) is a
    # it says nothing where the best one lacks its black print too
    assert refusal(fitted("a", standing=Standing(other_print=True)), bare) == "ambiguous_form"


def test_forms_are_told_apart_by_what_only_one_of_them_has() -> None:
    a, b = fitted("a"), fitted("b", agreement=0.89, behind=(0.9, 200.0))
    assert judge_registration([a, b], POLICY) is a
    assert refusal(a, fitted("b", agreement=0.89, behind=(0.9, 10.0))) == "ambiguous_form"
    assert refusal(a, fitted("b", agreement=0.89, behind=(0.2, 200.0))) == "ambiguous_form"


def test_a_page_that_lies_nearly_as_well_elsewhere_is_refused() -> None:
    sure, doubtful = (0.8, 900.0), (0.1, 900.0)
    judge_standing(fitted(standing=Standing({"rows": sure, "mirrored": sure})), POLICY)
    for leads in ({"rows": doubtful}, {"columns": (0.8, 20.0)}, {"turned": doubtful}):
        assert (
            code_of(lambda leads=leads: judge_standing(fitted(standing=Standing(leads)), POLICY)) == "ambiguous_place"
        )
    mirrored = fitted(standing=Standing({"rows": doubtful, "mirrored": (-0.5, -300.0)}))
    assert code_of(lambda: judge_standing(mirrored, POLICY, heading=0.9)) == "mirrored"


def test_a_page_that_would_have_to_be_squeezed_lies_elsewhere() -> None:
    judge_standing(fitted(squeeze=1.08), POLICY)
    assert code_of(lambda: judge_standing(fitted(squeeze=1.2), POLICY)) == "ambiguous_place"


def test_a_heading_says_which_way_round_a_page_lies_and_not_in_which_row() -> None:
    judge_standing(fitted(standing=Standing({"turned": (0.1, 900.0)})), POLICY, heading=0.9)
    assert code_of(lambda: judge_standing(fitted(standing=Standing({"turned": (0.1, 9.0)})), POLICY, heading=0.3))
    assert code_of(lambda: judge_standing(fitted(standing=Standing({"rows": (0.1, 9.0)})), POLICY, heading=0.9))


def test_an_edge_beyond_which_print_lies_aside_is_another_sheets() -> None:
    judge_standing(fitted(standing=Standing(seams=(Seam("across", 147.0, 0.1),))), POLICY)
    rim = fitted(standing=Standing(seams=(Seam("across", 147.0, 2.5),)))
    assert code_of(lambda: judge_standing(rim, POLICY)) == "several_sheets"


def test_a_known_code_elsewhere_is_another_sheets() -> None:
    judge_sheets("a", [])
    assert code_of(lambda: judge_sheets("a", [("010200-02", "top right")])) == "several_sheets"


def test_a_code_that_is_not_the_forms_vetoes_only_a_page_that_lines_and_heading_leave_open() -> None:
    """A drawn page whose QR code no template knew was once read with a like form's boxes; a sticker refused a page."""
    sticker, misread = StrangeCode("ASSET-417", False, 0.0), StrangeCode("C1#PPWP-05", True, 0.8)
    for code in (sticker, misread):
        judge_strange_codes([code], fitted(), POLICY, lambda: 0.9)
    other = StrangeCode("299999-01", True, 0.5)
    assert code_of(lambda: judge_strange_codes([other], fitted(), POLICY, lambda: 0.9)) == "unknown_code"
    assert code_of(lambda: judge_strange_codes([sticker], fitted(), POLICY, lambda: None)) == "unknown_code"
    assert code_of(lambda: judge_strange_codes([sticker], fitted(explained=0.7), POLICY, lambda: 0.9)) == "unknown_code"
