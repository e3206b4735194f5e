"""The terms of the talks clock: flows, calendar, progress, costs and noise, and what is refused.

Sides: 1 is the initiator, who set the deadline; 2 the responder. Flows are percent of a year's GDP, per year;
lump sums and values are percent of a year's GDP. One kind of payoff per clock: real income or a government's
objective, never both.

| term | symbol | rule |
|---|---|---|
| discount_rate | r | > 0 for both sides |
| months_to_deadline, extension_months | K, L | K >= 0, L >= 1 |
| extensions, steps_to_text | X, P | >= 0 |
| progress_idle, progress_effort | φ0, φ1 | in [0, 1]; φ0 >= φ1 is warned about: effort is useless |
| effort_cost, audience_cost | c, a | >= 0 |
| settlement_rate | η per year | >= 0; 0 means that a war lasts for ever, which is said |
| noise_* | σ, percent of GDP | > 0 |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import Problem, TalksError

DEFAULT_NOISE = 0.02
"""σ of effort and of the choice at a deadline, percent of GDP."""
SIGN_NOISE_SHARE = 1.0 / 3.0
"""Default σ of sign or wait, as a share of the initiator's monthly stake."""
LARGEST_TREE = 10_000_000
"""Nodes (extensions times months times steps) above which a clock is refused."""

Pair = tuple[float, float]


@dataclass(frozen=True)
class ClockTerms:
    """Everything the clock needs. Pairs are (initiator, responder)."""

    now: Pair
    """Flow while talking, percent of GDP per year."""
    escalation: Pair
    """Flow after the threat was carried out, until the war is settled."""
    deal: Pair
    """Flow after signature."""
    discount_rate: Pair
    """r per year."""
    months_to_deadline: int
    """K: months to the first deadline."""
    extension_months: int
    """L: months of each extension."""
    extensions: int
    """X: how often the deadline can be moved."""
    steps_to_text: int
    """P: steps of progress until a text is ready to sign."""
    progress_idle: float
    """φ0: probability per month that the text advances a step without effort of the responder."""
    progress_effort: float
    """φ1: the same with effort."""
    effort_cost: float
    """c: cost of a month's effort to the responder."""
    settlement_rate: float
    """η: hazard per year that a war ends in the deal."""
    audience_cost: float = 0.0
    """a: what an extension costs the initiator at home."""
    carrying_out_bonus: float = 0.0
    """Political value to the initiator of carrying the threat out."""
    noise_sign: float | None = None
    """σ of sign or wait; None = a third of the initiator's monthly stake."""
    noise_effort: float = DEFAULT_NOISE
    noise_deadline: float = DEFAULT_NOISE
    steps_done: int = 0
    """Steps of the text that are agreed today."""


@dataclass(frozen=True)
class ClockShape:
    """The tree: what cannot vary within one vectorised solution."""

    months_to_deadline: int
    extension_months: int
    extensions: int
    steps_to_text: int
    steps_done: int = 0

    @property
    def horizon(self) -> int:
        """The month of the last deadline."""
        return self.months_to_deadline + self.extensions * self.extension_months

    @property
    def clock_length(self) -> int:
        """The longest time to a deadline, months."""
        return max(self.months_to_deadline, self.extension_months - 1)

    def month_of(self, extensions_left: int, months_left: int) -> int:
        """Months from today at a node; 0 is today."""
        return self.months_to_deadline + (self.extensions - extensions_left) * self.extension_months - months_left


@dataclass(frozen=True, eq=False)
class ClockNumbers:
    """The real-valued terms as arrays, one row per draw."""

    now: Float[Array, "draw 2"]
    escalation: Float[Array, "draw 2"]
    deal: Float[Array, "draw 2"]
    discount_rate: Float[Array, "draw 2"]
    progress_idle: Float[Array, " draw"]
    progress_effort: Float[Array, " draw"]
    effort_cost: Float[Array, " draw"]
    settlement_rate: Float[Array, " draw"]
    audience_cost: Float[Array, " draw"]
    carrying_out_bonus: Float[Array, " draw"]
    noise_sign: Float[Array, " draw"]
    noise_effort: Float[Array, " draw"]
    noise_deadline: Float[Array, " draw"]

    @property
    def month_factor(self) -> Float[Array, "draw 2"]:
        """b = e^{−r/12}."""
        return np.exp(-self.discount_rate / 12.0)

    @property
    def deal_value(self) -> Float[Array, "draw 2"]:
        """Present value of the deal."""
        return self.deal / self.discount_rate

    @property
    def month_of_now(self) -> Float[Array, "draw 2"]:
        """Present value of one month as it is."""
        return self.now * (1.0 - self.month_factor) / self.discount_rate

    @property
    def war_value(self) -> Float[Array, "draw 2"]:
        """Present value of escalation: (esc + η deal/r)/(r + η), since a war is not for ever."""
        settle = self.settlement_rate[:, None]
        return (self.escalation + settle * self.deal_value) / (self.discount_rate + settle)


SHAPE_TERMS = tuple(item.name for item in fields(ClockShape))
FLOWS = ("now", "escalation", "deal")
PAIR_TERMS = (*FLOWS, "discount_rate")
CHANCES = ("progress_idle", "progress_effort")
LEAST = {"months_to_deadline": 0, "extension_months": 1, "extensions": 0, "steps_to_text": 0, "steps_done": 0}
"""The smallest value of what is counted."""
SCALAR_TERMS = tuple(item.name for item in fields(ClockNumbers) if item.name not in PAIR_TERMS)


def monthly_stake(terms: ClockTerms) -> Pair:
    """(deal − now)/12 of each side: what a month of waiting costs, percent of GDP."""
    return (terms.deal[0] - terms.now[0]) / 12.0, (terms.deal[1] - terms.now[1]) / 12.0


def sign_noise(terms: ClockTerms) -> float:
    """σ of sign or wait: as given, else a third of the initiator's monthly stake.

    Raises:
        TalksError: if it must be derived and the initiator has no stake in a signature.
    """
    if terms.noise_sign is not None:
        return terms.noise_sign
    stake = abs(monthly_stake(terms)[0])
    if stake == 0.0:
        raise TalksError.at("noise_sign", "cannot be derived: deal and now are worth the same to side 1", "Give it")
    return SIGN_NOISE_SHARE * stake


def shape_of(terms: ClockTerms) -> ClockShape:
    """The tree of the terms."""
    return ClockShape(*(getattr(terms, name) for name in SHAPE_TERMS))


def numbers_of(terms: ClockTerms) -> ClockNumbers:
    """The terms as arrays of a single draw."""
    complete = replace(terms, noise_sign=sign_noise(terms))
    pairs = {name: np.array([getattr(complete, name)], dtype=float) for name in PAIR_TERMS}
    scalars = {name: np.array([getattr(complete, name)], dtype=float) for name in SCALAR_TERMS}
    return ClockNumbers(**pairs, **scalars)


def with_term(terms: ClockTerms, name: str, value: float) -> ClockTerms:
    """The terms with one changed; the two of a pair are called `now_1`, `now_2` and so on.

    Raises:
        TalksError: for a name that is not a term; the message lists those there are.
    """
    stem, _, side = name.rpartition("_")
    if stem in PAIR_TERMS and side in ("1", "2"):
        pair = list(getattr(terms, stem))
        pair[int(side) - 1] = float(value)
        return replace(terms, **{stem: (pair[0], pair[1])})
    if name in SHAPE_TERMS:
        return replace(terms, **{name: int(value)})
    if name in SCALAR_TERMS:
        return replace(terms, **{name: float(value)})
    raise TalksError.at(name, "is not a term of the clock", f"Use one of {', '.join(term_names())}")


def term_value(terms: ClockTerms, name: str) -> float:
    """The value of a term by the names that `with_term` takes."""
    stem, _, side = name.rpartition("_")
    if stem in PAIR_TERMS and side in ("1", "2"):
        return float(getattr(terms, stem)[int(side) - 1])
    return sign_noise(terms) if name == "noise_sign" else float(getattr(terms, name))


def term_names() -> tuple[str, ...]:
    """The names of all terms that can be varied."""
    pairs = [f"{name}_{side}" for name in PAIR_TERMS for side in (1, 2)]
    return (*pairs, *SCALAR_TERMS, *SHAPE_TERMS)


def check_terms(terms: ClockTerms) -> tuple[str, ...]:
    """Warnings to print beside the result.

    Raises:
        TalksError: listing every term that breaks its rule.
    """
    problems = [*_calendar_problems(terms), *_number_problems(terms)]
    if problems:
        raise TalksError(problems)
    warnings: list[str] = []
    if terms.progress_idle >= terms.progress_effort:
        warnings.append("Effort is useless: the text advances no faster with it than without.")
    if terms.settlement_rate == 0.0:
        warnings.append("The settlement rate is 0: a war, once begun, lasts for ever.")
    stake = abs(monthly_stake(terms)[0])
    if sign_noise(terms) > stake:
        warnings.append(
            f"The noise of sign or wait ({sign_noise(terms):.3g}) exceeds the initiator's monthly stake ({stake:.3g}): "
            "a finished text is put off by chance."
        )
    return tuple(warnings)


def _calendar_problems(terms: ClockTerms) -> Iterable[Problem]:
    for name, limit in LEAST.items():
        value = getattr(terms, name)
        if value < limit:
            yield Problem(name, f"is {value}, must be >= {limit}", "Give a whole number of months, steps or times")
    if terms.steps_done > terms.steps_to_text:
        what = f"is {terms.steps_done}, more than the {terms.steps_to_text} steps of the text"
        yield Problem("steps_done", what, "Give at most steps_to_text")
    shape = shape_of(terms)
    nodes = (terms.extensions + 1) * (shape.clock_length + 1) * (terms.steps_to_text + 1)
    if nodes > LARGEST_TREE:
        yield Problem("clock", f"has {nodes} nodes, more than {LARGEST_TREE}", "Use fewer months, extensions or steps")


def _number_problems(terms: ClockTerms) -> Iterable[Problem]:
    for name in PAIR_TERMS:
        for side, value in enumerate(getattr(terms, name), start=1):
            if not np.isfinite(value):
                yield Problem(f"{name} of side {side}", f"is {value}", "Give a finite number, percent of GDP per year")
            elif name == "discount_rate" and not value > 0.0:
                yield Problem(f"{name} of side {side}", f"is {value:g}, must be > 0", "Give a rate per year, e.g. 0.05")
    for name in CHANCES:
        if not 0.0 <= getattr(terms, name) <= 1.0:
            yield Problem(name, f"is {getattr(terms, name):g}, must lie in [0, 1]", "Give a probability per month")
    for name in ("effort_cost", "audience_cost", "settlement_rate"):
        if not 0.0 <= getattr(terms, name) < np.inf:
            yield Problem(name, f"is {getattr(terms, name):g}, must be >= 0", "Give 0 if there is none")
    if not np.isfinite(terms.carrying_out_bonus):
        yield Problem("carrying_out_bonus", "is not a finite number", "Give 0 if there is none")
    for name in ("noise_sign", "noise_effort", "noise_deadline"):
        value = getattr(terms, name)
        if value is not None and not 0.0 < value < np.inf:
            yield Problem(name, f"is {value:g}, must be > 0", "Give a small positive noise, percent of GDP")
