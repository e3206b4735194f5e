"""What `tradewar sweep` tells of a finished sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from typing_extensions import TypedDict

from tradewar.io.serialize import Document

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
