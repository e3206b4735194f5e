"""Named sets of trade elasticities that a world may carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.errors import WorldError
from tradewar.io.nearest import nearest

if TYPE_CHECKING:
    from tradewar.world.model import World

DEFAULT_SET = "default"
"""Names the elasticities in column `trade_elasticity`."""


def names(world: World) -> tuple[str, ...]:
    """The sets a world offers, `default` first."""
    return (DEFAULT_SET, *world.elasticity_sets)


def choose(world: World, name: str) -> Float[Array, " sector"]:
    """The elasticities θ of a named set; `default` is column `trade_elasticity`.

    Raises:
        WorldError: if the world has no set of that name; the message lists those it has.
    """
    if name == DEFAULT_SET:
        return world.trade_elasticity
    if name not in world.elasticity_sets:
        offered = names(world)
        what = f"has no elasticity set {name!r}{nearest(name, offered)}"
        raise WorldError.at(f"world {world.name!r}", what, f"Use one of {', '.join(offered)}")
    return world.elasticity_sets[name]
