"""The talks clock: how likely is a signature, another extension or the tariff rise, and what is an extension worth?

`run_clock` solves the tree (`clock_solution`) and reads from it what a policy reader asks. `value_of_postponing`
compares today's values with one extension more and less; `threat_margin` says whether carrying the threat out is
worth it at a deadline: the threat is credible, without noise, exactly where the margin is not negative, and minus the
margin is the audience cost that would make it so (Fearon 1994, American Political Science Review).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.errors import NoSolutionError
from tradewar.io.serialize import Document
from tradewar.talks.clock_solution import (
    DEAL,
    ESCALATE,
    ESCALATION,
    EXTEND,
    EXTENSION,
    SIGN,
    ClockSolution,
    Fates,
    fates,
    solve_nodes,
)
from tradewar.talks.clock_terms import ClockShape, ClockTerms, Pair, check_terms, monthly_stake, numbers_of, shape_of
from tradewar.world.assumed import Assumption

PROBABILITY_TOLERANCE = 1e-12
SHOWN_CHANCE = 5e-3
"""Chance below which a sentence would say 0%."""


class Basis(StrEnum):
    """Why a walk-away point is what it is."""

    WHILE_TALKING = "what each side lives with while talking"
    CREDIBLE_THREAT = "the threat, which would be carried out"
    AUTOMATIC = "the deadline, which executes itself"
    EMPTY_THREAT = "what each side lives with while talking, since the threat would not be carried out"


@dataclass(frozen=True)
class WalkAway:
    """The disagreement point and its reason."""

    point: Pair
    basis: Basis
    sentence: str


@dataclass(frozen=True, eq=False)
class Clock(
    Document, told="terms p_deal p_escalate expected_extensions by_month=events ... assumptions", without="solution"
):
    """The clock as solved. Pairs are (initiator, responder); values are percent of a year's GDP, present value."""

    terms: ClockTerms
    solution: ClockSolution
    p_deal: float
    p_escalate: float
    expected_extensions: float
    """Can exceed 1."""
    by_month: Float[Array, "3 month"]
    """Probability of deal, escalation and extension in every month from today (0)."""
    expected_month_given_deal: float | None
    """None where a deal has no chance."""
    most_likely_month: int | None
    """Of a signature."""
    value: Pair
    value_of_postponing: Pair | None
    """What the last of the extensions is worth today; None where there is none."""
    value_of_commitment_not_to_extend: Pair
    """Value without any extension, less the value with them."""
    prefers_text: Bool[Array, "month 2"]
    """Whether each side prefers a finished text to what happens without it, in every month until the last deadline if
    nothing was signed before. Where the responder does not, nothing is signed."""
    p_signed_by_noise: float
    """Probability that the initiator signs, by the noise of its choice, a text that is worth less to it than not."""
    threat_margin: Float[Array, "extension step"]
    """Escalate less the best alternative, to the initiator, by extensions left and step; +inf without alternative."""
    progress_threshold: tuple[int | None, ...]
    """By extensions left: the least step at which the deadline is more likely not to bring escalation; None if none."""
    first_month_effort: float | None
    """Probability that the responder makes an effort today; None if there is nothing to work on."""
    monthly_stake: Pair
    warnings: tuple[str, ...]
    sentences: tuple[str, ...]

    @property
    def events(self) -> dict[str, Float[Array, " month"]]:
        """Probability of `deal`, `escalate` and `extend` in every month from today (0)."""
        return {name: self.by_month[row] for name, row in EVENTS.items()}

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """The terms, flows apart, that move a result of the clock, each with the results that it moves."""
        from tradewar.talks.clock_sweep import moving_terms

        return moving_terms(self)


def run_clock(terms: ClockTerms) -> Clock:
    """Solve the clock.

    Raises:
        TalksError: listing every term that breaks its rule.
        NoSolutionError: if probabilities do not sum to one, which would be a defect.
    """
    warnings = check_terms(terms)
    shape, numbers = shape_of(terms), numbers_of(terms)
    solution = solve_nodes(shape, numbers)
    fate = fates(shape, solution, numbers)
    require_sum_of_one(fate)
    by_month = fate.by_month[0]
    # the sum may miss 1 by rounding
    p_deal, p_escalate = min(float(fate.deal[0]), 1.0), min(float(fate.escalate[0]), 1.0)
    today = solution.value[0, :, terms.months_to_deadline, terms.steps_done]
    postponing = _pair(today[-1] - today[-2]) if terms.extensions else None
    months = np.arange(shape.horizon + 1)
    prefers = _by_month(shape, solution)
    by_noise = float(by_month[DEAL][~prefers[:, 0]].sum())
    working = terms.months_to_deadline > 0 and terms.steps_done < terms.steps_to_text
    effort = solution.effort_probability[0, -1, terms.months_to_deadline, terms.steps_done]
    clock = Clock(
        terms=terms,
        solution=solution,
        p_deal=p_deal,
        p_escalate=p_escalate,
        expected_extensions=float(fate.extensions[0]),
        by_month=by_month,
        expected_month_given_deal=float(months @ by_month[DEAL]) / p_deal if p_deal > 0.0 else None,
        most_likely_month=int(by_month[DEAL].argmax()) if p_deal > 0.0 else None,
        value=_pair(today[-1]),
        value_of_postponing=postponing,
        value_of_commitment_not_to_extend=_pair(today[0] - today[-1]),
        prefers_text=prefers,
        p_signed_by_noise=by_noise,
        threat_margin=threat_margins(solution)[0],
        progress_threshold=_thresholds(solution),
        first_month_effort=float(effort) if working else None,
        monthly_stake=monthly_stake(terms),
        warnings=(*warnings, *_noise_warning(by_noise)),
        sentences=(),
    )
    object.__setattr__(clock, "sentences", clock_sentences(clock))
    return clock


def threat_margins(solution: ClockSolution) -> Float[Array, "draw extension step"]:
    """Value of escalation less the best alternative, to the initiator; +inf where it has no alternative."""
    others = solution.deadline_value[..., [SIGN, EXTEND]].max(axis=-1)
    return solution.deadline_value[..., ESCALATE] - others


def require_sum_of_one(fate: Fates) -> None:
    """Raises NoSolutionError unless deal and escalation exhaust what can happen in every draw."""
    gap = float(np.abs(fate.deal + fate.escalate - 1.0).max())
    if not gap <= PROBABILITY_TOLERANCE * fate.by_month.shape[-1]:
        raise NoSolutionError(f"The probabilities of the clock sum to 1 only within {gap:.2g}.")


def clock_sentences(clock: Clock) -> tuple[str, ...]:
    """What the clock says, in sentences."""
    first_deadline = clock.solution.deadline_probability[0, -1]
    lines: list[str] = []
    if clock.most_likely_month is None:
        lines.append("A signature has no chance; the tariff rises.")
    else:
        lines.append(
            f"There is a {clock.p_deal:.0%} chance of a signature, most likely in month {clock.most_likely_month}; "
            f"a {clock.p_escalate:.0%} chance that the tariff rises."
        )
    lines += _refusal(clock)
    done, further = clock.terms.steps_done, "visible" if clock.terms.steps_done == 0 else "further"
    if clock.value_of_postponing is not None:
        extended = first_deadline[:, EXTEND]
        line = f"At the first deadline, without {further} progress the deadline is extended with {extended[done]:.0%}"
        if clock.terms.steps_to_text - done > 1:
            line += f"; with one {'' if done == 0 else 'more '}finished chapter {extended[done + 1]:.0%}"
        lines.append(line + ".")
        one, two = clock.value_of_postponing
        lines.append(f"One more extension is worth {one:+.2f}/{two:+.2f} % of one year's GDP to the two sides.")
    margin = float(clock.threat_margin[-1, done])
    without = f"With no {'' if done == 0 else 'further '}progress"
    if np.isinf(margin):
        lines.append(f"{without} the deadline executes itself: there is nothing else to choose.")
    else:
        would, more = ("would", "more") if margin >= 0.0 else ("would not", "less")
        lines.append(
            f"{without} the threat {would} be carried out: carrying it out is worth {abs(margin):.3f} % of GDP "
            f"{more} than the best alternative."
        )
    return tuple(lines)


def _refusal(clock: Clock) -> list[str]:
    """Until when the responder would rather not sign."""
    signs = np.flatnonzero(clock.prefers_text[:, 1])
    if not len(signs):
        return ["The responder would not sign this text in any month: it prefers what happens without."]
    if len(signs) == len(clock.prefers_text):
        return []
    refused = np.flatnonzero(~clock.prefers_text[:, 1])
    if refused[-1] < signs[0]:
        return [f"The responder would rather wait than sign before month {signs[0]}."]
    return [f"The responder would rather not sign in {len(refused)} of {len(clock.prefers_text)} months."]


def _noise_warning(probability: float) -> tuple[str, ...]:
    if probability < SHOWN_CHANCE:
        return ()
    what = "a text that is worth less to it than not signing"
    return (f"By the noise of its choice alone the initiator signs, with {probability:.0%}, {what}.",)


def _by_month(shape: ClockShape, solution: ClockSolution) -> Bool[Array, "month 2"]:
    """Who prefers the text in each month, along the way on which nothing is signed."""
    found = np.empty((shape.horizon + 1, 2), dtype=bool)
    first = shape.months_to_deadline
    for extension in range(shape.extensions, -1, -1):
        for month in range(first, -1, -1):
            found[shape.month_of(extension, month)] = solution.prefers_text[0, extension, month]
        first = shape.extension_months - 1
    return found


def _thresholds(solution: ClockSolution) -> tuple[int | None, ...]:
    peaceful = 1.0 - solution.deadline_probability[0, :, :, ESCALATE]
    reached = [np.flatnonzero(row > 0.5) for row in peaceful]
    return tuple(int(steps[0]) if len(steps) else None for steps in reached)


def _pair(values: Float[Array, " 2"]) -> Pair:
    return float(values[0]), float(values[1])


EVENTS = {"deal": DEAL, "escalate": ESCALATION, "extend": EXTENSION}
"""Rows of `Clock.by_month` by name."""


def walk_away_point(now: Pair, escalation: Pair, threat_margin: float | None) -> WalkAway:
    """The disagreement point of talks under a threat, in the unit of the flows.

    What a side lives with while talking counts in full (Binmore, Rubinstein and Wolinsky 1986); a deadline that
    executes itself makes it the value at that node; a threat that would not be carried out changes nothing.

    Args:
        now: flows while talking.
        escalation: flows if the threat is carried out.
        threat_margin: value to the initiator of carrying it out less the best alternative (`Clock.threat_margin`);
            +inf where the deadline executes itself, None where nothing is threatened.
    """
    if threat_margin is None:
        basis, point = Basis.WHILE_TALKING, now
    elif np.isposinf(threat_margin):
        basis, point = Basis.AUTOMATIC, escalation
    elif threat_margin >= 0.0:
        basis, point = Basis.CREDIBLE_THREAT, escalation
    else:
        basis, point = Basis.EMPTY_THREAT, now
    return WalkAway(point, basis, f"The walk-away point is {basis.value}: {point[0]:+.3f} and {point[1]:+.3f}.")
