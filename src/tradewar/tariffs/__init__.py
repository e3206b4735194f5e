"""The tariff book: dated, layered duties; what applies to a product, why, and as known on which day.

    book.py       TariffBook: read, ask, save
    model.py      the nouns, one per line of a file         tables.py    the files and their columns
    load.py       files -> book        validate.py, overlaps.py    what a book must satisfy       save.py  book -> files
    instants.py, codes.py, areas.py, schedules.py, duties.py    days, products, countries, lines, duties
    question.py   what is asked        planned.py   scheduled changes and branches
    scopes.py, standing.py, evaluate.py, stacking.py            from measures and lines to duties
    editions.py, applied.py, explain.py                         one product: the rate and why
    averages.py, coverage.py, timeline.py, weights.py           many products
    bridge.py, policies.py                                      product rates -> the sectors of a world
    changes.py    what became known, and what rests on unverified figures

Rates are fractions. Arrays of rates by sector are ordered as the sectors they name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tradewar.tariffs.applied import AppliedRate, rate
    from tradewar.tariffs.averages import AverageTariff, average, effective_rate
    from tradewar.tariffs.book import TariffBook
    from tradewar.tariffs.bridge import SectorRates, vector
    from tradewar.tariffs.coverage import Coverage
    from tradewar.tariffs.model import Branch, Measure, ScheduledChange, Step
    from tradewar.tariffs.policies import PolicyRates, policy_on
    from tradewar.tariffs.timeline import Timeline, average_timeline
    from tradewar.tariffs.weights import WeightSet

_HOME = {
    "AppliedRate": "applied",
    "AverageTariff": "averages",
    "Branch": "model",
    "Coverage": "coverage",
    "Measure": "model",
    "PolicyRates": "policies",
    "ScheduledChange": "model",
    "SectorRates": "bridge",
    "Step": "model",
    "TariffBook": "book",
    "Timeline": "timeline",
    "WeightSet": "weights",
    "average": "averages",
    "average_timeline": "timeline",
    "effective_rate": "averages",
    "policy_on": "policies",
    "rate": "applied",
    "vector": "bridge",
}
__all__ = [
    "AppliedRate",
    "AverageTariff",
    "Branch",
    "Coverage",
    "Measure",
    "PolicyRates",
    "ScheduledChange",
    "SectorRates",
    "Step",
    "TariffBook",
    "Timeline",
    "WeightSet",
    "average",
    "average_timeline",
    "effective_rate",
    "policy_on",
    "rate",
    "vector",
]


def __getattr__(name: str) -> Any:
    # read on first use: a command that needs no tariff book does not pay for pandas
    import importlib

    if name in _HOME:
        return getattr(importlib.import_module(f"tradewar.tariffs.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
