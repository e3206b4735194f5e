"""Hurry before a date and waiting for a deal: purchases moved in time, with stocks conserved exactly.

A rise of the tariff, announced for month t_e in month t_a and believed with probability p, makes buyers hold

    H = p · Δ ln(1 + tariff) / carrying cost per month          months of use, at most `cap`, times the storable share

more than normal on the day. The extra stock rises linearly from t_a to the last month before t_e and is used from
t_e on, **whether or not the tariff comes**. An expected removal has the opposite sign: stocks are run down in
advance, by at most the normal inventory, and rebuilt from t_e on. Imports M, use C and extra stock I obey
M_m = C_m + I_m − I_{m−1} in every month, so that Σ M − Σ C − I_T = 0.

Check against Alessandria, Khan and Khederlarian (2024, Journal of International Economics): p = 0.032, 31 log points
and a storable share of 0.7 give 0.278 months.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import PathError, Problem

CARRYING_COST = 0.025
"""Default cost of holding stock, share of its value per month."""
CAP_MONTHS = 2.0
"""Default limit of what is bought ahead, months of use."""


@dataclass(frozen=True)
class Anticipation:
    """A tariff change expected for a date. A postponed date is two: the old one, and the new one announced later."""

    announced_month: int
    """t_a: the first month in which buyers know of the date."""
    effective_month: int
    """t_e: the first month in which the change would hold."""
    probability: float
    """p: how likely buyers think the change is, in [0, 1]."""
    power_before: float
    power_after: float
    """1 + tariff without and with the change; below `power_before` for an expected removal."""
    storable_share: float
    """Share of the flow that is covered by the change and can be stored, in [0, 1]."""
    carrying_cost: float = CARRYING_COST
    """c: share of the value per month, > 0."""
    cap_months: float = CAP_MONTHS
    """Largest purchase ahead, months of use; infinity for no cap."""
    normal_inventory: float = 1.0
    """Months of use normally held: the most that can be run down while waiting for a removal."""
    name: str = ""


def limited_months(wanted: Float[Array, " draw"], anticipation: Anticipation) -> Float[Array, " draw"]:
    """H between minus the normal inventory and the cap, months of use of storable goods."""
    return np.clip(wanted, -anticipation.normal_inventory, anticipation.cap_months)


def stock_path(
    use: Float[Array, "draw month"],
    target: Float[Array, "draw event"],
    storable_share: Float[Array, "draw event"],
    windows: Sequence[tuple[int, int]],
) -> Float[Array, "draw month"]:
    """Extra stock at the end of every month, in months of normal use.

    Args:
        use: C, per month, baseline 1.
        target: months to be held on the eve of each date, after limit and storable share.
        storable_share: share of use that stock can serve; run-down and rebuilding are at most this share of use.
        windows: (announced, effective) months of each event, in the order of announcement. A later announcement
            supersedes an earlier one from its first month, so that a postponed date is two events.

    Returns:
        I; use + difference of I are the imports.
    """
    stock = np.zeros_like(use)
    held, share = np.zeros(len(use)), np.zeros(len(use))
    start_level, started_by = held, -1
    for month in range(use.shape[1]):
        event = _active_event(month, windows)
        if event is not None and event != started_by:
            start_level, started_by = held, event
        if event is not None:
            share = storable_share[:, event]
        most = share * use[:, month]
        if event is None:
            held = np.sign(held) * np.maximum(np.abs(held) - most, 0.0)
        else:
            announced, effective = windows[event]
            # a path that starts after the announcement sees only what is left of the ramp
            first = max(announced, 0)
            wanted = start_level + (target[:, event] - start_level) * (month - first + 1) / (effective - first)
            held = np.maximum(wanted, held - most)
        stock[:, month] = held
    return stock


def imports(use: Float[Array, "*draws month"], stock: Float[Array, "*draws month"]) -> Float[Array, "*draws month"]:
    """M_m = C_m + I_m − I_{m−1}, with no extra stock before the first month."""
    return use + np.diff(stock, axis=-1, prepend=0.0)


def _active_event(month: int, windows: Sequence[tuple[int, int]]) -> int | None:
    """The last announced event; None once its date has passed, when stocks go back to normal."""
    known = [number for number, (announced, _) in enumerate(windows) if announced <= month]
    if not known:
        return None
    latest = known[-1]
    return latest if month < windows[latest][1] else None


def check_anticipations(anticipations: Iterable[Anticipation]) -> None:
    """Raises PathError with every fault."""
    problems: list[Problem] = []
    for number, item in enumerate(anticipations):
        where = item.name or f"anticipation {number + 1}"
        if not item.carrying_cost > 0.0:
            fix = "Holding stock costs something: give a share of its value per month, e.g. 0.025"
            problems.append(Problem(where, f"carrying_cost is {item.carrying_cost:g}, must be > 0", fix))
        for label, value in (("probability", item.probability), ("storable_share", item.storable_share)):
            if not 0.0 <= value <= 1.0:
                problems.append(Problem(where, f"{label} is {value:g}, must lie in [0, 1]", "Give a fraction"))
        for label, value in (("power_before", item.power_before), ("power_after", item.power_after)):
            if not value > 0.0:
                problems.append(Problem(where, f"{label} is {value:g}, must be > 0", "Give 1 + tariff, e.g. 1.25"))
        for label, value in (("cap_months", item.cap_months), ("normal_inventory", item.normal_inventory)):
            if not value >= 0.0:
                problems.append(Problem(where, f"{label} is {value:g}, must be >= 0", "Give months of use"))
    if problems:
        raise PathError(problems)
