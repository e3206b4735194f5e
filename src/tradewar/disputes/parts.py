"""The parts of the findings beyond the solved policies: one module each, listed once in `PARTS`.

A part is a function of `Material` that gives a frozen `Document`, or None where the dossier has nothing for
it. `Findings.part(Kind)` finds it again by its class; its name is its key in `findings.json`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tradewar.disputes import answer, averages, deal, hold, kept, lever_ranges, monthly, options, ranges, taxed
from tradewar.disputes.material import Material
from tradewar.io.serialize import Document

if TYPE_CHECKING:
    from typing import TypeAlias


Find: TypeAlias = "Callable[[Material], Document | None]"


@dataclass(frozen=True)
class Part:
    """One part of the findings."""

    name: str
    """Its key in `findings.json`."""
    what: str
    """What is being done, for those who wait."""
    find: Find


PARTS: tuple[Part, ...] = (
    Part("taxed", "Reading the tariff book through time", taxed.find),
    Part("averages", "Averaging tariffs with other weights", averages.find),
    Part("ranges", "Solving again under draws of the elasticities", ranges.find),
    Part("answer", "Searching for the best answers of both sides", answer.find),
    Part("levers", "Solving what else is on the table", lever_ranges.find),
    Part("monthly", "Following trade month by month", monthly.find),
    Part("deal", "Looking for a deal", deal.find),
    Part("options", "Holding the options against the tariffs in force", options.find),
    Part("hold", "Checking whether the deal would hold", hold.find),
    Part("kept", "Judging what was promised", kept.find),
)
"""In the order of the questions: taxed, averages, ranges, answer, levers, monthly, deal, options, hold, kept.

Adding a part adds a line here."""
