"""What the deal and the clock owe to their assumptions: the deal solved again, the clock drawn and swung."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tradewar.disputes.deal_schema import TalksTable
from tradewar.disputes.deal_setting import DealSetting, setting_of
from tradewar.disputes.deal_terms import FLOWS, Pair, flows_moved
from tradewar.disputes.material import Material
from tradewar.errors import NoSolutionError
from tradewar.talks.bargaining import Bargain, Solution, bargain, bargains
from tradewar.talks.clock_sweep import Swing, even_chances, random_terms, sweep_clock, swings_by_result
from tradewar.talks.clock_terms import ClockTerms, term_value
from tradewar.talks.world_ladder import Climb, rung_solver
from tradewar.world.ranges import Range, enough, vary

RESULTS = (
    "p_deal",
    "p_escalate",
    "expected_extensions",
    "value_1",
    "value_2",
    "value_of_postponing_1",
    "value_of_postponing_2",
    "threat_margin",
)
"""Results of the clock of which the sensitivity is shown."""
COVERAGE = 0.8
"""Share of the draws of all assumptions that a range of the clock holds."""
OVER_TALKS = "draws of all that is assumed of the talks"


@dataclass(frozen=True)
class DealCase:
    """The deal under another assumption."""

    assumption: str
    """`weight`, `walk-away` or `elasticities`."""
    setting: str
    """Which value it takes."""
    status: str
    gain: Pair
    """Over the walk-away point of the case, percent of income per year."""
    payoff: Pair
    rates: tuple[float, ...] | None


@dataclass(frozen=True)
class ClockSpread:
    """The clock over the ranges of all its assumptions."""

    draws: int
    ranges: Mapping[str, Range]
    """By result: the middle eight of ten draws, about what is assumed in the base."""
    medians: Mapping[str, float]
    """By result: half of the draws lie below."""
    credible_share: float
    """Share of draws in which the threat would be carried out at the first deadline without progress."""
    swings: Mapping[str, tuple[Swing, ...]]
    """By result: each assumption alone from low to high, the widest first."""


def deal_cases(
    material: Material,
    setting: DealSetting,
    talks: TalksTable,
    climbs: tuple[Climb, Climb],
    base: Bargain,
    elsewhere: Mapping[str, Pair | Bargain],
) -> tuple[DealCase, ...]:
    """The deal at the ends of the bargaining weight, from other walk-away points and under other elasticities.

    Args:
        material: the dossier on its day.
        setting: of the talks.
        talks: what is assumed.
        climbs: how the parties climb the ladder; elasticities do not enter.
        base: the deal of the base.
        elsewhere: other walk-away points by name, or the deals from there where they are known.
    """
    cases: list[DealCase] = []
    ends = (talks.weight.low, talks.weight.high)
    from_here = setting.talks_from(base.disagreement, base.instruments)
    shares = [(Solution.ASYMMETRIC_NASH, np.array([weight, 1.0 - weight])) for weight in ends]
    for weight, changed in zip(ends, bargains(from_here, shares), strict=True):
        cases.append(_case("weight", f"{weight:g}", changed))
    for name, item in elsewhere.items():
        found = item
        if not isinstance(found, Bargain):
            found = bargain(setting.talks_from(found, base.instruments), weights=setting.weights)
        if not np.allclose(found.disagreement, base.disagreement):
            cases.append(_case("walk-away", name, found))
    for name in talks.elasticities:
        other = setting_of(material, talks, name)
        today = [next(row.today for row in talks.rungs if row.country == code) for code in other.parties]
        places = [other.prepared.baseline.country_index(code) for code in other.parties]
        now = rung_solver(other.prepared, climbs)(today[0], today[1], None).payoff[places]
        try:
            cases.append(
                _case("elasticities", name, bargain(other.talks_from(now, base.instruments), weights=other.weights))
            )
        except NoSolutionError as error:
            cases.append(
                DealCase("elasticities", name, f"not solved: {error}", (np.nan, np.nan), (np.nan, np.nan), None)
            )
    return tuple(cases)


def clock_spread(
    terms: ClockTerms, ranges: Mapping[str, tuple[float, float]], error: tuple[float, float], draws: int, seed: int = 0
) -> ClockSpread:
    """Draws over all ranges together, and the swing of each assumption alone.

    The flows of a side (now, escalation, deal) are wrong by the same share in a draw: they come from one world, and
    what decides is how they compare.

    Args:
        terms: the base.
        ranges: (low, high) of the terms that are assumed.
        error: lowest and highest error of the solved flows, as a share of each.
        draws: how many.
        seed: of the draws.
    """
    drawn = random_terms(ranges, draws=draws, seed=seed)
    # a text cannot have more finished steps than it has steps
    drawn["steps_done"] = np.minimum(drawn["steps_done"], drawn["steps_to_text"])
    # the noise of a signature belongs to the method: it stays a third of what a month is worth in the base
    generator = np.random.default_rng([seed, 1])
    for side in (1, 2):
        factor = 1.0 + error[0] + even_chances(generator, draws) * (error[1] - error[0])
        drawn |= {f"{name}_{side}": factor * term_value(terms, f"{name}_{side}") for name in FLOWS}
    # the first row is the base
    swept = sweep_clock(terms, {name: np.append(term_value(terms, name), values) for name, values in drawn.items()})
    spans: dict[str, Range] = {}
    medians: dict[str, float] = {}
    for name in RESULTS:
        base, *values = map(float, swept.result(name))
        known = [value for value in values if np.isfinite(value)]
        if enough(len(known), COVERAGE):
            spans[name] = vary(base, known, over=OVER_TALKS, coverage=COVERAGE)
            medians[name] = float(np.median(known))
    single = {name: span for name, span in ranges.items() if span[0] < span[1]}
    if terms.steps_done > 0:
        single["steps_to_text"] = (max(single["steps_to_text"][0], terms.steps_done), single["steps_to_text"][1])
        single["steps_done"] = (single["steps_done"][0], min(single["steps_done"][1], terms.steps_to_text))
    flows = {f"flows_{side}": {share: flows_moved(terms, side, share) for share in error} for side in (1, 2)}
    swings = {name: _finite(row) for name, row in swings_by_result(terms, single, RESULTS, flows).items()}
    return ClockSpread(draws, spans, medians, float((swept.threat_margin[1:] >= 0.0).mean()), swings)


def _finite(swings: tuple[Swing, ...]) -> tuple[Swing, ...]:
    """Swings without those whose end is not defined (no extension to value, no alternative at a deadline)."""
    defined = [item for item in swings if np.isfinite(item.width)]
    return tuple(sorted(defined, key=lambda item: -item.width))


def _case(assumption: str, setting: str, found: Bargain) -> DealCase:
    rates = None if found.instruments is None else tuple(map(float, found.instruments))
    gain, payoff = ((float(row[0]), float(row[1])) for row in (found.gain, found.payoff))
    return DealCase(assumption, setting, found.status.value, gain, payoff, rates)
