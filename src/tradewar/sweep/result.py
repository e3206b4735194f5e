"""`Sweep`: what a sweep found, read from its folder; its quantiles, and what each sector's elasticity contributes.

| contribution | definition |
|---|---|
| `rank_correlation` | Spearman's, between θ of the sector and the measure over the draws |
| `low`, `high` | change of the measure when θ of the sector alone goes from its mean to its 5 and 95 percent quantile |

`low` and `high` come from a linear regression of the measure on all elasticities together, and need at least
twice as many solved draws as sectors; with fewer they are NaN.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray as Array
from typing_extensions import TypedDict

from tradewar.equilibrium.batch import Status
from tradewar.errors import Problem, SweepError
from tradewar.io.serialize import Document
from tradewar.io.tables import rows_of
from tradewar.sweep.driver import DRAWS, Progress, carry_out, manifest_of, part_name
from tradewar.sweep.plan import Plan

if TYPE_CHECKING:
    import pandas as pd


QUANTILES = (0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975)
TAIL = 0.05
"""The bars of a tornado chart run between this quantile of an elasticity and its mirror."""
DRAWS_PER_SECTOR = 2
"""Fewer solved draws than this for each sector do not tell sectors apart."""


def run(
    plan: Plan, out: Path | str, *, workers: int = 1, scheduler: str | None = None, progress: Progress | None = None
) -> Sweep:
    """Carry out a plan and return what it found; arguments and errors as in `tradewar.sweep.driver.carry_out`."""
    folder = carry_out(plan, out, workers=workers, scheduler=scheduler, progress=progress)
    return Sweep(folder.path, plan.tasks[0].measures, folder.damaged)


@dataclass(frozen=True)
class Sweep:
    """A finished sweep."""

    folder: Path
    measures: tuple[str, ...]
    """Columns of figures, one value per item and country."""
    damaged: tuple[str, ...] = ()
    """Files of the folder whose content was not what an earlier run wrote, and that were made again."""

    def to_frame(self) -> pd.DataFrame:
        """All rows: item, draw, case, country, status, message, certificate and measures."""
        return self._rows(part_name(number) for number in range(int(str(self.manifest()["parts"]))))

    def _rows(self, names: Iterable[str]) -> pd.DataFrame:
        problems: list[Problem] = []
        found = rows_of((self.folder / name for name in names), problems)
        if found is None:
            raise SweepError(problems)
        return found

    def draws(self) -> pd.DataFrame:
        """Trade elasticities, one row per draw, one column per sector."""
        long = self._rows([DRAWS])
        wide = long.pivot_table(index="draw", columns="sector", values="trade_elasticity", sort=False)
        return wide[list(dict.fromkeys(long["sector"]))]

    def manifest(self) -> dict[str, object]:
        """What was asked."""
        return manifest_of(self.folder)

    def statuses(self) -> dict[str, int]:
        """How many items have each status, `solved` first; a bargain without a deal has its own."""
        counts = self.to_frame().drop_duplicates("item")["status"].value_counts()
        names = dict.fromkeys([*map(str, Status), *map(str, counts.index)])
        return {name: int(counts.get(name, 0)) for name in names}

    @property
    def answered(self) -> int:
        """How many items have an answer: solved, or a bargain for which it was found out that there is no deal."""
        failed = set(map(str, Status)) - {str(Status.SOLVED)}
        return sum(count for name, count in self.statuses().items() if name not in failed)

    def reasons(self) -> pd.DataFrame:
        """Why items have no figures, the most frequent first: case, status, message and how many items."""
        items = self.to_frame().drop_duplicates("item")
        without = items[items["status"] != Status.SOLVED]
        named = without.groupby(["case", "status", "message"], sort=False).size().reset_index(name="items")
        return named.sort_values("items", ascending=False, kind="stable", ignore_index=True)

    def quantiles(self) -> pd.DataFrame:
        """By case, country and measure: solved, failed, mean, standard deviation and quantiles over solved draws."""
        import pandas as pd

        frame = self.to_frame()
        rows: list[dict[str, object]] = []
        for (case, country), group in frame.groupby(["case", "country"], sort=False):
            solved = group[group["status"] == Status.SOLVED]
            for name in self.measures:
                values = solved[name].dropna().to_numpy()
                row: dict[str, object] = {"case": case, "country": country, "measure": name}
                row |= {"solved": len(solved), "failed": len(group) - len(solved)}
                rows.append(row | _distribution(values))
        return pd.DataFrame(rows)

    def contributions(self, measure: str = "real_income_pct") -> pd.DataFrame:
        """By case, country and sector: rank correlation, low and high (see the top of this module).

        Raises:
            SweepError: if there is no such measure.
        """
        import pandas as pd

        if measure not in self.measures:
            raise SweepError.at("measure", f"there is no {measure!r}", f"Use one of {', '.join(self.measures)}")
        theta = self.draws()
        rows: list[pd.DataFrame] = []
        for (case, country), group in self.to_frame().groupby(["case", "country"], sort=False):
            solved = group[group["status"] == Status.SOLVED].dropna(subset=[measure])
            known = theta.loc[solved["draw"]]
            ranks, low, high = _effects(known.to_numpy(), solved[measure].to_numpy())
            named = {"case": case, "country": country, "sector": theta.columns}
            rows.append(pd.DataFrame({**named, "rank_correlation": ranks, "low": low, "high": high}))
        return pd.concat(rows, ignore_index=True)

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {status}" for status, count in self.statuses().items() if count)
        return f"Sweep({str(self.folder)!r}: {counts})"

    def _repr_html_(self) -> str:
        from html import escape

        table = self.quantiles()
        headline = table[table["measure"] == self.measures[0]]
        return f"<p>{escape(repr(self))}</p>{headline.to_html(index=False, float_format='{:.4g}'.format)}"


def _distribution(values: Array) -> dict[str, float]:
    """Mean, standard deviation and quantiles; NaN where there are too few values."""
    quantiles = np.quantile(values, QUANTILES) if len(values) else np.full(len(QUANTILES), np.nan)
    return {
        "mean": float(values.mean()) if len(values) else np.nan,
        "standard_deviation": float(values.std(ddof=1)) if len(values) > 1 else np.nan,
        **{f"q{100 * q:g}": float(value) for q, value in zip(QUANTILES, quantiles, strict=True)},
    }


def _effects(theta: Array, values: Array) -> tuple[Array, Array, Array]:
    """Rank correlation, low and high of every sector; theta is `[draw, sector]`."""
    draws, sectors = theta.shape
    unknown = np.full(sectors, np.nan)
    moving = theta.std(axis=0) > 0 if draws else np.zeros(sectors, dtype=bool)
    if draws < 3 or not moving.any() or not values.std() > 0:
        return unknown, unknown, unknown
    ranks = unknown.copy()
    ranks[moving] = [np.corrcoef(_ranked(column), _ranked(values))[0, 1] for column in theta[:, moving].T]
    if draws < DRAWS_PER_SECTOR * int(moving.sum()) + 1:
        return ranks, unknown, unknown
    mean = theta[:, moving].mean(axis=0)
    regressors = np.column_stack([np.ones(draws), theta[:, moving] - mean])
    slope = np.linalg.lstsq(regressors, values, rcond=None)[0][1:]
    low, high = unknown.copy(), unknown.copy()
    low[moving] = slope * (np.quantile(theta[:, moving], TAIL, axis=0) - mean)
    high[moving] = slope * (np.quantile(theta[:, moving], 1.0 - TAIL, axis=0) - mean)
    return ranks, low, high


def _ranked(values: Array) -> Array:
    from scipy.stats import rankdata

    return rankdata(values)


QuantileRow = TypedDict(
    "QuantileRow",
    {
        "case": str, "country": str, "measure": str, "solved": int, "failed": int, "mean": float,
        "standard_deviation": float, "q2.5": float, "q5": float, "q25": float, "q50": float, "q75": float,
        "q95": float, "q97.5": float,
    },
)  # fmt: skip


class ContributionRow(TypedDict):
    """What the elasticity of one sector contributes to the real income of one country in one case."""

    case: str
    country: str
    sector: str
    rank_correlation: float
    """Spearman's, between the elasticity and real income over the draws."""
    low: float
    """Change of real income when this elasticity alone goes from its mean to its 5 percent quantile."""
    high: float
    """The same to its 95 percent quantile."""


class ReasonRow(TypedDict):
    """Why some items of a case have no figures."""

    case: str
    status: str
    message: str
    items: int


@dataclass(frozen=True)
class SweepDocument(Document):
    """A finished sweep."""

    folder: str
    manifest: Mapping[str, Any]
    """All that identifies the sweep."""
    statuses: Mapping[str, int]
    """How many items have each status."""
    reasons: list[ReasonRow]
    """Why items have no figures, the most frequent first."""
    quantiles: list[QuantileRow]
    """By case, country and measure, over the solved draws."""
    contributions: list[ContributionRow]
    charts: list[str]
    """Files in the folder."""
    damaged: list[str]
    """Files of an earlier run that were damaged, and were made again."""
