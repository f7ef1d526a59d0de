"""The arithmetic of samples: published numbers, and that it is wrong no more often than it says."""

from __future__ import annotations

import numpy as np
import pytest

from formreader.audit import outcome
from formreader.audit.bounds import Seen, is_refuted, least_sample, most_wrong
from formreader.audit.outcome import Contest, Leads
from formreader.audit.sampling import check_seed, in_order, ticket, with_weights
from formreader.errors import UsageError

RISK = 0.05
ALL_IN = ((1.0, 1.0),)
ENDLESS = 10**7
"""So many values that it does not matter whether they are put back."""


@pytest.mark.parametrize(("part", "published"), [(0.1, 29), (0.05, 59), (0.01, 299)])
def test_without_an_error_the_all_in_stake_needs_what_the_tables_say(part, published):
    # S. S. Wilks (1941): no failure among 29, 59, 299 shows 90, 95, 99 % reliability with 95 % confidence
    assert least_sample(ENDLESS, round(part * ENDLESS) - 1, RISK, stakes=ALL_IN) == published


def test_the_whole_keyed_says_what_is_so():
    wrong = (False,) * 40 + (True,) * 3 + (False,) * 7
    assert most_wrong(Seen(50, wrong), RISK) == 3
    assert most_wrong(Seen(50, ()), RISK) == 50
    assert most_wrong(Seen(3, (True, True, True)), RISK) == 3


def test_the_bound_only_falls_with_right_values_and_never_lies_below_what_was_found():
    bounds = [most_wrong(Seen(500, (False, True) + (False,) * n), RISK) for n in range(0, 498, 50)]
    assert bounds == sorted(bounds, reverse=True)
    assert min(bounds) >= 1


@pytest.mark.parametrize("wrong", [2, 6, 20])
def test_it_certifies_what_is_not_so_at_most_at_the_stated_risk(wrong):
    """1,000 runs: exactly one more is wrong than is to be certified, and somebody looks after every value."""
    size, generator, lies = 400, np.random.default_rng(wrong), 0
    for _ in range(1000):
        found = np.zeros(size, bool)
        found[generator.choice(size, wrong, replace=False)] = True
        lies += is_refuted(Seen(size, tuple(found)), wrong, RISK)
    assert lies / 1000 <= RISK
    assert lies > 0, "a bound that never errs is no bound of 5 %: the test would not see it fail"


def test_few_errors_are_outlasted():
    assert least_sample(100_000, 1000, RISK) == 326
    assert least_sample(100_000, 1000, RISK, errors=2) == 914
    assert least_sample(2000, 2, RISK, errors=5) is None


def test_one_seed_draws_the_same_everywhere_and_another_does_not():
    items = [f"{i}" for i in range(200)]
    seed = "31415926535897932384"
    assert ticket(seed, "0") == 0x8BCBF054EC262F88A6246D91FDA9638149D486532A0A02474217E4FF72F4E733  # sha256("seed,0")
    assert in_order(seed, items) == in_order(seed, items[::-1]) != in_order(seed + "1", items)
    assert sorted(in_order(seed, items)) == sorted(items)
    with pytest.raises(UsageError, match="throw dice"):
        check_seed("123")


def test_every_item_is_as_likely_as_the_others():
    first = [in_order(f"{i:020d}", [str(j) for j in range(5)])[0] for i in range(2000)]
    counted = [first.count(str(j)) for j in range(5)]
    assert all(abs(one - 400) < 4 * (2000 * 0.2 * 0.8) ** 0.5 for one in counted)


def test_weights_are_chances():
    draws = with_weights("00000000000000000000", {"a": 1.0, "b": 3.0, "c": 0.0})
    found = [next(draws) for _ in range(4000)]
    assert set(found) == {"a", "b"}
    assert abs(found.count("b") - 3000) < 4 * (4000 * 0.25 * 0.75) ** 0.5


def pages(*votes: tuple[int, int]) -> dict[str, dict[str, int]]:
    return {f"p{i}": {"a": a, "b": b} for i, (a, b) in enumerate(votes)}


def test_what_a_page_can_change():
    contest = Contest(("a", "b"), 1, most=300, unseen=1)
    read = pages((200, 50), (100, 90), (280, 20))
    leads = outcome.leads_of(contest, read)
    assert leads == Leads({("a", "b"): 580 - 160 - 300})
    assert outcome.bounds_of(contest, read, leads)["p1"] == pytest.approx((100 - 90 + 300) / 120)
    assert outcome.error_of({"a": 200, "b": 50}, {"a": 100, "b": 50}, leads) == pytest.approx(100 / 120)
    with pytest.raises(ValueError, match="tie"):
        outcome.leads_of(Contest(("a", "b"), 1, 300), pages((5, 5)))


def test_draws_without_an_error_end_it_when_kaplan_and_markov_say():
    # n = ln(risk) / ln(1 - 1/U) of Kaplan and Markov, whose table this is with gamma 1
    assert outcome.pages_needed(20.0, 0.1, gamma=1.0) == 45
    assert outcome.p_value([0.0] * 45, 20.0, gamma=1.0) <= 0.1 < outcome.p_value([0.0] * 44, 20.0, gamma=1.0)
    assert outcome.p_value([], 20.0) == 1.0
    assert outcome.p_value([1.0], 20.0) == 1.0


def test_a_wrong_winner_is_certified_at_most_at_the_stated_risk():
    """1,000 runs: b has won, by one vote, and the reader gave a hundred pages' votes to a."""
    paper = pages(*[(100, 110)] * 50, *[(110, 100)] * 49, (109, 100))
    read = {name: dict(votes) for name, votes in paper.items()}
    for name in list(read)[:20]:
        read[name] = {"a": 150, "b": 60}
    contest = Contest(("a", "b"), 1, most=300)
    leads = outcome.leads_of(contest, read)
    bounds = outcome.bounds_of(contest, read, leads)
    total, wrong = sum(bounds.values()), 0
    taints = {name: outcome.error_of(read[name], paper[name], leads) / bounds[name] for name in read}
    assert sum(outcome.error_of(read[name], paper[name], leads) for name in read) >= 1
    for run in range(1000):
        draws = with_weights(f"{run:020d}", bounds)
        wrong += outcome.p_value([taints[next(draws)] for _ in range(300)], total) <= RISK
    assert wrong / 1000 <= RISK
