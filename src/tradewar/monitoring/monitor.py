"""The evidence on every commitment of a dispute, as known on a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from tradewar.monitoring.evidence import Evidence
from tradewar.monitoring.evidence_folder import Evidence_, EvidenceFolder, open_evidence
from tradewar.monitoring.grades import Grade
from tradewar.monitoring.purchases import monitor_purchase
from tradewar.monitoring.series import PurchaseCommitment, TruceCommitment, day_of, last_full_month, month_number
from tradewar.monitoring.tables import read_commitments, read_deliveries, read_incident_series
from tradewar.monitoring.truce import monitor_truce


def monitor(folder: Evidence_, as_of: str | dt.date) -> tuple[Evidence, ...]:
    """Read the evidence tables of a folder and judge each commitment that was known on a day.

    Args:
        folder: with `commitments.toml` and the tables of `monitoring.tables`, or a zip of one.
        as_of: `YYYY-MM-DD`.

    Returns:
        One `Evidence` per commitment. A commitment on which nothing could be observed yet is `unclear` and says so.

    Raises:
        EvidenceError: a day or a table that cannot be read.
    """
    day, evidence = day_of(as_of), open_evidence(folder)
    known = read_commitments(evidence, day)
    truces = [_truce(item, evidence, day) for item in known.truces]
    return (*truces, *(_purchase(item, evidence, day) for item in known.purchases))


def _truce(commitment: TruceCommitment, folder: EvidenceFolder, as_of: dt.date) -> Evidence:
    series = read_incident_series(folder, commitment.sponsor, as_of)
    start = month_number(commitment.reviews[0][0])
    if not series or last_full_month(as_of) < start:
        return _unobserved(commitment, "truce", as_of)
    return monitor_truce(commitment, series, as_of.isoformat())


def _purchase(commitment: PurchaseCommitment, folder: EvidenceFolder, as_of: dt.date) -> Evidence:
    series = read_deliveries(folder, as_of, (commitment.group,))
    begun = {item.reporter for item in series if len(item.year(commitment.year))}
    measured = [item for item in (commitment, *commitment.elsewhere) if item.reporter in begun]
    if not measured:
        return _unobserved(commitment, "purchase", as_of)
    # the first of the partners whose figures are out leads; the promise keeps its name
    lead = replace(measured[0], name=commitment.name)
    return monitor_purchase([lead, *measured[1:]], series, as_of.isoformat())


def _unobserved(commitment: TruceCommitment | PurchaseCommitment, kind: str, as_of: dt.date) -> Evidence:
    return Evidence(
        commitment=commitment.name,
        kind=kind,
        as_of=as_of.isoformat(),
        grade=Grade.UNCLEAR,
        reasons=(f"nothing on it had been published by {as_of}",),
        breach_probability=float("nan"),
        quality=None,
    )
