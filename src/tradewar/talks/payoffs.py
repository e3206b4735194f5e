"""Payoffs as functions of policy instruments: the form in which the solved world enters bargaining.

A `PayoffFunction` maps instruments (tariff rates, purchase wedges) to payoffs [party] and their Jacobian
[party, instrument]. The equilibrium engine provides it with the adjoint. Payoffs of one problem have one
unit.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy import ndarray as Array

PayoffFunction = Callable[[Array], tuple[Array, Array]]
"""Instruments -> (payoff [party], Jacobian [party, instrument])."""


def remembered(payoff: PayoffFunction, points: int = 1) -> PayoffFunction:
    """The same function, which does not solve the world again at the points asked last."""
    known: dict[bytes, tuple[Array, Array]] = {}

    def function(instruments: Array) -> tuple[Array, Array]:
        key = instruments.tobytes()
        if key not in known:
            if len(known) >= points:
                known.pop(next(iter(known)))
            known[key] = payoff(instruments)
        return known[key]

    return function


def in_log_powers(payoff: PayoffFunction) -> PayoffFunction:
    """The same payoffs as a function of ln(1 + instrument), which scales tariffs evenly."""

    def function(log_power: Array) -> tuple[Array, Array]:
        instruments = np.expm1(log_power)
        value, jacobian = payoff(instruments)
        return value, jacobian * (1.0 + instruments)

    return function
