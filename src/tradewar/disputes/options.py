"""The options of the day against the tariffs in force: the signs of the first screen.

| option | what it is | who |
|---|---|---|
| a policy known on the day | the step that it carries out, as `ranges` has it | every country |
| `extension` | one more extension of the talks, from the clock | the two sides |
| `deal` | the tariffs of the deal, on the world and closure of the policies | every country |

Every change is taken under the same draw as the tariffs in force. Rates of a deal are those of the text: they do not
move with the draws. In the order of a ladder, the tariffs rising first; no option is ranked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tradewar.disputes import deal as deal_part
from tradewar.disputes.deal import Deal
from tradewar.disputes.material import Material
from tradewar.disputes.ranges import Draws, draws_of, over_draws, under_draws
from tradewar.equilibrium.policy import Policy
from tradewar.equilibrium.solve import solve
from tradewar.io.serialize import Document
from tradewar.talks.world_payoffs import policy_at
from tradewar.world.ranges import Range


@dataclass(frozen=True)
class CountryChange:
    """What an option does to one country against the tariffs in force."""

    country: str
    change: Range
    """Of real income, percentage points; of an extension, percent of a year's income."""


@dataclass(frozen=True)
class Option:
    """One option, and for whom it is better or worse than what is in force."""

    name: str
    """That of the policy, `extension` or `deal`."""
    title: str
    countries: tuple[CountryChange, ...]
    """Whom it is computed for."""

    def change(self, country: str) -> Range | None:
        """The change of one country, None where it is not computed."""
        return next((row.change for row in self.countries if row.country == country), None)


@dataclass(frozen=True)
class Options(Document):
    """The part of the findings that holds options against the tariffs in force."""

    against: str
    """Name of the policy in force."""
    options: tuple[Option, ...]


def find(material: Material) -> Options | None:
    """The options of a dossier on its day; None where nothing is in force or no draws have a solution."""
    stated, now = material.stated.policies, material.stated.now
    drawn = draws_of(material)
    if now is None or drawn is None:
        return None
    found = [
        _step(material, drawn, now, k)
        for k, item in enumerate(stated)
        if k != now and item.known_on(material.dossier.as_of)
    ]
    deal = deal_part.find(material)
    if deal is not None:
        found += [*_extension(deal), *_deal(material, drawn, deal, now)]
    return Options(stated[now].source.name, tuple(found))


def _step(material: Material, drawn: Draws, now: int, k: int) -> Option:
    stated, outcomes = material.stated.policies[k], material.outcomes
    change = 100.0 * np.array([row[k]["real_income"] - row[now]["real_income"] for row in drawn.measures])
    base = 100.0 * (outcomes[k].real_income_hat - outcomes[now].real_income_hat)
    return Option(stated.source.name, stated.short_title, _countries(material, base, change))


def _extension(deal: Deal) -> Sequence[Option]:
    if deal.spread is None:
        return ()
    sides = zip(deal.setting.parties, (1, 2), strict=True)
    spans = [(code, deal.spread.ranges.get(f"value_of_postponing_{side}")) for code, side in sides]
    rows = tuple(CountryChange(code, span) for code, span in spans if span is not None and np.isfinite(span.base))
    return [Option("extension", "One more extension", rows)] if rows else ()


def _deal(material: Material, drawn: Draws, deal: Deal, now: int) -> Sequence[Option]:
    signed = deal.signed
    if signed is None or signed.rates is None:
        return ()
    text = policy_at(deal.setting.prepared, deal.setting.choice, np.array(signed.rates), "deal")
    policy = Policy(tariff_rate=text.tariff_rate, name="deal")
    solved = under_draws(material, [policy], drawn.elasticities)
    both = [(one[0], row[now]) for one, row in zip(solved, drawn.measures, strict=True) if one is not None]
    change = 100.0 * np.array([one["real_income"] - row["real_income"] for one, row in both])
    where = material.dossier.closure, material.dossier.horizon
    outcome = solve(material.world, policy, closure=where[0], horizon=where[1], start=material.outcomes[now])
    base = 100.0 * (outcome.real_income_hat - material.outcomes[now].real_income_hat)
    title = "The deal" if deal.base.side_payment is None else "The deal, before its payment"
    return [Option("deal", title, _countries(material, base, change))]


def _countries(material: Material, base: np.ndarray, change: np.ndarray) -> tuple[CountryChange, ...]:
    codes = material.world.countries
    return tuple(CountryChange(code, over_draws(float(base[k]), change[:, k])) for k, code in enumerate(codes))
