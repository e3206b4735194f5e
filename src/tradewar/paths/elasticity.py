"""How fast imports react: the elasticity by horizon.

    eps(y) = eps_LR − a e^{−κ y}

a positive number: percent fall of imports per percent rise of the tariff power, y years after the step. Defaults:
0.76 within a year and about 2 in the long run (Boehm, Levchenko and Pandalai-Nayar 2023, American Economic Review),
with 1.9 at ten years. The curve gives the *timing* of a reaction; it is not the trade elasticity of the
general-equilibrium engine and does not calibrate it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import PathError, Problem

MONTHS_PER_YEAR = 12.0
MID_MONTH = 0.5
"""A monthly average stands half a month after the start of its month."""


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
