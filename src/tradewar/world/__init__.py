"""The calibrated world economy, its axes and its identities."""

from tradewar.world.model import World

__all__ = ["World"]
