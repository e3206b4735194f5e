"""Purchases on disk: deliveries by month as published by a day, and the promises that are measured on them.

Money stays in its own currency and quantities in their own unit. A promise in another currency is counted at the rate
that its entry gives; one in a unit that does not measure what the deliveries measure is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tradewar.errors import EvidenceError, Problem
from tradewar.io.nearest import some
from tradewar.io.registers import units
from tradewar.io.registers.units import Amount
from tradewar.io.tables import Table
from tradewar.monitoring.commitments_file import COMMITMENTS_FILE, PurchaseEntry
from tradewar.monitoring.evidence_folder import Evidence_, EvidenceFolder, open_evidence
from tradewar.monitoring.formats import DELIVERIES
from tradewar.monitoring.posterior import MONTHS
from tradewar.monitoring.series import (
    DeliverySeries,
    PurchaseCommitment,
    day_of,
    missing_months,
    month_number,
    month_text,
)

COVERED = "All covered goods"
NOT_COVERED = "Not covered"
_FILE = "deliveries.csv"
_Key = tuple[str, str]
"""Group and reporter."""


@dataclass
class _Months:
    """The values of one series by month, in one unit, and since when each was known."""

    unit: str
    size: Amount
    values: dict[int, float]
    since: dict[int, dt.date]


def unit_size(text: str) -> Amount | tuple[str, str]:
    """What one of `EUR bn` or `million t` is; what is wrong with it, and the fix, otherwise."""
    first, _, rest = text.strip().partition(" ")
    return units.parse_amount(f"{first} 1 {rest}" if units.currency_fault(first) is None else f"1 {text}")


# ---------------------------------------------------------------- deliveries


def read_deliveries(
    folder: Evidence_, as_of: str | dt.date, groups: tuple[str, ...] | None = None
) -> tuple[DeliverySeries, ...]:
    """Monthly deliveries published by a day, by group and for all covered goods, with goods not covered as control.

    All covered goods are the sum of the groups in the months in which every one of them is known, unless the table
    gives the sum itself.

    Raises:
        EvidenceError: as `open_evidence`; groups of which nothing was published; units that do not go together; a month
            missing inside a series.
    """
    table, day = open_evidence(folder).table(DELIVERIES), day_of(as_of)
    months = {} if table is None else _known_months(table, day)
    for reporter in dict.fromkeys(reporter for _, reporter in months):
        parts = [months[key] for key in sorted(months) if key[1] == reporter and key[0] != NOT_COVERED]
        if (COVERED, reporter) not in months and parts and len({part.unit for part in parts}) == 1:
            shared = set(parts[0].values).intersection(*(part.values for part in parts[1:]))
            total = {month: sum(part.values[month] for part in parts) for month in sorted(shared)}
            months[COVERED, reporter] = replace(parts[0], values=total)
    chosen = [key for key in sorted(months) if key[0] != NOT_COVERED and months[key].values]
    wanted = [key for key in chosen if groups is None or key[0] in groups]
    if not wanted:
        have = ", ".join(sorted({group for group, _ in months})) or "nothing"
        what = f"no deliveries of {', '.join(groups or ())} were published by {day} (of {have})"
        raise EvidenceError(Problem(_FILE, what, "Check the group, or ask a later day"))
    return tuple(_deliveries(key, months[key], months.get((NOT_COVERED, key[1]))) for key in wanted)


def _known_months(table: Table, day: dt.date) -> dict[_Key, _Months]:
    """The value of each month by group and reporter: of those published by a day, the one published last."""
    found: dict[_Key, _Months] = {}
    problems: list[Problem] = []
    if table.has("usd_bn") and table.has("unit"):
        problems.append(Problem(table.file, "unit belongs to value, and the table has usd_bn", "Drop one of them"))
    stated = ["USD bn"] * len(table) if table.has("usd_bn") else table.texts("unit")
    values = table.numbers("usd_bn" if table.has("usd_bn") else "value").tolist()
    sizes = {text: unit_size(text) for text in set(stated)}
    for row, (group, reporter, month, known) in enumerate(
        zip(*(table.texts(name) for name in ("group", "reporter", "month")), table.days("known_from"), strict=True)
    ):
        size, number = sizes[stated[row]], month_number(month)
        if not isinstance(size, Amount):
            problems.append(Problem(table.where(row), f"unit: {size[0]}", size[1]))
            continue
        series = found.setdefault((group, reporter), _Months(stated[row], size, {}, {}))
        factor = _factor(size, series.size)
        if factor is None:
            what = f"{group} is in {stated[row]} here and in {series.unit} above"
            problems.append(Problem(table.where(row), what, "Give a series in one unit"))
        elif known is not None and known <= day and series.since.get(number, dt.date.min) < known:
            series.since[number] = known
            series.values[number] = values[row] * factor
    if problems:
        raise EvidenceError(problems)
    return found


def _factor(have: Amount, want: Amount) -> float | None:
    """By what a value in one unit is multiplied to be in another; None where they do not measure the same."""
    if have.unit == want.unit:
        return have.value / want.value
    money = {text for text in (have.unit, want.unit) if units.currency_fault(text) is None}
    one = None if money else units.convert(1.0, have.unit, want.unit)
    return None if one is None else one * have.value / want.value


def _deliveries(key: _Key, months: _Months, control: _Months | None) -> DeliverySeries:
    group, reporter = key
    ordered = sorted(months.values)
    missing = missing_months(ordered)
    if missing:
        what = f"{group} on the statistics of {reporter}: {missing}"
        raise EvidenceError(Problem(_FILE, what, "Give every month; one without deliveries is 0"))
    others = {} if control is None else control.values
    lacking = [month for month in ordered if month not in others] if control is not None else []
    notes = (f"{NOT_COVERED}, {reporter}: {some(map(month_text, lacking), 3)} missing: it serves as no comparison.",)
    return DeliverySeries(
        group=group,
        reporter=reporter,
        first_month=month_text(ordered[0]),
        values=np.array([months.values[month] for month in ordered]),
        controls={NOT_COVERED: np.array([others[month] for month in ordered])} if others and not lacking else {},
        unit=months.unit,
        vintage=month_text(ordered[-1]),
        source=f"statistics of {reporter}",
        notes=notes if lacking else (),
    )


# ---------------------------------------------------------------- promises


def read_purchases(evidence: EvidenceFolder, as_of: dt.date) -> tuple[PurchaseCommitment, ...]:
    """The promises to buy that were known on a day: each year of each, several years together, partners put together.

    Raises:
        EvidenceError: a promise without the deliveries it is measured on, or in a unit that they do not measure.
    """
    found: list[PurchaseCommitment] = []
    for k, entry in enumerate(evidence.commitments.purchase, start=1):
        if entry.known_from <= as_of:
            found += _promises(entry, evidence, as_of, f"{COMMITMENTS_FILE}: purchase[{k}]")
    return _together(found)


def _together(promises: Sequence[PurchaseCommitment]) -> tuple[PurchaseCommitment, ...]:
    """Promises of one group, horizon and source on the statistics of several partners, as one; the first leads."""
    groups: dict[tuple[object, ...], list[PurchaseCommitment]] = {}
    for item in promises:
        same = groups.setdefault((item.group, item.year, item.years, item.source), [])
        same.append(item)
    found: list[PurchaseCommitment] = []
    for same in groups.values():
        if len({item.reporter for item in same}) < len(same):
            # two promises on one partner's statistics are two promises
            found += same
        else:
            found.append(replace(same[0], elsewhere=tuple(same[1:])))
    order = {item.name: k for k, item in enumerate(promises)}
    return tuple(sorted(found, key=lambda item: order[item.name]))


def _promises(entry: PurchaseEntry, evidence: EvidenceFolder, as_of: dt.date, where: str) -> list[PurchaseCommitment]:
    series = _series_of(entry, evidence, as_of, where)
    base = float(series.year(entry.base_year).sum()) if entry.counted == "additional" else 0.0
    found: list[PurchaseCommitment] = []
    for (first, last), amount in entry.spans.items():
        added, said = (entry.addition or 0.0, "") if amount is None else _counted(entry, amount, series, where)
        years = last - first + 1
        name = entry.name if len(entry.spans) == 1 else f"{entry.name}, {_years(first, last)}"
        found.append(_promise(entry, name, first, (base + added / years,) * years, said))
    if len(found) == 1:
        return found
    targets = tuple(target for item in found for target in item.by_year or (item.target,))
    stated = "; ".join(dict.fromkeys(item.stated for item in found if item.stated))
    name = f"{entry.name}, {_years(entry.horizon[0], entry.horizon[-1])}"
    return [*found, _promise(entry, name, entry.horizon[0], targets, stated)]


def _years(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _promise(entry: PurchaseEntry, name: str, year: int, targets: tuple[float, ...], stated: str) -> PurchaseCommitment:
    return PurchaseCommitment(
        name=name,
        group=entry.group,
        reporter=entry.reporter,
        target=float(sum(targets)),
        year=year,
        base_years=entry.base_years,
        tolerance=entry.tolerance,
        known_from=entry.known_from.isoformat(),
        source=entry.source,
        force_majeure=entry.force_majeure,
        by_year=targets if len(targets) > 1 else (),
        stated=stated,
    )


def _series_of(entry: PurchaseEntry, evidence: EvidenceFolder, as_of: dt.date, where: str) -> DeliverySeries:
    found = read_deliveries(evidence, as_of, (entry.group,))
    series = next((item for item in found if item.reporter == entry.reporter), None)
    have = ", ".join(sorted({item.reporter for item in found}))
    what = f"{entry.group!r} has no deliveries on the statistics of {entry.reporter} (of {have})"
    base = () if series is None else series.year(entry.base_year)
    if series is None or len(base) != MONTHS:
        short = f"the deliveries of the base year {entry.base_year} have {len(base)} months"
        raise EvidenceError(Problem(where, what if series is None else short, "Give them in deliveries.csv"))
    return series


def _counted(entry: PurchaseEntry, amount: Amount, series: DeliverySeries, where: str) -> tuple[float, str]:
    """An amount in the unit of the deliveries, and how it was promised where that is another."""
    size = unit_size(series.unit)
    assert isinstance(size, Amount)
    factor, rate = _factor(amount, size), entry.exchange_rate
    if factor is not None:
        if rate is not None:
            what = f"exchange_rate is given, but promise and deliveries are both in {amount.unit}"
            raise EvidenceError(Problem(where, what, "Leave it out"))
        return factor, "" if amount.unit == size.unit else f"{amount.value:,.10g} {amount.unit}"
    money = [units.currency_fault(text) is None for text in (amount.unit, size.unit)]
    if not all(money):
        what = f"the promise is in {amount.unit}, the deliveries of {entry.group} in {series.unit}"
        raise EvidenceError(Problem(where, what, "Give deliveries in a unit that measures the same"))
    if rate is None:
        fix = f"Give exchange_rate, the {size.unit} per {amount.unit} at which the promise is counted, with its source"
        what = f"the promise is in {amount.unit}, the deliveries of {entry.group} in {size.unit}"
        raise EvidenceError(Problem(where, what, fix))
    said = f"{amount.unit} {amount.value:,.10g}, counted at {rate:g} {size.unit} per {amount.unit}"
    return amount.value * rate / size.value, said
