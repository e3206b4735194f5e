"""Change points at unknown dates: the optimal partition of a series of counts.

The cost of a segment with S events in L periods is −(S log(S/L) − S), its negative Poisson log-likelihood up to a
constant. Dynamic programming finds the partition into K segments of least cost. K minimises

    BIC(K) = 2 cost / φ + (2K − 1) log n,

φ the overdispersion (1 for Poisson counts). Without it, overdispersed series are split at single busy months. The
search is written out here because the packages at hand have no Poisson cost; a test compares it with the dynamic
programme of `ruptures`.

Sources: Killick, Fearnhead and Eckley (2012, JASA 107); Truong, Oudre and Vayatis (2020, Signal Processing 167).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Num
from numpy import ndarray as Array

from tradewar.monitoring.checks import counts_of, positive, require


@dataclass(frozen=True, eq=False)
class Partition:
    """The partition into segments of constant rate that BIC prefers, and the costs of its rivals."""

    changes: tuple[int, ...]
    """First period of each segment but the first."""
    rates: Float[Array, " segment"]
    """Events per period."""
    bic: Float[Array, " segments"]
    """BIC of the best partition into 1, 2, ... segments."""
    dispersion: float

    @property
    def n_segments(self) -> int:
        """K."""
        return len(self.changes) + 1


def segment_costs(counts: Num[Array, " period"], minimum_length: int = 3) -> Float[Array, "start end"]:
    """Cost of the segment from `start` to `end` (exclusive); infinite where shorter than `minimum_length`."""
    y = counts_of(counts)
    running = np.concatenate([[0.0], np.cumsum(y)])
    start, end = np.arange(len(y))[:, None], np.arange(len(y) + 1)[None, :]
    length = end - start
    events = running[None, :] - running[:-1, None]
    possible = length >= minimum_length
    rate = np.divide(events, length, out=np.ones_like(events), where=possible & (events > 0))
    return np.where(possible, events - events * np.log(rate), np.inf)


def partition(
    counts: Num[Array, " period"], max_segments: int = 4, minimum_length: int = 3, dispersion: float = 1.0
) -> Partition:
    """Best partition by BIC.

    Args:
        counts: events per period.
        max_segments: largest K tried.
        minimum_length: shortest segment, in periods.
        dispersion: φ; values below 1 are taken as 1.

    Raises:
        EvidenceError: a series too short for one segment.
    """
    n = len(counts)
    positive(dispersion, "dispersion")
    fits = n >= minimum_length >= 1 and max_segments >= 1
    require(fits, "counts", f"have {n} periods for segments of {minimum_length}", "Give a longer series")
    phi = max(dispersion, 1.0)
    cost = segment_costs(counts, minimum_length)
    max_segments = min(max_segments, n // minimum_length)
    best, came_from = [cost[0]], [np.zeros(n + 1, dtype=int)]
    for _ in range(1, max_segments):
        total = best[-1][:-1, None] + cost
        came_from.append(total.argmin(axis=0))
        best.append(total.min(axis=0))
    segments = np.arange(1, max_segments + 1)
    bic = 2 * np.array([b[n] for b in best]) / phi + (2 * segments - 1) * np.log(n)
    changes = _trace(came_from[: int(bic.argmin()) + 1], n)
    edges = np.array([0, *changes, n])
    running = np.concatenate([[0.0], np.cumsum(np.asarray(counts, dtype=float))])
    return Partition(changes, np.diff(running[edges]) / np.diff(edges), bic, phi)


def _trace(came_from: list[Int[Array, " end"]], n: int) -> tuple[int, ...]:
    changes: list[int] = []
    end = n
    for step in came_from[:0:-1]:
        end = int(step[end])
        changes.append(end)
    return tuple(reversed(changes))


def split_profile(
    counts: Num[Array, " period"], change: int, neighbours: tuple[int, int], dispersion: float = 1.0, units: float = 2.0
) -> tuple[int, int]:
    """First and last date of a change within `units` log-likelihood units of the best, its neighbours held fixed.

    Args:
        counts: events per period.
        change: the estimated first period of the later segment.
        neighbours: the changes on either side (0 and the length of the series at the ends).
        dispersion: φ, by which the log-likelihood is divided.
        units: width of the band.
    """
    low, high = neighbours
    require(low < change < high, "change", f"{change} is not between {low} and {high}", "Give its neighbours")
    cost = segment_costs(counts, 1)
    splits = np.arange(low + 1, high)
    profile = (cost[low, splits] + cost[splits, high]) / max(dispersion, 1.0)
    inside = splits[profile <= profile.min() + units]
    return int(inside.min()), int(inside.max())
