"""Payoffs as functions of policy instruments: the form in which the solved world enters bargaining.

A `PayoffFunction` maps instruments (tariff rates, purchase wedges) to payoffs [party] and their Jacobian
[party, instrument]. The equilibrium engine provides it with the adjoint. Payoffs of one problem have one unit.

Few solved worlds for many steps of a solver: quadratic models of the payoffs between evaluations.

Around the last point x̄ at which the world was solved, with payoff u, Jacobian J and Hessians H_i,

    u_i(x) ≈ u_i(x̄) + J_i (x − x̄) + ½ (x − x̄)ᵀ H_i (x − x̄).

A programme is solved on the models within a radius, the world is solved at the answer, and so on until the answer stays
where the world was solved last. There the models have the payoffs and gradients of the world, so that the first-order
conditions of the programme on the models are those on the world. Hessians begin as differences of gradients and are
then corrected by the symmetric secant rule of Powell (1970), which needs no further evaluations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
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


HESSIAN_STEP = 1e-3
"""Step, in ln(1 + instrument), of the differences of gradients."""
SAME_POINT = 1e-5
"""Steps below this teach nothing about curvature: the change of the gradients drowns in the residual of the world."""


@dataclass(frozen=True, eq=False)
class QuadraticModel:
    """Payoffs near a point, to second order."""

    point: Float[Array, " instrument"]
    value: Float[Array, " party"]
    jacobian: Float[Array, "party instrument"]
    hessian: Float[Array, "party instrument instrument"]

    def payoff(self, point: Float[Array, " instrument"]) -> tuple[Array, Array]:
        """Payoffs and Jacobian of the model."""
        step = point - self.point
        bent = self.hessian @ step
        return self.value + self.jacobian @ step + 0.5 * bent @ step, self.jacobian + bent

    def moved(self, point: Array, value: Array, jacobian: Array) -> QuadraticModel:
        """The model around a new point, its Hessians corrected so that they explain the change of the gradients."""
        step = point - self.point
        length = float(step @ step)
        hessian = self.hessian
        if length > SAME_POINT**2:
            missed = jacobian - self.jacobian - hessian @ step
            cross = missed[:, :, None] * step
            along = (missed @ step)[:, None, None] * np.outer(step, step)
            hessian = hessian + (cross + cross.transpose(0, 2, 1)) / length - along / length**2
        return QuadraticModel(point, value, jacobian, hessian)


ModelAt = Callable[[Array], QuadraticModel]
"""Point -> model around it; solves the world there, unless it was solved there last."""


def models_of(payoff: PayoffFunction) -> ModelAt:
    """Models of payoffs that keep what was learned about curvature from point to point."""
    known: list[QuadraticModel] = []

    def model_at(point: Array) -> QuadraticModel:
        if not known:
            known.append(_first_model(payoff, point))
        elif not np.array_equal(known[0].point, point):
            known[0] = known[0].moved(point, *payoff(point))
        return known[0]

    return model_at


def _first_model(payoff: PayoffFunction, point: Array) -> QuadraticModel:
    value, jacobian = payoff(point)
    hessian = np.empty((*jacobian.shape, len(point)))
    for number in range(len(point)):
        beside = point.copy()
        beside[number] += HESSIAN_STEP
        hessian[:, :, number] = (payoff(beside)[1] - jacobian) / HESSIAN_STEP
    return QuadraticModel(point, value, jacobian, 0.5 * (hessian + hessian.transpose(0, 2, 1)))
