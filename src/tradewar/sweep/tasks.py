"""What is done under every draw: a counterfactual, a war or a bargain. Each answers for every country of the world.

A task is a frozen description that travels to other processes; `answer` computes it for a world whose elasticities
are those of the draw. What has no solution, or a war without its certificate, is an answer with that status and
without figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium import Policy, Prepared, prepare, solve_prepared
from tradewar.equilibrium.batch import Status
from tradewar.errors import InputError, NoSolutionError
from tradewar.world import World


@dataclass(frozen=True, eq=False)
class Answer:
    """What one task gives under one draw."""

    status: StrEnum
    """A `Status`; of a bargain without a deal its `TreatyStatus`, which is an answer without figures."""
    message: str
    checks: tuple[float, ...]
    """Residuals of its certificate, by the names in `Task.checks`."""
    values: Float[Array, "measure country"]
    """By the names in `Task.measures`."""


@runtime_checkable
class Task(Protocol):
    """One kind of question."""

    @property
    def name(self) -> str:
        """What this case is called in the results."""
        ...

    @property
    def kind(self) -> str:
        """`counterfactual`, `war` or `bargain`; one sweep has tasks of one kind."""
        ...

    @property
    def checks(self) -> tuple[str, ...]:
        """Columns of the certificate."""
        ...

    @property
    def measures(self) -> tuple[str, ...]:
        """Columns of figures, one value per country."""
        ...

    def check(self, world: World) -> None:
        """Raise as `answer` where no elasticities would help, because the question is wrong."""
        ...

    def answer(self, world: World) -> Answer:
        """The answer; raises as the function that it calls."""
        ...


@dataclass(frozen=True, eq=False)
class Counterfactual:
    """`solve` under one policy."""

    policy: Policy
    name: str = "policy"
    closure: str = "share-of-world"
    market: str | None = None
    kind: str = field(default="counterfactual", init=False)
    checks: tuple[str, ...] = field(default=("max_residual",), init=False)
    measures: tuple[str, ...] = field(
        default=(
            "real_income_pct", "real_wage_pct", "consumer_price_pct", "exports_pct", "imports_pct", "tariff_revenue",
        ),
        init=False,
    )  # fmt: skip

    def check(self, world: World) -> None:
        """As `Task.check`."""
        prepare(world, self.closure, market=self.market)

    def answer(self, world: World) -> Answer:
        """As `Task.answer`."""
        outcome = solve_prepared(_prepared(world, self.closure, self.market), self.policy)
        hats = (
            outcome.real_income_hat, outcome.real_wage_hat, outcome.consumer_price_hat, outcome.exports_hat,
            outcome.imports_hat,
        )  # fmt: skip
        values = np.array([*(_percent(hat) for hat in hats), outcome.tariff_revenue])
        return Answer(Status.SOLVED, "", (outcome.certificate.max_residual,), values)


@dataclass(frozen=True, eq=False)
class WarGame:
    """`war` among some players; further keywords of `tradewar.games.war` in `options`."""

    players: tuple[str, ...]
    name: str = "war"
    closure: str = "balanced"
    market: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    kind: str = field(default="war", init=False)
    checks: tuple[str, ...] = field(
        default=("equilibrium_residual", "first_order_residual", "largest_gain_from_deviating_pct"), init=False
    )
    measures: tuple[str, ...] = field(
        default=("real_income_pct", "objective_pct", "real_wage_pct", "mean_tariff", "trade_weighted_tariff"),
        init=False,
    )

    def check(self, world: World) -> None:
        """As `Task.check`."""
        _check_game(self, world)

    def answer(self, world: World) -> Answer:
        """As `Task.answer`."""
        from tradewar.games import war

        found = war(world, self.players, closure=self.closure, market=self.market, **self.options)
        certificate = found.certificate
        checks = (
            certificate.equilibrium_residual,
            certificate.first_order_residual,
            certificate.largest_gain_from_deviating_pct,
        )
        shape = (len(self.measures), world.n_countries)
        if not found.certified:
            return Answer(Status.NO_SOLUTION, certificate.label, checks, np.full(shape, np.nan))
        average = found.average_tariffs()
        hats = (found.real_income_hat, found.objective_hat, found.found.real_wage_hat)
        values = np.array([*(_percent(hat) for hat in hats), average["mean"], average["trade_weighted"]])
        return Answer(Status.SOLVED, "", checks, values)


@dataclass(frozen=True, eq=False)
class BargainGame:
    """`cooperate`: the treaty with the largest equal proportional gain; further keywords in `options`.

    Where no treaty is better for all, the status says so, and the message by how much or at which payment.
    """

    players: tuple[str, ...]
    name: str = "bargain"
    closure: str = "balanced"
    market: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    kind: str = field(default="bargain", init=False)
    checks: tuple[str, ...] = field(default=("spread",), init=False)
    measures: tuple[str, ...] = field(default=("real_income_pct", "objective_pct"), init=False)

    def check(self, world: World) -> None:
        """As `Task.check`."""
        _check_game(self, world)

    def answer(self, world: World) -> Answer:
        """As `Task.answer`."""
        from tradewar.games import TreatyStatus, cooperate

        found = cooperate(world, self.players, closure=self.closure, market=self.market, **self.options)
        if found.status is not TreatyStatus.DEAL:
            blank = np.full((len(self.measures), world.n_countries), np.nan)
            return Answer(found.status, found.sentence, (found.spread,), blank)
        values = np.array([_percent(found.real_income_hat), _percent(found.objective_hat)])
        return Answer(Status.SOLVED, "", (found.spread,), values)


def _check_game(task: WarGame | BargainGame, world: World) -> None:
    from tradewar.games.instruments import chosen_players

    chosen_players(world, task.players)
    prepare(world, task.closure, market=task.market)


def answer(task: Task, world: World) -> Answer:
    """The answer, with its status where there is none."""
    try:
        return task.answer(world)
    except (NoSolutionError, InputError) as error:
        blank = np.full((len(task.measures), world.n_countries), np.nan)
        return Answer(Status.of(error), str(error), (np.nan,) * len(task.checks), blank)


def under(world: World, theta: Float[Array, " sector"] | None) -> World:
    """The world with the elasticities of a draw; the shares of its baseline stay what the data say."""
    return world if theta is None else world.with_trade_elasticity(theta)


@lru_cache(maxsize=4)
def _prepared(world: World, closure: str, market: str | None) -> Prepared:
    # worlds are compared by identity: several policies under one draw share its baseline
    return prepare(world, closure, market=market, compiled=True)


def _percent(hat: Array) -> Array:
    return 100.0 * (hat - 1.0)
