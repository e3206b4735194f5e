"""Closures: the rule that trade deficits follow, and the money in which it is stated.

| text | deficits D' after a change | use |
|---|---|---|
| `share-of-world` | each stays the same share of world value added | single counterfactuals on real data |
| `balanced` | zero in the baseline (removed first) and after the change | games and talks |
| `own-gdp` | each stays the same share of the country's own value added | where a lender shrinks |
| `fixed:world`, `fixed:USA` | constant in world value added, or in the wage of a country | to show that it matters |

With deficits that are constant in a named money the *real* results depend on that money, so its name is part of the
closure and of every output. Under `own-gdp` a country that shrinks lends less, so that its income stays positive where
that of `share-of-world` does not; what the shares then fail to add up to is spread over all in proportion to baseline
value added. A country that trades with nobody has no place in world value added: its wage is not determined.
Source: Dekle, Eaton and Kortum (2008, IMF Staff Papers 55(3)), section 2.
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

Rule = Literal["share-of-world", "balanced", "own-gdp", "fixed"]

PLAIN: tuple[Rule, ...] = ("share-of-world", "balanced", "own-gdp")
RULES = (*PLAIN, "fixed:world", "fixed:COUNTRY")
"""What a closure may be called."""
WORLD = "world"
"""The numeraire in which world value added is constant."""


@dataclass(frozen=True, eq=False)
class Deficits:
    """Deficits after a change as a function of wages, D_i = fixed_i + own_i w_i − spread_i Σ_n own_n w_n, money."""

    fixed: Float[Array, " country"]
    own: Float[Array, " country"] | None = None
    """What follows the country's own wage; None where nothing does."""
    spread: Float[Array, " country"] | None = None
    """Who bears what the former do not add up to, sums to 1."""

    def at(self, wage: Float[Array, " country"]) -> Float[Array, " country"]:
        """D at wages w (hats)."""
        return self.fixed if self.own is None else self.fixed + self.transfer(self.own * wage)

    def transfer(self, lent: Float[Array, "*batch country"]) -> Float[Array, "*batch country"]:
        """What is left of own deficits when they are made to sum to 0."""
        return lent - lent.sum(axis=-1, keepdims=True) * self.spread

    def by_log_wage(self, wage: Float[Array, " country"], worth: Float[Array, "*batch country"]) -> Array:
        """∂(Σ_i worth_i D_i)/∂log w, of the shape of `worth`."""
        if self.own is None:
            return np.zeros_like(worth)
        return self.own * wage * (worth - (worth @ self.spread)[..., None])


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
        for plain in PLAIN:
            if text == plain:
                return cls(plain)
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

    def deficits(self, world: World) -> Deficits:
        """What becomes of the deficits of a world."""
        if self.rule == "own-gdp":
            spread = world.value_added / world.value_added.sum()
            return Deficits(np.zeros(world.n_countries), world.trade_deficit, spread)
        return Deficits(np.zeros(world.n_countries) if self.removes_deficits else world.trade_deficit)

    def numeraire_weight(self, world: World, factor_income: Float[Array, " country"]) -> Float[Array, " country"]:
        """Weights g, summing to 1, of the numeraire condition Σ_i g_i w_i = 1."""
        if self.numeraire == WORLD:
            each = np.arange(world.n_countries)
            own = world.trade_value[each, each]
            trades = ((world.gross_output != own) | (world.expenditure != own)).any(axis=1)
            counted = factor_income * trades if trades.any() else factor_income
            return counted / counted.sum()
        weight = np.zeros(len(factor_income))
        weight[world.country_index(self.numeraire)] = 1.0
        return weight
