"""Trade wars and trade talks: what is taxed, what it does, what the other side will do, and whether a deal holds.

The public surface is loaded on first use (PEP 562), so that `import tradewar` costs next to nothing.

    >>> import tradewar as tw
    >>> world = tw.load_world("world-2017")
    >>> outcome = tw.solve(world, tw.Policy.from_file(world, "tariffs.csv"))
    >>> tw.brief("us-china-2019", out="build/brief")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tradewar.brief.page import Brief as Brief
    from tradewar.brief.page import brief as brief
    from tradewar.disputes.dossier import Dossier as Dossier
    from tradewar.disputes.dossier import load_dispute as load_dispute
    from tradewar.disputes.findings import Findings as Findings
    from tradewar.equilibrium.closures import Closure as Closure
    from tradewar.equilibrium.outcome import Outcome as Outcome
    from tradewar.equilibrium.policy import Policy as Policy
    from tradewar.equilibrium.solve import solve as solve
    from tradewar.world.catalogue import load_world as load_world
    from tradewar.world.model import World as World

_HOME = {
    "Brief": ("tradewar.brief.page", "Brief"),
    "Closure": ("tradewar.equilibrium.closures", "Closure"),
    "Dossier": ("tradewar.disputes.dossier", "Dossier"),
    "Findings": ("tradewar.disputes.findings", "Findings"),
    "Outcome": ("tradewar.equilibrium.outcome", "Outcome"),
    "Policy": ("tradewar.equilibrium.policy", "Policy"),
    "World": ("tradewar.world.model", "World"),
    "load_dispute": ("tradewar.disputes.dossier", "load_dispute"),
    "load_world": ("tradewar.world.catalogue", "load_world"),
    "solve": ("tradewar.equilibrium.solve", "solve"),
}
"""Public name -> (module, name there)."""

__all__ = [*sorted(_HOME), "__version__", "brief", "sweep"]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("tradewar")
    from importlib import import_module

    if name in ("brief", "sweep"):  # the packages themselves, which are callable
        return import_module(f"tradewar.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'tradewar' has no attribute {name!r}")
    module, attribute = _HOME[name]
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
