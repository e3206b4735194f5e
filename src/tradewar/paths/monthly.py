"""The month-by-month path of a flow: tariff steps, stocks around dates, and directed buying.

    use      ln C_m = Σ_s effect of step s at mid-month − Σ ψ             (`steps`, `DirectedBuying`)
    imports     M_m = C_m + I_m − I_{m−1}                                    (`stocks`)

so that ln M = substitution + directed + stocks in every month, exactly, with stocks = ln(M/C). Directed buying
(orders from the state) is a wedge on use and never part of an elasticity. All components are in log points; indices
have the baseline 1. Month m of the path is a calendar month and stands at m + 1/2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from tradewar.equilibrium.horizon import DEFAULT_CURVE, ElasticityCurve
from tradewar.errors import PathError, Problem
from tradewar.paths.steps import Coverage, TariffStep, averaged_over_coverage, check_steps, covered_long_run_effect
from tradewar.paths.stocks import Anticipation, check_anticipations, imports, limited_months, stock_path

MID_MONTH = 0.5
"""A monthly average stands half a month after the start of its month."""


@dataclass(frozen=True)
class DirectedBuying:
    """An order from the state to buy less of a flow (ψ > 0), or more where purchases are promised (ψ < 0)."""

    start_month: int
    wedge: float
    """ψ, log points taken off use and imports alike."""
    end_month: int | None = None
    """First month in which the order no longer holds; None = it holds to the end."""
    name: str = ""


@dataclass(frozen=True)
class PathAssumptions:
    """All that makes a path of one flow."""

    months: int
    steps: tuple[TariffStep, ...] = ()
    anticipations: tuple[Anticipation, ...] = ()
    directed: tuple[DirectedBuying, ...] = ()
    curve: ElasticityCurve = DEFAULT_CURVE
    coverage: Coverage = "log"
    name: str = ""


@dataclass(frozen=True, eq=False)
class MonthlyPath:
    """A path, month by month. Indices are relative to the baseline (1); components are log points."""

    assumptions: PathAssumptions
    trade_index: Float[Array, " month"]
    """M: imports."""
    use_index: Float[Array, " month"]
    """C: use."""
    extra_stock: Float[Array, " month"]
    """I at the end of the month, months of normal use."""
    substitution: Float[Array, " month"]
    directed: Float[Array, " month"]
    stocks: Float[Array, " month"]
    """ln(M/C); −inf in a month without imports."""
    conservation_gap: float
    """Σ M − Σ C − I_T, recomputed from the arrays: 0 up to rounding."""
    notes: tuple[str, ...]

    @property
    def months(self) -> Int[Array, " month"]:
        """0, 1, ..., the calendar months of the path."""
        return np.arange(len(self.trade_index))


@dataclass(frozen=True)
class PathLandmarks:
    """The months a reader asks for."""

    peak_month: int
    peak: float
    trough_month: int
    trough: float
    return_month: int | None
    """First month after the trough in which imports are within 1 percent of use; None if not within the path."""
    long_run_index: float
    """Where use ends when all that has been decided has worked itself out."""
    sentence: str


@dataclass(frozen=True, eq=False)
class Outcomes:
    """The path if the awaited step comes, beside the path if the date passes without it."""

    if_it_comes: MonthlyPath
    if_not: MonthlyPath


def monthly_path(assumptions: PathAssumptions) -> MonthlyPath:
    """The path of the flow under the given assumptions.

    Raises:
        PathError: listing every fault of the assumptions.
    """
    notes = check_assumptions(assumptions)
    curve = assumptions.curve
    parameters = central_parameters(assumptions)
    substitution, directed, use, stock = (series[0] for series in path_arrays(assumptions, parameters))
    bought = imports(use, stock)
    with np.errstate(divide="ignore"):
        stocks = np.log(bought / use)
    gap = float(bought.sum() - use.sum() - stock[-1])
    if any(step.awaited for step in assumptions.steps):
        notes = (*notes, "Assumes that every awaited step comes; compare with the path in which it does not.")
    if curve.source:
        notes = (*notes, f"Elasticity by horizon: {curve.source}.")
    return MonthlyPath(assumptions, bought, use, stock, substitution, directed, stocks, gap, notes)


def both_outcomes(assumptions: PathAssumptions) -> Outcomes:
    """The paths with and without the awaited steps. Stocks run down after the date in both.

    Raises:
        PathError: if no step is marked `awaited`.
    """
    without = tuple(step for step in assumptions.steps if not step.awaited)
    if len(without) == len(assumptions.steps):
        raise PathError.at("steps", "none is marked as awaited", "Set awaited=True on the step that may not come")
    return Outcomes(monthly_path(assumptions), monthly_path(replace(assumptions, steps=without)))


def landmarks(path: MonthlyPath) -> PathLandmarks:
    """Peak, trough, return to use and long-run level of a path."""
    bought, use = path.trade_index, path.use_index
    # months that are equal up to rounding count from the first
    peak = int(np.flatnonzero(bought >= bought.max() - 1e-9)[0])
    trough = int(np.flatnonzero(bought <= bought.min() + 1e-9)[0])
    near = np.flatnonzero(np.abs(bought[trough + 1 :] / use[trough + 1 :] - 1.0) <= 0.01)
    back = trough + 1 + int(near[0]) if len(near) else None
    steps, coverage = path.assumptions.steps, path.assumptions.coverage
    elasticity = np.array([path.assumptions.curve.long_run])
    covered = sum((covered_long_run_effect(step, elasticity, coverage) for step in steps), np.zeros(1))
    long_run = float(np.exp(averaged_over_coverage(covered, steps, coverage)[0] + path.directed[-1]))
    sentence = (
        f"Imports peak in month {peak} at {bought[peak]:.0%} of normal and reach their lowest point in month {trough} "
        f"at {bought[trough]:.0%}; in the long run use stands at {long_run:.0%}."
    )
    return PathLandmarks(peak, float(bought[peak]), trough, float(bought[trough]), back, long_run, sentence)


# ---------------------------------------------------------------- the kernel, for one path or many draws


@dataclass(frozen=True, eq=False)
class PathParameters:
    """The numbers of a path that may be uncertain; one row per draw."""

    long_run: Float[Array, " draw"]
    gap: Float[Array, " draw"]
    speed: Float[Array, " draw"]
    probability: Float[Array, "draw event"]
    carrying_cost: Float[Array, "draw event"]
    storable_share: Float[Array, "draw event"]
    wedge: Float[Array, "draw order"]


def central_parameters(assumptions: PathAssumptions) -> PathParameters:
    """The parameters as assumed: a single draw."""
    events = effective_events(assumptions)
    return PathParameters(
        long_run=np.array([assumptions.curve.long_run]),
        gap=np.array([assumptions.curve.gap]),
        speed=np.array([assumptions.curve.speed]),
        probability=np.array([[event.probability for event in events]], dtype=float),
        carrying_cost=np.array([[event.carrying_cost for event in events]], dtype=float),
        storable_share=np.array([[event.storable_share for event in events]], dtype=float),
        wedge=np.array([[order.wedge for order in assumptions.directed]], dtype=float),
    )


def path_arrays(
    assumptions: PathAssumptions, parameters: PathParameters
) -> tuple[
    Float[Array, "draw month"], Float[Array, "draw month"], Float[Array, "draw month"], Float[Array, "draw month"]
]:
    """(substitution, directed, use, extra stock) for every draw; see the module docstring."""
    draws = len(parameters.long_run)
    months = np.arange(assumptions.months) + MID_MONTH
    substitution = np.zeros((draws, assumptions.months))
    curve = (parameters.long_run[:, None], parameters.gap[:, None], parameters.speed[:, None])
    for step in assumptions.steps:
        years = (months - step.month) / 12.0
        reacted = curve[0] - curve[1] * np.exp(-curve[2] * np.maximum(years, 0.0))
        timing = np.where(years < 0.0, 0.0, reacted / curve[0])
        substitution += timing * covered_long_run_effect(step, parameters.long_run, assumptions.coverage)[:, None]
    substitution = averaged_over_coverage(substitution, assumptions.steps, assumptions.coverage)
    directed = np.zeros((draws, assumptions.months))
    for number, order in enumerate(assumptions.directed):
        end = assumptions.months if order.end_month is None else order.end_month
        directed[:, max(order.start_month, 0) : max(end, 0)] -= parameters.wedge[:, number, None]
    use = np.exp(substitution + directed)
    events = effective_events(assumptions)
    target = np.zeros((draws, len(events)))
    for number, event in enumerate(events):
        change = np.log(event.power_after / event.power_before)
        wanted = parameters.probability[:, number] * change / parameters.carrying_cost[:, number]
        target[:, number] = limited_months(wanted, event) * parameters.storable_share[:, number]
    windows = [(event.announced_month, event.effective_month) for event in events]
    return substitution, directed, use, stock_path(use, target, parameters.storable_share, windows)


def effective_events(assumptions: PathAssumptions) -> tuple[Anticipation, ...]:
    """The anticipations in order of announcement, without those announced after the fact."""
    events = sorted(assumptions.anticipations, key=lambda item: (item.announced_month, item.effective_month))
    return tuple(event for event in events if event.effective_month > max(event.announced_month, 0))


def check_assumptions(assumptions: PathAssumptions) -> tuple[str, ...]:
    """Notes on what was set aside. Raises PathError with every fault."""
    if assumptions.months < 1:
        raise PathError.at("months", f"is {assumptions.months}", "Give the number of months of the path, at least 1")
    check_steps(assumptions.steps, assumptions.coverage)
    check_anticipations(assumptions.anticipations)
    wrong = [order for order in assumptions.directed if not np.isfinite(order.wedge)]
    if wrong:
        raise PathError(
            [Problem(order.name or "directed buying", "wedge is not a number", "Give log points") for order in wrong]
        )
    late = [item for item in assumptions.anticipations if item not in effective_events(assumptions)]
    return tuple(
        f"{item.name or 'An anticipated change'} was announced in month {item.announced_month} for month "
        f"{item.effective_month}: nothing is bought ahead."
        for item in late
    )
