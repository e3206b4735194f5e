"""How sure the answers are: the same moves under every published set of trade elasticities of the world.

Best answers and the war are sought again under each set, at first-order points (`tradewar.games.escalation_payoffs`);
a range reaches from the lowest to the highest, the world's own set included. The sets are figures of method: some were
published after the day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import NoSolutionError
from tradewar.world.model import World
from tradewar.world.ranges import Range, vary

if TYPE_CHECKING:
    from tradewar.equilibrium.policy import Policy
    from tradewar.games import EscalationPayoffs

OVER = "published sets of elasticities"


@dataclass(frozen=True)
class MoveRange:
    """Real income of the first and of the second party under one move, percent against the tariffs of the day."""

    name: str
    real_income_pct: tuple[Range, Range]


@dataclass(frozen=True)
class AnswerRanges:
    """From the lowest to the highest over the sets of trade elasticities."""

    sets: tuple[str, ...]
    """Those that could be solved, beside the world's own."""
    unsolved: tuple[str, ...]
    """Sets under which no first-order point was found; they are not in the ranges."""
    moves: tuple[MoveRange, ...]
    war: tuple[Range, ...]
    """Real income of every country in full war, in the order of the world."""
    third_countries_money: Range
    """What full war gives all third countries together, money a year."""
    best_response_in: int | None
    """Under how many of the sets compared the threat is a best response; None where there is no threat."""

    @property
    def sets_compared(self) -> int:
        """How many sets a range compares, the world's own included."""
        return 1 + len(self.sets)

    def move(self, name: str) -> tuple[Range, Range]:
        """The ranges of both parties under a move."""
        return next(row.real_income_pct for row in self.moves if row.name == name)


def under_sets(
    world: World, parties: tuple[str, str], today: Policy, threat: Policy | None
) -> dict[str, EscalationPayoffs | None]:
    """The payoffs of escalation under each set of elasticities; None where there is no solution.

    Args:
        world: the calibrated world.
        parties: who threatens, and the other.
        today: the policy in force on the day.
        threat: the policy with the threat carried out, if there is one.
    """
    from tradewar.games import Options, escalation_payoffs

    def under(name: str) -> EscalationPayoffs | None:
        try:
            return escalation_payoffs(world, *parties, today=today, threat=threat, options=Options(elasticities=name))
        except NoSolutionError:
            return None

    names = list(world.elasticity_sets)
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(names, pool.map(under, names), strict=True))


def ranges_of(
    world: World,
    parties: tuple[str, str],
    own: Mapping[str, tuple[float, float]],
    war: Sequence[float],
    found: Mapping[str, EscalationPayoffs | None],
    is_best_response: bool | None,
) -> AnswerRanges | None:
    """What was found under all sets, together with the figures of the world's own.

    Args:
        world: for the order of the countries.
        parties: in the order of the findings.
        own: payoffs of both parties under each move with the world's own elasticities, by name.
        war: payoff of every country in full war, the same.
        found: by `under_sets`.
        is_best_response: whether the threat is one under the world's own; None without a threat.

    Returns:
        None where the world has no other elasticities.
    """
    solved = {name: item for name, item in found.items() if item is not None}
    if not solved:
        return None
    places = [world.country_index(code) for code in parties]
    each = [_by_name(item) for item in solved.values()]

    def both(name: str) -> tuple[Range, Range]:
        one, two = (
            vary(own[name][k], (item[name][place] for item in each), over=OVER) for k, place in enumerate(places)
        )
        return one, two

    def third(payoff: Sequence[float] | Float[Array, " country"]) -> float:
        others = np.delete(np.asarray(payoff) * world.income / 100.0, places)
        return float(others.sum())

    agreeing = None
    if is_best_response is not None:
        agreeing = int(is_best_response) + sum(item.is_best_response is True for item in solved.values())
    return AnswerRanges(
        sets=tuple(solved),
        unsolved=tuple(name for name, item in found.items() if item is None),
        moves=tuple(MoveRange(name, both(name)) for name in own),
        war=tuple(vary(value, (item["war"][k] for item in each), over=OVER) for k, value in enumerate(war)),
        third_countries_money=vary(third(war), (third(item["war"]) for item in each), over=OVER),
        best_response_in=agreeing,
    )


def _by_name(found: EscalationPayoffs) -> Mapping[str, Float[Array, " country"]]:
    """Payoffs of all countries by the names of the moves."""
    named = {f"best-{code}": payoff for code, payoff in zip(found.parties, found.best_answers, strict=True)}
    named["war"] = found.full_war
    if found.threat is not None and found.threat_answered is not None:
        named |= {"threat": found.threat, "threat-answered": found.threat_answered}
    return named
