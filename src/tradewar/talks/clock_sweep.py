"""What moves the clock: thousands of clocks at once, random or one term at a time.

Terms that are numbers are solved as arrays; terms that shape the tree (months, extensions, steps) are grouped, one
vectorised solution per shape. A pair is varied as `now_1` (initiator) and `now_2` (responder).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import Problem, TalksError
from tradewar.talks.clock import Clock, require_sum_of_one, threat_margins
from tradewar.talks.clock_solution import fates, solve_nodes
from tradewar.talks.clock_terms import (
    CHANCES,
    FLOWS,
    LEAST,
    PAIR_TERMS,
    SCALAR_TERMS,
    SHAPE_TERMS,
    ClockNumbers,
    ClockShape,
    ClockTerms,
    check_terms,
    monthly_stake,
    numbers_of,
    sign_noise,
    term_names,
    term_value,
    with_term,
)
from tradewar.world.assumed import Assumption, Swing, Value, moving


@dataclass(frozen=True, eq=False)
class ClockSweep:
    """Results by draw; a draw is one setting of the varied terms."""

    terms: ClockTerms
    varied: Mapping[str, Float[Array, " draw"]]
    p_deal: Float[Array, " draw"]
    p_escalate: Float[Array, " draw"]
    expected_extensions: Float[Array, " draw"]
    value: Float[Array, "draw 2"]
    value_of_postponing: Float[Array, "draw 2"]
    """NaN where the draw has no extension."""
    threat_margin: Float[Array, " draw"]
    """At the first deadline without progress; +inf where the initiator has no alternative."""

    def result(self, name: str) -> Float[Array, " draw"]:
        """A result by name; `value_1`, `value_2`, `value_of_postponing_1`, `value_of_postponing_2` for the sides.

        Raises:
            TalksError: for a name that is not a result.
        """
        if name not in RESULTS:
            raise TalksError.at(name, "is not a result of the clock", f"Use one of {', '.join(RESULTS)}")
        stem, _, side = name.rpartition("_")
        return getattr(self, stem)[:, int(side) - 1] if side in ("1", "2") else getattr(self, name)


RESULTS = (
    "p_deal", "p_escalate", "expected_extensions", "value_1", "value_2", "value_of_postponing_1",
    "value_of_postponing_2", "threat_margin",
)  # fmt: skip


SHOWN = 5e-3
"""Change of any result of the clock below which it is shown as it was: half a percent, or half a hundredth."""
NUDGE = 0.1
"""How far a term is moved to see what it moves, as a share of itself; a chance, of the way to either end."""


def sweep_clock(terms: ClockTerms, varied: Mapping[str, Float[Array, " draw"]]) -> ClockSweep:
    """Solve the clock for every row of the varied terms.

    Args:
        terms: what is not varied.
        varied: arrays of equal length by term name (`term_names`).

    Raises:
        TalksError: for unknown names, unequal lengths, or a varied value that breaks the rule of its term.
    """
    draws = _checked_length(terms, varied)
    numbers = _numbers(terms, varied, draws)
    shapes = np.array([np.broadcast_to(varied.get(name, getattr(terms, name)), draws) for name in SHAPE_TERMS]).T
    results = {
        name: np.full(draws, np.nan) for name in ("p_deal", "p_escalate", "expected_extensions", "threat_margin")
    }
    value, postponing = np.full((draws, 2), np.nan), np.full((draws, 2), np.nan)
    for row in np.unique(shapes, axis=0):
        chosen = (shapes == row).all(axis=1)
        shape = ClockShape(*(int(item) for item in row))
        part = _rows(numbers, chosen)
        solution = solve_nodes(shape, part)
        fate = fates(shape, solution, part)
        require_sum_of_one(fate)
        today = solution.value[:, :, shape.months_to_deadline, shape.steps_done]
        results["p_deal"][chosen] = np.minimum(fate.deal, 1.0)
        results["p_escalate"][chosen] = np.minimum(fate.escalate, 1.0)
        results["expected_extensions"][chosen] = fate.extensions
        results["threat_margin"][chosen] = threat_margins(solution)[:, -1, 0]
        value[chosen] = today[:, -1]
        if shape.extensions:
            postponing[chosen] = today[:, -1] - today[:, -2]
    return ClockSweep(terms, dict(varied), **results, value=value, value_of_postponing=postponing)


def random_terms(
    ranges: Mapping[str, tuple[float, float]], *, draws: int = 1000, seed: int = 0
) -> dict[str, Float[Array, " draw"]]:
    """Uniform draws of terms within ranges, spread evenly (a Latin hypercube); whole numbers for the calendar.

    Raises:
        TalksError: for a range out of order or an unknown term.
    """
    problems = [
        Problem(name, f"has the range ({low:g}, {high:g})", "Give (low, high), both finite")
        for name, (low, high) in ranges.items()
        if not (np.isfinite(low) and np.isfinite(high) and low <= high)
    ]
    unknown = [name for name in ranges if name not in term_names()]
    problems += [
        Problem(name, "is not a term of the clock", f"Use one of {', '.join(term_names())}") for name in unknown
    ]
    if problems:
        raise TalksError(problems)
    generator = np.random.default_rng(seed)
    drawn: dict[str, Float[Array, " draw"]] = {}
    for name, (low, high) in ranges.items():
        even = even_chances(generator, draws)
        whole = name in SHAPE_TERMS
        drawn[name] = np.floor(low + even * (high + 1.0 - low)) if whole else low + even * (high - low)
    return drawn


def even_chances(generator: np.random.Generator, draws: int) -> Float[Array, " draw"]:
    """Uniform numbers between 0 and 1, one in each of as many equal parts, in random order."""
    return (generator.permutation(draws) + generator.random(draws)) / draws


def clock_swings(terms: ClockTerms, ranges: Mapping[str, tuple[float, float]], result: str) -> tuple[Swing, ...]:
    """Each term at its low and high value, the others as they are: the widest swing first.

    Raises:
        TalksError: as `sweep_clock`, and for an unknown result.
    """
    return swings_by_result(terms, ranges, [result])[result]


def swings_by_result(
    terms: ClockTerms,
    ranges: Mapping[str, tuple[float, float]],
    results: Sequence[str],
    together: Mapping[str, Mapping[float, ClockTerms]] | None = None,
) -> dict[str, tuple[Swing, ...]]:
    """The swings of several results, from one sweep over the ends of all ranges.

    Args:
        terms: the base.
        ranges: (low, high) of terms that move alone.
        results: names of results.
        together: by name, the terms at the low and at the high end of what moves several terms at once.

    Raises:
        TalksError: as `clock_swings`.
    """
    ends = {name: [(end, with_term(terms, name, end)) for end in span] for name, span in ranges.items()}
    ends |= {name: list(moved.items()) for name, moved in (together or {}).items()}
    if not ends:
        return dict.fromkeys(results, ())
    settings = [terms, *(setting for pair in ends.values() for _, setting in pair)]
    varied = {name: np.array([term_value(setting, name) for setting in settings]) for name in term_names()}
    swept = sweep_clock(terms, {name: values for name, values in varied.items() if (values != values[0]).any()})
    found: dict[str, tuple[Swing, ...]] = {}
    for result in results:
        base, *moved = map(float, swept.result(result))
        swings = [
            Swing(name, low, high, moved[2 * k], base, moved[2 * k + 1])
            for k, (name, ((low, _), (high, _))) in enumerate(ends.items())
        ]
        found[result] = tuple(sorted(swings, key=lambda swing: -swing.width))
    return found


def moving_terms(clock: Clock, ranges: Mapping[str, Sequence[float]] | None = None) -> tuple[Assumption, ...]:
    """The terms other than flows that move a result of a clock, with the results that they move.

    Args:
        clock: as solved.
        ranges: other values of each term; None = a tenth more and less, one more and less of what is counted.

    Raises:
        TalksError: as `sweep_clock`.
    """
    terms = clock.terms
    others = dict(ranges or _beside(terms))

    def figures(name: str, value: Value) -> dict[str, float]:
        swept = sweep_clock(with_term(terms, name, float(value)), {name: np.array([float(value)])})
        return {result: float(swept.result(result)[0]) for result in RESULTS}

    first = next(iter(others))
    base = figures(first, term_value(terms, first))
    values = {name: term_value(terms, name) for name in others}
    return moving(values, others, figures, base, dict.fromkeys(RESULTS, SHOWN))


def _beside(terms: ClockTerms) -> dict[str, tuple[float, ...]]:
    """Other values of every term that is not a flow."""
    beside: dict[str, tuple[float, ...]] = {}
    stake = max(map(abs, monthly_stake(terms)))
    for name in term_names():
        value = term_value(terms, name)
        if name.rpartition("_")[0] in FLOWS:
            continue
        if name in SHAPE_TERMS:
            least, most = LEAST[name], terms.steps_to_text if name == "steps_done" else np.inf
            beside[name] = tuple(other for other in (value - 1.0, value + 1.0) if least <= other <= most)
            if name == "steps_to_text":
                beside[name] = tuple(other for other in beside[name] if other >= terms.steps_done)
        elif name in CHANCES:
            beside[name] = ((1.0 - NUDGE) * value, value + NUDGE * (1.0 - value))
        else:
            # what is not there at all is tried at a tenth of what a month is worth
            beside[name] = ((1.0 - NUDGE) * value, (1.0 + NUDGE) * value) if value else (NUDGE * stake,)
    return beside


def _checked_length(terms: ClockTerms, varied: Mapping[str, Float[Array, " draw"]]) -> int:
    lengths = {len(values) for values in varied.values()}
    if len(lengths) != 1 or 0 in lengths:
        what = f"have the lengths {sorted(lengths)}" if lengths else "are missing"
        raise TalksError.at("varied terms", what, "Give arrays of one length, at least 1")
    problems: list[Problem] = []
    for name, values in varied.items():
        # the rules of terms are intervals: the extremes stand for all values between them
        for value in (float(np.min(values)), float(np.max(values))):
            try:
                check_terms(with_term(terms, name, value))
            except TalksError as error:
                problems.extend(error.problems)
    if problems:
        raise TalksError(dict.fromkeys(problems))
    return lengths.pop()


def _numbers(terms: ClockTerms, varied: Mapping[str, Float[Array, " draw"]], draws: int) -> ClockNumbers:
    base = numbers_of(terms)
    parts: dict[str, Array] = {}
    for name in PAIR_TERMS:
        parts[name] = np.repeat(getattr(base, name), draws, axis=0)
        for side in (0, 1):
            parts[name][:, side] = varied.get(f"{name}_{side + 1}", parts[name][:, side])
    for name in SCALAR_TERMS:
        parts[name] = np.broadcast_to(varied.get(name, getattr(base, name)), draws).astype(float)
    if terms.noise_sign is None and "noise_sign" not in varied:
        # the default follows the stake of each draw
        gap = np.abs(parts["deal"][:, 0] - parts["now"][:, 0])
        unit = sign_noise(terms) / abs(terms.deal[0] - terms.now[0])
        if (gap == 0.0).any():
            what = "cannot be derived where deal and now are worth the same to side 1"
            raise TalksError.at("noise_sign", what, "Give noise_sign")
        parts["noise_sign"] = unit * gap
    return ClockNumbers(**parts)


def _rows(numbers: ClockNumbers, chosen: Array) -> ClockNumbers:
    names: Sequence[str] = (*PAIR_TERMS, *SCALAR_TERMS)
    return replace(numbers, **{name: getattr(numbers, name)[chosen] for name in names})
