"""Is it being kept? Every commitment of a dispute with its grade, its evidence and what would change it.

The commitments and the series on which they are measured lie in the dossier's folder `evidence`
(`tradewar.monitoring.tables` describes it). Nothing later than the day asked is read from it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tradewar.disputes.dossier import COMMITMENTS_FILE, DISPUTE_FILE, EVIDENCE_FOLDER, load_dispute, names
from tradewar.errors import EvidenceError
from tradewar.io.serialize import Document
from tradewar.monitoring.activity import SPONSORS
from tradewar.monitoring.evidence import Evidence
from tradewar.monitoring.outlook import GradeChange, what_would_change
from tradewar.monitoring.report import ActivityReport, embedded_report
from tradewar.monitoring.series import PurchaseCommitment, TruceCommitment
from tradewar.monitoring.tables import read_activity, read_commitments

if TYPE_CHECKING:
    import pandas as pd

    from tradewar.disputes.material import Material


@dataclass(frozen=True)
class WindowRate:
    """Events of the sponsor and of its controls in one window of a truce, in the lead data set."""

    what: str
    """`before the deal`, `first review`, ..."""
    first: str
    last: str
    """Months, `YYYY-MM`; the last one that was known."""
    months: int
    count: float
    rate: float
    """Events per month, corrected for reporting delay."""
    controls: float
    """Events of all other sponsors together."""
    controls_rate: float


@dataclass(frozen=True)
class KeptCommitment(Document, told="evidence.* promise would_change=changes windows"):
    """One promise, what is known of it, and what would change its grade."""

    promise: TruceCommitment | PurchaseCommitment
    evidence: Evidence
    changes: tuple[GradeChange, ...]
    windows: tuple[WindowRate, ...] = ()
    """Of a truce that is kept by month."""


@dataclass(frozen=True)
class Activity(Document, told="report.*", without="commitments"):
    """The activity report without the commitments, which are told beside it."""

    report: ActivityReport


@dataclass(frozen=True)
class KeptFindings(Document, told="as_of commitments activity=counted"):
    """Whether what was promised is being kept, as known on a day."""

    as_of: dt.date
    folder: Path
    commitments: tuple[KeptCommitment, ...]
    report: ActivityReport | None
    """Activity by sponsor and the claims table; None where the folder holds no counts by then."""
    sponsors: tuple[str, ...] = SPONSORS

    @property
    def truces(self) -> tuple[KeptCommitment, ...]:
        """Promises to leave something be."""
        return tuple(item for item in self.commitments if item.evidence.kind == "truce")

    @property
    def purchases(self) -> tuple[KeptCommitment, ...]:
        """Promises to buy."""
        return tuple(item for item in self.commitments if item.evidence.kind == "purchase")

    @property
    def activity(self) -> ActivityReport:
        """The activity report.

        Raises:
            EvidenceError: there are no counts by the day.
        """
        if self.report is None:
            raise EvidenceError.at(str(self.folder), f"holds no incident counts by {self.as_of}", "Ask a later day")
        return self.report

    @property
    def counted(self) -> Activity | None:
        """The activity report beside the commitments; None where there are no counts by the day."""
        return None if self.report is None else Activity(self.report)

    def to_frame(self) -> pd.DataFrame:
        """One row per commitment, and per review and data set or month of the year: see `Evidence.to_frame`."""
        import pandas as pd

        frames = [item.evidence.to_frame() for item in self.commitments]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


@dataclass(frozen=True)
class Monitored(Document, told="dispute found.*"):
    """What `tradewar monitor` tells."""

    dispute: str
    """As it was named."""
    found: KeptFindings


def find(material: Material) -> KeptFindings | None:
    """The part of the findings; None where the dossier has no evidence, or no commitment was known on the day."""
    dossier = material.dossier
    folder = dossier.folder / EVIDENCE_FOLDER
    if not (folder / COMMITMENTS_FILE).is_file():
        return None
    found = judge(folder, dossier.as_of)
    return found if found.commitments else None


def kept(dispute: str | Path, as_of: dt.date | None = None) -> KeptFindings:
    """The evidence on every commitment of a dispute, as known on a day.

    Args:
        dispute: a built-in name, a dossier folder, or a folder that holds nothing but the evidence tables.
        as_of: day of knowledge; by default the day for which the dossier was written.

    Raises:
        DossierError: a dossier that is wrong.
        EvidenceError: no evidence tables, or tables that are wrong; a bare folder of tables without a day.
    """
    bare = Path(dispute)
    if str(dispute) not in names() and bare.is_dir() and not (bare / DISPUTE_FILE).is_file():
        folder = bare if (bare / COMMITMENTS_FILE).is_file() else bare / EVIDENCE_FOLDER
        own_day = None
    else:
        dossier = load_dispute(dispute)
        folder, own_day = dossier.folder / EVIDENCE_FOLDER, dossier.as_of
    if not (folder / COMMITMENTS_FILE).is_file():
        fix = f"Give a built-in dispute such as {names()[0]}, or a folder with {EVIDENCE_FOLDER}/{COMMITMENTS_FILE}"
        raise EvidenceError.at(f"dispute {str(dispute)!r}", "has no evidence tables", fix)
    day = as_of or own_day
    if day is None:
        raise EvidenceError.at("--as-of", f"is needed: {dispute} has no {DISPUTE_FILE} that says the day", "Give a day")
    return judge(folder, day)


def judge(folder: Path, as_of: dt.date) -> KeptFindings:
    """The evidence of one folder on one day.

    Raises:
        EvidenceError: a table that is missing or wrong.
    """
    from tradewar.monitoring.evidence_folder import open_evidence
    from tradewar.monitoring.monitor import monitor

    day, tables = as_of.isoformat(), open_evidence(folder)
    known = read_commitments(tables, day)
    report = embedded_report(tables, day) if read_activity(tables, day) else None
    evidence = report.commitments if report else monitor(tables, day)
    promises = (*known.truces, *known.purchases)
    commitments = tuple(_kept(promise, found) for promise, found in zip(promises, evidence, strict=True))
    return KeptFindings(as_of, folder, commitments, report)


def _kept(promise: TruceCommitment | PurchaseCommitment, evidence: Evidence) -> KeptCommitment:
    if isinstance(promise, PurchaseCommitment):
        return KeptCommitment(promise, evidence, what_would_change(evidence))
    return KeptCommitment(
        promise, evidence, what_would_change(evidence, promise.allowed_ratio), _windows(promise, evidence)
    )


def _windows(promise: TruceCommitment, evidence: Evidence) -> tuple[WindowRate, ...]:
    """Rates in the windows of a truce, from the lead data set by month."""
    background = evidence.background
    if background is None:
        return ()
    months = np.array(background.months)
    corrected = np.array(background.nowcast_mean)
    controls = np.sum(list(background.controls.values()), axis=0) if background.controls else np.zeros(len(months))
    words = ["before the deal", *(f"review {k}" for k in range(1, len(promise.reviews) + 1))]
    rates: list[WindowRate] = []
    for what, (first, last) in zip(words, (promise.baseline, *promise.reviews), strict=True):
        inside = (months >= first) & (months <= last)
        if inside.any():
            rates.append(
                WindowRate(
                    what,
                    str(months[inside][0]),
                    str(months[inside][-1]),
                    int(inside.sum()),
                    float(np.array(background.counts)[inside].sum()),
                    float(corrected[inside].mean()),
                    float(controls[inside].sum()),
                    float(controls[inside].mean()),
                )
            )
    return tuple(rates)
