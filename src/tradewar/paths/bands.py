"""How sure a path is: the path under draws of its uncertain numbers.

Draws are uniform within ranges that the user names; every other number stays at its assumed value. All draws of a
path are computed at once as arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.horizon import fitted_gap_and_speed
from tradewar.errors import PathError, Problem
from tradewar.paths.monthly import (
    PathAssumptions,
    PathParameters,
    central_parameters,
    check_assumptions,
    imports,
    path_arrays,
)
from tradewar.paths.steps import TariffStep, check_steps, covered_long_run_effect

Range = tuple[float, float]

FIRST_YEAR, SECOND_YEAR = 1.0, 10.0
"""Horizons, in years, of the two points through which the drawn curves go."""


@dataclass(frozen=True)
class PathRanges:
    """(lowest, highest) of each uncertain number; None keeps what the assumptions say.

    The three elasticities go together: give all of them or none. Probability, carrying cost and storable share hold
    for every anticipation, the wedge for every order.
    """

    long_run: Range | None = None
    at_one_year: Range | None = None
    at_ten_years: Range | None = None
    probability: Range | None = None
    carrying_cost: Range | None = None
    storable_share: Range | None = None
    wedge: Range | None = None


def path_draws(
    assumptions: PathAssumptions, ranges: PathRanges, draws: int = 1000, seed: int = 0
) -> tuple[Float[Array, "draw month"], Float[Array, "draw month"], Float[Array, "draw month"]]:
    """(imports, use, extra stock) of every month under every draw.

    Raises:
        PathError: for faults of the assumptions, or ranges that are out of order or leave their limits.
    """
    check_assumptions(assumptions)
    problems = list(_range_problems(ranges))
    if draws < 1:
        problems.append(Problem("draws", f"is {draws}", "Give at least 1"))
    if problems:
        raise PathError(problems)
    parameters = _drawn(assumptions, ranges, draws, np.random.default_rng(seed))
    _, _, use, stock = path_arrays(assumptions, parameters)
    return imports(use, stock), use, stock


def step_effect_draws(
    steps: Sequence[TariffStep],
    ranges: PathRanges,
    month: float,
    base_month: float | None = None,
    *,
    draws: int = 1000,
    seed: int = 0,
) -> Float[Array, " draw"]:
    """What tariff steps do to a flow at one point in time, log points, under draws of the elasticities.

    Args:
        steps: the tariff steps, in any order.
        ranges: with all three elasticities; its other numbers play no part.
        month: the point in time, in the months of the steps.
        base_month: the point in time compared with; None = before all steps.

    Raises:
        PathError: for faulty steps, or ranges without elasticities, out of order or beyond their limits.
    """
    check_steps(steps, "log")
    problems = list(_range_problems(ranges))
    if not (ranges.long_run and ranges.at_one_year and ranges.at_ten_years):
        problems.append(Problem("ranges", "give no elasticities", "Give long run, one year and ten years"))
    if problems:
        raise PathError(problems)
    generator = np.random.default_rng(seed)
    given = (ranges.long_run, ranges.at_one_year, ranges.at_ten_years)
    long_run, first, second = (generator.uniform(*limits, size=draws) for limits in given if limits)
    gap, speed = fitted_gap_and_speed(long_run, FIRST_YEAR, first, SECOND_YEAR, second)

    def at(point: float) -> Array:
        total = np.zeros(draws)
        for step in steps:
            years = (point - step.month) / 12.0
            if years >= 0.0:
                timing = 1.0 - gap * np.exp(-speed * years) / long_run
                total += timing * covered_long_run_effect(step, long_run, "log")
        return total

    return at(month) if base_month is None else at(month) - at(base_month)


def _drawn(
    assumptions: PathAssumptions, ranges: PathRanges, draws: int, generator: np.random.Generator
) -> PathParameters:
    central = central_parameters(assumptions)

    def draw(limits: Range | None, value: Array) -> Array:
        # one number per draw, the same for all events: they share a cause
        shape = (draws, *value.shape[1:])
        if limits is None:
            return np.broadcast_to(value, shape)
        drawn = generator.uniform(*limits, size=draws)
        return np.broadcast_to(drawn.reshape(draws, *([1] * (value.ndim - 1))), shape)

    long_run = draw(ranges.long_run, central.long_run)
    gap, speed = draw(None, central.gap), draw(None, central.speed)
    if ranges.long_run and ranges.at_one_year and ranges.at_ten_years:
        first, second = draw(ranges.at_one_year, central.long_run), draw(ranges.at_ten_years, central.long_run)
        gap, speed = fitted_gap_and_speed(long_run, FIRST_YEAR, first, SECOND_YEAR, second)
    return PathParameters(
        long_run,
        gap,
        speed,
        draw(ranges.probability, central.probability),
        draw(ranges.carrying_cost, central.carrying_cost),
        draw(ranges.storable_share, central.storable_share),
        draw(ranges.wedge, central.wedge),
    )


def _range_problems(ranges: PathRanges) -> Iterable[Problem]:
    limits = {
        "long_run": (0.0, np.inf),
        "at_one_year": (0.0, np.inf),
        "at_ten_years": (0.0, np.inf),
        "probability": (0.0, 1.0),
        "carrying_cost": (1e-9, np.inf),
        "storable_share": (0.0, 1.0),
        "wedge": (-np.inf, np.inf),
    }
    for name, (lowest, highest) in limits.items():
        given: Range | None = getattr(ranges, name)
        if given is not None and not lowest <= given[0] <= given[1] <= highest:
            fix = f"Give (low, high) within [{lowest:g}, {highest:g}]"
            yield Problem(f"range of {name}", f"is {given}", fix)
    curve = (ranges.at_one_year, ranges.at_ten_years, ranges.long_run)
    if any(item is not None for item in curve):
        if any(item is None for item in curve):
            yield Problem("ranges", "give only part of the elasticity curve", "Give long run, one year and ten years")
        elif not (curve[0] and curve[1] and curve[2] and curve[0][0] > 0.0 and _ordered(curve[0], curve[1], curve[2])):
            fix = "The highest at one year must lie below the lowest at ten years, and that below the long run"
            yield Problem("ranges", "the ranges of the elasticities overlap or are not positive", fix)


def _ordered(*ranges: Range) -> bool:
    return all(lower[1] < upper[0] for lower, upper in pairwise(ranges))
