"""Is the accord kept, and how sure are we.

One method set serves two kinds of commitment: purchases (deliver at least a target) and truces (keep a hostile
activity at or below a cap). What comes out is a probability, an alarm with a known false-alarm rate, a grade, and the
`DetectionQuality` that the enforcement of an accord needs.

| question | module |
|---|---|
| how complete are the newest counts | `delay` |
| how likely is a breach, in closed form | `posterior` |
| did something change at an announced date | `retrospective`, `steps`, `segmented`, `dispersion` |
| when did something change | `change_points` |
| is it changing now, with a promised rate of false alarms | `alarm` |
| what can a review promise | `quality`; what that is worth: `enforcement` |
| what may be said | `grades`, `truce`, `purchases`, `monitor`; what to show behind it: `background` |
| who did how much of what | `activity`, `claims`, `report` |
| incidents in and out | `incidents`, `incident_files`, `layouts`, `datasets`, `actors`, `stix`, `misp` |

    from tradewar.monitoring import monitor
    for evidence in monitor(folder, "2019-02-20"):
        print(evidence.commitment, evidence.grade, evidence.reasons)
"""

from tradewar.monitoring.evidence import Evidence
from tradewar.monitoring.grades import Grade
from tradewar.monitoring.incident_files import read_incidents
from tradewar.monitoring.monitor import monitor
from tradewar.monitoring.purchases import monitor_purchase
from tradewar.monitoring.quality import DetectionQuality
from tradewar.monitoring.report import activity_report, embedded_report
from tradewar.monitoring.series import DeliverySeries, IncidentSeries, PurchaseCommitment, TruceCommitment
from tradewar.monitoring.truce import monitor_truce

__all__ = [
    "DeliverySeries",
    "DetectionQuality",
    "Evidence",
    "Grade",
    "IncidentSeries",
    "PurchaseCommitment",
    "TruceCommitment",
    "activity_report",
    "embedded_report",
    "monitor",
    "monitor_purchase",
    "monitor_truce",
    "read_incidents",
]
