"""How hard to hit back, and whether there is anything left to hit.

    m* = (∂u_i/∂τ_i) / (Δ · (−∂u_i/∂τ_j))        points of answer per point of own breach
    Δ  = δ^L π                                   a breach seen once, answered after L periods
    Δ  = π δ^L/(1 − δ (1 − π))                   a breach that goes on, seen with hazard π, then answered for ever

"Substantially equivalent" retaliation (m = 1, WTO DSU 22.4) never sustains an efficient point: there the multipliers
of the two sides have the product 1/Δ² >= 1, so that one of them at least needs more than an equal answer; the other may
need less. At a symmetric efficient point m* = 1/Δ (Becker 1968).
Derivatives are of any payoff with respect to any tariff scope, in the same units on both sides.

Best replies over a few instruments by the gradient.

Meant for instruments tied together (one rate per party, or per sector of a pair). For every tariff of every partner
use `tradewar.games`, which has the fixed-point rule, restarts and certificates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from tradewar.accords.incentives import Incentive
from tradewar.accords.terms import AccordStatus, check_fractions, check_lag
from tradewar.errors import AccordError, NoSolutionError, Problem

Breach = Literal["once", "lasting"]


@dataclass(frozen=True)
class Retaliation:
    """What it takes to deter one country, and whether its partner has it."""

    offender: str
    partner: str
    multiplier: float | None
    """m*; 0 where the breach does not pay anyway, None where no tariff of the partner hurts the offender."""
    deterrence_factor: float
    """Δ."""
    feasible_multiplier: float | None
    """The largest m that the partner's remaining imports allow; None where not asked."""
    imports_left_to_hit: float | None
    """Money: partner's imports from the offender not yet under tariff."""
    status: AccordStatus
    sentence: str


@dataclass(frozen=True)
class RetaliationRule:
    """One of the three answers to a breach, side by side."""

    rule: Literal["equal", "multiplied", "snapback"]
    sustains_efficient_point: bool
    """Whether it keeps this offender from leaving the point; a point holds where both are kept."""
    cost_on_path: str
    sentence: str


def deterrence_factor(*, detection: float, discount: float, lag: int = 1, breach: Breach = "once") -> float:
    """Δ: how much of the answer an offender feels today.

    Args:
        detection: π per period.
        discount: δ per period.
        lag: L periods from what is seen to the answer.
        breach: `once`, or `lasting` where the offender keeps cheating until it is seen.

    Raises:
        AccordError: for values outside their ranges.
    """
    check_fractions([("detection probability", detection)])
    check_fractions([("discount factor", discount)], open_interval=True)
    check_lag(lag)
    felt = discount**lag * detection
    return felt if breach == "once" else felt / (1.0 - discount * (1.0 - detection))


def retaliation(
    offender: str,
    partner: str,
    own_slope: float,
    answer_slope: float,
    factor: float,
    *,
    imports_left: float | None = None,
    scope_imports: float | None = None,
    breach_points: float = 0.01,
    largest_rate: float | None = None,
) -> Retaliation:
    """The answer that deters, and the largest that the partner can give.

    Args:
        offender: the country to deter, i.
        partner: who answers, j.
        own_slope: ∂u_i/∂τ_i at the accord, per unit of tariff rate.
        answer_slope: ∂u_i/∂τ_j at the accord; negative where the answer hurts.
        factor: Δ from `deterrence_factor`.
        imports_left: partner's imports from the offender that are not yet under tariff, money.
        scope_imports: partner's imports from the offender on the scope to which `answer_slope` refers, money.
        breach_points: size of the breach, tariff rate.
        largest_rate: highest tariff rate the partner can put on what is left.

    The feasible multiplier is the largest trade-weighted rise of the partner's tariff on the scope, largest_rate ·
    imports_left/scope_imports, divided by the breach.

    Raises:
        AccordError: for a factor outside [0, 1], negative imports, or only some of the three ammunition figures.
    """
    check_fractions([("deterrence factor", factor)])
    feasible = _feasible(imports_left, scope_imports, breach_points, largest_rate)
    if own_slope <= 0.0:
        sentence = f"{offender} gains nothing by raising its tariff a little: no answer is needed."
        return Retaliation(offender, partner, 0.0, factor, feasible, imports_left, AccordStatus.SUSTAINABLE, sentence)
    if answer_slope >= 0.0 or factor == 0.0:
        why = (
            "breaches are never answered in time" if factor == 0.0 else f"no tariff of {partner} on this scope hurts it"
        )
        sentence = f"{offender} cannot be deterred: {why}."
        status = AccordStatus.INFEASIBLE_ENFORCEMENT
        return Retaliation(offender, partner, None, factor, feasible, imports_left, status, sentence)
    multiplier = own_slope / (factor * -answer_slope)
    short = feasible is not None and multiplier > feasible
    status = AccordStatus.INFEASIBLE_ENFORCEMENT if short else AccordStatus.SUSTAINABLE
    sentence = (
        f"To deter {offender} from cheating, every point of tariff it adds must be answered with "
        f"{multiplier:.1f} points on the same scope"
    )
    if feasible is not None:
        sentence += f"; imports left to hit allow at most {feasible:.1f}"
        sentence += f": {partner} has no answer." if short else "."
    else:
        sentence += "."
    return Retaliation(offender, partner, multiplier, factor, feasible, imports_left, status, sentence)


def compare_rules(
    incentive_of_offender: Incentive, answer: Retaliation, *, path_cost_share: float
) -> tuple[RetaliationRule, ...]:
    """Equal, multiplied and full answers beside each other.

    Args:
        incentive_of_offender: with the full schedule as the consequence (`incentive`).
        answer: from `retaliation`.
        path_cost_share: share of the stake lost to false alarms under snapback (`suspension`).
    """
    snapback = incentive_of_offender.status is AccordStatus.SUSTAINABLE
    multiplied = answer.status is AccordStatus.SUSTAINABLE
    enough = answer.feasible_multiplier is None or answer.feasible_multiplier >= 1.0
    equal = answer.multiplier is not None and (answer.multiplier == 0.0 or (answer.multiplier <= 1.0 and enough))
    needed = "no answer" if answer.multiplier is None else f"{answer.multiplier:.2f} points per point"
    return (
        RetaliationRule(
            "equal", equal, "small", f"An equal answer {'deters' if equal else 'does not deter'} {answer.offender}."
        ),
        RetaliationRule("multiplied", multiplied, "none without false alarms", f"Local deterrence takes {needed}."),
        RetaliationRule(
            "snapback",
            snapback,
            f"{path_cost_share:.1%} of the stake",
            f"The whole schedule returns: it {'keeps' if snapback else 'does not keep'} the deal.",
        ),
    )


def _feasible(left: float | None, scope: float | None, breach: float, rate: float | None) -> float | None:
    given = [value is not None for value in (left, scope, rate)]
    if not any(given):
        return None
    if left is None or scope is None or rate is None:
        fix = "Give imports_left, scope_imports and largest_rate together"
        raise AccordError.at("ammunition", "is only partly given", fix)
    problems = [
        Problem(name, f"is {value:g}, must be {rule}", "Give money of one unit and rates such as 0.25")
        for name, value, good, rule in (
            ("imports_left", left, left >= 0.0, ">= 0"),
            ("scope_imports", scope, scope > 0.0, "> 0"),
            ("breach_points", breach, breach > 0.0, "> 0"),
            ("largest_rate", rate, rate >= 0.0, ">= 0"),
        )
        if not good
    ]
    if problems:
        raise AccordError(problems)
    return rate * left / scope / breach


PayoffFunction = Callable[[Array], tuple[Array, Array]]
"""Instruments -> (payoff [country], Jacobian [country, instrument]), percent of income per period."""
BestResponse = Callable[[int, Array], Array]
"""(country, instruments) -> all instruments, the country's own replaced by those best for it."""

REPLY_TOLERANCE = 1e-9
"""Projected gradient, relative to the payoff's own response, at which a reply is best."""
ROUGH = 1e-7
"""Change of the payoff, relative, at which the search over one tariff leaves the rest to the root of its slope."""
LARGEST_RESIDUAL = 1e-4
POLISH_REACH = 1e-2
"""How far, in log tariff, the last digits may move a reply."""


def best_reply(
    payoff: PayoffFunction,
    owner: Int[Array, " instrument"],
    lower: Float[Array, " instrument"],
    upper: Float[Array, " instrument"],
) -> BestResponse:
    """(country, instruments) -> all instruments, the country's own replaced by those best for it.

    The function raises NoSolutionError if the search ends where the payoff is not flat.
    """
    from scipy.optimize import minimize

    def reply(country: int, instruments: Array) -> Array:
        mine = owner == country
        low, high = np.log1p(lower[mine]), np.log1p(upper[mine])

        def value(log_power: Array) -> tuple[float, Array]:
            everything = instruments.copy()
            everything[mine] = np.expm1(log_power)
            worth, slope = payoff(everything)
            return -float(worth[country]), -slope[country, mine] * np.exp(log_power)

        start = np.clip(np.log1p(instruments[mine]), low, high)
        single = len(start) == 1
        done = minimize(
            value, start, jac=True, method="L-BFGS-B", bounds=list(zip(low, high, strict=True)),
            options={"gtol": REPLY_TOLERANCE, "ftol": ROUGH if single else 1e-15, "maxiter": 200},
        )  # fmt: skip
        found = _polished(value, done.x, low, high) if single else done.x
        step = np.clip(found - value(found)[1], low, high) - found
        # a payoff that is flat already has no scale of its own
        scale = max(float(np.abs(payoff(instruments)[1][country]).max()), REPLY_TOLERANCE)
        if float(np.abs(step).max()) > LARGEST_RESIDUAL * scale:
            raise NoSolutionError(
                f"No best reply was found: at the best tariffs tried the payoff still rises by "
                f"{np.abs(step).max():.2g} per unit of log tariff."
            )
        best = instruments.copy()
        best[mine] = np.expm1(found)
        return best

    return reply


def _polished(value: Callable[[Array], tuple[float, Array]], found: Array, low: Array, high: Array) -> Array:
    """A single instrument where the slope is zero to rounding: values alone cannot see the last digits."""
    from scipy.optimize import root_scalar

    if not low[0] < found[0] < high[0]:
        return found

    def slope(at: float) -> float:
        return float(value(np.array([at]))[1][0])

    root = root_scalar(slope, x0=found[0], x1=found[0] + 1e-5, xtol=REPLY_TOLERANCE, maxiter=8)
    near = root.converged and abs(root.root - found[0]) < POLISH_REACH
    return np.clip(np.array([root.root]), low, high) if near else found
