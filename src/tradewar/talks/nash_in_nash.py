"""Bilateral talks side by side: each pair bargains taking the other pairs' deals as given.

"Nash-in-Nash" (Horn and Wolinsky 1988, RAND Journal of Economics; Bagwell, Staiger and Yurukoglu 2021), iterated to
a fixed point. Walk-away payoffs of a pair are its payoffs at its own walk-away instruments, with the other deals in
place. The Nash product over everyone is a different object.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from tradewar.errors import TalksError
from tradewar.talks.bargaining import Bargain, BargainStatus, Solution, Talks, bargain
from tradewar.talks.payoffs import PayoffFunction

SETTLED = 1e-7
"""Largest change of an instrument at which the deals have settled."""


class RoundsStatus(StrEnum):
    """Whether the deals settled."""

    SETTLED = "settled"
    NOT_SETTLED = "not_settled"


@dataclass(frozen=True, eq=False)
class PairTalks:
    """One pair: who, over which instruments, and what holds if they do not agree."""

    parties: tuple[int, int]
    """Positions on the party axis of the payoffs."""
    instruments: Int[Array, " own"]
    """Positions on the instrument axis."""
    walk_away: Float[Array, " own"]
    """The pair's instruments without an agreement."""
    weights: Float[Array, " 2"] | None = None


@dataclass(frozen=True, eq=False)
class ManyTalks:
    """All bilateral deals together."""

    status: RoundsStatus
    instruments: Float[Array, " instrument"]
    payoff: Float[Array, " party"]
    deals: tuple[Bargain, ...]
    """The last bargain of each pair; a pair without a deal stays at its walk-away instruments."""
    rounds: int
    last_change: float
    sentence: str


def nash_in_nash(
    payoff: PayoffFunction,
    parties: Sequence[str],
    pairs: Sequence[PairTalks],
    lower: Float[Array, " instrument"],
    upper: Float[Array, " instrument"],
    start: Float[Array, " instrument"],
    *,
    max_rounds: int = 50,
) -> ManyTalks:
    """Pair by pair, the others fixed, until no instrument moves.

    Raises:
        TalksError: if pairs share an instrument or name parties that do not exist.
    """
    owned = np.concatenate([pair.instruments for pair in pairs]) if pairs else np.empty(0, dtype=int)
    if not pairs or len(set(owned.tolist())) != len(owned) or (owned >= len(start)).any():
        raise TalksError.at("pairs", "share an instrument, or name one that does not exist", "Give each pair its own")
    if any(not 0 <= party < len(parties) for pair in pairs for party in pair.parties):
        raise TalksError.at("pairs", "name a party that does not exist", f"Use positions below {len(parties)}")
    current, change, rounds = start.copy(), np.inf, 0
    deals: list[Bargain] = []
    while change > SETTLED and rounds < max_rounds:
        before, deals, rounds = current.copy(), [], rounds + 1
        for pair in pairs:
            deal = _pair_deal(payoff, parties, pair, lower, upper, current)
            current = current.copy()
            current[pair.instruments] = deal.instruments if deal.instruments is not None else pair.walk_away
            deals.append(deal)
        change = float(np.abs(current - before).max())
    settled = change <= SETTLED
    status = RoundsStatus.SETTLED if settled else RoundsStatus.NOT_SETTLED
    agreed = sum(deal.status is BargainStatus.DEAL for deal in deals)
    sentence = f"{agreed} of {len(pairs)} pairs agree" + (
        f"; the deals fit together after {rounds} rounds."
        if settled
        else f", but the deals still move by {change:.2g} after {rounds} rounds: they are not an equilibrium."
    )
    return ManyTalks(status, current, payoff(current)[0], tuple(deals), rounds, change, sentence)


def _pair_deal(
    payoff: PayoffFunction,
    parties: Sequence[str],
    pair: PairTalks,
    lower: Float[Array, " instrument"],
    upper: Float[Array, " instrument"],
    current: Float[Array, " instrument"],
) -> Bargain:
    own, members = pair.instruments, list(pair.parties)

    def at(instruments: Array) -> Array:
        everything = current.copy()
        everything[own] = instruments
        return everything

    def of_pair(instruments: Array) -> tuple[Array, Array]:
        value, jacobian = payoff(at(instruments))
        return value[members], jacobian[members][:, own]

    talks = Talks(
        parties=tuple(parties[member] for member in members),
        payoff=of_pair,
        disagreement=of_pair(pair.walk_away)[0],
        lower=lower[own],
        upper=upper[own],
        starts=(current[own], pair.walk_away),
    )
    return bargain(talks, Solution.ASYMMETRIC_NASH, pair.weights)
