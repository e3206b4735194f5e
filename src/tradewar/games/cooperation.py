"""Cooperation in Ossa's sense: the public verb, its starts and its result.

Several local optima exist with political weights, so the search runs from several tariff vectors; the best treaty is
returned and the others are listed. Many optimal cooperative tariffs are zero; where (1 + t_ij)(1 + t_ji) alone matters
single tariffs are not unique in level. Where no treaty is better for all, the result is a status: `no_deal` with the
gap, or `needs_side_payment` with the payments that would make one.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.equilibrium.closures import Closure
from tradewar.errors import InputError, NoSolutionError
from tradewar.games.instruments import MAX_RATE
from tradewar.games.objectives import REAL_INCOME, Objective, log_payoffs, real_incomes
from tradewar.games.planner import RESIDUAL_LIMIT, SPREAD_LIMIT, Treaty, plan
from tradewar.games.result import War
from tradewar.games.setup import Options, Setup, setup
from tradewar.games.stage import Position, settle
from tradewar.games.war import war
from tradewar.io.serialize import Document
from tradewar.world import World

if TYPE_CHECKING:
    import pandas as pd

    from tradewar.equilibrium.policy import Policy

STARTS = ("factual", "nash", "free")
"""To what gains refer: the tariffs in force, the Nash war, or no tariffs among what is chosen."""
SAME_GAIN = 1e-7
LEAST_GAIN = 1e-8
"""Log gain of all, or joint gain as a share of income, at or below which there is none."""


class TreatyStatus(StrEnum):
    """What became of the talks. The values are the words of the report, as in `tradewar.talks`."""

    DEAL = "deal"
    NO_DEAL = "no_deal"
    NEEDS_SIDE_PAYMENT = "needs_side_payment"


@dataclass(frozen=True, eq=False)
class JointGain:
    """The treaty with the largest sum of gains in money, and the payments that leave nobody worse off under it."""

    gain_pct: Float[Array, " participant"]
    """Of each before the payments, percent."""
    received: Float[Array, " participant"]
    """Money a year, of the world's unit and at the prices of the start; negative for who pays."""


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
        "world=baseline.name participants start objective status sentence gap_pct payments gain_pct spread converged "
        "weights=weight_of zero_tariffs "
        "chosen_tariffs other_gains_pct countries notes seconds"
    ),
):
    """Tariffs that give every participant the same proportional gain, the largest found.

    A participant gains more than the others only where that takes nothing from them; its weight is then 0. Where no
    treaty is better for all, tariffs are those at the start.
    """

    baseline: World
    participants: tuple[str, ...]
    status: TreatyStatus
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
    gap_pct: float
    """The most that the participant worst off can gain over the start, percent; at most 0 where there is no deal."""
    joint: JointGain | None
    """Where a deal needs a payment."""
    sentence: str
    other_gains_pct: tuple[float, ...]
    """Common gains of other local optima that the search met, percent."""
    notes: tuple[str, ...]
    seconds: float

    @property
    def gain_pct(self) -> float:
        """The gain of all participants, percent; 0 without a deal."""
        players = [self.baseline.country_index(code) for code in self.participants]
        return 100.0 * float(self.objective_hat[players].min() - 1.0)

    @property
    def zero_tariffs(self) -> int:
        """How many chosen tariffs are zero."""
        return int((np.abs(self.tariff_rate[self.chosen]) < 1e-9).sum())

    @property
    def payments(self) -> dict[str, float] | None:
        """What each participant receives where a deal needs a payment, money a year; None where it needs none."""
        if self.joint is None:
            return None
        return dict(zip(self.participants, map(float, self.joint.received), strict=True))

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
        return f"Cooperation({', '.join(self.participants)} from {self.start}: {self.sentence})"


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
        NoSolutionError: if no search reached the conditions of the best treaty.
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
    stage, own = ready.game.stage, ready.game.instruments
    reference = log_payoffs(ready.game.objective, stage, from_position)
    treaties = _treaties(ready, from_position, from_level, reference)
    best = treaties[0]
    names = tuple(stage.world.countries[k] for k in own.players)
    agreed, joint = best.common > LEAST_GAIN, None
    if not agreed:
        joint = _joint_gain(ready, from_position, from_level, reference)
    position = best.position if agreed else from_position
    return Cooperation(
        baseline=stage.world,
        participants=names,
        status=_status(agreed, joint),
        start=name,
        objective=ready.game.objective.name,
        chosen=ready.chosen,
        tariff_rate=np.where(ready.chosen, np.expm1(position.log_power), stage.levers.average_rate),
        objective_hat=np.exp(log_payoffs(ready.game.objective, stage, position) - reference),
        real_income_hat=np.exp(real_incomes(stage, position) - real_incomes(stage, from_position)),
        wage_hat=position.wage_hat / from_position.wage_hat,
        weights=best.weights,
        spread=best.spread,
        converged=best.converged,
        gap_pct=_percent(best.common),
        joint=joint,
        sentence=_sentence(names, best, joint, stage.world.money_unit),
        other_gains_pct=tuple(_percent(item.common) for item in treaties[1:]),
        notes=ready.notes,
        seconds=time.perf_counter() - began,
    )


def _start(ready: Setup, start: str | War) -> tuple[str, Position, Array]:
    """The start's name, equilibrium, and the level of the instruments there."""
    stage, own = ready.game.stage, ready.game.instruments
    if isinstance(start, War):
        if start.tariff_rate.shape != stage.log_power.shape:
            raise InputError.at("start", "is a war in another world", "Give a war of the same world")
        log_power, name = stage.with_rates(start.tariff_rate, start.chosen), "nash"
    elif start == "free":
        log_power, name = np.where(ready.chosen, 0.0, stage.log_power), start
    else:
        log_power, name = stage.log_power, start
    return name, settle(stage, log_power, ready.factual), own.read(log_power)


def _treaties(ready: Setup, start: Position, start_level: Array, reference: Array) -> list[Treaty]:
    """Different treaties reached, the best first."""
    tried = _searched(ready, start, start_level, reference, None)
    found: list[Treaty] = []
    for treaty in tried:
        if treaty.converged and all(abs(treaty.common - other.common) > SAME_GAIN for other in found):
            found.append(treaty)
    if not found:
        nearest = min(tried, key=lambda treaty: treaty.inequality + treaty.residual)
        raise NoSolutionError(
            f"No treaty was found from {len(tried)} starting points: gains still differ by {nearest.inequality:.3g} in "
            f"logs (limit {SPREAD_LIMIT:g}) and rise by {nearest.residual:.3g} per unit of a log tariff (limit "
            f"{RESIDUAL_LIMIT:g}). Choose fewer goods, or one rate per partner."
        )
    return sorted(found, key=lambda treaty: -treaty.common)


def _searched(ready: Setup, start: Position, start_level: Array, reference: Array, money: Array | None) -> list[Treaty]:
    """Where searches from different tariffs end; thorough ones only where the quick ones come to nothing."""
    own = ready.game.instruments
    levels = [
        np.clip(level, own.lower, own.upper) for level in (_markup_rates(ready), np.zeros(own.count), start_level)
    ]
    tried = [plan(ready.game, reference, level, start, money, thorough=False) for level in levels]
    if not any(treaty.converged for treaty in tried):
        tried = [plan(ready.game, reference, level, start, money) for level in levels]
    return tried


def _joint_gain(ready: Setup, start: Position, start_level: Array, reference: Array) -> JointGain | None:
    """The largest joint gain in money and its payments; None where there is none, or payoffs are not money."""
    if ready.game.objective is not REAL_INCOME:
        return None
    money = start.income[ready.game.instruments.players]
    tried = _searched(ready, start, start_level, reference, money)
    gains = [np.expm1(treaty.gains) for treaty in tried if treaty.converged]
    gain = max(gains, key=lambda row: float(money @ row), default=np.zeros(len(money)))
    if not float(money @ gain) > LEAST_GAIN * float(money.sum()):
        return None
    short, surplus = np.maximum(-gain * money, 0.0), np.maximum(gain * money, 0.0)
    return JointGain(100.0 * gain, short - short.sum() * surplus / surplus.sum())


def _status(agreed: bool, joint: JointGain | None) -> TreatyStatus:
    if agreed:
        return TreatyStatus.DEAL
    return TreatyStatus.NO_DEAL if joint is None else TreatyStatus.NEEDS_SIDE_PAYMENT


def _sentence(names: tuple[str, ...], best: Treaty, joint: JointGain | None, unit: str) -> str:
    if best.common > LEAST_GAIN:
        more = best.gains - best.common > SPREAD_LIMIT
        extra = ", ".join(
            f"{code} {_percent(g):+.4g}" for code, g in zip(np.array(names)[more], best.gains[more], strict=True)
        )
        return f"All gain {_percent(best.common):+.4g} percent" + (
            f"; more at nobody's expense: {extra}." if extra else "."
        )
    gap = f"the one worst off would lose at least {-_percent(best.common):.4g} percent"
    if best.common > -LEAST_GAIN:
        gap = "the start is already efficient"
    if joint is None:
        return f"No treaty is better for all: {gap}."
    paid = ", ".join(f"{code} {value:+,.4g}" for code, value in zip(names, joint.received, strict=True) if value != 0.0)
    return f"No treaty is better for all without a payment: {gap}. The largest joint gain needs {paid} ({unit} a year)."


def _percent(log_gain: float) -> float:
    return 100.0 * float(np.expm1(log_gain))


def _markup_rates(ready: Setup) -> Array:
    """Tariffs that go a quarter of the way to equal mark-ups: ¼ [(1 − 1/σ_s)/mean (1 − 1/σ) − 1], at least 0."""
    own = ready.game.instruments
    inverse_markup = 1.0 - 1.0 / (1.0 + ready.game.stage.trade_elasticity)
    rates = np.maximum(0.0, 0.25 * (inverse_markup / inverse_markup.mean() - 1.0))
    cells = np.log1p(rates)[own.sector]
    return np.bincount(own.instrument, cells, own.count) / np.bincount(own.instrument, minlength=own.count)
