"""The nouns of an accord as plain data and as data frames, long."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tradewar.accords.check import AccordCheck
from tradewar.accords.commitments import Accord, commitment_sentence
from tradewar.accords.imperfect_monitoring import Audit

if TYPE_CHECKING:
    import pandas as pd


def check_dict(check: AccordCheck) -> dict[str, Any]:
    """The enforcement table."""
    rows = [asdict(row) | {"status": row.status.value, "sentences": list(row.sentences)} for row in check.rows]
    return {"rows": rows, "sentence": check.sentence, "assumptions": [asdict(item) for item in check.assumptions]}


def check_frame(check: AccordCheck) -> pd.DataFrame:
    """One row per country and war."""
    import pandas as pd

    rows = [asdict(row) | {"status": row.status.value} for row in check.rows]
    return pd.DataFrame(rows).drop(columns="sentences")


def accord_dict(accord: Accord) -> dict[str, Any]:
    """Every promise, with its sentence."""
    rows = [
        asdict(item) | {"kind": item.kind.value, "sentence": commitment_sentence(item)} for item in accord.commitments
    ]
    return {"name": accord.name, "parties": list(accord.parties), "commitments": rows}


def audit_dict(audit: Audit) -> dict[str, Any]:
    """The audit of purchases: the best threshold, and the curve of those that are possible."""

    def point(item: Any) -> dict[str, Any]:
        return {
            "threshold": item.threshold,
            "false_alarm": item.false_alarm,
            "detection": item.detection,
            "suspension_periods": item.suspension.periods,
            "path_cost": item.suspension.path_cost,
        }

    curve = [point(item) for item in audit.curve if item.suspension.periods is not None]
    best = None if audit.best is None else point(audit.best)
    return {"status": audit.status.value, "best": best, "curve": curve, "sentence": audit.sentence}


def audit_frame(audit: Audit) -> pd.DataFrame:
    """One row per threshold that can be enforced."""
    import pandas as pd

    return pd.DataFrame(audit_dict(audit)["curve"])
