"""What part of an observed fall is the tariff: substitution, directed buying, stocks, waiting, and the rest.

    total = ln(observed ratio) = substitution + directed + stocks + waiting + residual           log points

The residual is what cannot be told apart; it is reported, never forced to zero. Shares of the total are quotients of
log points and add up; percentages are never multiplied or summed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tradewar.equilibrium.horizon import DEFAULT_CURVE, ElasticityCurve
from tradewar.errors import PathError
from tradewar.paths.monthly import MonthlyPath
from tradewar.paths.steps import TariffStep, log_effect_of_steps


@dataclass(frozen=True)
class Component:
    """One part of a change."""

    log_points: float
    percent: float
    """100 (exp(log points) - 1): what this part alone would have done."""
    share_of_total: float | None
    """Part of the total; None where the total is zero."""
    percent_of_fall: float | None
    """The same part of the total change in percent: these sum to the observed change."""


@dataclass(frozen=True)
class Decomposition:
    """An observed change of a flow, taken apart."""

    observed_ratio: float
    total: Component
    substitution: Component
    directed: Component
    stocks: Component
    waiting: Component
    residual: Component
    sentence: str

    @property
    def parts(self) -> dict[str, Component]:
        """The five parts by name, which sum to the total."""
        return {
            "substitution": self.substitution,
            "directed": self.directed,
            "stocks": self.stocks,
            "waiting": self.waiting,
            "residual": self.residual,
        }


def decompose(
    observed_ratio: float,
    steps: Sequence[TariffStep],
    month: float,
    *,
    directed_wedge: float = 0.0,
    stocks: float = 0.0,
    waiting: float = 0.0,
    curve: ElasticityCurve = DEFAULT_CURVE,
    base_month: float | None = None,
) -> Decomposition:
    """Take an observed ratio apart.

    Args:
        observed_ratio: flow now over flow in the base period, e.g. 0.60; average two or three months, since a single
            month against the same month a year before is distorted by the moving holiday of January and February.
        steps: tariff steps that had happened.
        month: the point in time observed, in the months of the steps (mid-period).
        directed_wedge: ψ, log points that orders from the state take off.
        stocks: ln(M/C) of the observed months, less that of the base months (`stocks_term`); negative in a run-down.
        waiting: log points assumed to be put off for a deal (<= 0 for a fall), where `stocks` does not contain it.
        curve: the elasticity by horizon.
        base_month: the point in time of the base, if some steps had happened before it; None = before all steps.

    Raises:
        PathError: for an observed ratio that is not positive, or faulty steps.
    """
    if not observed_ratio > 0.0:
        fix = "Give a positive ratio, 0.60 for a fall of 40 percent"
        raise PathError.at("observed_ratio", f"is {observed_ratio:g}", fix)
    effect = log_effect_of_steps(steps, curve, np.array([month], dtype=float))[0]
    if base_month is not None:
        effect -= log_effect_of_steps(steps, curve, np.array([base_month], dtype=float))[0]
    total = float(np.log(observed_ratio))
    named = {"substitution": float(effect), "directed": 0.0 - directed_wedge, "stocks": stocks, "waiting": waiting}
    named["residual"] = total - sum(named.values())
    parts = {name: _component(value, total) for name, value in named.items()}
    return Decomposition(observed_ratio, _component(total, total), **parts, sentence=_sentence(total, parts))


def stocks_term(path: MonthlyPath, months: Sequence[int], base_months: Sequence[int] | None = None) -> float:
    """ln(ΣM/ΣC) of the observed months, less that of the base months where given.

    Args:
        path: a path with stocks.
        months: the months observed, on the path's axis.
        base_months: the months compared with; a pre-buy month as base makes the fall look larger.

    Raises:
        PathError: for months outside the path.
    """
    term = _log_ratio(path, months)
    return term - _log_ratio(path, base_months) if base_months is not None else term


def _log_ratio(path: MonthlyPath, months: Sequence[int]) -> float:
    last = len(path.trade_index) - 1
    wrong = [month for month in months if not 0 <= month <= last]
    if wrong or not months:
        raise PathError.at("months", f"{wrong or 'none'} on a path of months 0 to {last}", "Give months of the path")
    chosen = np.asarray(months)
    with np.errstate(divide="ignore"):
        return float(np.log(path.trade_index[chosen].sum() / path.use_index[chosen].sum()))


def _component(value: float, total: float) -> Component:
    alone = 100.0 * float(np.expm1(value))
    if total == 0.0:
        return Component(value, alone, None, None)
    share = value / total
    return Component(value, alone, share, 100.0 * share * float(np.expm1(total)))


def _sentence(total: float, parts: dict[str, Component]) -> str:
    change = 100.0 * np.expm1(total)
    if parts["substitution"].share_of_total is None:
        return "The flow did not change."
    explained = parts["substitution"].share_of_total
    word = "fall" if total < 0 else "rise"
    residual = parts["residual"].share_of_total or 0.0
    return (
        f"Of the {word} of {abs(change):.0f} percent, tariffs explain about {explained:.0%} (in log points); the rest "
        f"is orders from the state, stocks and waiting for a deal, or, for {residual:.0%}, what we cannot separate."
    )
