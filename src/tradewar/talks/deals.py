"""Which of a few named deals do both sides prefer, and which would each rule pick?

For deals that are packages (rungs of the ladder, offers on the table) rather than points on a continuum. A deal is
*acceptable* if it leaves every party strictly above its walk-away payoff, and *efficient* if no other deal is better
for one and worse for none. Rules as in `bargaining`, over the acceptable deals as they stand: no lotteries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.errors import Problem, TalksError
from tradewar.talks.bargaining import BargainStatus, Solution

TIE = 1e-12


@dataclass(frozen=True, eq=False)
class DealChoice:
    """The deals on the table, judged."""

    parties: tuple[str, ...]
    deals: tuple[str, ...]
    payoff: Float[Array, "deal party"]
    disagreement: Float[Array, " party"]
    status: BargainStatus
    acceptable: Bool[Array, " deal"]
    efficient: Bool[Array, " deal"]
    chosen: Mapping[Solution, str]
    """The deal that each rule picks; empty where no deal is acceptable. Rules without meaning here are left out."""
    best_joint_deal: str
    """The deal with the largest sum of gains, in money."""
    transfer: Float[Array, " party"] | None
    """Received by each, in the unit of payoffs, so that nobody loses from `best_joint_deal`; None unless needed."""
    sentence: str


def choose_deals(
    deals: Mapping[str, Sequence[float]],
    parties: Sequence[str],
    disagreement: Float[Array, " party"],
    *,
    weights: Float[Array, " party"] | None = None,
    income: Float[Array, " party"] | None = None,
) -> DealChoice:
    """Judge named deals.

    Args:
        deals: payoffs of the parties by name of the deal, in the unit of `disagreement`.
        parties: names, in the order of the payoffs.
        disagreement: walk-away payoffs.
        weights: of asymmetric Nash; None = equal.
        income: money behind a unit of payoff; None = equal.

    Raises:
        TalksError: for missing deals or payoffs that do not fit the parties.
    """
    wrong = [
        Problem(name, f"has {len(row)} payoffs for {len(parties)} parties", "Give one each")
        for name, row in deals.items()
        if len(row) != len(parties)
    ]
    if wrong or not deals:
        raise TalksError(wrong or Problem("deals", "are missing", "Give at least one"))
    names, payoff = tuple(deals), np.array(list(deals.values()), dtype=float)
    if not np.isfinite(payoff).all() or disagreement.shape != (len(parties),):
        raise TalksError.at("deals", "hold payoffs that are not numbers, or d does not fit", "Leave unsolved deals out")
    money = income if income is not None else np.ones(len(parties))
    gain = payoff - disagreement
    acceptable = np.all(gain > TIE, axis=1)
    no_worse = np.all(payoff[None] >= payoff[:, None] - TIE, axis=2)
    better = np.any(payoff[None] > payoff[:, None] + TIE, axis=2)
    efficient = ~np.any(no_worse & better, axis=1)
    joint = gain @ money
    best = int(joint.argmax())
    status, transfer = BargainStatus.DEAL, None
    if not acceptable.any():
        status = BargainStatus.NEEDS_SIDE_PAYMENT if joint[best] > TIE else BargainStatus.NO_DEAL
        transfer = _transfer(gain[best], money) if status is BargainStatus.NEEDS_SIDE_PAYMENT else None
    chosen = _chosen(gain, disagreement, acceptable, weights) if acceptable.any() else {}
    return DealChoice(
        tuple(parties), names, payoff, disagreement, status, acceptable, efficient,
        {rule: names[number] for rule, number in chosen.items()}, names[best], transfer,
        _sentence(names, status, acceptable, best, transfer, parties),
    )  # fmt: skip


def _chosen(
    gain: Float[Array, "deal party"],
    disagreement: Float[Array, " party"],
    acceptable: Bool[Array, " deal"],
    weights: Float[Array, " party"] | None,
) -> dict[Solution, int]:
    share = weights / weights.sum() if weights is not None else np.full(gain.shape[1], 1.0 / gain.shape[1])
    safe = np.where(acceptable[:, None], gain, 1.0)
    ideal = np.where(acceptable[:, None], gain, -np.inf).max(axis=0)
    scores = {
        Solution.ASYMMETRIC_NASH: np.log(safe) @ share,
        Solution.KALAI_SMORODINSKY: (gain / ideal).min(axis=1),
        Solution.EGALITARIAN: gain.min(axis=1),
    }
    if (np.abs(disagreement) > 1e-6 * np.abs(gain).max()).all():
        scores[Solution.EQUAL_PERCENT] = (gain / np.abs(disagreement)).min(axis=1)
    return {rule: int(np.where(acceptable, score, -np.inf).argmax()) for rule, score in scores.items()}


def _transfer(gain: Float[Array, " party"], money: Float[Array, " party"]) -> Float[Array, " party"]:
    """Losers are made whole by winners, in proportion to what these win."""
    short, surplus = np.maximum(-gain * money, 0.0), np.maximum(gain * money, 0.0)
    return (short - short.sum() * surplus / surplus.sum()) / money


def _sentence(
    names: tuple[str, ...],
    status: BargainStatus,
    acceptable: Bool[Array, " deal"],
    best: int,
    transfer: Float[Array, " party"] | None,
    parties: Sequence[str],
) -> str:
    if status is BargainStatus.DEAL:
        return f"Both sides prefer {', '.join(np.array(names)[acceptable])} to walking away."
    if transfer is not None:
        paid = ", ".join(f"{party} {value:+.4g}" for party, value in zip(parties, transfer, strict=True))
        return f"No deal on the table is better for both; {names[best]} would be with a payment ({paid})."
    return "No deal on the table is better for both, with or without a payment."
