"""Backward induction of the talks clock, and the distribution of what happens, for many draws at once.

State: x extensions left, k months to the deadline, p steps of the text agreed (P = ready to sign).

    k > 0, p < P    the responder makes an effort (cost c) or none; the text advances with φ1 or φ0; a month passes
    k > 0, p = P    the initiator signs, or waits a month
    k = 0           the initiator escalates, signs (p = P) or extends (x > 0, audience cost; a month passes, k = L − 1)

A text needs two signatures. The responder gives the second where the deal is worth at least as much to it as what
happens without, a comparison without noise; elsewhere signing is not among the initiator's choices.

Arrays are indexed [draw, extensions_left, months_left, step] and, for values, [..., side]. Choices are logit with
values Σ q v. The solution is unique. Clocks with fewer extensions are part of the same solution: the
value of x extensions is read at x.

Noisy choice: the logit of agent quantal response (McKelvey and Palfrey 1998, Experimental Economics).

    q(a) = exp(v_a/σ) / Σ_b exp(v_b/σ)

The value of a node is Σ q(a) v_a, never the log-sum: that would pay σ ln|A| for merely having a choice and make an
extension look valuable where it does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.talks.clock_terms import ClockNumbers, ClockShape


def logit_probabilities(
    values: Float[Array, "*node action"], noise: Float[Array, "*#node"] | float
) -> Float[Array, "*node action"]:
    """q over the last axis; an action that is not available has the value −inf and the probability 0."""
    scaled = (values - values.max(axis=-1, keepdims=True)) / np.asarray(noise)[..., None]
    weight = np.exp(scaled)
    return weight / weight.sum(axis=-1, keepdims=True)


def expected_value(
    probabilities: Float[Array, "*node action"], values: Float[Array, "*node action"]
) -> Float[Array, "*node"]:
    """Σ q v over the last axis, where actions without probability count for nothing (their value may be −inf)."""
    return np.asarray(
        np.where(probabilities > 0.0, probabilities * np.where(probabilities > 0.0, values, 0.0), 0.0).sum(axis=-1)
    )


ESCALATE, SIGN, EXTEND = 0, 1, 2
"""Positions of the actions at a deadline."""
DEAL, ESCALATION, EXTENSION = 0, 1, 2
"""Positions of the events in `Fates.by_month`."""
TIE = 1e-9
"""Values closer than this, in percent of a year's GDP, count as equal: rounding must not decide a signature."""


@dataclass(frozen=True, eq=False)
class ClockSolution:
    """Values and choices at every node."""

    value: Float[Array, "draw extension month step 2"]
    """Present value, percent of a year's GDP."""
    sign_probability: Float[Array, "draw extension month"]
    """Of signing a finished text before the deadline; 0 at k = 0, where `deadline_probability` holds."""
    effort_probability: Float[Array, "draw extension month step"]
    """Of the responder's effort; 0 where there is nothing to do."""
    deadline_probability: Float[Array, "draw extension step 3"]
    """Of escalate, sign, extend at a deadline."""
    deadline_value: Float[Array, "draw extension step 3"]
    """Their values to the initiator; −inf where not available."""
    prefers_text: Bool[Array, "draw extension month 2"]
    """Whether a finished text is worth at least as much to each side as not signing it; month 0 is the deadline."""


@dataclass(frozen=True, eq=False)
class Fates:
    """What happens, seen from today."""

    by_month: Float[Array, "draw 3 month"]
    """Probability of deal, escalation and extension in every month; 0 = today."""

    @property
    def deal(self) -> Float[Array, " draw"]:
        """Probability of a signature."""
        return self.by_month[:, DEAL].sum(axis=1)

    @property
    def escalate(self) -> Float[Array, " draw"]:
        """Probability that the threat is carried out."""
        return self.by_month[:, ESCALATION].sum(axis=1)

    @property
    def extensions(self) -> Float[Array, " draw"]:
        """Expected number of extensions."""
        return self.by_month[:, EXTENSION].sum(axis=1)


def solve_nodes(shape: ClockShape, numbers: ClockNumbers) -> ClockSolution:
    """Backward induction over all nodes."""
    draws, length, steps = len(numbers.now), shape.clock_length, shape.steps_to_text
    grid = (draws, shape.extensions + 1, length + 1)
    value = np.empty((*grid, steps + 1, 2))
    sign, effort = np.zeros(grid), np.zeros((*grid, steps + 1))
    choice, worth = np.empty((draws, grid[1], steps + 1, 3)), np.empty((draws, grid[1], steps + 1, 3))
    prefers = np.empty((*grid, 2), dtype=bool)
    for extension in range(shape.extensions + 1):
        after = value[:, extension - 1, shape.extension_months - 1] if extension else None
        choice[:, extension], worth[:, extension], value[:, extension, 0], prefers[:, extension, 0] = _deadline(
            numbers, after, steps
        )
        for month in range(1, length + 1):
            later = value[:, extension, month - 1]
            sign[:, extension, month], value[:, extension, month, steps], prefers[:, extension, month] = _sign_or_wait(
                numbers, later[:, steps]
            )
            effort[:, extension, month, :steps], value[:, extension, month, :steps] = _effort(numbers, later)
    return ClockSolution(value, sign, effort, choice, worth, prefers)


def fates(shape: ClockShape, solution: ClockSolution, numbers: ClockNumbers) -> Fates:
    """Probability of every event by month, from today's node."""
    draws, steps = len(numbers.now), shape.steps_to_text
    by_month = np.zeros((draws, 3, shape.horizon + 1))
    mass = np.zeros((draws, steps + 1))
    mass[:, shape.steps_done] = 1.0
    first = shape.months_to_deadline
    for extension in range(shape.extensions, -1, -1):
        for month in range(first, 0, -1):
            signed = mass[:, steps] * solution.sign_probability[:, extension, month]
            by_month[:, DEAL, shape.month_of(extension, month)] += signed
            mass[:, steps] -= signed
            mass = _advance(mass, solution.effort_probability[:, extension, month], numbers)
        moved = mass[:, :, None] * solution.deadline_probability[:, extension]
        deadline = shape.month_of(extension, 0)
        by_month[:, DEAL, deadline] += moved[:, :, SIGN].sum(axis=1)
        by_month[:, ESCALATION, deadline] += moved[:, :, ESCALATE].sum(axis=1)
        by_month[:, EXTENSION, deadline] += moved[:, :, EXTEND].sum(axis=1)
        mass, first = moved[:, :, EXTEND], shape.extension_months - 1
    return Fates(by_month)


def _deadline(
    numbers: ClockNumbers, after: Float[Array, "draw step 2"] | None, steps: int
) -> tuple[
    Float[Array, "draw step 3"], Float[Array, "draw step 3"], Float[Array, "draw step 2"], Bool[Array, "draw 2"]
]:
    """(probabilities, the initiator's values, node values) of the three choices by step, and who prefers the text."""
    draws = len(numbers.now)
    worth = np.full((draws, steps + 1, 3, 2), -np.inf)
    worth[:, :, ESCALATE] = numbers.war_value[:, None]
    worth[:, :, ESCALATE, 0] += numbers.carrying_out_bonus[:, None]
    if after is not None:
        worth[:, :, EXTEND] = numbers.month_of_now[:, None] + numbers.month_factor[:, None] * after
        worth[:, :, EXTEND, 0] -= numbers.audience_cost[:, None]
    _, unsigned = _chosen(worth, numbers.noise_deadline)
    # the initiator would take the better of its other choices, the responder gets what that choice leaves it
    otherwise = np.stack([worth[:, steps, :, 0].max(axis=1), unsigned[:, steps, 1]], axis=-1)
    prefers = numbers.deal_value >= otherwise - TIE
    worth[:, steps, SIGN] = np.where(prefers[:, 1:], numbers.deal_value, -np.inf)
    choice, value = _chosen(worth, numbers.noise_deadline)
    return choice, worth[..., 0], value, prefers


def _chosen(
    worth: Float[Array, "draw step 3 2"], noise: Float[Array, " draw"]
) -> tuple[Float[Array, "draw step 3"], Float[Array, "draw step 2"]]:
    """(the initiator's probabilities, node values of both)."""
    choice = logit_probabilities(worth[..., 0], noise[:, None])
    return choice, np.stack([expected_value(choice, worth[..., side]) for side in (0, 1)], axis=-1)


def _sign_or_wait(
    numbers: ClockNumbers, later: Float[Array, "draw 2"]
) -> tuple[Float[Array, " draw"], Float[Array, "draw 2"], Bool[Array, "draw 2"]]:
    """(probability of signing, node values, who prefers the text) with a finished text before the deadline."""
    wait = numbers.month_of_now + numbers.month_factor * later
    prefers = numbers.deal_value >= wait - TIE
    sign = np.where(prefers[:, 1:], numbers.deal_value, -np.inf)
    choice = logit_probabilities(np.stack([sign[:, 0], wait[:, 0]], axis=-1), numbers.noise_sign)
    value = choice[:, :1] * numbers.deal_value + choice[:, 1:] * wait
    return choice[:, 0], value, prefers


def _effort(
    numbers: ClockNumbers, later: Float[Array, "draw step 2"]
) -> tuple[Float[Array, "draw unfinished"], Float[Array, "draw unfinished 2"]]:
    """(probability of effort, node values) of every step before the last."""
    here, advanced = later[:, :-1], later[:, 1:]
    outcomes: list[Float[Array, "draw unfinished 2"]] = []
    for progress in (numbers.progress_effort, numbers.progress_idle):
        chance = progress[:, None, None]
        expected = chance * advanced + (1.0 - chance) * here
        outcomes.append(numbers.month_of_now[:, None] + numbers.month_factor[:, None] * expected)
    worth = np.stack(outcomes, axis=-1)
    worth[:, :, 1, 0] -= numbers.effort_cost[:, None]
    choice = logit_probabilities(worth[:, :, 1], numbers.noise_effort[:, None])
    return choice[..., 0], (choice[:, :, None] * worth).sum(axis=-1)


def _advance(
    mass: Float[Array, "draw step"], effort: Float[Array, "draw step"], numbers: ClockNumbers
) -> Float[Array, "draw step"]:
    """Mass after a month of work on the text."""
    chance = effort * numbers.progress_effort[:, None] + (1.0 - effort) * numbers.progress_idle[:, None]
    moving = mass[:, :-1] * chance[:, :-1]
    later = mass.copy()
    later[:, :-1] -= moving
    later[:, 1:] += moving
    return later
