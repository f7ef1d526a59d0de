"""Whether the winner of an election is beyond doubt, from pages that people have keyed anew.

The test is Kaplan and Wald's as P. B. Stark (2009, Risk-limiting postelection audits: conservative P-values from common
probability inequalities; 2009, Efficient postelection audits of multiple contests: 2009 California tests) has it for
batches drawn with a chance in proportion to a bound on their error (PPEB). Here a batch is a page.

A page's error e is by how much it overstated a winner's lead over a loser, as a part of that lead, the worst pair
counting; u bounds it, U is the sum of all u. Were the reported winner not the winner, the errors would sum to 1 or
more, and the taint e / u of a page that is drawn would be 1 / U or more on average. Then

    capital <- capital (g (1 - taint) / (1 - 1 / U) + 1 - g)

is a supermartingale, and reaches 1 / risk with at most that risk (Ville). g < 1 keeps a page of error e = u from ruin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf, log

GAMMA = 0.98


@dataclass(frozen=True, slots=True)
class Contest:
    """``candidates`` are fields of the page; ``winners`` of them win. ``most`` votes at most stand on one page.

    ``unseen`` pages are in no total: not photographed, refused, waiting. Each may hold ``most`` votes for a loser.
    """

    candidates: tuple[str, ...]
    winners: int
    most: int
    unseen: int = 0


Page = Mapping[str, int]
"""Votes by candidate."""


@dataclass(frozen=True, slots=True)
class Leads:
    """What must be beyond doubt: by winner and loser, the lead that is left when all unseen pages go to the loser."""

    of: Mapping[tuple[str, str], int]

    @property
    def smallest(self) -> int:
        return min(self.of.values())


def leads_of(contest: Contest, pages: Mapping[str, Page]) -> Leads:
    """Each winner's lead over each loser. Raises ``ValueError`` where nobody loses, or two tie at the edge."""
    totals = {name: sum(page[name] for page in pages.values()) for name in contest.candidates}
    ranked = sorted(totals, key=lambda name: -totals[name])
    winners, losers = ranked[: contest.winners], ranked[contest.winners :]
    if not winners or not losers:
        raise ValueError("a contest has a winner and a loser at least")
    if totals[winners[-1]] == totals[losers[0]]:
        raise ValueError(f"{winners[-1]} and {losers[0]} tie: no sample says who won")
    unseen = contest.unseen * contest.most
    return Leads({(one, other): totals[one] - totals[other] - unseen for one in winners for other in losers})


def bounds_of(contest: Contest, pages: Mapping[str, Page], leads: Leads) -> dict[str, float]:
    """By page: the largest error that it can have, u. On the paper the loser has ``most`` and the winner nothing."""
    return {
        name: max(max(0, page[one] - page[other] + contest.most) / lead for (one, other), lead in leads.of.items())
        for name, page in pages.items()
    }


def error_of(reported: Page, keyed: Page, leads: Leads) -> float:
    """By how much the page overstated a lead, as a part of it, the worst pair."""
    return max(
        ((reported[one] - reported[other]) - (keyed[one] - keyed[other])) / lead
        for (one, other), lead in leads.of.items()
    )


def p_value(taints: Sequence[float], total_bound: float, gamma: float = GAMMA) -> float:
    """The chance of such a sample, at its most convincing moment, if the outcome were wrong."""
    if total_bound < 1:
        return 0.0  # errors of any size cannot change the outcome
    capital = highest = 1.0
    for taint in taints:
        grown = inf if total_bound == 1 else gamma * (1 - min(taint, 1.0)) / (1 - 1 / total_bound) + 1 - gamma
        capital *= grown
        highest = max(highest, capital)
    return 1 / highest


def pages_needed(total_bound: float, risk: float, gamma: float = GAMMA) -> int:
    """How many draws end it where no error is found."""
    if total_bound < 1:
        return 0
    if total_bound == 1:
        return 1
    return ceil(-log(risk) / log(gamma / (1 - 1 / total_bound) + 1 - gamma))
