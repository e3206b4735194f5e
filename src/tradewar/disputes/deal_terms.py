"""From the tables `[talks]` and `[accord]` of a dossier to the terms of the ladder and of the clock on the day asked.

The floor of a ladder is what is in force on the day without the pattern of the ladder: with s the step at the full rung
r_full and r_0 the rung of the day, floor = tariffs in force − (r_0 / r_full) s. Rungs move s in proportion, so that
every rung keeps the sectoral pattern that the book shows for the day on which the measure came into force.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.disputes.deal_schema import OURS, AccordTable, Assumption, ClockTable, Pattern, Rungs, TalksTable
from tradewar.disputes.material import Material
from tradewar.disputes.policies import sectors_of
from tradewar.equilibrium import Policy, Prepared
from tradewar.errors import DossierError
from tradewar.io.serialize import Document
from tradewar.talks.clock_terms import ClockTerms
from tradewar.talks.world_ladder import Climb, ClimbLines, uniform_climb

if TYPE_CHECKING:
    from tradewar.tariffs.policies import AddedRates

DAYS_PER_MONTH = 365.25 / 12.0
COUNTS = ("extension_months", "extensions", "steps_to_text", "steps_done")
"""Terms of the clock that are whole numbers."""
FLOWS = ("now", "escalation", "deal")
"""Terms of the clock that the world gives: one number per side each."""

Pair = tuple[float, float]


@dataclass(frozen=True)
class AssumptionRow(Document, told="... ours"):
    """An assumption of the dossier, as it is shown."""

    name: str
    """Its key, as in `dispute.toml`."""
    table: str
    """`talks`, `talks.clock` or `accord`."""
    value: float
    low: float
    high: float
    source: str
    note: str

    @property
    def ours(self) -> bool:
        """True if it rests on our own judgement."""
        return self.source == OURS


def parties_of(material: Material, talks: TalksTable) -> tuple[str, str]:
    """(initiator, responder)."""
    codes = [party.country for party in material.dossier.parties]
    return talks.initiator, next(code for code in codes if code != talks.initiator)


def rungs_of(talks: TalksTable, country: str) -> Rungs:
    """The ladder of a party."""
    return next(row for row in talks.rungs if row.country == country)


def climbs_of(material: Material, talks: TalksTable, prepared: Prepared) -> tuple[Climb, Climb]:
    """How the initiator and the responder climb."""
    one, two = parties_of(material, talks)
    return _climb(material, rungs_of(talks, one), two, prepared), _climb(material, rungs_of(talks, two), one, prepared)


def clock_terms(
    talks: TalksTable, months: int, *, now: Pair, escalation: Pair, deal: Pair
) -> tuple[ClockTerms, dict[str, tuple[float, float]]]:
    """The terms of the clock, and the range of each that the dossier assumes; of the solved flows: `flows_moved`."""
    clock = talks.clock
    named = {name: getattr(clock, name) for name in ClockTable.model_fields if name != "flow_range"}
    values = {name: int(item.value) if name in COUNTS else item.value for name, item in named.items()}
    rates = (values.pop("discount_rate_1"), values.pop("discount_rate_2"))
    terms = ClockTerms(
        now=now, escalation=escalation, deal=deal, discount_rate=rates, months_to_deadline=months, **values
    )
    return terms, {name: (item.low, item.high) for name, item in named.items()}


def flows_moved(terms: ClockTerms, side: int, error: float) -> ClockTerms:
    """The terms with all flows of a side (1 or 2) wrong by the same share: what they are compared by stays in step."""
    moved = {name: list(getattr(terms, name)) for name in FLOWS}
    for pair in moved.values():
        pair[side - 1] *= 1.0 + error
    return replace(terms, **{name: (pair[0], pair[1]) for name, pair in moved.items()})


def months_to_deadline(material: Material, talks: TalksTable) -> tuple[int, dt.date | None]:
    """Whole months to the day of the step, a month begun counted in full, and that day; else as assumed, and None."""
    due = next((step for step in material.stated.steps if step.name == talks.step), None)
    if due is None or due.planned_from is None:
        return int(talks.months_without_date.value), None
    return math.ceil((due.planned_from - material.dossier.as_of).days / DAYS_PER_MONTH), due.planned_from


def assumptions_of_talks(talks: TalksTable, *, dated: bool) -> tuple[AssumptionRow, ...]:
    """Every assumption behind the talks that is used on the day."""
    top = {"weight": talks.weight} | ({} if dated else {"months_without_date": talks.months_without_date})
    rows = [_row("talks", name, item) for name, item in top.items()]
    return (*rows, *(_row("talks.clock", name, getattr(talks.clock, name)) for name in ClockTable.model_fields))


def assumptions_of_accord(accord: AccordTable) -> tuple[AssumptionRow, ...]:
    """Every assumption behind keeping a deal."""
    named = {name: getattr(accord, name) for name in AccordTable.model_fields}
    return tuple(_row("accord", name, item) for name, item in named.items() if isinstance(item, Assumption))


def _row(table: str, name: str, item: Assumption) -> AssumptionRow:
    return AssumptionRow(name, table, item.value, item.low, item.high, item.source, item.note)


def _climb(material: Material, rungs: Rungs, other: str, prepared: Prepared) -> Climb:
    full = max(rungs.rates)
    if rungs.pattern is None:
        return uniform_climb(prepared, rungs.country, other, rungs.rates)
    pattern, lines = pattern_of(material, rungs.pattern, rungs.country, other)
    step = pattern * full / rungs.pattern.rate
    world = prepared.baseline
    pair = world.country_index(rungs.country), world.country_index(other)
    stated = material.stated.in_force
    applied = Policy() if stated is None else stated.policy
    in_force = world.tariff_rate if applied.tariff_rate is None else applied.tariff_rate
    floor = in_force[pair] - rungs.today / full * step
    today = applied.listed(rungs.country, other)
    by_product = None
    if today is not None:
        line_step = lines.added * full / rungs.pattern.rate
        added = today.added - rungs.today / full * line_step
        by_product = ClimbLines(replace(today, added=added, average_rate=floor), line_step)
    return Climb(rungs.country, rungs.rates, full, floor, step, by_product)


def pattern_of(
    material: Material, pattern: Pattern, importer: str, exporter: str
) -> tuple[Float[Array, " sector"], AddedRates]:
    """What the book changed between two days, by sector of the world and by line, as fractions.

    Raises:
        DossierError: if the book has no change between the days.
    """
    book, settings, world = material.book, material.dossier.book, material.world
    assert book is not None
    assert settings is not None
    weight_set = next(
        row.weight_set for row in settings.weights if (row.importer, row.exporter) == (importer, exporter)
    )
    rates = book.policy_on(
        pattern.after,
        known_on=material.dossier.as_of,
        base_day=pattern.before,
        weight_sets={(importer, exporter): weight_set},
        **sectors_of(settings, world),
    )
    change = np.where(world.tradable, np.nan_to_num(rates.change_points[0]) / 100.0, 0.0)
    if not (change > 0.0).any():
        what = f"{importer} raised no duty on {exporter} between {pattern.before} and {pattern.after}"
        raise DossierError.at("dispute.toml: talks.rungs.pattern", what, "Name the days around a step of the book")
    return change, rates.lines[0]
