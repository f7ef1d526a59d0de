"""A second reader of the same ink: it strengthens and weakens, and never writes."""

from __future__ import annotations

import pytest

from formreader.decode import infer_sheet
from formreader.decode.readers import as_one, weighed_together

DOUBT = {71: 0.6, 77: 0.39}


def test_a_second_reader_that_agrees_makes_it_surer_and_one_that_differs_less_sure() -> None:
    assert weighed_together(DOUBT, {71: 0.95})[71] > 0.99
    assert weighed_together(DOUBT, {77: 0.95})[71] < 0.05


def test_what_it_cannot_read_says_nothing() -> None:
    assert weighed_together(DOUBT, {}) == pytest.approx(DOUBT)
    assert weighed_together(DOUBT, {71: 0.0005, 77: 0.0005})[71] == pytest.approx(0.6, abs=0.01)


def test_a_number_that_only_the_second_reads_is_not_put_there() -> None:
    assert set(weighed_together(DOUBT, {13: 0.999})) == {71, 77}
    assert sum(weighed_together(DOUBT, {13: 0.999}).values()) == pytest.approx(0.99)


def test_nothing_is_certain_that_the_first_does_not_see_at_all() -> None:
    sure = weighed_together({71: 0.999, 77: 1e-6}, {77: 0.9999})
    assert sure[77] < 0.2


def test_it_is_no_encoding_of_its_own() -> None:
    assert list(as_one({"digits": DOUBT, "words": {71: 0.9}, "second": {71: 0.9}})) == ["digits", "words"]
    assert as_one({"digits": DOUBT}) == {"digits": DOUBT}


def test_the_model_of_the_sheet_weighs_both_readers() -> None:
    alone = infer_sheet({"a": {"digits": DOUBT}}, ())
    both = infer_sheet({"a": {"digits": DOUBT, "second": {71: 0.95}}}, ())
    assert both.fields["a"][71] > 0.99 > alone.fields["a"][71]
    assert both.agreements["a"].disagree == 0.0
