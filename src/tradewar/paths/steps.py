"""Dated tariff steps and their effect on a flow: a convolution with the elasticity by horizon.

    ln M(t) = − Σ_s share_s · eps(t − s) · Δ ln(1 + tariff)_s        over steps s ≤ t

Linear in the steps, so that nothing is counted twice: a cut has a negative Δ and the same curve. Where the
general-equilibrium engine gives the long-run change of the flow for a step, that change replaces the partial
one and only the timing eps(y)/eps_LR is taken from the curve; the two are never added.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.horizon import ElasticityCurve, elasticity_at
from tradewar.errors import PathError, Problem

Coverage = Literal["log", "levels"]
"""How a covered share below 1 enters: it scales the log effect, or levels of covered and other goods are averaged."""

LARGEST_POWER = 11.0
"""A tariff power above this (1,000 percent) is taken for a percentage written as a power."""


@dataclass(frozen=True)
class TariffStep:
    """A change of the tariff on a flow at the start of a month."""

    month: float
    """When, in months; 0 is the first month of the path."""
    power_before: float
    """1 + tariff before the step, e.g. 1.10."""
    power_after: float
    """1 + tariff after the step, e.g. 1.25."""
    covered_share: float = 1.0
    """Share of the flow, at baseline values, that the step covers."""
    long_run_log_change: float | None = None
    """ln of the long-run change of the whole flow in general equilibrium; replaces the partial effect where given."""
    awaited: bool = False
    """True for a step that may not come: it is left out of the path in which the deadline passes without it."""
    name: str = ""


def log_power_change(step: TariffStep) -> float:
    """Δ ln(1 + tariff), log points; negative for a cut."""
    return float(np.log(step.power_after / step.power_before))


def long_run_log_effect(step: TariffStep, long_run_elasticity: Float[Array, " draw"]) -> Float[Array, " draw"]:
    """Long-run log change of the flow: the engine's where given, else − share · eps_LR · Δ ln(1 + tariff)."""
    if step.long_run_log_change is not None:
        return np.full(len(long_run_elasticity), step.long_run_log_change)
    return -step.covered_share * long_run_elasticity * log_power_change(step)


def log_effect_of_steps(
    steps: Sequence[TariffStep], curve: ElasticityCurve, months: Float[Array, " time"], coverage: Coverage = "log"
) -> Float[Array, " time"]:
    """ln of the flow at points in time, in log points relative to the baseline.

    Args:
        steps: the tariff steps, in any order.
        curve: the elasticity by horizon.
        months: points in time in months; for the average of calendar month m give m + 0.5.
        coverage: `log` multiplies the log effect by the covered share; `levels` averages the levels of covered and
            other goods, for shares far from 1.

    Raises:
        PathError: for a power that is not positive or looks like a percentage, a share outside [0, 1], or
            `levels` with steps of different coverage.
    """
    check_steps(steps, coverage)
    total = np.zeros(len(months))
    for step in steps:
        timing = elasticity_at(curve, (months - step.month) / 12.0) / curve.long_run
        total += timing * covered_long_run_effect(step, np.array([curve.long_run]), coverage)[0]
    return averaged_over_coverage(total, steps, coverage)


def averaged_over_coverage(
    covered: Float[Array, "*draws time"], steps: Sequence[TariffStep], coverage: Coverage
) -> Float[Array, "*draws time"]:
    """Log effect on the whole flow from that on covered goods, where levels are averaged; unchanged for `log`."""
    if coverage == "log" or not steps:
        return covered
    share = steps[0].covered_share
    return np.log(share * np.exp(covered) + 1.0 - share)


def covered_long_run_effect(
    step: TariffStep, long_run_elasticity: Float[Array, " draw"], coverage: Coverage
) -> Float[Array, " draw"]:
    """What is summed over steps: the effect on the whole flow, or on covered goods alone where levels are averaged."""
    effect = long_run_log_effect(step, long_run_elasticity)
    return effect / step.covered_share if coverage == "levels" and step.covered_share > 0.0 else effect


def check_steps(steps: Sequence[TariffStep], coverage: Coverage) -> None:
    """Raises PathError with every fault of the steps."""
    problems = list(_step_problems(steps))
    if coverage == "levels":
        if len({step.covered_share for step in steps}) > 1:
            fix = "Split the flow by list of products, make one path each, and average them with base shares"
            problems.append(Problem("coverage", "levels cannot be averaged over steps of different coverage", fix))
        if any(step.long_run_log_change is not None for step in steps):
            fix = "Use coverage 'log', or leave the general-equilibrium change out"
            problems.append(Problem("coverage", "a general-equilibrium change already concerns the whole flow", fix))
    if problems:
        raise PathError(problems)


def _step_problems(steps: Sequence[TariffStep]) -> Iterable[Problem]:
    for number, step in enumerate(steps):
        where = step.name or f"step {number + 1}"
        for label, power in (("power_before", step.power_before), ("power_after", step.power_after)):
            if not power > 0.0:
                yield Problem(where, f"{label} is {power:g}, must be > 0", "Give 1 + tariff, e.g. 1.25")
            elif power > LARGEST_POWER:
                fix = "A tariff of 25 percent has the power 1.25"
                yield Problem(where, f"{label} is {power:g}, above {LARGEST_POWER:g}; was a percentage meant?", fix)
        if not 0.0 <= step.covered_share <= 1.0:
            fix = "Give a share of the flow between 0 and 1"
            yield Problem(where, f"covered_share is {step.covered_share:g}", fix)
        if not np.isfinite(step.month):
            yield Problem(where, f"month is {step.month}", "Give the month of the step as a number")
