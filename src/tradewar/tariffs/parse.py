"""Lines of the tables -> nouns. Cells that cannot be read are reported with their row; nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tradewar.errors import Problem
from tradewar.tariffs import model
from tradewar.tariffs.instants import FOREVER, MINUTES, read_instant

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]


class Reader:
    """Reads the cells of one line and collects what is wrong with them."""

    def __init__(self, row: Row, problems: list[Problem]):
        self.row = row
        self.problems = problems
        self.place = f"{row['_file']}, row {row['_row']}"

    def wrong(self, what: str, fix: str) -> None:
        """Report a fault of this line."""
        self.problems.append(Problem(self.place, what, fix))

    def text(self, column: str) -> str:
        """A cell of text."""
        return str(self.row[column]).strip()

    def number(self, column: str) -> float:
        """A cell of numbers; NaN where blank."""
        return float(self.row[column])

    def choice(self, column: str, allowed: Sequence[str], default: str = "") -> str:
        """One of a few words; the first where the cell has another, which is reported."""
        value = self.text(column) or default
        if value in allowed:
            return value
        self.wrong(f"{column} is {value!r}", f"Use one of {', '.join(allowed)}")
        return allowed[0]

    def yes(self, column: str, default: bool = False) -> bool:
        """Yes or no."""
        value = self.text(column).lower()
        if value not in ("", "yes", "no"):
            self.wrong(f"{column} is {value!r}", "Write yes or no")
        return default if value == "" else value == "yes"

    def instant(self, column: str, blank: int | None) -> Any:
        """An instant, or `blank` where the cell is."""
        value = self.text(column)
        if value == "":
            return blank
        read = read_instant(value)
        if read is None:
            self.wrong(f"{column} is {value!r}, which is not a day", "Write YYYY-MM-DD or YYYY-MM-DDTHH:MM")
            return blank
        return read

    def day(self, column: str, blank: int) -> int:
        """A day, or `blank` where the cell is."""
        read = self.instant(column, None)
        return blank if read is None else read // MINUTES

    def known(self, default_from: int = 0) -> tuple[int, int, int, str, bool, str]:
        """The fields of `Known`."""
        start, end = self.day("known_from", default_from), self.day("superseded_from", FOREVER)
        if end <= start:
            self.wrong("superseded_from is not after known_from", "A line is known before it is superseded")
        verified = self.yes("verified", default=True)
        return int(self.row["_row"]), start, end, self.text("source"), verified, self.text("note")

    def period(self, start: str = "valid_from", end: str = "valid_until", blank: int | None = 0) -> tuple[Any, int]:
        """A half-open period of validity."""
        first, last = self.instant(start, blank), self.instant(end, FOREVER)
        if first is not None and last <= first:
            self.wrong(f"{end} is not after {start}", "Periods are half-open: the end is the first day not covered")
        return first, last

    def scope(self) -> str:
        """The key of a scope: a list, or `hs:CODE`, or blank for everything."""
        listed, code = self.text("list_id"), self.text("hs")
        return listed if listed else ("*" if code == "*" else f"hs:{code}" if code else "")


def rows_of(frame: pd.DataFrame) -> Iterator[Row]:
    """The lines of a table as mappings."""
    yield from frame.to_dict("records")  # type: ignore[misc]


def measures(frame: pd.DataFrame, problems: list[Problem]) -> tuple[model.Measure, ...]:
    """Lines of `measures`. `known_from` may be blank: then it is the day on which the measure starts."""
    return tuple(_measure(Reader(row, problems)) for row in rows_of(frame))


def _measure(read: Reader) -> model.Measure:
    first, last = read.period(blank=None)
    listed, code = read.text("list_id"), read.text("hs")
    if bool(listed) == bool(code):
        fault = "both list_id and hs are filled" if listed else "neither list_id nor hs is filled"
        read.wrong(fault, "Fill exactly one; hs = * means all products")
    rate, kind = read.number("rate"), read.choice("rate_kind", model.RATE_KINDS, _kind_of(read))
    rule = read.text("liability_rule") or "entry"
    if rule not in ("entry", "export") and read_instant(rule.removeprefix("exported_before:")) is None:
        read.wrong(f"liability_rule is {rule!r}", "Use entry, export, or exported_before:YYYY-MM-DD")
    for column in ("measure_id", "importer", "programme"):
        if not read.text(column):
            read.wrong(f"{column} is blank", "Every measure has an id, an importer and a programme")
    effect: Any = read.choice("effect", model.EFFECTS, "add")
    known = read.known(0 if first is None else first // MINUTES)
    return model.Measure(
        *known,
        measure_id=read.text("measure_id"),
        importer=read.text("importer"),
        exporter_area=read.text("exporter_area") or "*",
        programme=read.text("programme"),
        effect=effect,
        scope=read.scope(),
        hs_exclude=read.yes("hs_exclude"),
        rate_kind=kind,
        rate=rate,
        specific_amount=read.number("specific_amount"),
        currency=read.text("currency"),
        unit=read.text("unit"),
        value_base=read.text("value_base"),
        valid_from=first,
        valid_until=last,
        liability_rule=rule,
        condition=read.text("condition"),
        stacking_group=read.text("stacking_group"),
        instrument=read.text("instrument"),
    )


def _kind_of(read: Reader) -> str:
    """The kind where the cell is blank: what the numbers say, and unknown where there are none."""
    rate, amount = read.number("rate"), read.number("specific_amount")
    if rate == rate:
        return "compound" if amount == amount else "ad_valorem"
    if amount == amount:
        return "specific"
    return "free" if read.text("effect") in ("exempt", "refuse") else "unknown"


def changes(frame: pd.DataFrame, problems: list[Problem]) -> tuple[model.ScheduledChange, ...]:
    """Lines of `changes`, in order of knowledge; a version stands until the next one of its change."""
    found: list[model.ScheduledChange] = []
    for row in rows_of(frame):
        read = Reader(row, problems)
        change = model.ScheduledChange(
            *read.known(),
            change_id=read.text("change_id"),
            kind=read.choice("kind", model.CHANGE_KINDS, "rate"),
            measure_id=read.text("measure_id"),
            new_rate=read.number("new_rate"),
            planned_from=read.instant("planned_from", None),
            status=read.choice("status", model.CHANGE_STATUSES),
            trigger=read.text("trigger"),
            condition_text=read.text("condition_text"),
        )
        if change.status == "planned" and change.planned_from is None:
            read.wrong("status is planned but planned_from is blank", "Give the day, or call it postponed or proposed")
        if change.kind == "rate" and change.status == "planned" and change.new_rate != change.new_rate:
            read.wrong("new_rate is blank", "Give the rate that the step brings")
        found.append(change)
    return tuple(sorted(found, key=lambda change: (change.known_from, change.row)))


def suspensions(frame: pd.DataFrame, problems: list[Problem]) -> tuple[model.Suspension, ...]:
    """Lines of `suspensions`."""
    found: list[model.Suspension] = []
    for row in rows_of(frame):
        read = Reader(row, problems)
        first, last = read.period()
        known = read.known(first // MINUTES)
        found.append(
            model.Suspension(
                *known, read.text("suspension_id"), read.text("measure_id"), read.scope() or "*", first, last
            )
        )
    return tuple(found)


def exclusions(frame: pd.DataFrame, problems: list[Problem]) -> tuple[model.Exclusion, ...]:
    """Lines of `exclusions`."""
    found: list[model.Exclusion] = []
    for row in rows_of(frame):
        read = Reader(row, problems)
        first, last = read.period()
        share = read.number("share")
        if not (share != share or 0 <= share <= 1):
            read.wrong(f"share is {share:g}", "A share lies between 0 and 1")
        known = read.known(first // MINUTES)
        found.append(
            model.Exclusion(
                *known,
                exclusion_id=read.text("exclusion_id"),
                measure_id=read.text("measure_id"),
                scope=read.scope() or "*",
                description_limited=read.yes("description_limited"),
                share=share,
                valid_from=first,
                valid_until=last,
                retroactive_from=read.instant("retroactive_from", None),
                refundable=read.yes("refundable"),
            )
        )
    return tuple(found)


def quotas(frame: pd.DataFrame, problems: list[Problem]) -> tuple[model.Quota, ...]:
    """Lines of `quotas`."""
    found: list[model.Quota] = []
    for row in rows_of(frame):
        read = Reader(row, problems)
        first, last = read.period("period_start", "period_end")
        found.append(
            model.Quota(
                *read.known(),
                quota_id=read.text("quota_id"),
                kind=read.choice("kind", model.QUOTA_KINDS),
                amount=read.number("amount"),
                unit=read.text("unit"),
                period_start=first,
                period_end=last,
                in_measure=read.text("in_measure"),
                over_measure=read.text("over_measure"),
            )
        )
    return tuple(found)


def conditions(frame: pd.DataFrame, problems: list[Problem]) -> dict[str, model.Condition]:
    """Lines of `conditions` by their id."""
    found: dict[str, model.Condition] = {}
    for row in rows_of(frame):
        read = Reader(row, problems)
        name, kind = read.text("condition_id"), read.choice("kind", model.CONDITION_KINDS)
        operator = read.text("operator")
        if kind == "price_threshold" and operator not in ("<", "<=", ">", ">="):
            read.wrong(f"operator is {operator!r}", "A price threshold needs one of <, <=, >, >=")
        found[name] = model.Condition(name, kind, read.number("parameter"), operator, read.number("default"))
    return found


def areas(frame: pd.DataFrame, problems: list[Problem]) -> dict[str, tuple[model.Membership, ...]]:
    """Lines of `areas` by area."""
    found: dict[str, list[model.Membership]] = {}
    for row in rows_of(frame):
        read = Reader(row, problems)
        first, last = read.period()
        member = model.Membership(read.text("area"), read.text("member"), first, last, read.day("known_from", 0))
        found.setdefault(member.area, []).append(member)
    return {area: tuple(members) for area, members in found.items()}


def stacking(frame: pd.DataFrame, problems: list[Problem]) -> tuple[model.StackingRule, ...]:
    """Lines of `stacking`, in order."""
    found: list[model.StackingRule] = []
    for row in rows_of(frame):
        read = Reader(row, problems)
        first, last = read.period()
        order = read.text("order") or "0"
        if not order.isdigit():
            read.wrong(f"order is {order!r}", "Number the rules of a set 1, 2, 3")
            order = "0"
        found.append(
            model.StackingRule(
                *read.known(first // MINUTES),
                rule_set=read.text("rule_set"),
                importer=read.text("importer"),
                valid_from=first,
                valid_until=last,
                retroactive_from=read.instant("retroactive_from", None),
                order=int(order),
                rule=read.choice("rule", model.RULES),
                programme=read.text("programme"),
                other=read.text("other"),
                exporter_area=read.text("exporter_area") or "*",
            )
        )
    return tuple(sorted(found, key=lambda rule: (rule.rule_set, rule.order, rule.row)))


def editions(frame: pd.DataFrame, problems: list[Problem]) -> dict[str, model.Edition]:
    """Lines of `editions` by name."""
    found: dict[str, model.Edition] = {}
    for row in rows_of(frame):
        read = Reader(row, problems)
        name, digits = read.text("edition"), read.text("digits_max") or "10"
        if not digits.isdigit():
            read.wrong(f"digits_max is {digits!r}", "Write 6, 8 or 10")
            digits = "10"
        family = read.text("family") or name
        found[name] = model.Edition(name, read.text("owner"), family, read.text("parent"), int(digits))
    return found
