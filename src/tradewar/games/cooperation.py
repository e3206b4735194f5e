"""Cooperation in Ossa's sense: the public verb, its starts and its result.

Several local optima exist with political weights, so the search runs from several tariff vectors; the best treaty is
returned and the others are listed. Many optimal cooperative tariffs are zero; where (1 + t_ij)(1 + t_ji) alone matters
single tariffs are not unique in level.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.equilibrium.closures import Closure
from tradewar.errors import InputError, NoSolutionError
from tradewar.games.instruments import MAX_RATE
from tradewar.games.objectives import Objective, log_payoffs, real_incomes
from tradewar.games.planner import Treaty, plan
from tradewar.games.result import War
from tradewar.games.settle import settle
from tradewar.games.setup import Options, Setup, setup
from tradewar.games.stage import Position
from tradewar.games.war import war
from tradewar.io.serialize import Document
from tradewar.world import World

if TYPE_CHECKING:
    import pandas as pd

    from tradewar.equilibrium.policy import Policy

STARTS = ("factual", "nash", "free")
"""To what gains refer: the tariffs in force, the Nash war, or no tariffs among what is chosen."""
SAME_GAIN = 1e-7


@dataclass(frozen=True)
class CountryGain:
    """What one country has from the treaty, percent over the start."""

    country: str
    objective_pct: float
    real_income_pct: float


@dataclass(frozen=True, eq=False)
class Cooperation(
    Document,
    told=(
        "world=baseline.name participants start objective gain_pct spread converged weights=weight_of zero_tariffs "
        "chosen_tariffs other_gains_pct countries notes seconds"
    ),
):
    """Tariffs that give every participant the same proportional gain, the largest found."""

    baseline: World
    participants: tuple[str, ...]
    start: str
    objective: str
    chosen: Bool[Array, "importer exporter sector"]
    tariff_rate: Float[Array, "importer exporter sector"]
    """All tariffs; those not chosen are the ones in force."""
    objective_hat: Float[Array, " country"]
    """Payoff over that at the start."""
    real_income_hat: Float[Array, " country"]
    """Real income over that at the start."""
    wage_hat: Float[Array, " country"]
    """Wage over that at the start."""
    weights: Float[Array, " participant"]
    """Shadow prices of equality, summing to 1."""
    spread: float
    """Largest difference between the participants' log gains."""
    converged: bool
    other_gains_pct: tuple[float, ...]
    """Common gains of other local optima that the search met, percent."""
    notes: tuple[str, ...]
    seconds: float

    @property
    def gain_pct(self) -> float:
        """The common gain of the participants, percent."""
        players = [self.baseline.country_index(code) for code in self.participants]
        return 100.0 * float(self.objective_hat[players].mean() - 1.0)

    @property
    def zero_tariffs(self) -> int:
        """How many chosen tariffs are zero."""
        return int((np.abs(self.tariff_rate[self.chosen]) < 1e-9).sum())

    @property
    def weight_of(self) -> dict[str, float]:
        """The weight of each participant."""
        return dict(zip(self.participants, map(float, self.weights), strict=True))

    @property
    def chosen_tariffs(self) -> int:
        """How many tariffs are chosen."""
        return int(self.chosen.sum())

    @property
    def countries(self) -> tuple[CountryGain, ...]:
        """What every country has from the treaty."""
        objective, income = (100.0 * (hat - 1.0) for hat in (self.objective_hat, self.real_income_hat))
        return tuple(map(CountryGain, self.baseline.countries, map(float, objective), map(float, income)))

    def to_frame(self) -> pd.DataFrame:
        """The chosen tariffs, long: importer, exporter, sector, tariff."""
        import pandas as pd

        importer, exporter, sector = np.nonzero(self.chosen)
        countries, sectors = pd.Index(list(self.baseline.countries)), pd.Index(list(self.baseline.sectors))
        return pd.DataFrame(
            {
                "importer": pd.Categorical.from_codes(importer, categories=countries),
                "exporter": pd.Categorical.from_codes(exporter, categories=countries),
                "sector": pd.Categorical.from_codes(sector, categories=sectors),
                "tariff": self.tariff_rate[self.chosen],
            }
        )

    def __repr__(self) -> str:
        state = "" if self.converged else ", not converged"
        return f"Cooperation({', '.join(self.participants)} from {self.start}: {self.gain_pct:+.4g} percent{state})"


def cooperate(
    world: World,
    participants: Sequence[str] | None = None,
    *,
    start: str | War = "factual",
    goods: Sequence[str] | None = None,
    mfn: bool = False,
    regime: str = "bilateral",
    between: bool = False,
    exempt: Sequence[tuple[str, str]] = (),
    weights: Path | str | Float[Array, "country sector"] | None = None,
    objective: Objective | None = None,
    market: str | None = None,
    max_rate: float = MAX_RATE,
    min_rate: float = 0.0,
    closure: Closure | str = "balanced",
    elasticities: str | None = None,
    policy: Policy | None = None,
) -> Cooperation:
    """Equal proportional gains for all participants from a named start (Ossa 2014).

    Args:
        world: the calibrated world.
        participants: country codes; None = every country.
        start: `factual` (the tariffs in force), `free` (none among what is chosen), `nash`, or a `War` at whose
            tariffs the talks begin.

    The other options are those of `war`.

    Raises:
        InputError: listing what is wrong with the options.
        NoSolutionError: if no search reached equal gains with the planner's rule at rest.
    """
    began = time.perf_counter()
    options = Options(
        goods, "mfn" if mfn else regime, between, exempt, weights, objective, market, min_rate, max_rate, closure,
        elasticities, policy,
    )  # fmt: skip
    if isinstance(start, str) and start not in STARTS:
        raise InputError.at("start", f"{start!r} is unknown", f"Use one of {', '.join(STARTS)}, or a War")
    ready = setup(world, participants, options)
    if start == "nash":
        start = war(world, participants, **options.as_keywords())
    name, from_position, from_level = _start(ready, start)
    treaties = _treaties(ready, from_position, from_level)
    best = treaties[0]
    stage, own = ready.game.stage, ready.game.instruments
    reference = log_payoffs(ready.game.objective, stage, from_position)
    return Cooperation(
        baseline=stage.world,
        participants=tuple(stage.world.countries[k] for k in own.players),
        start=name,
        objective=ready.game.objective.name,
        chosen=ready.chosen,
        tariff_rate=np.where(ready.chosen, np.expm1(best.position.log_power), stage.levers.tariff_rate),
        objective_hat=np.exp(log_payoffs(ready.game.objective, stage, best.position) - reference),
        real_income_hat=np.exp(real_incomes(stage, best.position) - real_incomes(stage, from_position)),
        wage_hat=best.position.wage_hat / from_position.wage_hat,
        weights=best.weights,
        spread=best.spread,
        converged=best.converged,
        other_gains_pct=tuple(100.0 * float(np.expm1(item.gains.mean())) for item in treaties[1:]),
        notes=ready.notes,
        seconds=time.perf_counter() - began,
    )


def _start(ready: Setup, start: str | War) -> tuple[str, Position, Array]:
    """The start's name, equilibrium, and the level of the instruments there."""
    stage, own = ready.game.stage, ready.game.instruments
    if isinstance(start, War):
        if start.tariff_rate.shape != stage.log_power.shape:
            raise InputError.at("start", "is a war in another world", "Give a war of the same world")
        log_power, name = np.log1p(start.tariff_rate), "nash"
    elif start == "free":
        log_power, name = np.where(ready.chosen, 0.0, stage.log_power), start
    else:
        log_power, name = stage.log_power, start
    return name, settle(stage, log_power, ready.factual), own.read(log_power)


def _treaties(ready: Setup, start: Position, start_level: Array) -> list[Treaty]:
    """Different treaties reached, the best first."""
    game = ready.game
    own = game.instruments
    reference = log_payoffs(game.objective, game.stage, start)
    found: list[Treaty] = []
    worst: Treaty | None = None
    for level in (_markup_rates(ready), np.zeros(own.count), start_level):
        treaty = plan(game, reference, np.clip(level, own.lower, own.upper), start)
        if not treaty.converged:
            worst = treaty
        elif all(abs(treaty.gains.mean() - other.gains.mean()) > SAME_GAIN for other in found):
            found.append(treaty)
    if not found:
        assert worst is not None
        raise NoSolutionError(
            f"Equal gains were not reached: log gains still differ by {worst.spread:.3g} (limit 1e-8) and a log tariff "
            f"still moves by {worst.step:.3g} (limit 1e-6)."
        )
    return sorted(found, key=lambda treaty: -float(treaty.gains.mean()))


def _markup_rates(ready: Setup) -> Array:
    """Tariffs that go a quarter of the way to equal mark-ups: ¼ [(1 − 1/σ_s)/mean (1 − 1/σ) − 1], at least 0."""
    own = ready.game.instruments
    inverse_markup = 1.0 - 1.0 / (1.0 + ready.game.stage.trade_elasticity)
    rates = np.maximum(0.0, 0.25 * (inverse_markup / inverse_markup.mean() - 1.0))
    cells = np.log1p(rates)[own.sector]
    return np.bincount(own.instrument, cells, own.count) / np.bincount(own.instrument, minlength=own.count)
