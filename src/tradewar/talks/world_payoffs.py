"""The solved world as a payoff function of tariffs: the form in which bargaining, the frontier and enforcement use it.

    choice = tariff_choice(world, ("USA", "CHN"))                  # one rate per party, or by="sector"
    payoff = payoffs_of_world(prepare(world, "balanced"), choice)
    payoff(rates)                                                  # percent of real income, and its Jacobian

An instrument is a tariff *rate*: the level after the change of one party on the goods of the other, over all goods or
one sector; tariffs on and of third countries stay as they are. Payoffs are exact real income against the baseline of
the prepared world. The Jacobian comes from one adjoint solve for all instruments together; each solve starts from the
last one. `by="party"` ties all goods of a party to one rate, as `regime="partner"` of the games does; where the
optimal tariff hardly differs over sectors this loses little, and it is what should be said beside its results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from tradewar.equilibrium import Levers, Policy, Prepared, Solution, multipliers, solve_levers
from tradewar.equilibrium.objectives import Multipliers, real_income_seeds
from tradewar.errors import NoSolutionError, Problem, TalksError
from tradewar.talks.bargaining import Talks
from tradewar.talks.payoffs import ModelAt, PayoffFunction, in_log_powers, models_of, remembered
from tradewar.world.model import World

SOLVE_TOLERANCE = 1e-10
"""Residual of every equilibrium: an order below what the solver of the talks can see."""
SLOPE_TOLERANCE = 1e-8
"""Residual of the adjoint, relative: gradients need not be better than the payoffs that they belong to."""
REACHABLE = 1e-9
"""What still counts as solved where rounding keeps a solver from the tolerance."""
POINTS_REMEMBERED = 1000
"""Tariffs of which payoffs are kept: different talks about one world ask for the same points."""
LOWEST_RATE, HIGHEST_RATE = -0.4, 1.0
"""Default range of a rate: an import subsidy of 40 percent of the price, a tariff of 100 percent."""
START_RATES = (0.02,)


@dataclass(frozen=True, eq=False)
class TariffChoice:
    """Which tariffs are chosen, and how they are tied together."""

    parties: tuple[str, ...]
    instruments: tuple[str, ...]
    """Names, in the order of the rates."""
    owner: Int[Array, " instrument"]
    """Position in `parties` of who sets each."""
    importer: Int[Array, " cell"]
    exporter: Int[Array, " cell"]
    sector: Int[Array, " cell"]
    instrument: Int[Array, " cell"]
    """The instrument that rules each cell."""

    @property
    def count(self) -> int:
        """Number of instruments."""
        return len(self.instruments)


def tariff_choice(
    world: World,
    parties: Sequence[str],
    *,
    by: Literal["party", "sector"] = "party",
    goods: Sequence[str] | None = None,
) -> TariffChoice:
    """The tariffs that parties set on each other.

    Args:
        world: whose countries and sectors are meant.
        parties: country codes, at least two.
        by: `party` for one rate on all goods of a partner, `sector` for one per sector.
        goods: sectors; None = all that may carry a tariff.

    Raises:
        TalksError: for parties or goods that the world does not have.
    """
    chosen = [code for s, code in enumerate(world.sectors) if world.tradable[s]] if goods is None else list(goods)
    problems = [
        Problem("parties", f"{code!r} is no country of {world.name}", "Use one of " + ", ".join(world.countries))
        for code in parties
        if code not in world.countries
    ]
    problems += [
        Problem("goods", f"{code!r} is no sector of {world.name} that may carry a tariff", "See `tradewar world show`")
        for code in chosen
        if code not in world.sectors or not world.tradable[world.sectors.index(code)]
    ]
    if len(set(parties)) != len(parties) or len(parties) < 2:
        problems.append(Problem("parties", f"are {', '.join(parties)}", "Name at least two different countries"))
    if problems:
        raise TalksError(problems)
    place = {code: world.countries.index(code) for code in parties}
    names: list[str] = []
    cells: list[tuple[int, int, int, int]] = []
    owner: list[int] = []
    for row, importer in enumerate(parties):
        for exporter in parties:
            if exporter == importer:
                continue
            for number, sector in enumerate(chosen):
                if by == "sector" or number == 0:
                    of = f" {sector}" if by == "sector" else " goods"
                    names.append(f"tariff of {importer} on {exporter}{of}")
                    owner.append(row)
                cells.append((place[importer], place[exporter], world.sectors.index(sector), len(names) - 1))
    table = np.array(cells, dtype=np.intp)
    return TariffChoice(
        tuple(parties), tuple(names), np.array(owner, dtype=np.intp), table[:, 0], table[:, 1], table[:, 2], table[:, 3]
    )


def rates_under(
    choice: TariffChoice, world: World, rate: Float[Array, "importer exporter sector"]
) -> Float[Array, " instrument"]:
    """The instruments that stand closest to given tariffs: averages over the baseline flows of each."""
    flow = world.trade_value[choice.importer, choice.exporter, choice.sector]
    applied = rate[choice.importer, choice.exporter, choice.sector]
    weight = np.bincount(choice.instrument, flow, choice.count)
    paid = np.bincount(choice.instrument, flow * applied, choice.count)
    return np.divide(paid, weight, out=np.zeros_like(paid), where=weight > 0)


def rates_placed(
    choice: TariffChoice, rates: Float[Array, " instrument"], rate: Float[Array, "importer exporter sector"]
) -> Float[Array, "importer exporter sector"]:
    """A copy of all tariffs with the instruments put in."""
    placed = rate.copy()
    placed[choice.importer, choice.exporter, choice.sector] = rates[choice.instrument]
    return placed


def policy_at(prepared: Prepared, choice: TariffChoice, rates: Float[Array, " instrument"], name: str = "") -> Policy:
    """The instruments as a policy for `solve`."""
    return Policy(tariff_rate=rates_placed(choice, rates, prepared.baseline.tariff_rate), name=name)


def real_income_pct(prepared: Prepared, solution: Solution) -> Float[Array, " country"]:
    """100 (V_hat − 1) of every country, V real income."""
    world = prepared.baseline
    prices = (world.consumption_share * np.log(solution.price_hat)).sum(axis=1)
    return 100.0 * np.expm1(np.log(solution.income / world.income) - prices)


def payoffs_of_world(
    prepared: Prepared,
    choice: TariffChoice,
    countries: Sequence[str] | None = None,
    *,
    tolerance: float = SOLVE_TOLERANCE,
) -> PayoffFunction:
    """Instruments -> (percent change of real income [country], Jacobian per unit of tariff rate).

    Args:
        prepared: the world, its closure decided (`balanced` for talks: see `tradewar.games.setup`).
        choice: the instruments.
        countries: whose payoffs; None = the parties, in their order.
        tolerance: largest residual of each equilibrium.

    The function raises NoSolutionError where an equilibrium is not found.
    """
    named = choice.parties if countries is None else tuple(countries)
    places = [prepared.baseline.country_index(code) for code in named]
    last: list[Solution] = []
    worth: list[Multipliers] = []

    def function(rates: Array) -> tuple[Array, Array]:
        levers = Levers(rates_placed(choice, rates, prepared.baseline.tariff_rate))
        solution = solved(prepared, levers, last[0] if last else None, tolerance)
        last[:] = [solution]
        payoff = real_income_pct(prepared, solution)[places]
        seeds = real_income_seeds(prepared, solution, places)
        found = multipliers(prepared, solution, seeds, SLOPE_TOLERANCE, worth[0] if worth else None)
        worth[:] = [found]
        slope = found.tariff_gradient(prepared, solution)[:, choice.importer, choice.exporter, choice.sector]
        tied = np.stack([np.bincount(choice.instrument, row, choice.count) for row in slope])
        return payoff, (100.0 + payoff)[:, None] * tied / (1.0 + rates)

    return remembered(function, POINTS_REMEMBERED)


def solved(prepared: Prepared, levers: Levers, start: Solution | None, tolerance: float = SOLVE_TOLERANCE) -> Solution:
    """An equilibrium, from an earlier one and then from the baseline.

    Raises:
        NoSolutionError: if neither leads to one.
    """
    solution = solve_levers(prepared, levers, start, tolerance)
    if start is not None and not solution.residual <= REACHABLE:
        solution = solve_levers(prepared, levers, None, tolerance)
    if not solution.residual <= REACHABLE:
        raise NoSolutionError(
            f"No equilibrium of {prepared.baseline.name} at the tariffs tried: after {solution.passes} passes the "
            f"worst equation is off by {solution.residual:.3g} (limit {REACHABLE:g})."
        )
    return solution


def payoff_models(payoff: PayoffFunction) -> ModelAt:
    """Quadratic models of a payoff of the world, for all talks about it."""
    return models_of(in_log_powers(payoff))


def talks_of_world(
    prepared: Prepared,
    choice: TariffChoice,
    disagreement: Float[Array, " party"],
    *,
    lowest: float = LOWEST_RATE,
    highest: float = HIGHEST_RATE,
    starts: Sequence[Float[Array, " instrument"]] | None = None,
    payoff: PayoffFunction | None = None,
    models: ModelAt | None = None,
) -> Talks:
    """Talks of the parties over the chosen tariffs, ready for `bargain` and `efficient_frontier`.

    Args:
        prepared: the world.
        choice: the instruments.
        disagreement: walk-away payoffs, percent of baseline real income per year.
        lowest: least rate; negative = import subsidies, the price form of a promise to buy.
        highest: greatest rate.
        starts: where to search from; None = low tariffs.
        payoff: an earlier `payoffs_of_world` of the same choice, to go on from its last solution.
        models: of the same payoff (`payoff_models`), to go on from what earlier talks learned about its curvature.
    """
    places = [prepared.baseline.country_index(code) for code in choice.parties]
    lower = np.full(choice.count, lowest)
    upper = np.full(choice.count, highest)
    known = payoffs_of_world(prepared, choice) if payoff is None else payoff
    begun = [np.full(choice.count, rate) for rate in START_RATES] if starts is None else list(starts)
    return Talks(
        parties=choice.parties,
        payoff=known,
        disagreement=np.asarray(disagreement, dtype=float),
        lower=lower,
        upper=upper,
        starts=tuple(np.clip(start, lower, upper) for start in begun),
        # one unit of payoff is a percent of baseline income
        income=prepared.baseline.income[places] / 100.0,
        instruments=choice.instruments,
        models=payoff_models(known) if models is None else models,
    )
