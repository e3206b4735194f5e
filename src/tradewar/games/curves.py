"""Reaction curves: the best answer of one party to each level of the other's tariffs.

The mover's tariffs on the answerer are set to one level after another, as an average weighted with baseline trade; the
answerer's best tariffs on the mover follow. The mover's tariffs are uniform, or keep the pattern of a war: then the
curves of the two parties cross at that war.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import InputError, Problem
from tradewar.games.nash import Effort, climb
from tradewar.games.objectives import real_incomes
from tradewar.games.result import War
from tradewar.games.setup import Options, Setup, setup
from tradewar.io.serialize import Document, content
from tradewar.world import World
from tradewar.world.identities import nearest

if TYPE_CHECKING:
    import pandas as pd

POINT = Effort(tolerance=1e-8, equilibrium=1e-11, slack=1e-11)
"""A point of a curve: average tariffs to about 1e-8."""
DEFAULT_AVERAGES = tuple(0.05 * k for k in range(11))


@dataclass(frozen=True)
class CurvePoint:
    """Averages of both parties, rates, and their real income against the tariffs in force."""

    mover_average: float
    answer_average: float
    mover_real_income_pct: float
    answerer_real_income_pct: float


@dataclass(frozen=True, eq=False)
class ReactionCurve(Document, told="mover answerer points"):
    """Best answers to levels of the mover's average tariff. P points; real income against the tariffs in force."""

    mover: str
    answerer: str
    mover_average: Float[Array, " point"]
    """Trade-weighted average of the mover's tariffs on the answerer, rate."""
    answer_average: Float[Array, " point"]
    """Trade-weighted average of the answerer's best tariffs on the mover, rate."""
    mover_real_income_pct: Float[Array, " point"]
    answerer_real_income_pct: Float[Array, " point"]
    converged: bool
    """True if the first-order rule is at rest at every point."""

    def to_frame(self) -> pd.DataFrame:
        """One row per point."""
        import pandas as pd

        return pd.DataFrame([{"mover": self.mover, "answerer": self.answerer} | content(row) for row in self.points])

    @property
    def points(self) -> tuple[CurvePoint, ...]:
        """One per level of the mover's average tariff."""
        columns = (getattr(self, name).tolist() for name in CurvePoint.__annotations__)
        return tuple(map(CurvePoint, *columns))


def reaction_curve(
    world: World,
    mover: str,
    answerer: str,
    *,
    averages: Sequence[float] = DEFAULT_AVERAGES,
    pattern: War | None = None,
    options: Options | None = None,
    weights: Float[Array, "importer exporter sector"] | None = None,
) -> ReactionCurve:
    """The best answer of one party to each average tariff of the other.

    Args:
        world: the calibrated world.
        mover: whose tariffs on the answerer are set.
        answerer: who answers with its best tariffs on the mover; all other tariffs stay.
        averages: average rates of the mover.
        pattern: a war of the same world whose tariffs of the mover on the answerer are scaled to the averages; None =
            one uniform rate.
        options: goods, closure, market, bounds and policy, as in `war`.
        weights: trade values with which tariffs are averaged; None = those of the baseline, without deficits under
            the `balanced` closure.

    Raises:
        InputError: if a party is unknown or there is nothing to tax.
        NoSolutionError: if an equilibrium is not found.
    """
    check_parties(world, ("mover", mover), ("answerer", answerer))
    asked = Options() if options is None else options
    ready = setup(world, [answerer], replace(asked, exempt=(*asked.exempt, *all_but(world, answerer, mover))))
    moving = setup(world, [mover], replace(asked, exempt=(*asked.exempt, *all_but(world, mover, answerer))))
    stage, own = ready.game.stage, ready.game.instruments
    traded = stage.world.trade_value if weights is None else weights
    shape, mover_weights = _shape(traded, moving, pattern)
    in_force = stage.log_power if pattern is None else stage.with_rates(pattern.tariff_rate, pattern.chosen)
    level, position = own.read(in_force), ready.factual
    answered = np.zeros((4, len(averages)))
    converged = True
    incomes = real_incomes(stage, ready.factual)
    places = [stage.world.country_index(code) for code in (mover, answerer)]
    value = traded[ready.chosen]
    for k, average in enumerate(averages):
        log_power = stage.log_power.copy()
        log_power[moving.chosen] = np.log1p(average * shape)
        found = climb(ready.game, log_power, level, position, POINT)
        level, position, converged = found.point.level, found.point.position, converged and found.converged
        rates = np.expm1(position.log_power)
        change = 100.0 * np.expm1(real_incomes(stage, position) - incomes)[places]
        mean = (rates[moving.chosen] * mover_weights).sum(), (rates[ready.chosen] * value).sum() / value.sum()
        answered[:, k] = (*mean, *change)
    own_average, answer_average, mover_change, answerer_change = answered
    return ReactionCurve(mover, answerer, own_average, answer_average, mover_change, answerer_change, converged)


def check_parties(world: World, one: tuple[str, str], other: tuple[str, str]) -> None:
    """Raises an InputError unless both (called, code) are countries of the world, and not the same one."""
    problems = [
        Problem(called, f"{code!r} is unknown{nearest(code, world.countries)}", f"Use {', '.join(world.countries)}")
        for called, code in (one, other)
        if code not in world.countries
    ]
    if one[1] == other[1]:
        problems.append(Problem(other[0], f"{other[1]} is the same as the {one[0]}", "Name two countries"))
    if problems:
        raise InputError(problems)


def all_but(world: World, player: str, opponent: str) -> list[tuple[str, str]]:
    """Exemptions that leave a player only its tariffs on one opponent."""
    return [(player, code) for code in world.countries if code not in (player, opponent)]


def _shape(traded: Array, moving: Setup, pattern: War | None) -> tuple[Array, Array]:
    """The mover's tariffs at an average of 1, and the weights of that average, over its cells."""
    value = traded[moving.chosen]
    weights = value / value.sum()
    if pattern is None:
        return np.ones_like(weights), weights
    if pattern.tariff_rate.shape != moving.chosen.shape:
        raise InputError.at("pattern", "is a war in another world", "Give a war of the same world")
    rates = pattern.tariff_rate[moving.chosen]
    average = float((rates * weights).sum())
    if average <= 0:
        raise InputError.at("pattern", "has no tariffs of the mover on the answerer", "Give another war or none")
    return rates / average, weights
