"""Published data as worlds: one module per layout that somebody else publishes, and `read` that chooses among them."""

from tradewar.sources.registry import SOURCES, read

__all__ = ["SOURCES", "read"]
