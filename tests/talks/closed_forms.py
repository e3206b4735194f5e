"""Closed forms of the literature with which clock, walk-away points and bargains are compared.

Splits of a surplus with inside options (Binmore, Rubinstein and Wolinsky 1986) and outside options (Binmore, Shaked
and Sutton 1989); alternating offers (Rubinstein 1982; Stahl 1972); the content of a deal by months left (Merlo and
Wilson 1995); the war of attrition with a deadline (Hendricks, Weiss and Wilson 1988) and with reputations (Abreu and
Gul 2000). None of them knows the product's solvers; `concession_hazard` is the product's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy import ndarray as Array

from tradewar.talks.escalation import concession_hazard

Pair = tuple[float, float]


def split_pie(surplus: float, walk_away: Pair, weights: Pair = (0.5, 0.5)) -> Pair | None:
    """x_i = d_i + w_i (S − d_1 − d_2); None where there is nothing to share."""
    gain = surplus - walk_away[0] - walk_away[1]
    part = weights[0] / (weights[0] + weights[1])
    return (walk_away[0] + part * gain, walk_away[1] + (1.0 - part) * gain) if gain > 0.0 else None


def split_with_inside_options(surplus: float, inside: Pair, discount_rates: Pair) -> Pair | None:
    """x_1 = d_1 + r_2/(r_1+r_2) (S − d_1 − d_2): the more patient side gets more."""
    return split_pie(surplus, inside, (discount_rates[1], discount_rates[0]))


def split_with_outside_options(surplus: float, outside: Pair, without: Pair | None) -> Pair | None:
    """Deal-me-out: each side gets what it would get `without` outside options, or its own if that is more."""
    if without is None or outside[0] + outside[1] > surplus:
        return None
    first = min(max(without[0], outside[0]), surplus - outside[1])
    return first, surplus - first


def rubinstein_share(discount_factors: Pair) -> float:
    """x_1 = (1−δ_2)/(1−δ_1 δ_2): share of the first proposer under alternating offers without end."""
    return (1.0 - discount_factors[1]) / (1.0 - discount_factors[0] * discount_factors[1])


def finite_offers(surplus: float, discount_factors: Pair, breakdown: Pair, offers: int) -> Pair:
    """Shares under alternating offers, side 1 first, with breakdown payoffs one period after the last refusal.

    At offers N … 1 the proposer leaves the other v_r and keeps the rest if that beats its own v_p. With d = 0 and
    equal δ the first share is (1 − (−δ)^N)/(1 + δ).
    """
    waiting = [discount_factors[0] * breakdown[0], discount_factors[1] * breakdown[1]]
    shares = list(waiting)
    for number in range(offers, 0, -1):
        proposer = 0 if number % 2 == 1 else 1
        other = 1 - proposer
        shares = list(waiting)
        if surplus - waiting[other] >= waiting[proposer]:
            shares[proposer] = surplus - waiting[other]
        waiting = [discount_factors[0] * shares[0], discount_factors[1] * shares[1]]
    return shares[0], shares[1]


def deal_content(
    now: Pair, war: Pair, settlement: Pair, *, surplus: float, weights: Pair, rate: float, settlement_rate: float,
    months: int,
) -> tuple[Array, Array]:  # fmt: skip
    """(present value, flow of a deal signed) by month left and side, the flow NaN where the sides wait.

    V_i(k) = d_i(k) + w_i max(0, S/r − Σ_j d_j(k)); d_i(0) = value of war, d_i(k) = a month of now + b V_i(k−1).
    """
    factor = float(np.exp(-rate / 12.0))
    month_of_now = np.asarray(now) * (1.0 - factor) / rate
    without = (np.asarray(war) + settlement_rate * np.asarray(settlement) / rate) / (rate + settlement_rate)
    value, flow = np.empty((months + 1, 2)), np.full((months + 1, 2), np.nan)
    for month in range(months + 1):
        gain = surplus / rate - without.sum()
        value[month] = without + np.asarray(weights) * max(0.0, gain)
        if gain >= 0.0:
            flow[month] = rate * value[month]
        without = month_of_now + factor * value[month]
    return value, flow


@dataclass(frozen=True)
class Attrition:
    """A symmetric war of attrition with a deadline."""

    hazard: float
    """λ, of each side's concession, per year, before the silent stretch."""
    deadline_concession_probability: float
    """m: with which each side concedes at the deadline."""
    silent_years: float
    """s: how long before the deadline nobody concedes any more."""
    p_before: float
    p_at: float
    p_escalate: float
    waiting_value: float
    """Value of always waiting until the deadline, as a flow; B where the silence is shorter than the deadline."""


def attrition_with_deadline(
    *, if_conceded_to: float, if_conceding: float, now: float, after_deadline: float, discount_rate: float, years: float
) -> Attrition:
    """The symmetric war with a deadline `years` ahead: flows A, B, d, E per year.

    m = (B−E)/[(B−E) + (A−B)/2];  U = B + m(A−B)/2;  s = ln[(U−d)/(B−d)]/r;
    P_before = 1 − e^{−2λ max(T−s, 0)};  P_escalate = e^{−2λ max(T−s, 0)} (1−m)².
    """
    hazard = concession_hazard(discount_rate, if_conceded_to, if_conceding, now)
    loss, half_gain = if_conceding - after_deadline, (if_conceded_to - if_conceding) / 2.0
    concede = loss / (loss + half_gain)
    at_deadline = if_conceding + concede * half_gain
    silent = float(np.log((at_deadline - now) / (if_conceding - now)) / discount_rate)
    talking = max(years - silent, 0.0)
    undecided = float(np.exp(-2.0 * hazard * talking))
    escalate = undecided * (1.0 - concede) ** 2
    one_waits = float(np.exp(-hazard * talking))
    both, ending = float(np.exp(-(hazard + discount_rate) * talking)), float(np.exp(-discount_rate * years))
    # flows until the other concedes, then A; else until the deadline, then U
    waiting = (
        hazard * (if_conceded_to - now) / (hazard + discount_rate) * (1.0 - both)
        + now * (1.0 - one_waits)
        + one_waits * (now * (1.0 - ending) + ending * at_deadline)
    )
    return Attrition(hazard, concede, silent, 1.0 - undecided, undecided - escalate, escalate, waiting)


def attrition_with_reputation(demands: Pair, discount_rates: Pair, stubborn: Pair) -> tuple[Pair, Pair, Pair]:
    """(hazards, years to full reputation, chance of giving in at once) of sides that demand shares of a pie of 1."""
    conceding = (1.0 - demands[1], 1.0 - demands[0])
    hazard = (
        concession_hazard(discount_rates[1], demands[1], conceding[1], 0.0),
        concession_hazard(discount_rates[0], demands[0], conceding[0], 0.0),
    )
    times = (-float(np.log(stubborn[0])) / hazard[0], -float(np.log(stubborn[1])) / hazard[1])
    end = min(times)
    atoms = (1.0 - stubborn[0] * float(np.exp(hazard[0] * end)), 1.0 - stubborn[1] * float(np.exp(hazard[1] * end)))
    return hazard, times, (max(atoms[0], 0.0), max(atoms[1], 0.0))
