"""The tariff book: dated, layered duties; what applies to a product, why, and as known on which day.

A book is data (`model.Book`); a question (`RateQuestion`) is answered by a function of it. Data walks one way:

    formats.py, model.py, content.py     the tables and their columns; the nouns, one per row; the tables as content
    parse.py, load.py, validate.py, overlaps.py, save.py         files -> book -> files
    instants.py, areas.py, schedules.py, weights.py, duties.py   days, partners, lines of a schedule, trade, duties
    law.py        the book as known on a day: terms, what holds them back, rules
    question.py   what is asked
    lines.py, units.py     which lines answer for a code, and what covers them
    facts.py, parts.py, evaluate.py      what a duty hangs on; the parts of a line; the rules inside a part
    answer.py, applied.py   one product: the rate and why
    averages.py, timelines.py, breakdown.py, sectors.py, policies.py   many products, days, measures, sectors
    planned.py, published.py, summary.py   scheduled changes; what became known; what a book holds
    book.py       TariffBook: read and saved

Rates are fractions. Arrays of rates by sector are ordered as the sectors they name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tradewar.tariffs.answer import AppliedRate
    from tradewar.tariffs.applied import rate
    from tradewar.tariffs.averages import AverageTariff, average, effective_rate, special_programmes
    from tradewar.tariffs.book import TariffBook
    from tradewar.tariffs.breakdown import Coverage, coverage, unchecked
    from tradewar.tariffs.model import Branch, Measure, ScheduledChange, Step
    from tradewar.tariffs.planned import steps
    from tradewar.tariffs.policies import PolicyRates, policy_on
    from tradewar.tariffs.published import changes, unverified
    from tradewar.tariffs.question import RateQuestion, branch
    from tradewar.tariffs.sectors import SectorRates, code_rates, lay, vector
    from tradewar.tariffs.timelines import Timeline, average_timeline, timeline
    from tradewar.tariffs.weights import WeightSet

_HOME = {
    "averages": ("AverageTariff", "average", "effective_rate", "special_programmes"),
    "book": ("TariffBook",),
    "published": ("changes", "unverified"),
    "breakdown": ("Coverage", "coverage", "unchecked"),
    "model": ("Branch", "Measure", "ScheduledChange", "Step"),
    "planned": ("steps",),
    "policies": ("PolicyRates", "policy_on"),
    "question": ("RateQuestion", "branch"),
    "answer": ("AppliedRate",),
    "applied": ("rate",),
    "sectors": ("SectorRates", "code_rates", "lay", "vector"),
    "timelines": ("Timeline", "average_timeline", "timeline"),
    "weights": ("WeightSet",),
}
__all__ = [
    "AppliedRate",
    "AverageTariff",
    "Branch",
    "Coverage",
    "Measure",
    "PolicyRates",
    "RateQuestion",
    "ScheduledChange",
    "SectorRates",
    "Step",
    "TariffBook",
    "Timeline",
    "WeightSet",
    "average",
    "average_timeline",
    "branch",
    "changes",
    "code_rates",
    "coverage",
    "effective_rate",
    "lay",
    "policy_on",
    "rate",
    "special_programmes",
    "steps",
    "timeline",
    "unchecked",
    "unverified",
    "vector",
]


def __getattr__(name: str) -> Any:
    # read on first use: a command that needs no tariff book does not pay for it
    import importlib

    for home, names in _HOME.items():
        if name in names:
            return getattr(importlib.import_module(f"tradewar.tariffs.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
