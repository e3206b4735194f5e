"""How much of a reaction has happened after some years, and the elasticities to solve with at that horizon.

    eps(y) = eps_LR − a e^{−κ y},      s(y) = eps(y) / eps_LR

eps is a positive number: percent fall of imports per percent rise of the tariff power, y years after the step. By
default 0.76 within a year and about 2 in the long run (Boehm, Levchenko and Pandalai-Nayar 2023, American Economic
Review), with 1.9 at ten years. They estimate it for trade without the duty, which in the model falls with σ = 1 + θ. So

    σ_s(y) = s(y) (1 + θ_s),      θ_s(y) = σ_s(y) − 1

with θ the long-run elasticity of the world (level `world`), or 1, their own (level `blp`): two separate choices, never
mixed in one result. θ(y) may be negative (complements); it must be above −1, and not 0.

    solve(world, policy, horizon=1)                     # one year after the change
    by_horizon(world, policy).trade_value_hat(0.5)      # any number of years, from eight equilibria
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import PathError, PolicyError, Problem

if TYPE_CHECKING:
    from tradewar.equilibrium.outcome import Outcome
    from tradewar.equilibrium.policy import Policy
    from tradewar.world.model import World

Level = Literal["world", "blp"]
LEVELS: tuple[Level, ...] = ("world", "blp")
NODES = (np.inf, 10.0, 5.0, 2.0, 1.0, 0.5, 0.25, 0.0)
"""Years between which `by_horizon` goes straight in logs along s."""
NEAR_ZERO = 1e-6
"""Elasticities nearer to 0 than this are refused: prices would be powers of 1/θ."""


@dataclass(frozen=True)
class ElasticityCurve:
    """The elasticity by horizon, `long_run − gap · exp(−speed · years)`. Build it with `fit_elasticity_curve`."""

    long_run: float
    """eps_LR, positive."""
    gap: float
    """a, the part of the long-run elasticity that is missing at horizon 0."""
    speed: float
    """κ, per year."""
    source: str = ""


def fit_elasticity_curve(
    long_run: float = 2.0,
    first: tuple[float, float] = (1.0, 0.76),
    second: tuple[float, float] = (10.0, 1.9),
    source: str = "",
) -> ElasticityCurve:
    """The curve through two points (years, elasticity) that tends to `long_run`.

    Raises:
        PathError: unless long_run > second elasticity > first elasticity > 0 and second year > first year >= 0.
    """
    problems: list[Problem] = []
    if not long_run > second[1] > first[1] > 0.0:
        what = f"long run {long_run:g}, then {second[1]:g}, then {first[1]:g} do not fall in that order to above 0"
        problems.append(Problem("elasticity curve", what, "Give long run > second point > first point > 0"))
    if not second[0] > first[0] >= 0.0:
        what = f"the points stand at {first[0]:g} and {second[0]:g} years"
        problems.append(Problem("elasticity curve", what, "Give the earlier horizon first, both >= 0"))
    if problems:
        raise PathError(problems)
    gap, speed = fitted_gap_and_speed(
        np.array([long_run]), first[0], np.array([first[1]]), second[0], np.array([second[1]])
    )
    return ElasticityCurve(long_run, float(gap[0]), float(speed[0]), source)


def fitted_gap_and_speed(
    long_run: Float[Array, " draw"],
    first_year: float,
    first_elasticity: Float[Array, " draw"],
    second_year: float,
    second_elasticity: Float[Array, " draw"],
) -> tuple[Float[Array, " draw"], Float[Array, " draw"]]:
    """a and κ of curves through two points.

    κ = ln[(eps_LR − e1)/(eps_LR − e2)]/(y2 − y1), a = (eps_LR − e1) e^{κ y1}.
    """
    first_gap = long_run - first_elasticity
    speed = np.log(first_gap / (long_run - second_elasticity)) / (second_year - first_year)
    return first_gap * np.exp(speed * first_year), speed


def elasticity_at(curve: ElasticityCurve, years: Float[Array, "*horizon"] | float) -> Float[Array, "*horizon"]:
    """eps(y) at horizons in years; 0 before the step (years < 0)."""
    horizon = np.asarray(years, dtype=float)
    reacted = curve.long_run - curve.gap * np.exp(-curve.speed * np.maximum(horizon, 0.0))
    return np.asarray(np.where(horizon < 0.0, 0.0, reacted))


def reacted_share(curve: ElasticityCurve, years: Float[Array, "*horizon"] | float) -> Float[Array, "*horizon"]:
    """eps(y)/eps_LR: the part of the long-run reaction that has happened after so many years."""
    return np.asarray(elasticity_at(curve, years) / curve.long_run)


DEFAULT_CURVE = fit_elasticity_curve(
    source="Boehm, Levchenko and Pandalai-Nayar (2023, American Economic Review): 0.76 at one year, about 2 in the "
    "long run; 1.9 at ten years is ours"
)


@dataclass(frozen=True)
class HorizonDocument:
    """A horizon as it is told beside a result."""

    years: float | None
    """After the change; None for the long run."""
    name: str
    level: str
    """Whose long-run elasticities: `world` or `blp`."""
    share_of_long_run: float
    """How much of the long-run reaction has happened."""
    sentence: str
    trade_elasticity: Mapping[str, float]
    """By sector, at the horizon."""
    long_run_trade_elasticity: Mapping[str, float]
    """By sector."""


@dataclass(frozen=True)
class Horizon:
    """How many years after the change, and whose long-run elasticities."""

    years: float = np.inf
    """inf = the long run."""
    level: Level = "world"

    @classmethod
    def of(cls, years: float | Horizon | None = None, level: str = "world") -> Horizon:
        """A horizon in years; None is the long run.

        Raises:
            PolicyError: if the years are negative or not a number, or there is no such level.
        """
        if isinstance(years, Horizon):
            return years
        problems: list[Problem] = []
        if years is not None and not years >= 0.0:
            problems.append(Problem("horizon", f"is {years:g} years", "Give 0 or more; leave it out for the long run"))
        chosen: Level | None = next((known for known in LEVELS if known == level), None)
        if chosen is None:
            problems.append(Problem("level", f"there is no level {level!r}", f"Use one of {', '.join(LEVELS)}"))
        if problems or chosen is None:
            raise PolicyError(problems)
        return cls(np.inf if years is None else float(years), chosen)

    @property
    def share(self) -> float:
        """s: the part of the long-run reaction that has happened."""
        return 1.0 if np.isinf(self.years) else float(reacted_share(DEFAULT_CURVE, self.years))

    @property
    def changes(self) -> bool:
        """True if the elasticities are other than those of the world."""
        return self.share != 1.0 or self.level != "world"

    def level_of(self, theta: Float[Array, " sector"]) -> Float[Array, " sector"]:
        """The long-run elasticities of the level, given the world's own."""
        return theta if self.level == "world" else np.full_like(theta, DEFAULT_CURVE.long_run - 1.0)

    def elasticities(self, long_run: Float[Array, " sector"]) -> Float[Array, " sector"]:
        """θ(y) by sector, given those of the long run.

        Raises:
            PolicyError: if one is 0, where the elasticity of substitution passes through 1.
        """
        theta = self.share * (1.0 + long_run) - 1.0 if self.share != 1.0 else long_run
        if (np.abs(theta) < NEAR_ZERO).any():
            what = f"gives an elasticity of substitution of 1 at {self.years:g} years"
            raise PolicyError.at("horizon", what, "Choose a horizon a week longer or shorter")
        return theta

    def long_run(self, theta: Float[Array, " sector"]) -> Float[Array, " sector"]:
        """The long-run elasticities of those at this horizon."""
        return (theta + 1.0) / self.share - 1.0

    def __str__(self) -> str:
        if np.isinf(self.years):
            return "long run"
        return f"{self.years:g} year{'' if self.years == 1 else 's'} after the change"

    def document(self, world: World) -> HorizonDocument:
        """Of a world whose elasticities are those at this horizon."""
        theta = world.trade_elasticity
        return HorizonDocument(
            years=None if np.isinf(self.years) else self.years,
            name=str(self),
            level=self.level,
            share_of_long_run=self.share,
            sentence=self.describe(world),
            trade_elasticity=dict(zip(world.sectors, theta.tolist(), strict=True)),
            long_run_trade_elasticity=dict(zip(world.sectors, self.long_run(theta).tolist(), strict=True)),
        )

    def describe(self, world: World) -> str:
        """One sentence with the elasticities, for every output."""
        said = f"Trade elasticities, {self}: {_spread(world.trade_elasticity)}"
        if not self.changes:
            return f"{said}."
        whose = "the world's own" if self.level == "world" else "Boehm, Levchenko and Pandalai-Nayar's"
        long_run = _spread(self.long_run(world.trade_elasticity))
        return f"{said}; {100.0 * self.share:.0f} percent of the long-run reaction ({whose}: {long_run})."


LONG_RUN = Horizon()


def _spread(theta: Float[Array, " sector"]) -> str:
    least, most = float(theta.min()), float(theta.max())
    return f"{least:.3g} in every sector" if most - least < 1e-9 else f"{least:.3g} to {most:.3g} by sector"


@dataclass(frozen=True, eq=False)
class ByHorizon:
    """One policy at several horizons, and anything between them."""

    outcomes: tuple[Outcome, ...]
    """From the longest horizon to the shortest."""

    @cached_property
    def shares(self) -> Float[Array, " horizon"]:
        """s of each, falling."""
        return np.array([outcome.horizon.share for outcome in self.outcomes])

    def trade_value_hat(self, years: float) -> Float[Array, "importer exporter sector"]:
        """B'/B after any number of years from 0 on; NaN where there was no trade."""
        return self._between("trade_value_hat", years)

    def real_income_hat(self, years: float) -> Float[Array, " country"]:
        """Real income after any number of years from 0 on."""
        return self._between("real_income_hat", years)

    def _between(self, name: str, years: float) -> Array:
        """Straight in logs along s."""
        share = Horizon.of(years, self.outcomes[0].horizon.level).share
        if not self.shares[-1] <= share <= self.shares[0]:
            lowest = self.outcomes[-1].horizon.years
            raise PolicyError.at("years", f"is {years:g}", f"Give {lowest:g} or more, or solve for more horizons")
        after = int(np.searchsorted(-self.shares, -share))
        values = [getattr(outcome, name) for outcome in self.outcomes]
        if self.shares[after] == share:
            return values[after]
        near, far = self.shares[after], self.shares[after - 1]
        weight = (share - near) / (far - near)
        with np.errstate(divide="ignore"):
            return np.exp((1.0 - weight) * np.log(values[after]) + weight * np.log(values[after - 1]))


def by_horizon(
    world: World, policy: Policy | None = None, years: Sequence[float] = NODES, *, level: str = "world", **options: Any
) -> ByHorizon:
    """One policy, solved at several horizons, each from the solution at the next longer one.

    Args:
        world: the calibrated world.
        policy: what changes.
        years: the horizons; inf is the long run.
        level: whose long-run elasticities, `world` or `blp`.
        options: those of `solve`.

    Raises:
        PolicyError, NoSolutionError: as `solve`.
    """
    from tradewar.equilibrium.solve import solve

    found: list[Outcome] = []
    for horizon in sorted(set(years), reverse=True):
        chosen = Horizon.of(horizon, level)
        found.append(solve(world, policy, horizon=chosen, start=found[-1] if found else None, **options))
    return ByHorizon(tuple(found))
