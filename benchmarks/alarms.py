"""Truces that are kept exactly at the cap: how often the alarm rings, the watch rings, and a grade is given falsely.

Each series has two years before the promise and a review of which every month is looked at, with dispersion and cap
estimated anew from what is known by then, as a reader of the page would see it. Counts are Poisson or negative
binomial. `looked_at` is the code that judges a promise, run on all series at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy import ndarray as Array

from benchmarks.result import Measure, Options, Result
from tradewar.monitoring.alarm import log_shiryaev_roberts
from tradewar.monitoring.grades import (
    FOUND_ABOVE,
    FOUND_E_VALUE,
    MINIMUM_BASELINE_EVENTS,
    SUSPECTED_ABOVE,
    SUSPECTED_E_VALUE,
)
from tradewar.monitoring.quality import simulate_counts
from tradewar.monitoring.truce_counts import ALARM_ALPHA, Weighed, Windows, weigh

TITLE = "Truces kept at the cap: false alarms and false grades"
CAPS = (0.3, 0.6, 1.5, 5.0)
"""Events a month that the promise allows: half of the rate before it."""
VARIANCES = (1.0, 1.5, 2.5, 4.0)
"""Variance of a month's count over its mean."""
MONTHS = (12, 24, 48)
BASE_MONTHS = 24
SHARE = 0.5
RUNS = 10_000
SUSPECTED_PROMISE, FOUND_PROMISE = 0.1, 0.01
NAMES = ("alarm", "suspected", "found", "watch")
METHOD = (
    f"{RUNS:,} series per cell: {BASE_MONTHS} months before the promise at twice the cap, then months at the cap, each "
    "looked at as it ends; the estimates of cap and spread are those of the day. Alarm, watch: rung at any look. "
    "Suspected, breach found: the grade of the last look, the second with an independent series beside it and without "
    "the comparison with others, which would make it rarer. The cells of the table are the cap in events a month, the "
    "variance of a month's count over its mean, and the months of the review; shares are in percent."
)


@dataclass(frozen=True)
class Rates:
    """Shares of series in one cell."""

    alarm: float
    watch: float
    suspected: float
    found: float


def run(options: Options) -> Result:
    """Every cell, and whether each keeps what is promised."""
    runs = options.draws or RUNS
    cells = {(cap, ratio): rates(cap, ratio, MONTHS, runs, options.seed) for cap in CAPS for ratio in VARIANCES}
    every = [item for found in cells.values() for item in found]
    measures = [Measure.of(name, "percent", [100 * getattr(item, name) for item in every]) for name in NAMES]
    kept = all(
        item.alarm <= ALARM_ALPHA and item.suspected <= SUSPECTED_PROMISE and item.found <= FOUND_PROMISE
        for item in every
    )
    goal = (
        f"in every cell alarms in at most {100 * ALARM_ALPHA:g}, suspected in at most {100 * SUSPECTED_PROMISE:g}, "
        f"breach found in at most {100 * FOUND_PROMISE:g} percent"
    )
    return Result("alarms", TITLE, METHOD, tuple(measures), goal, kept, cells=table(cells))


def table(cells: Mapping[tuple[float, float], Sequence[Rates]]) -> tuple[str, ...]:
    """Lines of a table with every cell: those by cap and variance, each with one entry for each of `MONTHS`."""
    lines = ["| cap | variance / mean | months | alarm | suspected | breach found | watch |", "|---:" * 7 + "|"]
    for (cap, ratio), found in cells.items():
        for months, item in zip(MONTHS, found, strict=True):
            shares = (item.alarm, item.suspected, item.found, item.watch)
            values = (f"{100 * share:.2f}" for share in shares)
            lines.append(f"| {cap:g} | {ratio:g} | {months} | {' | '.join(values)} |")
    return tuple(lines)


def rates(cap: float, ratio: float, months: Sequence[int], runs: int, seed: int) -> list[Rates]:
    """The shares after each of some months; every month from the first is a look."""
    draw = np.random.default_rng(seed)
    one, two = (kept_truces(cap, ratio, max(months), runs, draw) for _ in range(2))
    rung = np.zeros(runs, dtype=bool)
    found: list[Rates] = []
    for month in range(1, max(months) + 1):
        seen = looked_at(one, month)
        rung |= seen.alarm >= 0
        if month in months:
            other = looked_at(two, month)
            found.append(
                Rates(
                    float(rung.mean()),
                    watched(one, month),
                    float(suspected(seen).mean()),
                    float((strong(seen) & on_its_own(other)).mean()),
                )
            )
    return found


def kept_truces(cap: float, ratio: float, months: int, runs: int, draw: np.random.Generator) -> Array:
    """Counts of series at twice the cap, then at the cap; shape (runs, months)."""
    spread = (ratio - 1.0) / cap
    before = simulate_counts(cap / SHARE, spread * SHARE, (runs, BASE_MONTHS), draw)
    return np.hstack([before, simulate_counts(cap, spread, (runs, months), draw)])


def looked_at(counts: Array, month: int) -> Weighed:
    """The review as it stands after some months."""
    stop = BASE_MONTHS + month
    review = slice(BASE_MONTHS, stop)
    windows = Windows(slice(0, BASE_MONTHS), review, review)
    return weigh(counts[:, :stop], np.ones(stop), windows, SHARE, levels=(ALARM_ALPHA, 1 / FOUND_E_VALUE))


def suspected(seen: Weighed) -> Array:
    """The grade of a lead source, suspected or worse: in every variant that it must survive."""
    probable = np.minimum(np.minimum(seen.breach, seen.dispersed), seen.exact) > SUSPECTED_ABOVE
    return (seen.before >= MINIMUM_BASELINE_EVENTS) & (probable | (seen.e_value >= SUSPECTED_E_VALUE))


def strong(seen: Weighed) -> Array:
    """What a breach found asks of the lead source."""
    probable = np.minimum(np.minimum(seen.breach, seen.dispersed), seen.exact) > FOUND_ABOVE
    return (seen.before >= MINIMUM_BASELINE_EVENTS) & (probable | (seen.e_value >= FOUND_E_VALUE))


def on_its_own(seen: Weighed) -> Array:
    """What a breach found asks of a second source: suspected on its own."""
    hinted = (seen.breach > SUSPECTED_ABOVE) | (seen.e_value >= SUSPECTED_E_VALUE)
    return (seen.before >= MINIMUM_BASELINE_EVENTS) & hinted


def watched(counts: Array, month: int) -> float:
    """Share of series in which the standing watch has rung by a month, cap and spread as estimated then."""
    seen = looked_at(counts, month)
    known = seen.before > 0
    cap = SHARE * seen.before[known] / BASE_MONTHS
    path = log_shiryaev_roberts(
        counts[known, BASE_MONTHS : BASE_MONTHS + month], cap[:, None], overdispersion=seen.overdispersion[known]
    )
    return float((path.max(axis=1) >= np.log(20)).sum() / len(counts))
