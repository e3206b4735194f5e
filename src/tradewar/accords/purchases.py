"""What a promise to buy costs private buyers who are told to keep it.

With CES demand, a mandate to buy more of one good reaches the allocation that a subsidy 1 − e^{−z} on it would, but the
buyers pay the true prices:  P_act = P(z) [1 + (e^z − 1) π_virtual], where π_virtual is the share of the good at the
virtual (subsidised) prices. State trading at a loss and an import subsidy are the same allocation paid by the budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tradewar.errors import AccordError, Problem


@dataclass(frozen=True)
class MandatedCost:
    """Unit cost of the bundle, with and without the mandate."""

    unit_cost: float
    """P_act by the formula."""
    unit_cost_recomputed: float
    """The same from quantities at true prices: a certificate."""
    unconstrained: float
    virtual_share: float
    sentence: str


def mandated_purchase_cost(
    prices: Sequence[float],
    weights: Sequence[float],
    substitution_elasticity: float,
    promised: int,
    shadow_subsidy: float,
) -> MandatedCost:
    """Unit cost of a CES bundle when buyers must behave as if one good were subsidised.

    Args:
        prices: true prices.
        weights: CES weights a_i of P = (Σ a_i p_i^{1−σ})^{1/(1−σ)}.
        substitution_elasticity: σ > 0, not 1.
        promised: which good is promised, from 0.
        shadow_subsidy: 1 − e^{−z} in [0, 1).

    Raises:
        AccordError: for values outside their ranges.
    """
    price, weight = np.asarray(prices, dtype=float), np.asarray(weights, dtype=float)
    problems: list[Problem] = []
    if price.shape != weight.shape or price.size == 0 or (price <= 0.0).any() or (weight <= 0.0).any():
        problems.append(
            Problem("prices and weights", "differ in number or are not positive", "Give one of each per good")
        )
    if substitution_elasticity <= 0.0 or substitution_elasticity == 1.0:
        what = f"is {substitution_elasticity:g}"
        problems.append(Problem("substitution_elasticity", what, "Give a positive number other than 1"))
    if not 0 <= promised < price.size:
        problems.append(Problem("promised", f"is {promised}", f"Give a position below {price.size}"))
    if not 0.0 <= shadow_subsidy < 1.0:
        problems.append(
            Problem("shadow_subsidy", f"is {shadow_subsidy:g}, must lie in [0, 1)", "Give 0.14 for 14 percent")
        )
    if problems:
        raise AccordError(problems)
    power = 1.0 - substitution_elasticity
    virtual = price.copy()
    virtual[promised] *= 1.0 - shadow_subsidy
    terms = weight * virtual**power
    index = float(terms.sum() ** (1.0 / power))
    share = float(terms[promised] / terms.sum())
    cost = index * (1.0 + (1.0 / (1.0 - shadow_subsidy) - 1.0) * share)
    quantities = weight * (virtual / index) ** -substitution_elasticity
    free = float((weight * price**power).sum() ** (1.0 / power))
    sentence = f"Keeping the promise raises the buyers' unit cost by {100.0 * (cost / free - 1.0):.2f} %."
    return MandatedCost(cost, float(quantities @ price), free, share, sentence)
