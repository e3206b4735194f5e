"""Small exact economies to check bargaining on: a curve, the linear model, a two-country exchange economy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy import ndarray as Array
from scipy.optimize import brentq, minimize_scalar

from tradewar.talks import Talks
from tradewar.talks.payoffs import PayoffFunction


def curve(scale: float = 1.0) -> PayoffFunction:
    """Frontier u2 = scale (1 − u1²), with u1 the only instrument."""

    def payoff(x: Array) -> tuple[Array, Array]:
        return np.array([x[0], scale * (1.0 - x[0] ** 2)]), np.array([[1.0], [-2.0 * scale * x[0]]])

    return payoff


def curve_talks(disagreement: tuple[float, float], scale: float = 1.0) -> Talks:
    """Talks over the curve, payoffs being levels."""
    start = (np.array([0.3]),)
    d = np.array(disagreement)
    return Talks(("one", "two"), curve(scale), d, np.zeros(1), np.ones(1), start, level_of_zero=0.0)


def linear(tariffs: Array) -> tuple[Array, Array]:
    """Linear two-country model, payoffs times 49: import side 3x − 30x², export side −(3x − 9x²)."""
    own, other = 3 * tariffs - 30 * tariffs**2, -(3 * tariffs - 9 * tariffs**2)
    slope_own, slope_other = 3 - 60 * tariffs, -(3 - 18 * tariffs)
    value = own + other[::-1]
    return value, np.array([[slope_own[0], slope_other[1]], [slope_other[0], slope_own[1]]])


def linear_talks(lower: float = -0.1) -> Talks:
    """Talks over both tariffs of the linear model, from its Nash equilibrium."""
    nash = np.full(2, 0.05)
    start = (np.full(2, max(lower, 0.02)),)
    return Talks(("one", "two"), linear, linear(nash)[0], np.full(2, lower), np.full(2, 1 / 6), start)


def exchange_economy(expenditure: Array, theta: float) -> Callable[[Array], Array]:
    """Real income hats of two countries, one good each, CES, balanced trade, as a function of both tariffs.

    Rows of `expenditure` are importers.
    """
    share = expenditure / expenditure.sum(axis=1, keepdims=True)
    endowment = expenditure.sum(axis=0)

    def outcome(wage: float, tariffs: Array) -> tuple[float, Array]:
        wages = np.array([wage, 1.0])
        power = np.array([[1.0, 1.0 + tariffs[0]], [1.0 + tariffs[1], 1.0]])
        raw = share * (wages[None, :] * power) ** -theta
        total = raw.sum(axis=1)
        new = raw / total[:, None]
        foreign = np.array([new[0, 1], new[1, 0]])
        income = wages * endowment / (1.0 - foreign * tariffs / (1.0 + tariffs))
        imports = foreign * income / (1.0 + tariffs)
        return float(imports[0] - imports[1]), income / endowment * total ** (1.0 / theta)

    def payoff(tariffs: Array) -> Array:
        wage = brentq(lambda log_wage: outcome(np.exp(log_wage), tariffs)[0], -3, 3, xtol=1e-15, rtol=1e-14)
        return outcome(float(np.exp(wage)), tariffs)[1]

    return payoff


def best_tariff(payoff: Callable[[Array], Array], country: int, other: float) -> float:
    """The tariff that is best for a country, given the other's."""

    def loss(tariff: float) -> float:
        tariffs = np.array([tariff, other]) if country == 0 else np.array([other, tariff])
        return -float(payoff(tariffs)[country])

    return float(minimize_scalar(loss, bounds=(0.0, 2.0), method="bounded", options={"xatol": 1e-10}).x)


def nash_tariffs(payoff: Callable[[Array], Array]) -> Array:
    """Best replies to each other."""
    tariffs = np.full(2, 0.25)
    for _ in range(30):
        tariffs = np.array([best_tariff(payoff, 0, tariffs[1]), best_tariff(payoff, 1, tariffs[0])])
    return tariffs


def with_finite_differences(payoff: Callable[[Array], Array], step: float = 1e-6) -> PayoffFunction:
    """A payoff function with a Jacobian by central differences: two evaluations per instrument."""

    def function(instruments: Array) -> tuple[Array, Array]:
        middle = np.asarray(payoff(instruments), dtype=float)
        columns: list[Array] = []
        for number in range(len(instruments)):
            above, below = instruments.copy(), instruments.copy()
            above[number] += step
            below[number] -= step
            columns.append((np.asarray(payoff(above)) - np.asarray(payoff(below))) / (2.0 * step))
        return middle, np.stack(columns, axis=-1)

    return function
