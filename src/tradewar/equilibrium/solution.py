"""The arrays of a solved equilibrium, and how it was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.equilibrium.driver import Found, Root
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
    """True if the tolerance was reached at an admissible root."""
    method: str
    """What found it: anderson or newton, perhaps after continuation or from other wages."""
    admissible: bool = True
    """False where an income, output or expenditure is negative."""
    doubtful: bool = False
    """True if it need not be the only equilibrium; see `driver`."""
    others: tuple[Solution, ...] = ()
    """Further equilibria found under the same policy."""
    reached: float = 0.0
    """Without an equilibrium: the largest share of the policy, in logs, at which one was found."""
    kept: Float[Array, " country"] | None = None
    """Without an equilibrium: what everybody keeps of what it earns there, or just beyond."""


def solution_of(found: Found, arrays: Callable[[Root], dict[str, Any]]) -> Solution:
    """The solution of a root; `arrays` gives its arrays by field."""

    def one(root: Root, passes: int, **more: Any) -> Solution:
        return Solution(
            **arrays(root), passes=passes, residual=root.residual, converged=root.holds, method=root.method,
            admissible=root.admissible, **more,
        )  # fmt: skip

    others = tuple(one(root, root.passes) for root in found.others)
    return one(found.root, found.passes, doubtful=found.doubtful, others=others, reached=found.reached, kept=found.kept)
