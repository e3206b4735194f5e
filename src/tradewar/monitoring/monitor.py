"""The evidence on every commitment of a dispute, as known on a day."""

from __future__ import annotations

from pathlib import Path

from tradewar.monitoring.evidence import Evidence
from tradewar.monitoring.grades import Grade
from tradewar.monitoring.purchases import monitor_purchase
from tradewar.monitoring.series import PurchaseCommitment, TruceCommitment, last_full_month, month_number
from tradewar.monitoring.tables import read_commitments, read_deliveries, read_incident_series
from tradewar.monitoring.truce import monitor_truce


def monitor(folder: str | Path, as_of: str) -> tuple[Evidence, ...]:
    """Read the evidence tables of a folder and judge each commitment that was known on a day.

    Args:
        folder: with `commitments.toml` and the tables of `monitoring.tables`.
        as_of: `YYYY-MM-DD`.

    Returns:
        One `Evidence` per commitment. A commitment on which nothing could be observed yet is `unclear` and says so.

    Raises:
        EvidenceError: a day or a table that cannot be read.
    """
    last_full_month(as_of)
    place = Path(folder)
    known = read_commitments(place, as_of)
    truces = [_truce(item, place, as_of) for item in known.truces]
    return (*truces, *(_purchase(item, place, as_of) for item in known.purchases))


def _truce(commitment: TruceCommitment, folder: Path, as_of: str) -> Evidence:
    series = read_incident_series(folder, commitment.sponsor, as_of)
    start = month_number(commitment.reviews[0][0])
    if not series or last_full_month(as_of) < start:
        return _unobserved(commitment, "truce", as_of)
    return monitor_truce(commitment, series, as_of)


def _purchase(commitment: PurchaseCommitment, folder: Path, as_of: str) -> Evidence:
    series = read_deliveries(folder, as_of, (commitment.group,))
    if not any(len(item.year(commitment.year)) for item in series if item.reporter == commitment.reporter):
        return _unobserved(commitment, "purchase", as_of)
    return monitor_purchase([commitment], series, as_of)


def _unobserved(commitment: TruceCommitment | PurchaseCommitment, kind: str, as_of: str) -> Evidence:
    return Evidence(
        commitment=commitment.name,
        kind=kind,
        as_of=as_of,
        grade=Grade.UNCLEAR,
        reasons=(f"nothing on it had been published by {as_of}",),
        breach_probability=float("nan"),
        quality=None,
    )
