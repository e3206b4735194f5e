"""Best replies over a few instruments by the gradient.

Meant for instruments tied together (one rate per party, or per sector of a pair). For every tariff of every partner
use `tradewar.games`, which has the fixed-point rule, restarts and certificates.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from tradewar.errors import NoSolutionError

PayoffFunction = Callable[[Array], tuple[Array, Array]]
"""Instruments -> (payoff [country], Jacobian [country, instrument]), percent of income per period."""
BestResponse = Callable[[int, Array], Array]
"""(country, instruments) -> all instruments, the country's own replaced by those best for it."""

REPLY_TOLERANCE = 1e-9
"""Projected gradient, relative to the payoff's own response, at which a reply is best."""
ROUGH = 1e-7
"""Change of the payoff, relative, at which the search over one tariff leaves the rest to the root of its slope."""
LARGEST_RESIDUAL = 1e-4
POLISH_REACH = 1e-2
"""How far, in log tariff, the last digits may move a reply."""


def best_reply(
    payoff: PayoffFunction,
    owner: Int[Array, " instrument"],
    lower: Float[Array, " instrument"],
    upper: Float[Array, " instrument"],
) -> BestResponse:
    """(country, instruments) -> all instruments, the country's own replaced by those best for it.

    The function raises NoSolutionError if the search ends where the payoff is not flat.
    """
    from scipy.optimize import minimize

    def reply(country: int, instruments: Array) -> Array:
        mine = owner == country
        low, high = np.log1p(lower[mine]), np.log1p(upper[mine])

        def value(log_power: Array) -> tuple[float, Array]:
            everything = instruments.copy()
            everything[mine] = np.expm1(log_power)
            worth, slope = payoff(everything)
            return -float(worth[country]), -slope[country, mine] * np.exp(log_power)

        start = np.clip(np.log1p(instruments[mine]), low, high)
        single = len(start) == 1
        done = minimize(
            value, start, jac=True, method="L-BFGS-B", bounds=list(zip(low, high, strict=True)),
            options={"gtol": REPLY_TOLERANCE, "ftol": ROUGH if single else 1e-15, "maxiter": 200},
        )  # fmt: skip
        found = _polished(value, done.x, low, high) if single else done.x
        step = np.clip(found - value(found)[1], low, high) - found
        # a payoff that is flat already has no scale of its own
        scale = max(float(np.abs(payoff(instruments)[1][country]).max()), REPLY_TOLERANCE)
        if float(np.abs(step).max()) > LARGEST_RESIDUAL * scale:
            raise NoSolutionError(
                f"No best reply was found: at the best tariffs tried the payoff still rises by "
                f"{np.abs(step).max():.2g} per unit of log tariff."
            )
        best = instruments.copy()
        best[mine] = np.expm1(found)
        return best

    return reply


def _polished(value: Callable[[Array], tuple[float, Array]], found: Array, low: Array, high: Array) -> Array:
    """A single instrument where the slope is zero to rounding: values alone cannot see the last digits."""
    from scipy.optimize import root_scalar

    if not low[0] < found[0] < high[0]:
        return found

    def slope(at: float) -> float:
        return float(value(np.array([at]))[1][0])

    root = root_scalar(slope, x0=found[0], x1=found[0] + 1e-5, xtol=REPLY_TOLERANCE, maxiter=8)
    near = root.converged and abs(root.root - found[0]) < POLISH_REACH
    return np.clip(np.array([root.root]), low, high) if near else found
