"""Trade diversion: who takes the place of a supplier in a market.

Index order `[importer, exporter, sector]`; border values. For a target supplier in one market, the change of every
other supplier (the market's own producers included) and the share of the target's loss that they make up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Diversion:
    """Border values in one market by supplier and sector, before and after."""

    importer: str
    exporter: str
    """The target: the supplier whose place is taken."""
    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    baseline: Float[Array, "supplier sector"]
    counterfactual: Float[Array, "supplier sector"]

    @property
    def change(self) -> Float[Array, " supplier"]:
        """Change of each supplier's sales over the chosen sectors, money."""
        return (self.counterfactual - self.baseline).sum(axis=1)

    @property
    def hat(self) -> Float[Array, " supplier"]:
        """Ratio of each supplier's sales; NaN where there were none."""
        after, before = self.counterfactual.sum(axis=1), self.baseline.sum(axis=1)
        return np.divide(after, before, out=np.full_like(after, np.nan), where=before > 0)

    @property
    def target_change(self) -> float:
        """Change of the target's sales, money."""
        return float(self.change[self.countries.index(self.exporter)])

    @property
    def own_change(self) -> float:
        """Change of the market's own producers' sales, money."""
        return float(self.change[self.countries.index(self.importer)])

    @property
    def third_change(self) -> float:
        """Change of all other suppliers' sales, money; the target and the market's own producers left out."""
        return float(self.change.sum()) - self.target_change - self.own_change

    @property
    def substitution_share(self) -> float:
        """Share of the target's loss that third suppliers make up; NaN where the target loses nothing."""
        return self.third_change / -self.target_change if self.target_change != 0.0 else float("nan")

    def to_frame(self) -> pd.DataFrame:
        """One row per supplier: baseline, counterfactual, change (money), change_pct and role."""
        import pandas as pd

        role = {self.exporter: "target", self.importer: "own"}
        return pd.DataFrame(
            {
                "importer": self.importer,
                "supplier": self.countries,
                "role": [role.get(code, "third") for code in self.countries],
                "baseline": self.baseline.sum(axis=1),
                "counterfactual": self.counterfactual.sum(axis=1),
                "change": self.change,
                "change_pct": 100.0 * (self.hat - 1.0),
            }
        )
