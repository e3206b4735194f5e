"""Making the books of a World balance: final use that is never negative, with a report of what moved.

Index order: `[country, supplying_sector, using_sector]`.

Published tables mix sources, so that purchases of a good as material may exceed what the country spends on it, and
final use C = X − m Y comes out negative. Flows, tariffs, output and value-added shares are kept; the purchases Z =
m Y are moved between supplying sectors, as little as possible in the sense of relative entropy:

    minimise  Σ_sr Z_sr log(Z_sr / Z⁰_sr)
    subject to  Σ_s Z_sr = Z⁰'s column sums (materials bought by each sector stay the same)
                Σ_r Z_sr ≤ (1 − f) X_s      (at least the share f of absorption is left for final use).

The solution is Z_sr = a_s b_r Z⁰_sr with a_s ≤ 1, and a_s = 1 where the limit does not bind; it is found by scaling
columns and limited rows in turn (RAS with upper limits; Bacharach 1970, Biproportional Matrices and Input-Output
Change; Lamond and Stewart 1981 for the limits). Countries without a binding limit are not touched. Consumption shares
are then derived from the flows, so that the result is `consistent`.

Removing trade deficits is another matter: it needs the equilibrium.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import NoSolutionError, WorldError
from tradewar.world import accounts

if TYPE_CHECKING:
    import pandas as pd

    from tradewar.world.model import World

LEAST_FINAL_USE = 0.03
"""Share of absorption that is left for final use unless another is asked for."""
_TOLERANCE = 1e-12
_MAX_SWEEPS = 20_000
_VANISHING = 1e-100


@dataclass(frozen=True)
class BalanceReport:
    """What `balance` moved, in the world's money unit."""

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    money_unit: str
    least_final_use: float
    """f, share of absorption."""
    absorption: Float[Array, "country sector"]
    """X, duty included."""
    final_use_before: Float[Array, "country sector"]
    """C as the flows and input coefficients gave it."""
    final_use_after: Float[Array, "country sector"]
    consumption_share_before: Float[Array, "country sector"]
    """α as the world held it: clipped or read from a file where the world was not consistent."""
    consumption_share_after: Float[Array, "country sector"]
    moved_share: Float[Array, " country"]
    """Share of material purchases that moved from one supplying sector to another: ½ Σ |Z − Z⁰| / Σ Z⁰."""

    @property
    def changed(self) -> bool:
        """True if anything moved."""
        return bool((self.moved_share > 0).any())

    def to_frame(self) -> pd.DataFrame:
        """One row per country and supplying sector, the largest changes first."""
        import pandas as pd

        n, s = self.absorption.shape
        frame = pd.DataFrame(
            {
                "country": np.repeat(self.countries, s),
                "sector": np.tile(self.sectors, n),
                "absorption": self.absorption.ravel(),
                "final_use_before": self.final_use_before.ravel(),
                "final_use_after": self.final_use_after.ravel(),
                "change": (self.final_use_after - self.final_use_before).ravel(),
                "consumption_share_before": self.consumption_share_before.ravel(),
                "consumption_share_after": self.consumption_share_after.ravel(),
            }
        )
        order = frame["change"].abs().sort_values(ascending=False, kind="stable").index
        return frame.loc[order].reset_index(drop=True)

    def __str__(self) -> str:
        if not self.changed:
            return f"Nothing moved: final use is at least {self.least_final_use:.3g} of absorption everywhere."
        negative = int((self.final_use_before < 0).sum())
        worst = int(self.moved_share.argmax())
        change = self.final_use_after - self.final_use_before
        place = np.unravel_index(np.abs(change).argmax(), change.shape)
        cell = f"{self.countries[int(place[0])]}/{self.sectors[int(place[1])]}"
        return (
            f"Balanced: final use raised to at least {self.least_final_use:.3g} of absorption ({negative} cells were "
            f"negative) by moving {100 * self.moved_share[worst]:.3g} percent of material purchases in "
            f"{self.countries[worst]} and {100 * np.median(self.moved_share):.3g} percent in the median country; "
            f"largest change of final use {change[place]:+.6g} {self.money_unit} in {cell}."
        )


def balance(world: World, least_final_use: float = LEAST_FINAL_USE) -> tuple[World, BalanceReport]:
    """A consistent World in which every cell of final use is at least a share of absorption, and what moved.

    Args:
        least_final_use: f in [0, 1), share of absorption X.

    Raises:
        WorldError: if a country's whole final use is below that share of its absorption, or f is out of range.
        NoSolutionError: if no table with the same zeros satisfies the limits; names the country and the cell.
    """
    if not 0 <= least_final_use < 1:
        raise WorldError.at("least final use", f"{least_final_use:g} is outside [0, 1)", "Give a share such as 0.03")
    before = world.material_share * world.gross_output[:, None, :]
    limit = (1.0 - least_final_use) * world.expenditure
    after = before.copy()
    for country in range(world.n_countries):
        if (before[country].sum(axis=1) > limit[country]).any():
            _refuse_impossible(world, country, before[country], limit[country], least_final_use)
            after[country] = _limited(world, country, before[country], limit[country])
    bought = after.sum(axis=1, keepdims=True)
    shares = np.divide(after, bought, out=world.input_share.copy(), where=(bought > 0))
    moved = np.abs(after - before).sum(axis=(1, 2)) / 2
    moved_share = np.divide(moved, before.sum(axis=(1, 2)), out=np.zeros_like(moved), where=moved > 0)
    untouched = moved == 0
    shares[untouched] = world.input_share[untouched]
    final = accounts.final_use(
        world.expenditure, accounts.material_share(world.value_added_share, shares), world.gross_output
    )
    balanced = world.replace(input_share=shares, consumption_share=None)
    report = BalanceReport(
        world.countries,
        world.sectors,
        world.money_unit,
        least_final_use,
        world.expenditure,
        world.final_use,
        final,
        world.consumption_share,
        balanced.consumption_share,
        moved_share,
    )
    return (balanced.replace(notes=(*balanced.notes, str(report))) if report.changed else balanced), report


def _refuse_impossible(
    world: World, country: int, purchases: Float[Array, "supplying using"], limit: Float[Array, " supplying"], f: float
) -> None:
    if purchases.sum() <= limit.sum():
        return
    total = world.expenditure[country].sum()
    left = 1.0 - purchases.sum() / total
    what = f"final use is {left:.4g} of absorption in all, less than the {f:g} asked for in every sector"
    raise WorldError.at(f"country {world.countries[country]}", what, "Ask for less, or raise value-added shares")


def _limited(
    world: World, country: int, purchases: Float[Array, "supplying using"], limit: Float[Array, " supplying"]
) -> Float[Array, "supplying using"]:
    """Purchases scaled to their column sums and to row sums within the limit.

    Cyclic ascent in the dual: given a, the columns give b exactly; given b, each row gives its a ≤ 1 exactly.
    """
    columns = purchases.sum(axis=0)
    row_scale, column_scale = np.ones(len(limit)), np.ones(len(columns))
    excess = np.inf
    for _ in range(_MAX_SWEEPS):
        reached = row_scale @ purchases
        # limits that cannot be met drive the scales apart without end
        if ((reached <= _VANISHING * columns) & (columns > 0)).any():
            break
        column_scale = np.divide(columns, reached, out=np.zeros_like(columns), where=columns > 0)
        rows = purchases @ column_scale
        excess = float(((row_scale * rows - limit) / np.maximum(limit, columns.sum() * _TOLERANCE)).max())
        if excess <= _TOLERANCE:
            return row_scale[:, None] * purchases * column_scale
        row_scale = np.minimum(1.0, np.divide(limit, rows, out=np.ones_like(rows), where=rows > 0))
    worst = int((row_scale * (purchases @ column_scale) - limit).argmax())
    raise NoSolutionError(
        f"country {world.countries[country]}: purchases of {world.sectors[worst]} as material exceed their limit "
        f"by a share of {excess:.3g} whatever moves between suppliers with positive purchases. Ask for a smaller share "
        "of final use, or aggregate sectors."
    )
