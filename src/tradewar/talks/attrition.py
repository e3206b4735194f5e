"""The war of attrition in closed form: nothing moves until the last night.

A cross-check of the clock, and the story behind it. Flows per year to a side: A if the other concedes, B if it
concedes itself, d while it lasts, E after the deadline; A > B > max(d, E). r is its discount rate.

    hazard of j's concession that keeps i indifferent     λ_j = r_i (B_i − d_i)/(A_i − B_i)

Reputation: Abreu and Gul (2000, Econometrica). Deadline, symmetric: Hendricks, Weiss and Wilson (1988, International
Economic Review). With different sides and a deadline there is no closed form: use the clock.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tradewar.errors import Problem, TalksError
from tradewar.talks.clock_terms import Pair


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
    """Probability that the deadline passes without a deal; the three sum to 1."""
    waiting_value: float
    """Value of always waiting until the deadline, as a flow; B where the silence is shorter than the deadline."""
    sentence: str


@dataclass(frozen=True)
class Reputation:
    """A war of attrition between sides that may be stubborn. Pairs are (side 1, side 2)."""

    hazard: Pair
    """λ_i: of i's concession, per year."""
    years_to_certainty: Pair
    """T_i: when i would have built a full reputation."""
    end: float
    """T0 = min T, years."""
    concession_at_start: Pair
    """Probability with which each side gives in at once; positive for at most one."""
    sentence: str


def concession_hazard(
    other_discount_rate: float, other_if_conceded_to: float, other_if_conceding: float, other_now: float
) -> float:
    """λ = r (B − d)/(A − B) per year: the hazard of one side that keeps the *other* indifferent.

    Raises:
        TalksError: unless A > B > d and r > 0 for the other side.
    """
    _check("the other side", other_discount_rate, other_if_conceded_to, other_if_conceding, other_now)
    return other_discount_rate * (other_if_conceding - other_now) / (other_if_conceded_to - other_if_conceding)


def attrition_with_deadline(
    *, if_conceded_to: float, if_conceding: float, now: float, after_deadline: float, discount_rate: float, years: float
) -> Attrition:
    """The symmetric war with a deadline `years` ahead. Flows per year, in any one unit.

    m = (B−E)/[(B−E) + (A−B)/2];  U = B + m(A−B)/2;  s = ln[(U−d)/(B−d)]/r;
    P_before = 1 − e^{−2λ max(T−s, 0)};  P_escalate = e^{−2λ max(T−s, 0)} (1−m)².

    Raises:
        TalksError: unless A > B > max(d, E), r > 0 and T > 0.
    """
    _check("flows", discount_rate, if_conceded_to, if_conceding, max(now, after_deadline))
    if not years > 0.0:
        raise TalksError.at("years", f"is {years:g}, must be > 0", "Give the time to the deadline in years")
    hazard = concession_hazard(discount_rate, if_conceded_to, if_conceding, now)
    loss, half_gain = if_conceding - after_deadline, (if_conceded_to - if_conceding) / 2.0
    concede = loss / (loss + half_gain)
    at_deadline = if_conceding + concede * half_gain
    silent = float(np.log((at_deadline - now) / (if_conceding - now)) / discount_rate)
    talking = max(years - silent, 0.0)
    undecided = float(np.exp(-2.0 * hazard * talking))
    escalate = undecided * (1.0 - concede) ** 2
    one_waits = float(np.exp(-hazard * talking))
    both = float(np.exp(-(hazard + discount_rate) * talking))
    ending = float(np.exp(-discount_rate * years))
    # flows until the other concedes, then A; else until the deadline, then U
    waiting = (
        hazard * (if_conceded_to - now) / (hazard + discount_rate) * (1.0 - both)
        + now * (1.0 - one_waits)
        + one_waits * (now * (1.0 - ending) + ending * at_deadline)
    )
    sentence = (
        f"If nobody wants to blink first, the deadline passes without a deal with {escalate:.0%}; nobody moves in the "
        f"last {min(silent, years):.1f} years before it."
    )
    return Attrition(hazard, concede, silent, 1.0 - undecided, undecided - escalate, escalate, waiting, sentence)


def attrition_with_reputation(demands: Pair, discount_rates: Pair, stubborn_priors: Pair) -> Reputation:
    """The war between sides that demand shares a_i of a pie of 1 and may be stubborn (Abreu and Gul 2000).

    Args:
        demands: a_i, with a_1 + a_2 > 1; a side that concedes gets 1 − a_j.
        discount_rates: r_i per year.
        stubborn_priors: z_i, probability that a side never concedes.

    Raises:
        TalksError: for compatible demands, or values outside (0, 1).
    """
    problems = [
        Problem(f"{name} of side {side}", f"is {value:g}, must lie in (0, 1)", "Give a fraction")
        for name, pair in (("demand", demands), ("stubborn prior", stubborn_priors))
        for side, value in enumerate(pair, start=1)
        if not 0.0 < value < 1.0
    ]
    if not problems and not demands[0] + demands[1] > 1.0:
        what = f"sum to {demands[0] + demands[1]:g}: both can be met at once"
        problems.append(Problem("demands", what, "Nothing is left to fight over"))
    if problems:
        raise TalksError(problems)
    conceding = (1.0 - demands[1], 1.0 - demands[0])
    hazard = (
        concession_hazard(discount_rates[1], demands[1], conceding[1], 0.0),
        concession_hazard(discount_rates[0], demands[0], conceding[0], 0.0),
    )
    times = (
        -float(np.log(stubborn_priors[0])) / hazard[0],
        -float(np.log(stubborn_priors[1])) / hazard[1],
    )
    end = min(times)
    later = 0 if times[0] > times[1] else 1
    atom = 1.0 - stubborn_priors[later] * float(np.exp(hazard[later] * end)) if times[0] != times[1] else 0.0
    atoms = (atom, 0.0) if later == 0 else (0.0, atom)
    sentence = f"Side {later + 1} gives in at once with {atom:.0%}; after {end:.1f} years only the stubborn hold out."
    return Reputation(hazard, times, end, atoms, sentence)


def _check(where: str, rate: float, conceded_to: float, conceding: float, otherwise: float) -> None:
    problems: list[Problem] = []
    if not conceded_to > conceding:
        what = f"the other's concession brings {conceded_to:g}, one's own {conceding:g}: conceding is always best"
        problems.append(Problem(where, what, "There is no war of attrition; use the clock"))
    if not conceding > otherwise:
        what = f"conceding brings {conceding:g}, not conceding {otherwise:g}: conceding is never best"
        problems.append(Problem(where, what, "There is no war of attrition; use the clock"))
    if not rate > 0.0:
        problems.append(Problem("discount rate", f"is {rate:g}, must be > 0", "Give a rate per year"))
    if problems:
        raise TalksError(problems)
