"""The arrays of a solved equilibrium, and how a solver's result becomes an exception where it must."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.levers import Levers


@dataclass(frozen=True, eq=False)
class Solution:
    """Every quantity of one equilibrium. Hats are ratios to the baseline; levels are money of the numeraire."""

    levers: Levers
    wage_hat: Float[Array, " country"]
    """w."""
    unit_cost_hat: Float[Array, "country sector"]
    """c."""
    price_hat: Float[Array, "importer sector"]
    """P; 1 where the importer buys nothing."""
    trade_value: Float[Array, "importer exporter sector"]
    """B, f.o.b., export tax included, duty excluded."""
    expenditure: Float[Array, "importer sector"]
    """X, duty included."""
    gross_output: Float[Array, "exporter sector"]
    """Y, producers' revenue."""
    income: Float[Array, " country"]
    """I."""
    tariff_revenue: Float[Array, " importer"]
    """Σ t' B."""
    trade_deficit: Float[Array, " country"]
    """D after the change."""
    passes: int
    """Evaluations of the map, or Newton steps."""
    residual: float
    """Of the solver's own equations; the certificate is computed elsewhere."""
    converged: bool
    method: str
    """What found it: anderson, newton-krylov, newton, or one of them after continuation."""
