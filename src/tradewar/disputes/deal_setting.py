"""Where the talks take place: the world without deficits, the tariffs that a deal chooses, and the bilateral war."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.disputes.deal_schema import TalksTable
from tradewar.disputes.deal_terms import Pair, parties_of
from tradewar.disputes.material import Material
from tradewar.equilibrium import Prepared, prepare
from tradewar.games import War, war
from tradewar.talks.bargaining import Talks
from tradewar.talks.payoffs import ModelAt, PayoffFunction
from tradewar.talks.world_payoffs import (
    TariffChoice,
    payoff_models,
    payoffs_of_world,
    rates_under,
    talks_of_world,
    tariff_choice,
)

CLOSURE = "balanced"
"""Games and talks leave deficits out: a government could otherwise gain by moving the value of its transfer."""


@dataclass(frozen=True, eq=False)
class DealSetting:
    """The world of the talks and what is chosen in it. Parties: initiator, responder."""

    parties: tuple[str, str]
    names: tuple[str, str]
    prepared: Prepared
    choice: TariffChoice
    payoff: PayoffFunction
    models: ModelAt
    """Of the payoff: what one search learns about its curvature serves the next."""
    weights: Float[Array, " 2"]
    lowest: float
    highest: float
    notes: tuple[str, ...]

    def talks_from(
        self, walk_away: Pair | Float[Array, " 2"], start: Float[Array, " instrument"] | None = None
    ) -> Talks:
        """The talks from a walk-away point, bounds as the dossier has them, from the rates of a deal nearby if any."""
        return talks_of_world(
            self.prepared,
            self.choice,
            np.asarray(walk_away, dtype=float),
            lowest=self.lowest,
            highest=self.highest,
            starts=None if start is None else (start,),
            payoff=self.payoff,
            models=self.models,
        )


@dataclass(frozen=True)
class BilateralWar:
    """The Nash war of the two in the tariffs that a deal would choose."""

    payoff: Pair
    """Percent of income per year against the baseline."""
    rates: tuple[float, ...]
    label: str
    """What the certificate says."""
    by_sector: Pair
    """Payoffs where every tariff on each other's goods is chosen on its own."""


def setting_of(material: Material, talks: TalksTable, elasticities: str | None = None) -> DealSetting:
    """The setting of the talks of a dossier, under other trade elasticities where asked."""
    parties = parties_of(material, talks)
    called = {party.country: party.name for party in material.dossier.parties}
    prepared = prepare(material.world, CLOSURE, elasticities=elasticities, compiled=True)
    choice = tariff_choice(prepared.baseline, parties, by=talks.instruments)
    weight = talks.weight.value
    payoff = payoffs_of_world(prepared, choice)
    return DealSetting(
        parties=parties,
        names=(called[parties[0]], called[parties[1]]),
        prepared=prepared,
        choice=choice,
        payoff=payoff,
        models=payoff_models(payoff),
        weights=np.array([weight, 1.0 - weight]),
        lowest=talks.lowest_rate,
        highest=talks.highest_rate,
        notes=prepared.baseline.notes,
    )


def nash_war(setting: DealSetting) -> BilateralWar:
    """The certified Nash war between the parties, in the talks' own tariffs and by sector."""
    regime = "partner" if setting.choice.count == len(setting.parties) else "bilateral"
    played = _played(setting, regime)
    single = played if regime == "bilateral" else _played(setting, "bilateral")
    places = [setting.prepared.baseline.country_index(code) for code in setting.parties]

    def payoff(hat: Float[Array, " country"]) -> Pair:
        one, two = (100.0 * float(hat[place] - 1.0) for place in places)
        return one, two

    rates = rates_under(setting.choice, setting.prepared.baseline, played.tariff_rate)
    return BilateralWar(
        payoff(played.real_income_hat),
        tuple(map(float, rates)),
        played.certificate.label,
        payoff(single.real_income_hat),
    )


def _played(setting: DealSetting, regime: str) -> War:
    # one start and no corners, as everywhere in a brief: `tradewar war` searches on. The baseline is without deficits
    # already, so that the games need not remove them again
    starts = ["closed-form"]
    return war(
        setting.prepared.baseline,
        setting.parties,
        regime=regime,
        between=True,
        closure=CLOSURE,
        starts=starts,
        corners=False,
    )
