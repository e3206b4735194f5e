"""The ladder of a solved world: each side climbs along its own pattern of tariffs.

Rung r of a side stands for the tariffs  floor_ijs + (r / r_full) · step_ijs  of that side on the other: `floor` holds
what stays whatever happens on the ladder, `step` what the full rung adds, sector by sector, and r_full is the rate by
which the full rung is called (0.25 for a duty of 25 percent on a list of goods). Third countries' tariffs stay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium import Policy, Prepared
from tradewar.equilibrium.product_tariffs import ProductTariffs
from tradewar.errors import Problem, TalksError
from tradewar.talks.ladder import Ladder, RungOutcome, RungSolver, build_ladder
from tradewar.talks.world_payoffs import real_income_pct, solved


@dataclass(frozen=True, eq=False)
class Climb:
    """How one side climbs the ladder."""

    country: str
    rates: tuple[float, ...]
    """Rungs, by the rate they are called, rising."""
    full_rate: float
    """The rate at which `step` is added in full."""
    floor: Float[Array, " sector"]
    """Tariffs on the other side at rung 0."""
    step: Float[Array, " sector"]
    """Added at the full rate."""
    lines: ClimbLines | None = None
    """Where the tariffs differ between products, those of which `floor` and `step` are the averages."""

    def tariffs(self, rate: float) -> Float[Array, " sector"]:
        """Tariffs on the other side at a rung."""
        return self.floor + rate / self.full_rate * self.step

    def products(self, rate: float) -> tuple[ProductTariffs, ...]:
        """The same by product; empty where one rate holds for all products of a sector."""
        if self.lines is None:
            return ()
        added = self.lines.floor.added + rate / self.full_rate * self.lines.step
        return (replace(self.lines.floor, added=added, average_rate=self.tariffs(rate)),)


@dataclass(frozen=True, eq=False)
class ClimbLines:
    """How one side climbs the ladder, product by product."""

    floor: ProductTariffs
    """At rung 0."""
    step: Float[Array, " line"]
    """Added at the full rate, a fraction."""


def ladder_of_world(
    prepared: Prepared, climbs: tuple[Climb, Climb], *, progress: Callable[[int, int], None] | None = None
) -> Ladder:
    """Solve the world on every pair of rungs, each started from its neighbour.

    Args:
        prepared: the world, its closure decided.
        climbs: of the initiator and the responder.
        progress: called with (pairs done, pairs in all).

    Raises:
        TalksError: for sides, rungs or patterns that are wrong.
        NoSolutionError: if not one pair could be solved.
    """
    solver = rung_solver(prepared, climbs)
    sides = (climbs[0].country, climbs[1].country)
    return build_ladder(solver, prepared.baseline.countries, sides, climbs[0].rates, climbs[1].rates, progress=progress)


def rung_solver(prepared: Prepared, climbs: tuple[Climb, Climb]) -> RungSolver:
    """The solver of one pair of rungs, for `build_ladder`.

    Raises:
        TalksError: for patterns that do not fit the world.
    """
    world = prepared.baseline
    _check(prepared, climbs)
    one, two = (world.country_index(climb.country) for climb in climbs)
    parties = f"{climbs[0].country} from {climbs[1].country}", f"{climbs[1].country} from {climbs[0].country}"

    def solve_rung(rate_1: float, rate_2: float, warm: object) -> RungOutcome:
        rate = world.tariff_rate.copy()
        rate[one, two], rate[two, one] = climbs[0].tariffs(rate_1), climbs[1].tariffs(rate_2)
        products = (*climbs[0].products(rate_1), *climbs[1].products(rate_2))
        levers = Policy(tariff_rate=rate, products=products).levers(world)
        solution = solved(prepared, levers, warm)  # type: ignore[arg-type]
        imports = solution.trade_value[:, :, world.tradable].sum(axis=2)
        revenue = (levers.tariff_rate * solution.trade_value).sum(axis=(1, 2))
        return RungOutcome(
            payoff=real_income_pct(prepared, solution),
            residual=float(solution.residual),
            trade_value={parties[0]: float(imports[one, two]), parties[1]: float(imports[two, one])},
            tariff_revenue=revenue,
            warm_start=solution,
        )

    return solve_rung


def uniform_climb(prepared: Prepared, country: str, other: str, rates: Sequence[float]) -> Climb:
    """Rungs that are points added to the baseline tariffs on all goods of the other side."""
    world = prepared.baseline
    floor = world.tariff_rate[world.country_index(country), world.country_index(other)].copy()
    full = max(rates)
    return Climb(country, tuple(rates), full, floor, np.where(world.tradable, full, 0.0))


def _check(prepared: Prepared, climbs: tuple[Climb, Climb]) -> None:
    world = prepared.baseline
    problems: list[Problem] = []
    for climb in climbs:
        if climb.country not in world.countries:
            known = ", ".join(world.countries)
            problems.append(Problem("sides", f"{climb.country!r} is not a country of the world", f"Use one of {known}"))
        if climb.floor.shape != (world.n_sectors,) or climb.step.shape != (world.n_sectors,):
            what = f"has {len(climb.floor)} and {len(climb.step)} sectors, the world {world.n_sectors}"
            problems.append(Problem(f"pattern of {climb.country}", what, "Give one rate per sector"))
            continue
        if not climb.full_rate > 0.0:
            problems.append(
                Problem(f"pattern of {climb.country}", "has no full rate > 0", "Name the rate of the full rung")
            )
        elif (climb.tariffs(min(climb.rates)) <= -1.0).any() or not np.isfinite(climb.tariffs(max(climb.rates))).all():
            problems.append(
                Problem(f"pattern of {climb.country}", "leads to rates of -100 percent", "Check the pattern")
            )
    if problems:
        raise TalksError(problems)
