"""The levers of a dossier as a part of the findings: the table, how sure it is, and what changes with today's tariffs.

    find(material)      the table against the baseline; every lever again under each published set of trade
                        elasticities of the world; and once more on top of the tariffs in force on the day

One world is prepared per set of elasticities and solved in machine code; every lever starts from the policy it is put
on. The sets are figures of method: some were published after the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tradewar.disputes.dossier import LEVERS_FILE
from tradewar.disputes.lever_files import lever_policies, read_levers
from tradewar.disputes.levers import FARM_GOODS, LeverTable, LeverTerms, purchase_summary, table_of
from tradewar.disputes.material import Material
from tradewar.equilibrium.outcome import Outcome
from tradewar.equilibrium.policy import Policy
from tradewar.equilibrium.prepared import Prepared, prepare
from tradewar.equilibrium.solve import solve_prepared
from tradewar.errors import InfeasibleError
from tradewar.io.serialize import Document
from tradewar.world.ranges import Range, vary

OVER = "published sets of elasticities"
TOLERANCE = 1e-8
"""Of the equilibria behind the ranges: real income to a millionth of a percent, in two thirds of the time."""


@dataclass(frozen=True)
class CountryRange:
    """Real income of one country under one lever, percent."""

    country: str
    real_income_pct: Range
    """Over all sets of elasticities, the world's own included."""
    on_today: Range | None
    """With the lever put on the tariffs of the day, against these under the same set; None where no tariffs are in
    force or it fails."""


@dataclass(frozen=True)
class LeverRange:
    """How sure the figures of one lever are."""

    lever: str
    countries: tuple[CountryRange, ...]
    fall_per_unit: Range | None
    """Fall of the surplus per unit of purchases; None for a lever that buys nothing."""
    unmet_in: tuple[str, ...]
    """Sets of elasticities in which its target cannot be met; they are not in the ranges."""

    def country(self, code: str) -> CountryRange:
        """The range of one country."""
        return next(row for row in self.countries if row.country == code)


@dataclass(frozen=True)
class OtherLevers(Document, told="table.* ranges elasticity_sets=sets sets_compared today"):
    """What else is on the table, with how sure it is."""

    table: LeverTable
    ranges: tuple[LeverRange, ...]
    """One per lever that could be solved, in the order of the table."""
    sets: tuple[str, ...]
    """The sets of trade elasticities beside the world's own."""
    today: str
    """Name of the policy in force on the day; empty where there is none."""

    @property
    def sets_compared(self) -> int:
        """How many sets of elasticities a range compares, the world's own included."""
        return 1 + len(self.sets)

    def range_of(self, lever: str) -> LeverRange:
        """How sure one lever is."""
        return next(row for row in self.ranges if row.lever == lever)


@dataclass(frozen=True)
class _Case:
    """One lever in one situation."""

    real_income_pct: tuple[float, ...]
    """By country."""
    fall_per_unit: float | None


def find(material: Material) -> OtherLevers | None:
    """The levers as a part of the findings; None where the dossier has none on the day."""
    known = material.dossier
    if not (known.folder / LEVERS_FILE).is_file():
        return None
    levers = read_levers(known, known.as_of)
    if not levers:
        return None
    prepared = prepare(material.world, known.closure, compiled=True)
    sectors = tuple(code for code in FARM_GOODS if code in material.world.sectors)
    table = table_of(known, prepared, LeverTerms({}, None, sectors, material.outcomes), material.say)
    policies = lever_policies(known, levers, prepared.baseline)
    material.say("Solving each lever with other trade elasticities")
    sets = {
        name: prepare(material.world, known.closure, elasticities=name, compiled=True)
        for name in material.world.elasticity_sets
    }
    cases = {name: _cases(own, Policy(), policies) for name, own in sets.items()}
    base = material.stated.in_force
    today: list[_Cases] = []
    if base is not None:
        material.say("Solving each lever on the tariffs of the day")
        put = lever_policies(known, tuple(levers), prepared.baseline, base.policy)
        start = next((outcome for outcome in material.outcomes if outcome.policy is base.policy), None)
        today = [_cases(prepared, base.policy, put, start), *(_cases(own, base.policy, put) for own in sets.values())]
    return OtherLevers(
        table=table,
        ranges=tuple(_range(table, k, cases, today) for k, row in enumerate(table.levers) if row.effects),
        sets=tuple(cases),
        today=base.source.name if base else "",
    )


_Cases = dict[int, _Case]
"""Levers by their place; those whose target cannot be met are not there."""


def _cases(prepared: Prepared, base: Policy, policies: Sequence[Policy], start: Outcome | None = None) -> _Cases:
    """Every lever put on a policy, against that policy."""
    before = solve_prepared(prepared, base, start=start, tolerance=TOLERANCE)
    found: _Cases = {}
    for k, policy in enumerate(policies):
        try:
            outcome = solve_prepared(prepared, policy, start=before, tolerance=TOLERANCE)
        except InfeasibleError:
            continue
        gain = 100.0 * (outcome.real_income_hat / before.real_income_hat - 1.0)
        bought = purchase_summary(outcome.commitments, prepared.baseline.money_unit)
        found[k] = _Case(tuple(map(float, gain)), bought.fall_per_unit if bought else None)
    return found


def _range(table: LeverTable, place: int, cases: dict[str, _Cases], today: Sequence[_Cases]) -> LeverRange:
    own = table.levers[place]
    met = [case[place] for case in cases.values() if place in case]
    on_today = [case[place] for case in today if place in case] if today and place in today[0] else []

    def of(k: int, base: float, others: Sequence[_Case]) -> Range:
        return vary(base, (case.real_income_pct[k] for case in others), over=OVER)

    share = own.purchases.fall_per_unit if own.purchases else None
    others = [case.fall_per_unit for case in met if case.fall_per_unit is not None]
    return LeverRange(
        lever=own.name,
        countries=tuple(
            CountryRange(
                effect.country,
                of(k, effect.real_income_pct, met),
                of(k, on_today[0].real_income_pct[k], on_today[1:]) if on_today else None,
            )
            for k, effect in enumerate(own.effects)
        ),
        fall_per_unit=None if share is None else vary(share, others, over=OVER),
        unmet_in=tuple(name for name, case in cases.items() if place not in case),
    )
