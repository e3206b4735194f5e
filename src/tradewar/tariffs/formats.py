"""The tables of a tariff book. A book is a folder (or a zip of one, or a single CSV of measures); only `measures` is
needed. Each table is `NAME.csv` or `NAME.parquet`. Blank means unknown or open, never zero.

Days are days at the importer's capital; a day alone means 00:00. Every dated row has two times: when it applies
(`valid_from` to `valid_until`, the first day not covered) and from when a reader of the official journal could know it
(`known_from`). Of two rows on one thing the one that became known last stands, for whoever asks on that day or later.
"""

from __future__ import annotations

from tradewar.io.declare import Column, TableSpec

RATE_KINDS: tuple[str, ...] = (
    *("ad_valorem", "free", "specific", "compound", "greater_of", "lesser_of", "schedule", "unknown"),
    *("minimum_price", "not_expressible"),
)
EFFECTS: tuple[str, ...] = ("add", "replace", "floor", "ceiling", "exempt", "refuse")
CHANGE_STATUSES: tuple[str, ...] = ("proposed", "planned", "postponed", "cancelled")
CHANGE_KINDS: tuple[str, ...] = ("rate", "resume")
CONDITION_KINDS: tuple[str, ...] = ("end_use", "origin", "certificate", "metal_share", "price_threshold")
QUOTA_KINDS: tuple[str, ...] = ("tariff_quota", "absolute")
RULES: tuple[str, ...] = ("additive", "suppresses", "leaves_remainder")
PLACEHOLDERS = ("na", "n/a", "-", ".", "..", "unknown", "not available")
"""What sources write for a rate that they do not have."""
AREA_MEANING = (
    "exporters that it reaches: `*` (everyone), countries and areas separated by semicolons, each left out with a "
    "leading `-` (`*;-CAN;-EUN`)"
)


def _id(name: str, meaning: str) -> Column:
    return Column(name, "label", meaning, required=True, blank=False)


def _code(
    name: str = "hs", meaning: str = "product code of 2 to 10 digits, as text", *, required: bool = False
) -> Column:
    return Column(name, "code", meaning, required=required, blank=not required)


def _rate(name: str, meaning: str) -> Column:
    return Column(name, "rate", meaning, unit="fraction, or as rate_unit says", low=0, absent=PLACEHOLDERS)


def _number(name: str, meaning: str, unit: str = "") -> Column:
    return Column(name, "number", meaning, unit=unit, low=0)


_VALID = (
    Column("valid_from", "instant", "first day (or local time) on which it applies"),
    Column("valid_until", "instant", "first day on which it applies no more", default="until further notice"),
)
_KNOWN = (
    Column("known_from", "day", "day of publication", default="the day on which it starts"),
    Column("superseded_from", "day", "day on which another row replaced it", default="until a later row on the same"),
    Column("source", meaning="where it comes from"),
    Column("verified", "yes", "whether somebody checked it against its source", default="not stated"),
    Column("note", meaning="anything else; a rate above 1 needs one"),
)
_SCOPE = (
    Column("list_id", meaning="list of products that it covers"),
    _code(meaning="the product that it covers, and everything under it; `*` is every product"),
)
_DUTY = (
    Column("rate_kind", "choice", "what the duty is", choices=RATE_KINDS, default="what the numbers say"),
    _rate("rate", "ad valorem duty"),
    _number("specific_amount", "duty in money per unit", "currency per unit"),
    Column("currency", meaning="currency of specific_amount (ISO 4217)"),
    Column("unit", meaning="unit of specific_amount, such as kg or 100 kg"),
)
_TEXTS = (Column("source", meaning="where it comes from"), Column("terms", meaning="terms of use"))

MEASURES = TableSpec(
    "measures",
    "One line per measure and scope: a duty, or the absence of one, by one authority.",
    (
        _id("measure_id", "name of the measure; its lines differ in scope"),
        _id("importer", "who charges it"),
        Column("exporter_area", meaning=AREA_MEANING, default="*"),
        _id("programme", "what one authority does for one reason; programmes add up"),
        Column("effect", "choice", "what it does", choices=EFFECTS, default="add"),
        *_SCOPE,
        Column("hs_edition", meaning="edition of hs"),
        Column("hs_exclude", "yes", "the line takes its products out of the measure, within its dates", default="no"),
        *_DUTY,
        Column("value_base", meaning="share of customs value on which it falls (`metal`)", default="all of it"),
        *_VALID,
        Column("liability_rule", meaning="`entry`, `export`, or `exported_before:DAY`", default="entry"),
        Column("condition", meaning="conditions that goods must all meet (`;` between them); `not:` turns one round"),
        Column("firm", meaning="firm whose goods pay it; the row goes before rows without a firm"),
        Column("all_in_base", meaning="programmes that a floor or ceiling looks at", default="authority MFN"),
        Column("stacking_group", meaning="of the measures of one group only the largest counts"),
        Column("instrument", meaning="legal instrument, a line of `instruments`"),
        Column("until_known_from", "day", "day on which its end became known", default="known_from"),
        Column("collected_until", "instant", "first day on which a duty struck down was collected no more"),
        Column("refunded", "yes", "a duty struck down is refunded, as void from its start", default="no"),
        *_KNOWN,
    ),
)  # fmt: skip
LISTS = TableSpec(
    "lists",
    "The products of a list.",
    (
        _id("list_id", "name of the list"),
        _code(required=True),
        Column("hs_edition", meaning="edition of the code"),
        Column("part_share", "share", "part of the line that is meant, by trade", default="all of it"),
        *_VALID,
        Column("known_from", "day", "day of publication", default="that of the measures that name the list"),
        _KNOWN[1],
        Column("note", meaning="anything else"),
    ),
    key=("list_id", "hs", "valid_from", "known_from"),
)
SCHEDULES = TableSpec(
    "schedules",
    "The duty of one line from a day until the line's next row.",
    (
        _id("schedule_id", "name of the schedule; a measure of kind `schedule` names it as its list"),
        _code(required=True),
        Column("hs_edition", meaning="edition of the code"),
        *_DUTY,
        Column("valid_from", "instant", "first day of the row", required=True, blank=False),
        _VALID[1],
        Column("known_from", "day", "day of publication", default="the day on which it starts"),
        Column("note", meaning="anything else; a rate above 1 needs one"),
    ),
    key=("schedule_id", "hs", "valid_from", "known_from"),
)
CHANGES = TableSpec(
    "changes",
    "One announced version of a scheduled change (25 percent from 2 March unless there is a deal).",
    (
        _id("change_id", "name of the change; its versions share it"),
        Column("kind", "choice", "whether it sets a rate or ends a suspension", choices=CHANGE_KINDS, default="rate"),
        _id("measure_id", "the measure, or the suspension that ends"),
        _rate("new_rate", "rate that it brings"),
        Column("planned_from", "instant", "its day", default="without a date"),
        Column("status", "choice", "as announced", choices=CHANGE_STATUSES, required=True, blank=False),
        Column("trigger", meaning="open question on which it hangs, such as `deal`", default="unconditional"),
        Column("condition_text", meaning="the condition as announced"),
        Column("known_from", "day", "day of publication", required=True, blank=False),
        *_KNOWN[1:],
    ),
    key=("change_id", "measure_id", "known_from"),
)
SUSPENSIONS = TableSpec(
    "suspensions",
    "A measure, or a part of its scope, on hold: it survives and can resume.",
    (
        _id("suspension_id", "name of the suspension"),
        _id("measure_id", "the measure; a trailing `*` stands for every measure that begins so"),
        *_SCOPE,
        Column("valid_from", "instant", "first day on hold", required=True, blank=False),
        _VALID[1],
        *_KNOWN,
    ),
    key=("suspension_id", "measure_id", "list_id", "hs", "known_from"),
)
EXCLUSIONS = TableSpec(
    "exclusions",
    "Goods taken out of a measure on request, often back to its start.",
    (
        _id("exclusion_id", "name of the exclusion"),
        _id("measure_id", "the measure; a trailing `*` stands for every measure that begins so"),
        *_SCOPE,
        Column("description_limited", "yes", "only the goods described are meant, not the whole line", default="no"),
        Column("share", "share", "part of the trade of the line that is taken out", default="all; unknown if limited"),
        Column("valid_from", "instant", "first day out", required=True, blank=False),
        _VALID[1],
        Column("retroactive_from", "instant", "day back to which it holds", default="valid_from"),
        Column("refundable", "yes", "duty paid before is refunded", default="no"),
        *_KNOWN,
    ),
    key=("exclusion_id", "measure_id", "list_id", "hs", "known_from"),
)
QUOTAS = TableSpec(
    "quotas",
    "A quantity up to which one measure applies, and beyond which another, or no entry at all.",
    (
        _id("quota_id", "name of the quota"),
        Column("kind", "choice", "duty beyond it, or no entry", choices=QUOTA_KINDS, required=True, blank=False),
        _number("amount", "quantity of the period"),
        Column("unit", meaning="unit of the amount"),
        Column("period_start", "instant", "first day of the period"),
        Column("period_end", "instant", "first day after the period"),
        Column("in_measure", meaning="measure within the quota"),
        Column("over_measure", meaning="measure beyond it; one with effect `refuse` bars entry"),
        Column("allocation", meaning="exporters whose share of the quota this is, as in exporter_area", default="*"),
        *_KNOWN,
    ),
    key=("quota_id", "known_from"),
)
CONDITIONS = TableSpec(
    "conditions",
    "Something about the goods that the code does not say.",
    (
        _id("condition_id", "name of the condition, as in `--share NAME=0.4`"),
        Column("kind", "choice", "what it is about", choices=CONDITION_KINDS, required=True, blank=False),
        _number("parameter", "price at which a price threshold lies", "money per unit of the duty"),
        Column("operator", "choice", "how the price compares", choices=("<", "<=", ">", ">=")),
        Column("currency", meaning="currency of the price", default="that of the duty"),
        Column("unit", meaning="unit of the price", default="that of the duty"),
        Column("default", "share", "share of the goods that meet it where nothing is said", default="undecided"),
        Column("source", meaning="where it comes from"),
        Column("note", meaning="anything else"),
    ),
    key=("condition_id",),
)
SHARES = TableSpec(
    "shares",
    "A fact about goods by line and partner: the share of trade that meets a condition, or of value.",
    (
        _id("name", "condition, value base, exclusion or firm"),
        _id("importer", "who imports"),
        Column("exporter_area", meaning=AREA_MEANING, default="*"),
        *_SCOPE,
        Column("share", "share", "the share; the narrowest area, then the longest code goes first"),
        Column("low", "share", "the least it can be", default="the share"),
        Column("high", "share", "the most it can be", default="the share"),
        *_VALID,
        *_KNOWN,
    ),
    key=("name", "importer", "exporter_area", "list_id", "hs", "valid_from", "known_from"),
)
EXCHANGE = TableSpec(
    "exchange",
    "A rate of exchange, from a day until the next row.",
    (
        _id("currency", "one unit of this currency"),
        _id("against", "is worth so much of this one"),
        Column("rate", "number", "how much", required=True, blank=False, low=0),
        Column("valid_from", "instant", "first day"),
        Column("known_from", "day", "day of publication", default="valid_from"),
        *_KNOWN[2:],
    ),
    key=("currency", "against", "valid_from", "known_from"),
)
AREAS = TableSpec(
    "areas",
    "A country (or another area) that belongs to an area for some time.",
    (
        _id("area", "name of the area, such as EUN"),
        _id("member", "country or area"),
        *_VALID,
        Column("known_from", "day", "day of publication", default="always known"),
        *_KNOWN[2:],
    ),
    key=("area", "member", "valid_from", "known_from"),
)
PROGRAMMES = TableSpec(
    "programmes",
    "Who runs a programme.",
    (
        _id("programme", "name of the programme"),
        _id("importer", "who charges it"),
        Column("authority", meaning="authority; `MFN` marks the general duty", default="the programme itself"),
        Column("parent", meaning="programme of which it is a part"),
        Column("name", meaning="in words"),
    ),
    key=("programme", "importer"),
)
INSTRUMENTS = TableSpec(
    "instruments",
    "A legal instrument.",
    (
        _id("instrument", "name, as measures have it"),
        Column("issuer", meaning="who issued it"),
        Column("citation", meaning="where it is printed"),
        Column("published", "day", "day of publication"),
        Column("url", meaning="where it can be read"),
        Column("verified", "yes", "whether somebody read it", default="not stated"),
    ),
    key=("instrument",),
)
STACKING = TableSpec(
    "stacking",
    "How one programme bears on another, in order; without a rule set programmes add.",
    (
        _id("rule_set", "name of the rule set"),
        _id("importer", "whose rules"),
        *_VALID,
        Column("retroactive_from", "instant", "day back to which it holds", default="valid_from"),
        Column("order", "whole", "place in the order of the rules", default="0"),
        Column(
            *("rule", "choice", "where `programme` applies, `other` falls away, or keeps the rest of the value"),
            choices=RULES, required=True, blank=False,
        ),
        Column("programme", meaning="programme that acts; a trailing `*` stands for all that begin so"),
        Column("other", meaning="programme acted on, likewise"),
        Column("exporter_area", meaning=AREA_MEANING, default="*"),
        *_KNOWN,
    ),
    key=("rule_set", "importer", "order", "valid_from", "known_from"),
)  # fmt: skip
EDITIONS = TableSpec(
    "editions",
    "An edition of a nomenclature.",
    (
        _id("edition", "name, such as HS2017 or HTS-2020-01"),
        Column("owner", meaning="whose edition: an importer, or WCO"),
        Column("family", meaning="editions of one family keep the meaning of codes", default="itself"),
        Column("parent", meaning="edition whose first six digits it shares"),
        Column("digits_max", "whole", "digits of its longest codes", default="10"),
        *_VALID,
    ),
    key=("edition",),
)
SUCCESSORS = TableSpec(
    "successors",
    "A code of one edition and one that follows it in another.",
    (
        Column("from_edition", meaning="edition of the code"),
        _code("code", required=True),
        Column("to_edition", meaning="edition of the successor"),
        _code("successor", "code that follows it, or the code itself where it lives on", required=True),
        Column("share", "share", "part of the trade that goes there", default="unknown"),
        Column("share_basis", meaning="what the share rests on: equal, trade or legal"),
    ),
    key=("from_edition", "code", "to_edition", "successor"),
)
NOMENCLATURE = TableSpec(
    "nomenclature",
    "A code that exists; of a line named here all children are named.",
    (Column("hs_edition", meaning="edition of the code"), _code(required=True)),
    key=("hs_edition", "hs"),
)
WEIGHT_SETS = TableSpec(
    "weight_sets",
    "What a set of trade weights is.",
    (
        _id("weight_set", "name of the set"),
        Column("importer", meaning="who imports; WLD is the world"),
        Column("exporter", meaning="who exports; blank where the rows of weights say it"),
        Column("year", meaning="year of the trade"),
        Column("flow", meaning="imports or exports"),
        Column("valuation", meaning="CIF, FOB or customs value"),
        Column("edition", meaning="edition of the codes"),
        Column("digits", "whole", "digits of the codes"),
        _number("total", "sum of all rows; shares are parts of it", "money"),
        Column("unit", meaning="money of the values, such as USD", default="not stated"),
        *_TEXTS,
    ),
    key=("weight_set",),
)
WEIGHTS = TableSpec(
    "weights",
    "Trade in one product.",
    (
        _id("weight_set", "name of the set"),
        Column("exporter", "country", "who exports, where the set has several"),
        _code(required=True),
        _number("value", "trade", "money of the set"),
        Column("share", "share", "the same as a part of the set's total"),
    ),
    key=("weight_set", "exporter", "hs"),
)
CONCORDANCE = TableSpec(
    "concordance",
    "Which sector of a world takes which product.",
    (
        _id("sector_set", "name of the concordance"),
        _code(required=True),
        Column("hs_edition", meaning="edition of the code"),
        _id("sector", "sector of the world"),
        Column("weight", "share", "part of the code that the sector has; at most 1 in all", required=True, blank=False),
    ),
    key=("sector_set", "hs", "sector"),
)
EFFECTIVE = TableSpec(
    "effective",
    "Duties that customs calculated, and the imports they rest on.",
    (
        _id("importer", "who charged them"),
        _id("exporter", "on whose goods; an aggregate stands beside its members"),
        Column("period", "period", "month (2019-06) or year", required=True, blank=False),
        _number("imports_usd", "imports", "USD"),
        _number("duties_usd", "duties", "USD"),
    ),
    key=("importer", "exporter", "period"),
)
TABLES: tuple[TableSpec, ...] = (
    *(MEASURES, LISTS, SCHEDULES, CHANGES, SUSPENSIONS, EXCLUSIONS, QUOTAS, CONDITIONS, AREAS, PROGRAMMES, INSTRUMENTS),
    *(SHARES, EXCHANGE, STACKING, EDITIONS, SUCCESSORS, NOMENCLATURE, WEIGHT_SETS, WEIGHTS, CONCORDANCE, EFFECTIVE),
)
