"""What every part of the findings may use: the dossier on its day, its world, its book, its solved policies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tradewar.disputes.dossier import Dossier
from tradewar.disputes.policies import Stated
from tradewar.equilibrium.outcome import Outcome
from tradewar.world.model import World

if TYPE_CHECKING:
    from tradewar.tariffs.book import TariffBook

Progress = Callable[[str], None]
"""Told what is being done, in a few words, before it is done."""


def silent(text: str) -> None:
    """Progress that nobody wants to hear."""


@dataclass(frozen=True, eq=False)
class Material:
    """A dossier on its day with everything that was read and solved for it."""

    dossier: Dossier
    world: World
    book: TariffBook | None
    """None where the dossier has no tariff book."""
    stated: Stated
    """The policies that exist on the day, what was left out, and the steps that are open."""
    outcomes: tuple[Outcome, ...]
    """One per policy, in order, each solved against the world's baseline."""
    say: Progress
