"""The ladder: what each side gains or loses per year at every combination of tariff steps.

Payoffs are indexed [country, rung_1, rung_2]: percent of baseline income per year for every country, third countries
included, all against one baseline. Side 1 is the initiator, side 2 the responder. A pair of rungs that could not be
solved is NaN and flagged; it is never interpolated, and replies that would need it are None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array

from tradewar.errors import NoSolutionError, Problem, TalksError
from tradewar.io.serialize import Document

if TYPE_CHECKING:
    import pandas as pd

TIE = 1e-7
"""Payoffs closer than this, in percent of income, count as equal: what residuals of 1e-9 leave of a solved world."""


@dataclass(frozen=True, eq=False)
class RungOutcome:
    """What the solver of the world says about one pair of rungs."""

    payoff: Float[Array, " country"]
    """Percent of baseline income per year (or of a government's objective, for all pairs alike)."""
    residual: float
    """Largest residual of the equilibrium."""
    trade_value: Mapping[str, float] = field(default_factory=dict[str, float])
    """Chosen flows by name, money."""
    tariff_revenue: Float[Array, " country"] | None = None
    """Money."""
    warm_start: Any = None
    """Handed to the solver for the next pair; never read here."""


RungSolver = Callable[[float, float, Any], RungOutcome]
"""(rate of side 1, rate of side 2, warm start of a neighbour or None) -> outcome; NoSolutionError where it fails."""


@dataclass(frozen=True, eq=False)
class Ladder(
    Document,
    told=(
        "sides unit rates_1 rates_2 payoff=payoff_by_country solved largest_residual ... best_replies_1 best_replies_2"
    ),
    without="countries residual tariff_revenue",
):
    """The payoff table of the tariff ladder."""

    countries: tuple[str, ...]
    sides: tuple[str, str]
    """The initiator and the responder, among `countries`."""
    rates_1: tuple[float, ...]
    rates_2: tuple[float, ...]
    payoff: Float[Array, "country rung_1 rung_2"]
    unit: str
    solved: Bool[Array, "rung_1 rung_2"]
    residual: Float[Array, "rung_1 rung_2"]
    trade_value: Mapping[str, Float[Array, "rung_1 rung_2"]]
    tariff_revenue: Float[Array, "country rung_1 rung_2"] | None
    nash_rungs: tuple[tuple[int, int], ...]
    """Pure equilibria of the table; empty where there are none, and then none is picked."""
    best_reply_1: tuple[int | None, ...]
    """Side 1's best rung by rung of side 2, the lowest of those that tie; None where the column is not solved."""
    best_reply_2: tuple[int | None, ...]
    """Side 2's best rung by rung of side 1."""
    sentence: str

    @property
    def best_replies_1(self) -> Bool[Array, "rung_1 rung_2"]:
        """Where the rung of side 1 is a best reply to that of side 2, ties included."""
        return self.best_replies(1)

    @property
    def best_replies_2(self) -> Bool[Array, "rung_1 rung_2"]:
        """Where the rung of side 2 is a best reply to that of side 1, ties included."""
        return self.best_replies(2)

    @property
    def payoff_by_country(self) -> dict[str, Float[Array, "rung_1 rung_2"]]:
        """A row for each rung of side 1, a column for each of side 2."""
        return dict(zip(self.countries, self.payoff, strict=True))

    @property
    def largest_residual(self) -> float:
        """Over all pairs of rungs that were solved."""
        return float(np.nanmax(self.residual))

    def to_frame(self) -> pd.DataFrame:
        """One row per country and pair of rungs."""
        import pandas as pd

        axes, names = (self.countries, self.rates_1, self.rates_2), ("country", "rate_1", "rate_2")
        index = pd.MultiIndex.from_product(axes, names=names)
        frame = pd.DataFrame({"payoff": self.payoff.ravel()}, index=index).reset_index()
        return frame if self.tariff_revenue is None else frame.assign(tariff_revenue=self.tariff_revenue.ravel())

    def best_replies(self, side: int) -> Bool[Array, "rung_1 rung_2"]:
        """Where the rung of side 1 or 2 is a best reply to the other's, ties included; False where not known."""
        return _best_replies(self.of_side(side), self.solved, side - 1)

    def of_side(self, side: int) -> Float[Array, "rung_1 rung_2"]:
        """Payoffs of side 1 or 2."""
        return self.payoff[self.countries.index(self.sides[side - 1])]

    @property
    def sides_payoff(self) -> Float[Array, "2 rung_1 rung_2"]:
        """Payoffs of the two sides."""
        return np.stack([self.of_side(1), self.of_side(2)])


@dataclass(frozen=True)
class Threat:
    """A threat to go to another rung, judged by the table alone."""

    side: int
    from_rate: float
    to_rate: float
    other_rate: float
    cost_to_self: float
    """Own payoff now, less own payoff after carrying it out; negative where carrying it out pays."""
    cost_to_other: float
    best_reply: bool | None
    """True if the threatened rung is a best reply to where the other side stands; None where rungs are not solved."""
    tied: bool
    """True if it is one of several."""
    sentence: str


def build_ladder(
    solver: RungSolver,
    countries: Sequence[str],
    sides: tuple[str, str],
    rates_1: Sequence[float],
    rates_2: Sequence[float],
    *,
    unit: str = "percent of baseline income per year",
    progress: Callable[[int, int], None] | None = None,
) -> Ladder:
    """Solve the world on every pair of rungs, each started from its neighbour.

    Args:
        solver: solves one pair; see `RungSolver`.
        countries: labels of the payoffs that the solver returns.
        sides: initiator and responder.
        rates_1: rungs of the initiator, rates, rising; the first is the reference row.
        rates_2: rungs of the responder.
        unit: of the payoffs.
        progress: called with (pairs done, pairs in all).

    Raises:
        TalksError: for sides or rungs that are wrong.
        NoSolutionError: if not one pair could be solved.
    """
    _check_axes(countries, sides, rates_1, rates_2)
    shape = (len(rates_1), len(rates_2))
    outcomes: dict[tuple[int, int], RungOutcome] = {}
    warm: Any = None
    worst = ""
    for number, pair in enumerate(_snake(shape), start=1):
        try:
            outcomes[pair] = solver(rates_1[pair[0]], rates_2[pair[1]], warm)
            warm = outcomes[pair].warm_start
        except NoSolutionError as error:
            worst = str(error)
        if progress is not None:
            progress(number, shape[0] * shape[1])
    if not outcomes:
        raise NoSolutionError(f"No pair of rungs could be solved. The last failure: {worst}")
    return _assembled(outcomes, countries, sides, (rates_1, rates_2), unit)


def ladder_from_table(
    payoff: Float[Array, "country rung_1 rung_2"],
    countries: Sequence[str],
    sides: tuple[str, str],
    rates_1: Sequence[float],
    rates_2: Sequence[float],
    *,
    unit: str = "percent of baseline income per year",
    residual: Float[Array, "rung_1 rung_2"] | None = None,
    trade_value: Mapping[str, Float[Array, "rung_1 rung_2"]] | None = None,
    tariff_revenue: Float[Array, "country rung_1 rung_2"] | None = None,
) -> Ladder:
    """A ladder from payoffs already at hand; NaN marks pairs that are not solved.

    Raises:
        TalksError: for shapes, sides or rungs that are wrong.
    """
    _check_axes(countries, sides, rates_1, rates_2)
    shape = (len(countries), len(rates_1), len(rates_2))
    if payoff.shape != shape:
        raise TalksError.at("payoff", f"has shape {payoff.shape}, must be {shape}", "Give [country, rung_1, rung_2]")
    solved = np.all(np.isfinite(payoff), axis=0)
    one, two = (_best_replies(payoff[list(countries).index(side)], solved, axis) for axis, side in enumerate(sides))
    nash = tuple((int(a), int(b)) for a, b in np.argwhere(one & two))
    return Ladder(
        countries=tuple(countries),
        sides=sides,
        rates_1=tuple(rates_1),
        rates_2=tuple(rates_2),
        payoff=payoff,
        unit=unit,
        solved=solved,
        residual=residual if residual is not None else np.where(solved, 0.0, np.nan),
        trade_value=dict(trade_value or {}),
        tariff_revenue=tariff_revenue,
        nash_rungs=nash,
        best_reply_1=tuple(map(_lowest, one.T)),
        best_reply_2=tuple(map(_lowest, two)),
        sentence=_ladder_sentence(nash, solved, rates_1, rates_2),
    )


def judge_threat(ladder: Ladder, side: int, from_rung: int, to_rung: int, other_rung: int) -> Threat:
    """What a threat costs the threatener, and whether carrying it out is a best reply.

    A threat that lowers the threatener's own payoff needs political weight or a commitment to be believed, however
    much more it hurts the other side.

    Raises:
        TalksError: for rungs off the ladder or not solved.
    """
    tables = (ladder.of_side(side), ladder.of_side(3 - side), ladder.solved, ladder.best_replies(side))
    own, other, solved, best_replies = tables if side == 1 else (table.T for table in tables)
    rates = (ladder.rates_1, ladder.rates_2) if side == 1 else (ladder.rates_2, ladder.rates_1)
    if not (0 <= from_rung < len(rates[0]) and 0 <= to_rung < len(rates[0]) and 0 <= other_rung < len(rates[1])):
        raise TalksError.at(
            "threat", f"rungs {from_rung}, {to_rung} and {other_rung}", "Give rungs of the ladder, from 0"
        )
    cost = float(own[from_rung, other_rung] - own[to_rung, other_rung])
    harm = float(other[from_rung, other_rung] - other[to_rung, other_rung])
    if not np.isfinite(cost + harm):
        raise TalksError.at("threat", "one of its pairs of rungs is not solved", "Solve the ladder there first")
    replies = best_replies[:, other_rung]
    best = bool(replies[to_rung]) if solved[:, other_rung].all() else None
    tied = bool(best) and int(replies.sum()) > 1
    verb, takes = "costs" if cost > -TIE else "brings", "takes" if harm > -TIE else "gives"
    verdict = {
        True: "it is a best reply",
        False: "it is not a best reply",
        None: "whether it is a best reply is not known",
    }
    sentence = (
        f"Going from {100.0 * rates[0][from_rung]:g}% to {100.0 * rates[0][to_rung]:g}% {verb} "
        f"{ladder.sides[side - 1]} {abs(cost):.4f} and {takes} {abs(harm):.4f} {'from' if takes == 'takes' else 'to'} "
        f"{ladder.sides[2 - side]} ({ladder.unit}): {verdict[best]}{' (tied)' if tied else ''}."
    )
    return Threat(side, rates[0][from_rung], rates[0][to_rung], rates[1][other_rung], cost, harm, best, tied, sentence)


def _assembled(
    outcomes: Mapping[tuple[int, int], RungOutcome],
    countries: Sequence[str],
    sides: tuple[str, str],
    rates: tuple[Sequence[float], Sequence[float]],
    unit: str,
) -> Ladder:
    shape = (len(rates[0]), len(rates[1]))
    payoff, residual = np.full((len(countries), *shape), np.nan), np.full(shape, np.nan)
    revenue, flows = np.full((len(countries), *shape), np.nan), dict[str, Array]()
    for pair, outcome in outcomes.items():
        payoff[:, *pair], residual[pair] = outcome.payoff, outcome.residual
        if outcome.tariff_revenue is not None:
            revenue[:, *pair] = outcome.tariff_revenue
        for name, value in outcome.trade_value.items():
            flows.setdefault(name, np.full(shape, np.nan))[pair] = value
    return ladder_from_table(
        payoff,
        countries,
        sides,
        rates[0],
        rates[1],
        unit=unit,
        residual=residual,
        trade_value=flows,
        tariff_revenue=revenue if np.isfinite(revenue).any() else None,
    )


def _snake(shape: tuple[int, int]) -> Iterable[tuple[int, int]]:
    """All pairs, each a neighbour of the one before, so that its solution is a good start."""
    for a in range(shape[0]):
        columns = range(shape[1]) if a % 2 == 0 else reversed(range(shape[1]))
        yield from ((a, b) for b in columns)


def _best_replies(
    own: Float[Array, "rung_1 rung_2"], solved: Bool[Array, "rung_1 rung_2"], axis: int
) -> Bool[Array, "rung_1 rung_2"]:
    """The one definition: within `TIE` of the best on the side's own axis, where all of that is solved."""
    known = solved.all(axis=axis, keepdims=True)
    best = np.where(known, own, np.nan).max(axis=axis, keepdims=True)
    return known & (own >= best - TIE)


def _lowest(replies: Bool[Array, " rung"]) -> int | None:
    return int(replies.argmax()) if replies.any() else None


def _ladder_sentence(
    nash: tuple[tuple[int, int], ...], solved: Bool[Array, "rung_1 rung_2"], one: Sequence[float], two: Sequence[float]
) -> str:
    if nash:
        pairs = " and ".join(f"{100.0 * one[a]:g}%/{100.0 * two[b]:g}%" for a, b in nash)
        text = f"Neither side wants to leave {pairs}."
    else:
        where = "On these rungs" if solved.all() else "Of what is solved"
        text = f"{where} there is no pair that neither side wants to leave."
    missing = int((~solved).sum())
    return text + (f" {missing} of {solved.size} pairs are not solved." if missing else "")


def _check_axes(
    countries: Sequence[str], sides: tuple[str, str], rates_1: Sequence[float], rates_2: Sequence[float]
) -> None:
    problems = [
        Problem("sides", f"{side!r} is not a country", f"Use two of {', '.join(countries)}")
        for side in sides
        if side not in countries
    ]
    if sides[0] == sides[1]:
        problems.append(Problem("sides", f"both are {sides[0]!r}", "Name two different countries"))
    for name, rates in (("rates_1", rates_1), ("rates_2", rates_2)):
        steps = np.asarray(rates, dtype=float)
        if len(steps) == 0 or not (np.diff(steps) > 0).all():
            problems.append(Problem(name, f"is {list(rates)}", "Give rising rates, at least one"))
        elif steps[0] <= -1.0 or steps[-1] > 10.0:
            problems.append(
                Problem(name, f"runs from {steps[0]:g} to {steps[-1]:g}", "Give rates: 0.25 for 25 percent")
            )
    if problems:
        raise TalksError(problems)
