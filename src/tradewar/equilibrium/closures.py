"""Closures: the rule that trade deficits follow, and the money in which it is stated.

| text | deficits D' after a change | use |
|---|---|---|
| `share-of-world` | each stays the same share of world value added | single counterfactuals on real data |
| `balanced` | zero in the baseline (removed first) and after the change | games and talks |
| `fixed:world`, `fixed:USA` | constant in world value added, or in the wage of a country | to show that it matters |

With deficits that are constant in a named money the *real* results depend on that money, so its name is part of the
closure and of every output. Source: Dekle, Eaton and Kortum (2008, IMF Staff Papers 55(3)), section 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import PolicyError
from tradewar.world.identities import nearest

if TYPE_CHECKING:
    from tradewar.world.model import World

Rule = Literal["share-of-world", "balanced", "fixed"]

RULES = ("share-of-world", "balanced", "fixed:world", "fixed:COUNTRY")
"""What a closure may be called."""
WORLD = "world"
"""The numeraire in which world value added is constant."""


@dataclass(frozen=True)
class Closure:
    """A rule for trade deficits with its numeraire (`world`, or the code of a country whose wage is constant)."""

    rule: Rule = "share-of-world"
    numeraire: str = WORLD

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """As it is written: `balanced`, `fixed:USA`."""
        return f"{self.rule}:{self.numeraire}" if self.rule == "fixed" else self.rule

    @classmethod
    def parse(cls, text: str | Closure) -> Closure:
        """The closure of a text such as `balanced` or `fixed:USA`.

        Raises:
            PolicyError: if no closure has that name.
        """
        if isinstance(text, Closure):
            return text
        rule, _, numeraire = str(text).partition(":")
        if rule == "fixed" and numeraire:
            return cls("fixed", numeraire)
        if rule == "share-of-world" and not numeraire:
            return cls("share-of-world")
        if rule == "balanced" and not numeraire:
            return cls("balanced")
        what = f"there is no closure {str(text)!r}{nearest(str(text), RULES)}"
        raise PolicyError.at("closure", what, f"Use one of {', '.join(RULES)}")

    @property
    def removes_deficits(self) -> bool:
        """True if the baseline is solved without deficits before any change."""
        return self.rule == "balanced"

    def checked(self, world: World) -> Self:
        """This closure, if the world has its numeraire.

        Raises:
            PolicyError: if the numeraire is neither `world` nor a country of the world.
        """
        if self.numeraire != WORLD and self.numeraire not in world.countries:
            what = f"{world.name} has no country {self.numeraire!r}{nearest(self.numeraire, world.countries)}"
            raise PolicyError.at(f"closure {self}", what, f"Use world or one of {', '.join(world.countries)}")
        return self

    def describe_numeraire(self, world: World) -> str:
        """The numeraire in words, for every output."""
        if self.numeraire != WORLD:
            return f"wage of {self.numeraire}"
        return "world labour income" if world.market == "monopolistic" else "world value added"

    def numeraire_weight(self, world: World, factor_income: Float[Array, " country"]) -> Float[Array, " country"]:
        """Weights g, summing to 1, of the numeraire condition Σ_i g_i w_i = 1."""
        if self.numeraire == WORLD:
            return factor_income / factor_income.sum()
        weight = np.zeros(len(factor_income))
        weight[world.country_index(self.numeraire)] = 1.0
        return weight
