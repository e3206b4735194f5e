"""The tables of a dossier folder."""

from __future__ import annotations

from tradewar.io.declare import Column, TableSpec

PRECISIONS = ("day", "week", "month", "year")

CHRONICLE = TableSpec(
    "chronicle",
    "one event: what happened or was said, with the day from which on it was known",
    (
        Column("date", "period", "when it happened, as exactly as known", required=True, blank=False),
        Column("date_precision", "choice", "how exact the date is", required=True, blank=False, choices=PRECISIONS),
        Column("known_from", "period", "from when on it could be known: its last day", required=True, blank=False),
        Column("actor", "label", "who, several separated by semicolons", required=True, blank=False),
        Column("kind", "label", "measure, deadline, talks, demand, offer, claim", required=True, blank=False),
        Column("what", "text", "the event in a sentence", required=True, blank=False),
        Column("figure", "number", "a figure that belongs to it"),
        Column("unit", "text", "the unit of the figure, such as percent"),
        Column("source", "text", "who says so", required=True, blank=False),
        Column("verified", "text", "what stands behind the row", default="not stated"),
        Column("short", "text", "the event in a few words, for the timeline"),
    ),
)
MONTHLY = TableSpec(
    "monthly",
    "one month of one group of a flow",
    (
        Column("flow", "label", "a flow of series.toml", required=True, blank=False),
        Column("group", "label", "a group of goods, or total", required=True, blank=False),
        Column("month", "month", "the month", required=True, blank=False),
        Column("value", "number", "trade of the month", "the unit of the flow", required=True, blank=False),
    ),
    key=("flow", "group", "month"),
)
TABLES = (CHRONICLE, MONTHLY)
