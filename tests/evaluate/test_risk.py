"""Calibration of the threshold: known numbers, and how often the promise is broken on drawn populations."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.evaluate.intervals import upper_bound
from formreader.evaluate.risk import GRID, choose_threshold, least_fields


def chosen(confidences: list[float] | np.ndarray, wrong: int = 0, **asked: float):
    """The threshold for fields of which the first ``wrong`` were misread."""
    right = np.arange(len(confidences)) >= wrong
    return choose_threshold(np.asarray(confidences, float), right, **asked)


@pytest.mark.parametrize(
    ("count", "total", "known"),  # by scipy.stats.beta.ppf(0.95, count + 1, total - count)
    [
        (0, 10, 0.2588655508930522),
        (0, 2995, 0.000999744420901142),
        (1, 4742, 0.0009999983681395772),
        (17, 20_000, 0.0012746906845741875),
        (5, 5, 1.0),
    ],
)
def test_the_bound_is_that_of_clopper_and_pearson(count, total, known):
    assert upper_bound(count, total, 0.95) == pytest.approx(known, rel=1e-6)


@pytest.mark.parametrize(("risk", "confidence", "known"), [(0.001, 0.95, 2995), (0.01, 0.95, 299), (0.001, 0.99, 4603)])
def test_how_many_errorless_fields_a_risk_takes(risk, confidence, known):
    assert least_fields(risk, confidence) == known
    assert upper_bound(0, known, confidence) <= risk < upper_bound(0, known - 1, confidence)


def test_three_thousand_right_fields_are_enough_for_the_default_risk_and_2900_are_not():
    enough = chosen([0.999] * 3000)
    assert (enough.threshold, enough.accepted, enough.wrong) == (GRID[-1], 3000, 0)
    assert chosen([0.999] * 2994).threshold is None
    assert chosen([0.999] * 2900).threshold is None
    assert chosen([0.999] * 2900).accepted == 2900


def test_one_error_takes_4742_fields():
    assert chosen([0.999] * 4742, wrong=1).threshold is not None
    assert chosen([0.999] * 4741, wrong=1).threshold is None


def test_the_threshold_lies_above_the_doubtful_fields_that_are_wrong():
    confidences = [0.6] * 30 + [0.9999] * 4000
    found = chosen(confidences, wrong=30)
    assert 0.6 < found.threshold <= 0.9999
    assert GRID[list(GRID).index(found.threshold) + 1] <= 0.6, "the next one down would accept them"
    assert (found.accepted, found.wrong) == (4000, 0)


def test_a_field_exactly_as_sure_as_the_threshold_counts_as_it_will_be_accepted():
    found = chosen([GRID[21]] * 30 + [GRID[20]] * 4000, wrong=30)
    assert (found.threshold, found.accepted) == (GRID[20], 4000)


def test_errors_among_the_surest_fields_leave_no_threshold():
    found = chosen([0.999999] * 20 + [0.9] * 5000, wrong=20)
    assert (found.threshold, found.accepted, found.wrong) == (None, 5020, 20)


def test_a_threshold_that_fails_ends_the_sequence_though_a_lower_one_would_pass():
    assert chosen([0.999999] * 7000 + [0.9] * 20_000, wrong=3).threshold is None
    assert chosen([0.999999] * 7000 + [0.9] * 20_000, wrong=1).threshold is not None


def test_of_many_fields_a_chance_error_among_the_very_surest_ends_nothing():
    assert chosen([0.999999] * 3000 + [0.999] * 15_000, wrong=1).threshold is not None


def test_a_field_less_likely_right_than_not_is_never_accepted():
    assert chosen([0.4] * 3000 + [0.9] * 3000, wrong=3000).threshold == 0.5
    assert chosen([0.4] * 6000).accepted == 0


def test_nothing_labelled_gives_no_threshold():
    found = chosen([])
    assert (found.threshold, found.accepted, found.wrong) == (None, 0, 0)


def test_the_grid_resolves_near_certainty_and_falls():
    assert GRID[0] == pytest.approx(1 - 8.3e-7, abs=1e-8)
    assert GRID[-1] == 0.5
    assert (np.diff(GRID) < 0).all()


@pytest.mark.parametrize("asked", [{"risk": 0.0}, {"risk": 1.0}, {"confidence": 1.0}, {"confidence": 0.6}])
def test_an_impossible_wish_is_refused(asked):
    with pytest.raises(ValueError, match="must lie between"):
        chosen([0.9], **asked)


RISK, FIELDS, REPETITIONS = 0.02, 2000, 400


@pytest.mark.parametrize(("honesty", "least_found"), [(1.0, 0.95), (0.6, 0.5)])
def test_the_risk_is_exceeded_in_no_more_repetitions_than_stated(honesty, least_found):
    """Fields are drawn with a confidence and are wrong as often as that says, or more often."""
    rng = np.random.default_rng(5)

    def drawn(count: int) -> tuple[np.ndarray, np.ndarray]:
        log_odds = rng.normal(4.5, 3.0, count)
        return 1 / (1 + np.exp(-log_odds)), 1 / (1 + np.exp(honesty * log_odds))

    many, chance_of_error = drawn(400_000)
    exceeded = found = 0
    for _ in range(REPETITIONS):
        confidences, doubts = drawn(FIELDS)
        threshold = choose_threshold(confidences, rng.random(FIELDS) >= doubts, RISK).threshold
        if threshold is not None:
            found += 1
            exceeded += chance_of_error[many >= threshold].mean() > RISK
    # 5 % stated; three standard deviations of 400 draws are 3.3 %
    assert exceeded / REPETITIONS <= 0.05 + 0.033
    assert found >= least_found * REPETITIONS, "a rule that accepts nothing keeps every risk"
