"""What may be said after a sample, and what it does not cover, in plain words."""

from __future__ import annotations

from formreader.audit.bounds import Seen, least_sample, most_wrong
from formreader.audit.outcome import Contest
from formreader.audit.samples import Standing

NOT_COVERED = (
    "not covered: pages that were never photographed, refused or still wait; values that people decided; whether the "
    "paper tells the truth; and that the people who keyed saw right, beyond that two agreed without seeing each other"
)


def of_values(seen: Seen, risk: float) -> list[str]:
    """How many accepted values can be wrong, and how many must be keyed for 1 in 1,000."""
    bound = most_wrong(seen, risk)
    per_mille = bound * 1000 / seen.size
    needed = least_sample(seen.size, seen.size // 1000, risk, seen.errors)
    return [
        f"{len(seen.wrong)} keyed, {seen.errors} of them wrong",
        f"at most {bound} of {seen.size} accepted values are wrong ({per_mille:.2f} in 1,000), {100 * (1 - risk):g} %",
        f"for 1 in 1,000: {'all must be keyed' if needed is None else f'{needed} keyed in all'}, if no more are wrong",
        NOT_COVERED,
    ]


def of_outcome(contest: Contest, standing: Standing, risk: float) -> list[str]:
    """Whether the winner is beyond doubt."""
    if standing.lead <= 0:
        return [f"no sample can help: {contest.unseen} pages in no total could turn a lead, left: {standing.lead}"]
    sure = standing.p_value <= risk
    return [
        f"smallest lead {standing.lead}, when all {contest.unseen} pages that are in no total go to the loser",
        f"{standing.drawn} draws keyed of {standing.needed} that do without an error; P {standing.p_value:.4f}",
        f"the winner is {'beyond doubt' if sure else 'not beyond doubt yet'} at a risk of {risk:g}",
        NOT_COVERED,
    ]
