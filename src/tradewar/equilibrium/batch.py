"""Many equilibria of one world: policies, draws of elasticities, or both, each with its own certificate.

    prepared = prepare(world, "balanced", compiled=True)
    result = solve_batch(prepared, [Item(policy, theta) for theta in draws], workers=2)
    result.real_income_hat[result.solved]

**Every item is solved from its own baseline, never from a neighbour's solution**, in machine code on one thread, so
its result is the same bit for bit whatever the size of the batch and the number of workers. Under other elasticities
the shares of the baseline stay what the data say; where the closure removes deficits, or the data are no equilibrium,
the baseline is solved anew under the item's elasticities, and its hats refer to that baseline.

An item that has no solution stays in its place with its status and NaN in its row; it is never dropped.
Index order `[item, country]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.equilibrium.outcome import Outcome
from tradewar.equilibrium.policy import Policy
from tradewar.equilibrium.prepared import Prepared, prepare
from tradewar.equilibrium.solve import solve_prepared
from tradewar.errors import InadmissibleError, InputError, NoSolutionError, PolicyError


class Status(StrEnum):
    """What became of an item."""

    SOLVED = "solved"
    """Its certificate holds."""
    INADMISSIBLE = "inadmissible"
    """The equations hold only where somebody's income, spending or trade is negative; the message says whose."""
    NO_SOLUTION = "no solution"
    """No equilibrium was found within the limits, or a commitment has a target that cannot be met."""
    REFUSED = "refused"
    """Its policy or its elasticities are wrong; the message says how."""

    @classmethod
    def of(cls, error: NoSolutionError | InputError) -> Status:
        """What an error makes of an item."""
        if isinstance(error, InputError):
            return cls.REFUSED
        return cls.INADMISSIBLE if isinstance(error, InadmissibleError) else cls.NO_SOLUTION


@dataclass(frozen=True, eq=False)
class Item:
    """One problem of a batch."""

    policy: Policy | None = None
    """None is the baseline."""
    trade_elasticity: Float[Array, " sector"] | None = None
    """θ > 0, of the long run; None keeps those of the world."""


@dataclass(frozen=True, eq=False)
class Solved:
    """One problem solved or not: the outcome, or why there is none."""

    status: Status
    outcome: Outcome | None
    message: str
    """Empty where solved."""


@dataclass(frozen=True, eq=False)
class BatchResult:
    """The items in their order. NaN where an item has no solution."""

    status: tuple[Status, ...]
    message: tuple[str, ...]
    """Why an item has no solution; empty where it has one."""
    real_income_hat: Float[Array, "item country"]
    """Ratio to the item's own baseline."""
    real_wage_hat: Float[Array, "item country"]
    consumer_price_hat: Float[Array, "item country"]
    exports_hat: Float[Array, "item country"]
    imports_hat: Float[Array, "item country"]
    tariff_revenue: Float[Array, "item country"]
    """Money of the numeraire, after the change."""
    max_residual: Float[Array, " item"]
    """Largest residual of any equation in the item's certificate."""
    iterations: Float[Array, " item"]

    @property
    def solved(self) -> Bool[Array, " item"]:
        """True where the certificate of an item holds."""
        return np.array([status is Status.SOLVED for status in self.status], dtype=bool)


PER_COUNTRY = ("real_income_hat", "real_wage_hat", "consumer_price_hat", "exports_hat", "imports_hat", "tariff_revenue")
"""Fields of a result that an outcome has by country, under the same name."""


def solve_batch(
    prepared: Prepared, items: Sequence[Item], *, tolerance: float = 1e-10, workers: int = 1
) -> BatchResult:
    """Solve every item, on as many threads as asked for.

    Args:
        prepared: the world, closure and market; `compiled=True` there lets threads run side by side.
        items: the problems.
        tolerance: as in `solve`.
        workers: threads. The result does not depend on it.

    Raises:
        PolicyError: if the number of workers is not positive. What is wrong with one item is its status.
    """
    if workers < 1:
        raise PolicyError.at("workers", f"is {workers}", "Give 1 or more")

    def one(item: Item) -> _Row:
        return _row(solve_item(prepared, item, tolerance), prepared.world.n_countries)

    if workers == 1:
        rows = [one(item) for item in items]
    else:
        with ThreadPoolExecutor(max_workers=workers) as pool:
            rows = list(pool.map(one, items))
    values = np.array([row.values for row in rows]).reshape(len(rows), len(PER_COUNTRY), prepared.world.n_countries)
    by_name = {name: np.ascontiguousarray(values[:, k]) for k, name in enumerate(PER_COUNTRY)}
    return BatchResult(
        status=tuple(row.status for row in rows),
        message=tuple(row.message for row in rows),
        max_residual=np.array([row.max_residual for row in rows], dtype=float),
        iterations=np.array([row.iterations for row in rows], dtype=float),
        **by_name,
    )


def solve_item(prepared: Prepared, item: Item, tolerance: float = 1e-10) -> Solved:
    """One item on its own: what `solve_batch` does for each."""
    try:
        own = prepared if item.trade_elasticity is None else under(prepared, item.trade_elasticity)
        return Solved(Status.SOLVED, solve_prepared(own, item.policy, tolerance=tolerance), "")
    except (NoSolutionError, InputError) as error:
        return Solved(Status.of(error), None, str(error))


def under(prepared: Prepared, trade_elasticity: Float[Array, " sector"]) -> Prepared:
    """The same world, closure and market under other elasticities, rebased where its rules ask for that.

    Raises:
        PolicyError: if the elasticities are not one positive number for every sector.
        NoSolutionError: if the baseline has no equilibrium under them.
    """
    world = prepared.world
    if trade_elasticity.shape != (world.n_sectors,):
        what = f"has shape {trade_elasticity.shape}, must be ({world.n_sectors},)"
        raise PolicyError.at("trade_elasticity", what, "Give one number for every sector")
    wrong = [
        f"{world.sectors[k]} = {trade_elasticity[k]:g}"
        for k in np.flatnonzero(~(np.isfinite(trade_elasticity) & (trade_elasticity > 0)))
    ]
    if wrong:
        raise PolicyError.at("trade_elasticity", f"is not > 0 in {', '.join(wrong)}", "Give positive numbers")
    changed = world.with_trade_elasticity(trade_elasticity)
    return prepare(
        changed, prepared.closure, market=prepared.market, horizon=prepared.horizon, compiled=prepared.compiled
    )


@dataclass(frozen=True, eq=False)
class _Row:
    """What is kept of one item: an outcome holds every flow, too much for thousands of them."""

    status: Status
    message: str
    values: Float[Array, "measure country"]
    max_residual: float
    iterations: float


def _row(solved: Solved, countries: int) -> _Row:
    outcome = solved.outcome
    if outcome is None:
        return _Row(solved.status, solved.message, np.full((len(PER_COUNTRY), countries), np.nan), np.nan, np.nan)
    values = np.array([getattr(outcome, name) for name in PER_COUNTRY])
    certificate = outcome.certificate
    return _Row(solved.status, "", values, certificate.max_residual, float(certificate.iterations))
