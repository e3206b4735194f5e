"""Where a deal would land: bargaining solutions over tariffs and other instruments.

| solution | definition |
|---|---|
| asymmetric Nash | max Σ w_i ln(u_i − d_i) (Nash 1950; weights Kalai 1977) |
| Kalai–Smorodinsky | max s, u_i >= d_i + s (b_i − d_i), b_i = max u_i s.t. u_j >= d_j (1975) |
| egalitarian | max s, u_i >= d_i + s (Kalai 1977) |
| equal percent | max s, u_i >= d_i + s abs(d_i) |
| equal proportional | max the common gain G_i(deal)/G_i(d), G = payoff level (Ossa 2014): his "cooperative tariffs" |

The first two do not depend on the unit of a payoff, the others do. A result is a deal, or `no_deal` with the gap and
who binds, or `needs_side_payment` with the smallest payment that would make one: never a number for the share of
a side that prefers to walk away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import NoSolutionError, Problem, TalksError
from tradewar.io.serialize import Document
from tradewar.talks.optimise import (
    AT_BOUND,
    CONSTRAINT_TOLERANCE,
    Found,
    Programme,
    maximise_product,
    maximise_ray,
    maximise_sum,
    payoff_scale,
    smallest_payments,
    stationarity,
)
from tradewar.talks.payoffs import ModelAt, PayoffFunction, in_log_powers, remembered
from tradewar.world.assumed import Assumption

LEAST_GAIN = 1e-7
"""Scaled gain of the worse-off party below which there is no deal better for all."""
STATIONARITY_LIMIT = 1e-3
"""Residual of Pareto efficiency above which a point is not shown as a solution."""
NEAR_ZERO = 1e-6
"""Scaled disagreement payoff below which a percentage of it means nothing."""


class Solution(StrEnum):
    """The rules for splitting the gain."""

    ASYMMETRIC_NASH = "asymmetric Nash"
    KALAI_SMORODINSKY = "Kalai–Smorodinsky"
    EGALITARIAN = "egalitarian"
    EQUAL_PERCENT = "equal percent of the walk-away level"
    EQUAL_PROPORTIONAL = "equal proportional gains"


class BargainStatus(StrEnum):
    """What became of the talks. The values are the words of the report."""

    DEAL = "deal"
    NO_DEAL = "no_deal"
    NEEDS_SIDE_PAYMENT = "needs_side_payment"


@dataclass(frozen=True, eq=False)
class Talks:
    """What the parties can agree on, what it is worth to them, and what they have without an agreement."""

    parties: tuple[str, ...]
    payoff: PayoffFunction
    """Instruments -> (payoff [party], Jacobian [party, instrument]), all payoffs in one unit."""
    disagreement: Float[Array, " party"]
    """d, in the unit of the payoffs."""
    lower: Float[Array, " instrument"]
    """Lowest instruments, above −1; a negative tariff is an import subsidy, the price form of a promise to buy."""
    upper: Float[Array, " instrument"]
    starts: tuple[Float[Array, " instrument"], ...]
    """Where to begin; the best result counts. Give several where payoffs are not concave."""
    income: Float[Array, " party"] | None = None
    """Money behind one unit of payoff, by which payments between parties are converted; None = equal."""
    level_of_zero: float = 100.0
    """What must be added to a payoff to make it proportional to the payoff level: 100 for percent changes, 0 for
    levels. Used by equal proportional gains only."""
    instruments: tuple[str, ...] = ()
    models: ModelAt | None = None
    """Given where each payoff is a solved world: the solver then works on quadratic models between evaluations. What
    they learn about curvature serves all talks that share them."""


@dataclass(frozen=True, eq=False)
class SidePayment:
    """The smallest payments that leave nobody worse off than without an agreement."""

    instruments: Float[Array, " instrument"]
    """Where the payments are smallest."""
    payoff: Float[Array, " party"]
    """Before the payments."""
    received: Float[Array, " party"]
    """In the unit of the payoffs; negative for who pays."""
    money: float
    """Sum received, in the unit of `Talks.income`."""
    payers: tuple[str, ...]
    receivers: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Bargain(Document, told="... assumptions"):
    """The deal, or the reason why there is none."""

    solution: Solution
    status: BargainStatus
    parties: tuple[str, ...]
    disagreement: Float[Array, " party"]
    weights: Float[Array, " party"]
    """Bargaining weights used (asymmetric Nash only; equal otherwise)."""
    instruments: Float[Array, " instrument"] | None
    """The deal; None without one."""
    payoff: Float[Array, " party"]
    """The disagreement payoffs where there is no deal."""
    gain: Float[Array, " party"]
    implied_weight: Float[Array, " party"] | None
    """Pareto weights, sum 1, at which this deal would maximise a weighted sum of payoffs."""
    ideal: Float[Array, " party"] | None
    """b: the best each could get with the others at their walk-away points (Kalai–Smorodinsky only)."""
    active_bounds: tuple[str, ...]
    gap: float
    """max over deals of the gain of the worse-off party; <= 0 where no deal is better for all."""
    binding: tuple[str, ...]
    """Without a deal: whose walk-away point stands in its way."""
    side_payment: SidePayment | None
    stationarity: float | None
    """Certificate: residual of Pareto efficiency, recomputed from payoffs and gradients."""
    sentence: str

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """What is assumed and moves the result: the walk-away point, the weights and the bounds that hold it."""
        point = ", ".join(f"{name} {value:+.4g}" for name, value in zip(self.parties, self.disagreement, strict=True))
        if self.status is not BargainStatus.DEAL:
            moved = ("gap",) if self.side_payment is None else ("gap", "side_payment")
            return (Assumption("walk-away point", point, moved),)
        moved = ("instruments", "payoff", "gain")
        found = [Assumption("walk-away point", point, moved)]
        if self.solution is Solution.ASYMMETRIC_NASH:
            found.append(Assumption("weights", ", ".join(f"{weight:.3g}" for weight in self.weights), moved))
        return (*found, *(Assumption("bound", bound, moved) for bound in self.active_bounds))


def bargain(
    talks: Talks, solution: Solution = Solution.ASYMMETRIC_NASH, weights: Float[Array, " party"] | None = None
) -> Bargain:
    """The deal by one solution.

    Args:
        talks: parties, payoffs, walk-away point and bounds.
        solution: the rule.
        weights: bargaining weights of asymmetric Nash, normalised to sum 1; None = equal.

    Raises:
        TalksError: for shapes, bounds or weights that are wrong, and for equal percent of a walk-away level near zero.
        NoSolutionError: if the solver's best point is not efficient or breaks a walk-away constraint.
    """
    return bargains(talks, [(solution, weights)])[0]


def bargains(talks: Talks, wanted: Sequence[tuple[Solution, Float[Array, " party"] | None]]) -> tuple[Bargain, ...]:
    """The deals by several (solution, weights) from one walk-away point; whether there is one is found out once.

    Raises:
        TalksError, NoSolutionError: as `bargain`.
    """
    shares = [_checked_weights(talks, weights) for _, weights in wanted]
    programme = programme_of(talks)
    common = float(programme.scale.max())
    # phase 1: the most that the worse-off party can gain decides whether there is a deal
    even = maximise_ray(programme, talks.disagreement, np.full(len(talks.parties), 1.0) * common)
    gap = even.objective * common
    if not gap > LEAST_GAIN * float(programme.scale.min()):
        return tuple(
            _without_deal(talks, programme, solution, share, even, min(gap, 0.0))
            for (solution, _), share in zip(wanted, shares, strict=True)
        )
    programme = replace(programme, starts=(even.point, *programme.starts))
    found: list[Bargain] = []
    for (solution, _), share in zip(wanted, shares, strict=True):
        point, ideal = _solve(talks, programme, solution, share, even)
        found.append(_deal(talks, programme, solution, share, point, ideal, gap))
    return tuple(found)


def without_subsidies(talks: Talks) -> Talks:
    """The same talks with every instrument at or above zero."""
    floor = np.maximum(talks.lower, 0.0)
    starts = tuple(np.clip(start, floor, talks.upper) for start in talks.starts)
    return replace(talks, lower=floor, starts=starts)


def programme_of(talks: Talks) -> Programme:
    """The talks in ln(1 + instrument), with payoff scales.

    Raises:
        TalksError: for shapes or bounds that are wrong.
    """
    _check(talks)
    payoff = remembered(in_log_powers(talks.payoff))
    starts = tuple(np.log1p(np.clip(start, talks.lower, talks.upper)) for start in talks.starts)
    middle = 0.5 * (np.log1p(talks.lower) + np.log1p(talks.upper))
    scale = payoff_scale(payoff, (*starts, middle))
    return Programme(payoff, np.log1p(talks.lower), np.log1p(talks.upper), starts, scale, model_at=talks.models)


def ideal_point(talks: Talks, programme: Programme) -> Float[Array, " party"]:
    """b_i = max u_i subject to u_j >= d_j for all others."""
    best = np.empty(len(talks.parties))
    for party in range(len(best)):
        floors = talks.disagreement.copy()
        floors[party] = -np.inf
        best[party] = maximise_sum(programme, np.eye(len(best))[party], floors).payoff[party]
    return best


def _solve(
    talks: Talks, programme: Programme, solution: Solution, weights: Float[Array, " party"], even: Found
) -> tuple[Found, Float[Array, " party"] | None]:
    d = talks.disagreement
    if solution is Solution.EGALITARIAN:
        return even, None
    if solution is Solution.ASYMMETRIC_NASH:
        least = 1e-3 * float(((even.payoff - d) / programme.scale).min())
        return maximise_product(programme, d, weights, max(least, 1e-12)), None
    if solution is Solution.KALAI_SMORODINSKY:
        ideal = ideal_point(talks, programme)
        return maximise_ray(programme, d, ideal - d), ideal
    if solution is Solution.EQUAL_PERCENT:
        small = np.abs(d) <= NEAR_ZERO * programme.scale
        if small.any():
            who = ", ".join(np.array(talks.parties)[small])
            fix = "Use equal proportional gains, egalitarian or asymmetric Nash"
            raise TalksError.at("equal percent", f"the walk-away payoff of {who} is near zero", fix)
        return maximise_ray(programme, d, np.abs(d)), None
    level = d + talks.level_of_zero
    if (level <= 0.0).any():
        fix = "Set level_of_zero so that payoff + level_of_zero is the payoff level (100 for percent changes)"
        raise TalksError.at("equal proportional gains", f"the walk-away levels {level} are not all > 0", fix)

    def logarithm(value: Array, jacobian: Array) -> tuple[Array, Array]:
        height = np.maximum(value + talks.level_of_zero, 1e-12 * level)
        # in units of payoff at d, so that the scale of the programme stays right
        return level * np.log(height / level), (level / height)[:, None] * jacobian

    return maximise_ray(programme, np.zeros(len(d)), level, logarithm), None


def _deal(
    talks: Talks,
    programme: Programme,
    solution: Solution,
    weights: Float[Array, " party"],
    found: Found,
    ideal: Float[Array, " party"] | None,
    gap: float,
) -> Bargain:
    everyone = np.ones(len(weights), dtype=bool)
    residual, payoff, implied = stationarity(programme, found.point, everyone)
    gain = payoff - talks.disagreement
    worst = float((gain / programme.scale).min())
    if residual > STATIONARITY_LIMIT or worst < -CONSTRAINT_TOLERANCE:
        raise NoSolutionError(
            f"No deal was found by {solution.value}: the best point misses efficiency by {residual:.2g} and the "
            f"walk-away points by {max(-worst, 0.0):.2g}. Give other or more starting points."
        )
    if solution is Solution.ASYMMETRIC_NASH:
        implied = weights / np.maximum(gain, 1e-300)
        implied = implied / implied.sum()
    gains = ", ".join(f"{name} {value:+.4g}" for name, value in zip(talks.parties, gain, strict=True))
    return Bargain(
        solution=solution,
        status=BargainStatus.DEAL,
        parties=talks.parties,
        disagreement=talks.disagreement,
        weights=weights,
        instruments=np.expm1(found.point),
        payoff=payoff,
        gain=gain,
        implied_weight=implied,
        ideal=ideal,
        active_bounds=_active(talks, programme, found.point),
        gap=gap,
        binding=(),
        side_payment=None,
        stationarity=residual,
        sentence=f"If the sides settle by {solution.value}, they gain over walking away: {gains}.",
    )


def _without_deal(
    talks: Talks, programme: Programme, solution: Solution, weights: Float[Array, " party"], even: Found, gap: float
) -> Bargain:
    d = talks.disagreement
    income = talks.income if talks.income is not None else np.ones(len(d))
    joint = maximise_sum(programme, income, None)
    worth = float(income @ (joint.payoff - d))
    limit = 10.0 * LEAST_GAIN * float((income * programme.scale).max())
    gain = even.payoff - d
    lowest = float(gain.min()) + 1e-6 * float(programme.scale.max())
    binding = tuple(name for name, value in zip(talks.parties, gain, strict=True) if value <= lowest)
    payment = _payment(talks, programme, income) if worth > limit else None
    if payment is None:
        status = BargainStatus.NO_DEAL
        sentence = (
            f"No deal is better for both: {' and '.join(binding)} would lose at least {-gap:.4g} against walking away."
        )
        if gap > -LEAST_GAIN * float(programme.scale.max()):
            sentence = "No deal is better for both: walking away is already efficient."
    else:
        status = BargainStatus.NEEDS_SIDE_PAYMENT
        paid = ", ".join(f"{talks.parties[i]} {payment.received[i]:+.4g}" for i in range(len(d)))
        sentence = (
            f"A deal needs a payment by {' and '.join(payment.payers)} to {' and '.join(payment.receivers)}: "
            f"at least {paid} (in the unit of the payoffs)."
        )
    return Bargain(
        solution=solution,
        status=status,
        parties=talks.parties,
        disagreement=d,
        weights=weights,
        instruments=None,
        payoff=d,
        gain=np.zeros(len(d)),
        implied_weight=None,
        ideal=None,
        active_bounds=(),
        gap=gap,
        binding=binding,
        side_payment=payment,
        stationarity=None,
        sentence=sentence,
    )


def _payment(talks: Talks, programme: Programme, income: Float[Array, " party"]) -> SidePayment | None:
    """The smallest payments; None where rounding leaves nothing to pay."""
    found, money = smallest_payments(programme, talks.disagreement, income)
    if found.violation > 1e3 * CONSTRAINT_TOLERANCE:
        raise NoSolutionError(f"The smallest side payment was not found: it misses by {found.violation:.2g}.")
    total = float(money.sum())
    if not total > LEAST_GAIN * float((income * programme.scale).min()):
        return None
    surplus = np.maximum(income * (found.payoff - talks.disagreement), 0.0) * (money == 0.0)
    received = (money - total * surplus / max(float(surplus.sum()), 1e-300)) / income
    payers = tuple(name for name, value in zip(talks.parties, received, strict=True) if value < 0.0)
    receivers = tuple(name for name, value in zip(talks.parties, received, strict=True) if value > 0.0)
    return SidePayment(np.expm1(found.point), found.payoff, received, total, payers, receivers)


def _active(talks: Talks, programme: Programme, point: Float[Array, " instrument"]) -> tuple[str, ...]:
    names = talks.instruments or tuple(f"instrument {number + 1}" for number in range(len(point)))
    lower = [f"{names[k]} at its lower bound" for k in np.flatnonzero(point - programme.lower <= AT_BOUND)]
    upper = [f"{names[k]} at its upper bound" for k in np.flatnonzero(programme.upper - point <= AT_BOUND)]
    return (*lower, *upper)


def _checked_weights(talks: Talks, weights: Float[Array, " party"] | None) -> Float[Array, " party"]:
    if weights is None:
        return np.full(len(talks.parties), 1.0 / len(talks.parties))
    if weights.shape != (len(talks.parties),) or not (weights > 0.0).all() or not np.isfinite(weights).all():
        raise TalksError.at("weights", f"are {weights}", f"Give {len(talks.parties)} positive weights")
    return weights / weights.sum()


def _check(talks: Talks) -> None:
    problems: list[Problem] = []
    parties, instruments = len(talks.parties), len(talks.lower)
    if talks.disagreement.shape != (parties,) or not np.isfinite(talks.disagreement).all():
        what = f"is {talks.disagreement} for {parties} parties"
        problems.append(Problem("disagreement", what, "Give one finite payoff per party"))
    if parties < 2:
        problems.append(Problem("parties", f"are {parties}", "Give at least two"))
    if talks.upper.shape != (instruments,) or not (talks.lower <= talks.upper).all():
        problems.append(Problem("bounds", "are out of order or differ in length", "Give lower <= upper for each"))
    elif not (talks.lower > -1.0).all() or not np.isfinite(talks.upper).all():
        problems.append(Problem("bounds", "reach −1 or infinity", "Give instruments above −1 and below infinity"))
    if not talks.starts or any(start.shape != (instruments,) for start in talks.starts):
        problems.append(Problem("starts", f"must hold arrays of {instruments} instruments", "Give at least one"))
    if talks.income is not None and (talks.income.shape != (parties,) or not (talks.income > 0.0).all()):
        problems.append(Problem("income", f"is {talks.income}", "Give one positive income per party"))
    if talks.instruments and len(talks.instruments) != instruments:
        what = f"names {len(talks.instruments)} of {instruments}"
        problems.append(Problem("instruments", what, "Name every instrument, or none"))
    if problems:
        raise TalksError(problems)
