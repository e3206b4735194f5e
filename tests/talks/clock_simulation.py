"""Play the talks clock many times with random numbers: an independent check of backward induction.

Every run draws choices and progress from the solved probabilities, moves month by month, and adds up the discounted
flows, costs and end values that each side really received. Shares of runs and mean values must agree with the clock
within sampling error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray as Array

from tradewar.talks.clock import Clock
from tradewar.talks.clock_solution import DEAL, ESCALATE, ESCALATION, EXTENSION, SIGN
from tradewar.talks.clock_terms import ClockNumbers, ClockShape, Pair, numbers_of, shape_of


@dataclass(frozen=True, eq=False)
class SimulatedClock:
    """Frequencies and mean values over runs, with their standard errors."""

    runs: int
    seed: int
    p_deal: float
    p_deal_error: float
    expected_extensions: float
    expected_extensions_error: float
    by_month: Float[Array, "3 month"]
    """Share of runs with a deal, escalation or extension in each month."""
    value: Pair
    """Mean of what each side received, present value, percent of a year's GDP."""
    value_error: Pair


@dataclass(eq=False)
class _Runs:
    """The state of all runs while they are played."""

    step: Int[Array, " run"]
    talking: Array
    received: Float[Array, "run 2"]
    extended: Int[Array, " run"]


def simulate_clock(clock: Clock, *, runs: int = 100_000, seed: int = 0) -> SimulatedClock:
    """Play the clock `runs` times."""
    shape, numbers, generator = shape_of(clock.terms), numbers_of(clock.terms), np.random.default_rng(seed)
    state = _Runs(
        np.full(runs, shape.steps_done), np.ones(runs, dtype=bool), np.zeros((runs, 2)), np.zeros(runs, dtype=int)
    )
    counts = np.zeros((3, shape.horizon + 1))
    first = shape.months_to_deadline
    for extension in range(shape.extensions, -1, -1):
        for month in range(first, 0, -1):
            _month_of_talks(clock, shape, numbers, state, counts, (extension, month), generator)
        _deadline(clock, shape, numbers, state, counts, extension, generator)
        first = shape.extension_months - 1
    error = state.received.std(axis=0, ddof=1) / np.sqrt(runs)
    mean, share = state.received.mean(axis=0), counts[DEAL].sum() / runs
    return SimulatedClock(
        runs=runs,
        seed=seed,
        p_deal=float(share),
        p_deal_error=float(np.sqrt(share * (1.0 - share) / runs)),
        expected_extensions=float(state.extended.mean()),
        expected_extensions_error=float(state.extended.std(ddof=1) / np.sqrt(runs)),
        by_month=counts / runs,
        value=(float(mean[0]), float(mean[1])),
        value_error=(float(error[0]), float(error[1])),
    )


def _month_of_talks(
    clock: Clock,
    shape: ClockShape,
    numbers: ClockNumbers,
    state: _Runs,
    counts: Float[Array, "3 month"],
    node: tuple[int, int],
    generator: np.random.Generator,
) -> None:
    elapsed = shape.month_of(*node)
    chance, progress = generator.random((2, len(state.step)))
    ready = state.talking & (state.step == shape.steps_to_text)
    signing = ready & (chance < clock.solution.sign_probability[0, node[0], node[1]])
    _end(state, counts, signing, DEAL, elapsed, numbers.deal_value[0], numbers)
    working = state.talking & (state.step < shape.steps_to_text)
    effort = working & (chance < clock.solution.effort_probability[0, node[0], node[1]][state.step])
    state.received[effort, 1] -= _discount(numbers, elapsed)[1] * numbers.effort_cost[0]
    advance = np.where(effort, numbers.progress_effort[0], numbers.progress_idle[0])
    state.received[state.talking] += _discount(numbers, elapsed) * numbers.month_of_now[0]
    state.step[working & (progress < advance)] += 1


def _deadline(
    clock: Clock,
    shape: ClockShape,
    numbers: ClockNumbers,
    state: _Runs,
    counts: Float[Array, "3 month"],
    extension: int,
    generator: np.random.Generator,
) -> None:
    elapsed = shape.month_of(extension, 0)
    choice = clock.solution.deadline_probability[0, extension][state.step]
    chance = generator.random(len(state.step))
    escalating = state.talking & (chance < choice[:, ESCALATE])
    signing = state.talking & ~escalating & (chance < choice[:, ESCALATE] + choice[:, SIGN])
    bonus = np.array([numbers.carrying_out_bonus[0], 0.0])
    _end(state, counts, escalating, ESCALATION, elapsed, numbers.war_value[0] + bonus, numbers)
    _end(state, counts, signing, DEAL, elapsed, numbers.deal_value[0], numbers)
    extending = state.talking
    counts[EXTENSION, elapsed] += extending.sum()
    state.extended[extending] += 1
    month = numbers.month_of_now[0] - np.array([numbers.audience_cost[0], 0.0])
    state.received[extending] += _discount(numbers, elapsed) * month


def _end(
    state: _Runs,
    counts: Float[Array, "3 month"],
    ending: Array,
    event: int,
    elapsed: int,
    worth: Float[Array, " 2"],
    numbers: ClockNumbers,
) -> None:
    counts[event, elapsed] += ending.sum()
    state.received[ending] += _discount(numbers, elapsed) * worth
    state.talking &= ~ending


def _discount(numbers: ClockNumbers, elapsed: int) -> Float[Array, " 2"]:
    return np.exp(-numbers.discount_rate[0] * elapsed / 12.0)
