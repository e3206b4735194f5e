"""The toy world as a payoff function of two tariffs: of the United States on Chinese soy and goods, and the reverse."""

from __future__ import annotations

import numpy as np
from numpy import ndarray as Array
from scipy.optimize import brentq

from tradewar.equilibrium import Outcome, Policy, gradient, prepare, solve
from tradewar.talks import Talks
from tradewar.talks.ladder import RungOutcome
from tradewar.talks.world_payoffs import payoffs_of_world, tariff_choice
from worlds import CN, SERVICES, US, toy

WORLD = toy()
PARTIES = np.array([US, CN])
CLOSURE = "fixed:world"


def outcome_at(tariffs: Array, start: Outcome | None = None) -> Outcome:
    """The solved world at two tariff rates."""
    rate = WORLD.tariff_rate.copy()
    rate[US, CN, :SERVICES], rate[CN, US, :SERVICES] = tariffs
    return solve(WORLD, Policy(tariff_rate=rate), closure=CLOSURE, tolerance=1e-12, start=start)


def all_payoffs(tariffs: Array) -> tuple[Array, Array]:
    """(percent change of real income of all three, Jacobian with respect to the two rates)."""
    outcome = outcome_at(tariffs)
    slope, hat = gradient(outcome), outcome.real_income_hat
    own, answer = slope[:, US, CN, :SERVICES].sum(axis=-1), slope[:, CN, US, :SERVICES].sum(axis=-1)
    jacobian = 100.0 * hat[:, None] * np.stack([own, answer], axis=1) / (1.0 + tariffs)
    return 100.0 * (hat - 1.0), jacobian


payoffs = payoffs_of_world(prepare(WORLD, CLOSURE, compiled=True), tariff_choice(WORLD, ("US", "CN")), tolerance=1e-12)
"""The same for the United States and China, by the form of the payoffs that bargaining uses."""


def solve_rung(one: float, two: float, warm: Outcome | None) -> RungOutcome:
    """One pair of rungs, for `build_ladder`."""
    outcome = outcome_at(np.array([one, two]), warm)
    return RungOutcome(
        payoff=100.0 * (outcome.real_income_hat - 1.0),
        residual=outcome.certificate.max_residual,
        trade_value={"soy to China": float(outcome.trade_value[CN, US, 0])},
        tariff_revenue=outcome.tariff_revenue,
        warm_start=outcome,
    )


def best_response(party: int, tariffs: Array) -> Array:
    """All tariffs, the party's own replaced by the one at which its payoff is flat."""

    def slope(own: float) -> float:
        return float(payoffs(np.where(np.arange(2) == party, own, tariffs))[1][party, party])

    own = brentq(slope, -0.1, 0.6, xtol=1e-10)
    return np.where(np.arange(2) == party, own, tariffs)


def nash() -> Array:
    """Tariffs that are best replies to each other."""
    tariffs = np.full(2, 0.12)
    for _ in range(12):
        before = tariffs
        tariffs = best_response(1, best_response(0, tariffs))
        if np.abs(tariffs - before).max() < 1e-9:
            break
    return tariffs


def talks_from(disagreement: Array) -> Talks:
    """Talks over the two tariffs, of either sign."""
    return Talks(
        ("US", "CN"), payoffs, disagreement, np.full(2, -0.3), np.full(2, 0.5), (np.full(2, 0.02),),
        income=WORLD.income[PARTIES], instruments=("tariff of US", "tariff of CN"),
    )  # fmt: skip
