"""Write the JSON Schema of every document that users are promised to docs/schemas.

python scripts/json_schemas.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tradewar.brief.compare import Comparison
from tradewar.disputes.deal import Deal
from tradewar.disputes.findings import Findings
from tradewar.disputes.hold import Hold, NothingToHold
from tradewar.disputes.kept import Monitored
from tradewar.disputes.monthly import MonthlyFindings
from tradewar.disputes.parts import PARTS
from tradewar.equilibrium.outcome import Outcome
from tradewar.games.result import War
from tradewar.io.schema import json_schema, result_of
from tradewar.io.serialize import json_text
from tradewar.monitoring.datasets import DataSet
from tradewar.monitoring.report import ActivityReport
from tradewar.sweep.document import SweepDocument
from tradewar.tariffs.applied import AppliedRate
from tradewar.tariffs.summary import BookSummary
from tradewar.tariffs.timeline import AverageTimeline, Timeline
from tradewar.world.summary import WorldCheck, WorldEntry, WorldSummary

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "schemas"
COMMANDS: dict[str, Any] = {
    "accord": Hold | NothingToHold,
    "incidents report": ActivityReport,
    "incidents sources": list[DataSet],
    "monitor": Monitored,
    "path": MonthlyFindings,
    "solve": Outcome,
    "sweep": SweepDocument,
    "talks": Deal,
    "tariff average": AverageTimeline,
    "tariff check": BookSummary,
    "tariff rate": AppliedRate,
    "tariff timeline": Timeline | AverageTimeline,
    "war": War,
    "world check": WorldCheck,
    "world list": list[WorldEntry],
    "world show": WorldSummary,
}
"""What `--json` prints, by command."""


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema by the name of its file."""
    found = {
        f"{name.replace(' ', '-')}.json": json_schema(kind, f"tradewar {name} --json")
        for name, kind in COMMANDS.items()
    }
    parts = {part.name: result_of(part.find) for part in PARTS}
    found["findings.json"] = json_schema(Findings, "findings.json of a brief", parts)
    found["compare.json"] = json_schema(Comparison, "compare.json of a brief")
    return found


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (folder / name).write_text(json_text(schema), encoding="utf-8")
