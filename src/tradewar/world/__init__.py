"""The calibrated world economy, its axes and its identities."""

from tradewar.world.catalogue import load_world
from tradewar.world.model import World
from tradewar.world.tidy import read_world, write_world

__all__ = ["World", "load_world", "read_world", "write_world"]
