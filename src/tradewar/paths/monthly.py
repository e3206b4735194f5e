"""The month-by-month path of a flow: tariff steps, stocks around dates, and directed buying.

    use      ln C_m = Σ_s effect of step s at mid-month − Σ ψ             (`steps`, `DirectedBuying`)
    imports     M_m = C_m + I_m − I_{m−1}                                    (`stocks`)

so that ln M = substitution + directed + stocks in every month, exactly, with stocks = ln(M/C). Directed buying
(orders from the state) is a wedge on use and never part of an elasticity. All components are in log points; indices
have the baseline 1. Month m of the path is a calendar month and stands at m + 1/2.

Hurry before a date and waiting for a deal: purchases moved in time, with stocks conserved exactly.

A rise of the tariff, announced for month t_e in month t_a and believed with probability p, makes buyers hold

    H = p · Δ ln(1 + tariff) / carrying cost per month          months of use, at most `cap`, times the storable share

more than normal on the day. The extra stock rises linearly from t_a to the last month before t_e and is used from
t_e on, **whether or not the tariff comes**. An expected removal has the opposite sign: stocks are run down in
advance, by at most the normal inventory, and rebuilt from t_e on. Imports M, use C and extra stock I obey
M_m = C_m + I_m − I_{m−1} in every month, so that Σ M − Σ C − I_T = 0.

Check against Alessandria, Khan and Khederlarian (2024, Journal of International Economics): p = 0.032, 31 log points
and a storable share of 0.7 give 0.278 months.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from tradewar.equilibrium.horizon import DEFAULT_CURVE, ElasticityCurve
from tradewar.errors import PathError, Problem
from tradewar.paths.steps import Coverage, TariffStep, averaged_over_coverage, check_steps, covered_long_run_effect

CARRYING_COST = 0.025
"""Default cost of holding stock, share of its value per month."""
CAP_MONTHS = 2.0
"""Default limit of what is bought ahead, months of use."""


@dataclass(frozen=True)
class Anticipation:
    """A tariff change expected for a date. A postponed date is two: the old one, and the new one announced later."""

    announced_month: int
    """t_a: the first month in which buyers know of the date."""
    effective_month: int
    """t_e: the first month in which the change would hold."""
    probability: float
    """p: how likely buyers think the change is, in [0, 1]."""
    power_before: float
    power_after: float
    """1 + tariff without and with the change; below `power_before` for an expected removal."""
    storable_share: float
    """Share of the flow that is covered by the change and can be stored, in [0, 1]."""
    carrying_cost: float = CARRYING_COST
    """c: share of the value per month, > 0."""
    cap_months: float = CAP_MONTHS
    """Largest purchase ahead, months of use; infinity for no cap."""
    normal_inventory: float = 1.0
    """Months of use normally held: the most that can be run down while waiting for a removal."""
    name: str = ""


def limited_months(wanted: Float[Array, " draw"], anticipation: Anticipation) -> Float[Array, " draw"]:
    """H between minus the normal inventory and the cap, months of use of storable goods."""
    return np.clip(wanted, -anticipation.normal_inventory, anticipation.cap_months)


def stock_path(
    use: Float[Array, "draw month"],
    target: Float[Array, "draw event"],
    storable_share: Float[Array, "draw event"],
    windows: Sequence[tuple[int, int]],
) -> Float[Array, "draw month"]:
    """Extra stock at the end of every month, in months of normal use.

    Args:
        use: C, per month, baseline 1.
        target: months to be held on the eve of each date, after limit and storable share.
        storable_share: share of use that stock can serve; run-down and rebuilding are at most this share of use.
        windows: (announced, effective) months of each event, in the order of announcement. A later announcement
            supersedes an earlier one from its first month, so that a postponed date is two events.

    Returns:
        I; use + difference of I are the imports.
    """
    stock = np.zeros_like(use)
    held, share = np.zeros(len(use)), np.zeros(len(use))
    start_level, started_by = held, -1
    for month in range(use.shape[1]):
        event = _active_event(month, windows)
        if event is not None and event != started_by:
            start_level, started_by = held, event
        if event is not None:
            share = storable_share[:, event]
        most = share * use[:, month]
        if event is None:
            held = np.sign(held) * np.maximum(np.abs(held) - most, 0.0)
        else:
            announced, effective = windows[event]
            # a path that starts after the announcement sees only what is left of the ramp
            first = max(announced, 0)
            wanted = start_level + (target[:, event] - start_level) * (month - first + 1) / (effective - first)
            held = np.maximum(wanted, held - most)
        stock[:, month] = held
    return stock


def imports(use: Float[Array, "*draws month"], stock: Float[Array, "*draws month"]) -> Float[Array, "*draws month"]:
    """M_m = C_m + I_m − I_{m−1}, with no extra stock before the first month."""
    return use + np.diff(stock, axis=-1, prepend=0.0)


def _active_event(month: int, windows: Sequence[tuple[int, int]]) -> int | None:
    """The last announced event; None once its date has passed, when stocks go back to normal."""
    known = [number for number, (announced, _) in enumerate(windows) if announced <= month]
    if not known:
        return None
    latest = known[-1]
    return latest if month < windows[latest][1] else None


def check_anticipations(anticipations: Iterable[Anticipation]) -> None:
    """Raises PathError with every fault."""
    problems: list[Problem] = []
    for number, item in enumerate(anticipations):
        where = item.name or f"anticipation {number + 1}"
        if not item.carrying_cost > 0.0:
            fix = "Holding stock costs something: give a share of its value per month, e.g. 0.025"
            problems.append(Problem(where, f"carrying_cost is {item.carrying_cost:g}, must be > 0", fix))
        for label, value in (("probability", item.probability), ("storable_share", item.storable_share)):
            if not 0.0 <= value <= 1.0:
                problems.append(Problem(where, f"{label} is {value:g}, must lie in [0, 1]", "Give a fraction"))
        for label, value in (("power_before", item.power_before), ("power_after", item.power_after)):
            if not value > 0.0:
                problems.append(Problem(where, f"{label} is {value:g}, must be > 0", "Give 1 + tariff, e.g. 1.25"))
        for label, value in (("cap_months", item.cap_months), ("normal_inventory", item.normal_inventory)):
            if not value >= 0.0:
                problems.append(Problem(where, f"{label} is {value:g}, must be >= 0", "Give months of use"))
    if problems:
        raise PathError(problems)


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
