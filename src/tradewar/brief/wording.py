"""Assumptions in words: the keys of `[talks]` and `[accord]` as a reader would say them."""

from __future__ import annotations

from collections.abc import Mapping

from tradewar.brief.text import the
from tradewar.disputes.deal_terms import AssumptionRow

WORDS: Mapping[str, str] = {
    "weight": "the bargaining weight of {one}",
    "months_without_date": "the months to the deadline",
    "months_to_deadline": "the months to the deadline",
    "discount_rate_1": "the yearly discount rate of {one}",
    "discount_rate_2": "the yearly discount rate of {two}",
    "extension_months": "the months of an extension",
    "extensions": "the number of extensions that are possible",
    "steps_to_text": "the number of chapters of the text",
    "steps_done": "the number of chapters already agreed",
    "progress_idle": "the monthly chance that a chapter closes by itself",
    "progress_effort": "the monthly chance that a chapter closes under full effort",
    "effort_cost": "the cost of a month's effort to {two}",
    "settlement_rate": "the yearly chance that a tariff war is settled",
    "audience_cost": "the cost at home of moving the deadline",
    "carrying_out_bonus": "the worth to {one} of being seen as tough",
    "noise_effort": "the noise in the choice of effort",
    "noise_deadline": "the noise in the choice at a deadline",
    "flow_range": "the error of the solved flows",
    "flows_1": "the error of the solved flows of {one}",
    "flows_2": "the error of the solved flows of {two}",
    "discount_per_year": "the yearly discount factor",
    "false_alarm": "the chance of a false alarm",
    "detection": "the chance that a breach is seen",
    "lag": "the periods until a breach is answered",
    "hazard": "the chance that tariffs come anyway",
    "shipment_noise": "the noise of shipments",
    "shortfall": "the part of purchases that a cheat leaves out",
    "theft_gain": "what theft brings the thief",
    "war": "the war that follows a breach",
}


def term_words(term: str, names: tuple[str, str]) -> str:
    """An assumption in words, for the middle of a sentence."""
    return WORDS.get(term, term.replace("_", " ")).format(one=the(names[0]), two=the(names[1]))


def range_words(row: AssumptionRow) -> str:
    """From where to where an assumption might lie."""
    return f"{end_value(row.low)} to {end_value(row.high)}"


def end_value(value: float | str) -> str:
    """The end of a range as it is written: a number as short as it is, or the name of a war."""
    return value if isinstance(value, str) else f"{value:.3g}".replace("-", "−")
