"""The tables of an evidence folder, and the layout of an incident file, declared.

| table | what a row is |
|---|---|
| `incident_counts` | incidents of one data set in one month, by sponsor |
| `quoted_counts` | a yearly figure from a data set that may not be bundled |
| `activity_counts` | incidents of a sponsor in a year with one member of a list |
| `deliveries` | purchases of one group in one month on one partner's statistics |
| `published_figures` | a figure that others published |
| `datasets` | what is known of a data set that the product does not know |
| `incidents` | one reported operation (canonical layout) |
"""

from __future__ import annotations

from tradewar.io.declare import Column, TableSpec
from tradewar.monitoring.series import DATE_MEANINGS

ATTRIBUTIONS = ("stated", "suggested")
PRECISIONS = ("day", "day_approximate", "month", "year")
_DATASET = Column("dataset", "label", "name of the data set", required=True, blank=False, example="desk")
_VINTAGE = Column("vintage", "day", "day to which the data set was complete", default="one vintage only")
_KNOWN = Column("known_from", "day", "day on which it could be read", required=True, blank=False)
_MEANING = Column("date_meaning", "choice", "what its dates stand for", choices=DATE_MEANINGS)
_SPONSORS = Column(
    "*", "number", "events of one sponsor; the heading is its ISO3 code", unit="events", low=0.0, named="country"
)

INCIDENT_COUNTS = TableSpec(
    "incident_counts",
    "incidents of one data set in one month; a month without events is 0",
    (
        _DATASET,
        _VINTAGE,
        Column("entries", "choice", "all, or without descriptions of a group", required=True, blank=False,
               choices=("all", "without_profiles")),
        Column("month", "month", "the month", required=True, blank=False),
        _SPONSORS,
    ),
    key=("dataset", "vintage", "entries", "month"),
    may_be_empty=True,
)  # fmt: skip
QUOTED_COUNTS = TableSpec(
    "quoted_counts",
    "a yearly figure of a data set that may not be bundled, or of a part of it",
    (
        Column("series", "label", "name of the series", required=True, blank=False, example="desk_all"),
        Column("dataset", "label", "data set it is from", default="the name of the series"),
        _MEANING,
        Column("part", "text", "what part of the data set, such as against one victim", default="all of it"),
        Column("known_from", "day", "day on which it could be read", default="that of the data set"),
        Column("year", "year", "the year", required=True, blank=False),
        _SPONSORS,
    ),
    key=("series", "year"),
    may_be_empty=True,
)
ACTIVITY_COUNTS = TableSpec(
    "activity_counts",
    "incidents of a sponsor in a year with one member of a list; (all) counts events, (missing) those without any",
    (
        _DATASET,
        _VINTAGE,
        Column("dimension", "choice", "the list", required=True, blank=False,
               choices=("sector", "sector_wide", "region", "motive")),
        Column("sponsor", "country", "who is behind them", required=True, blank=False, example="USA"),
        Column("year", "text", "a year, or a span such as 2017-2019", required=True, blank=False, example="2019"),
        Column("member", "text", "member of the list", required=True, blank=False, example="energy"),
        Column("n", "whole", "events", unit="events", required=True, blank=False, low=0.0),
    ),
    key=("dataset", "vintage", "dimension", "sponsor", "year", "member"),
    may_be_empty=True,
)  # fmt: skip
DELIVERIES = TableSpec(
    "deliveries",
    "purchases of one group in one month; a later known_from revises an earlier one",
    (
        Column("group", "label", "goods; Not covered is what the promise leaves out", required=True, blank=False,
               example="Soybeans"),
        Column("reporter", "country", "whose statistics", required=True, blank=False),
        Column("month", "month", "month of trade", required=True, blank=False),
        Column("usd_bn", "number", "value", unit="USD billion", blank=False, low=0.0),
        Column("value", "number", "value or quantity, in place of usd_bn", unit="what unit says", blank=False, low=0.0),
        Column("unit", "text", "of value: EUR bn, CNY million, million t", example="EUR bn"),
        _KNOWN,
    ),
    key=("group", "reporter", "month", "known_from"),
    one_of=(("usd_bn", "value"),),
    may_be_empty=True,
)  # fmt: skip
PUBLISHED_FIGURES = TableSpec(
    "published_figures",
    "a figure that others published, quoted and not tested",
    (
        Column("item", "text", "what is counted", required=True, blank=False),
        Column("adversary", "text", "on whom", required=True),
        Column("value", "text", "the figure", required=True, blank=False, example="1129"),
        Column("unit", "text", "its unit", required=True),
        Column("period", "text", "of which it is", required=True),
        _KNOWN,
        Column("report", "text", "who published it", required=True, blank=False),
        Column("source", "text", "where it stands", required=True),
    ),
    may_be_empty=True,
)
DATA_SETS = TableSpec(
    "datasets",
    "what is known of a data set of one's own",
    (
        _DATASET,
        Column("title", "text", "its full name", default="its name"),
        _MEANING,
        Column("known_from", "day", "day on which it could be read", default="always"),
        Column("undated", "whole", "events without a date", unit="events", low=0.0, default="0"),
        Column("caution", "text", "what a reader should know"),
        Column("approximate_dates", "yes", "days and months are approximate: years are counted", default="no"),
    ),
    key=("dataset",),
)
INCIDENTS = TableSpec(
    "incidents",
    "one reported operation, coded facts only",
    (
        Column("event_id", "label", "unique within its data set", required=True, blank=False, example="a1"),
        _DATASET,
        Column("date", "period", "a day, month or year", required=True, default="undated, in no count"),
        Column("date_precision", "choice", "no finer than the date", choices=PRECISIONS, default="that of the date"),
        Column("date_meaning", "choice", "the same for a whole data set", required=True, blank=False,
               choices=DATE_MEANINGS),
        Column("sponsor_iso3", "country", "suspected sponsors", required=True, many=True),
        Column("victim_countries", "country", "where the victims are", many=True),
        Column("victim_sectors", "text", "what the victims do", many=True, example="energy"),
        Column("type", "text", "kind of operation", example="espionage"),
        Column("motive", "text", "what it was for", many=True, example="espionage"),
        Column("actor", "text", "names of the group", many=True, example="APT10"),
        Column("source_url", "text", "public report", example="https://example.org/a"),
        Column("actor_profile", "yes", "describes a group, not an event", default="no"),
        Column("attribution", "choice", "how the source names the sponsor", choices=ATTRIBUTIONS, default="stated"),
        Column("state_linked", "yes", "whether the source says that a state is behind it; no: it has no sponsor",
               default="yes"),
    ),
    key=("dataset", "event_id"),
)  # fmt: skip
TABLES = (INCIDENT_COUNTS, QUOTED_COUNTS, ACTIVITY_COUNTS, DELIVERIES, PUBLISHED_FIGURES, DATA_SETS, INCIDENTS)
"""Every table that this package reads. Incident files are read row by row: a faulty row is refused alone."""
