"""Charts of the section on promises: what is shown. How it is drawn: `counts`, `cumulative`, `heat`."""

from __future__ import annotations

import numpy as np

from tradewar.brief.charts import OTHER_COLOUR, Drawing, colours
from tradewar.brief.counts import Change, Counted, Window, counts_chart
from tradewar.brief.cumulative import Deliveries, cumulative_chart
from tradewar.brief.heat import HeatPanel, heat_map
from tradewar.brief.numbers import plain
from tradewar.brief.sections.kept_words import data_set, meaning, short_month
from tradewar.disputes.findings import Findings
from tradewar.disputes.kept import KeptCommitment, KeptFindings, WindowRate
from tradewar.monitoring.activity import MISSING, ShareRow
from tradewar.monitoring.series import PurchaseCommitment, TruceCommitment

SECTORS_SHOWN = 12
NARROW = 18
"""Months below which a window has no room for words above it."""


def counts_drawing(findings: Findings, item: KeptCommitment, number: int) -> Drawing | None:
    """Monthly counts of a truce with its windows and changes; None where its lead series is not kept by month."""
    background, promise = item.evidence.background, item.promise
    if background is None or not isinstance(promise, TruceCommitment):
        return None
    names = dict(findings.names)
    sponsor = names.get(promise.sponsor, promise.sponsor)
    others = ", ".join(names.get(code, code) for code in background.controls)
    upper = Counted(
        sponsor,
        colours(findings).get(promise.sponsor, OTHER_COLOUR),
        background.counts,
        background.nowcast_mean,
        tuple(Window(row.first, row.last, row.rate, _words(row)) for row in item.windows),
    )
    controls = tuple(map(float, np.sum(list(background.controls.values()), axis=0))) if background.controls else ()
    rates = tuple(Window(row.first, row.last, row.controls_rate, ()) for row in item.windows)
    lower = Counted(f"The others together: {others}", OTHER_COLOUR, controls, controls, rates) if controls else None
    changes = [Change(point.month, point.first, point.last) for point in background.change_points]
    title = f"Operations attributed to {sponsor}, by month"
    dated = meaning(background.date_meaning)
    subtitles = [f"{data_set(background.dataset)}, date of {dated}. Line: mean of the months"]
    if changes:
        found = " and ".join(short_month(change.month) for change in changes)
        subtitles.append(f"Yellow: a change found without a given date, {found} at best")
    if any(more > n for n, more in zip(background.counts, background.nowcast_mean, strict=True)):
        subtitles.append("Hollow: expected, not yet in the data set")
    subtitles.append("Dashed: the deal, and the start of each later review")
    specification = counts_chart(title, subtitles, background.months, upper, lower, background.announced, changes)
    return Drawing(
        _name("counts", number), title, subtitles[0], _counted(sponsor, item.windows, subtitles), specification
    )


def _name(stem: str, number: int) -> str:
    return stem if number == 1 else f"{stem}-{number}"


def _words(row: WindowRate) -> tuple[str, ...]:
    if row.months < NARROW - 4:
        return (f"{plain(row.count, 0)}",)
    return (f"{plain(row.count, 0)} reported", f"{plain(row.rate, 2)} a month")


def _counted(sponsor: str, windows: tuple[WindowRate, ...], subtitles: list[str]) -> str:
    parts = [
        f"{short_month(row.first)} to {short_month(row.last)}: {sponsor} {plain(row.count, 0)} "
        f"({plain(row.rate, 2)} a month), others {plain(row.controls, 0)} ({plain(row.controls_rate, 2)} a month)"
        for row in windows
    ]
    return f"{'. '.join(subtitles)}. {'; '.join(parts)}."


def deliveries_drawing(findings: Findings, kept: KeptFindings) -> Drawing | None:
    """Deliveries of each promise of one year whose season has begun, in the unit of the first; None where none has."""
    told = ((item, item.promise, item.evidence.purchase) for item in kept.purchases)
    begun = [
        item
        for item, promise, review in told
        if review is not None
        and isinstance(promise, PurchaseCommitment)
        and promise.years == 1
        and review.seasonal.cumulative_share > 0
    ]
    if not begun:
        return None
    unit = begun[0].evidence.purchase.unit if begun[0].evidence.purchase else ""
    begun = [item for item in begun if item.evidence.purchase and item.evidence.purchase.unit == unit]
    shown = [_deliveries(findings, item) for item in begun]
    first = begun[0].promise
    assert isinstance(first, PurchaseCommitment)
    names = dict(findings.names)
    title = f"Purchases promised and delivered: {shown[0].label.lower()}"
    reporter = names.get(first.reporter, first.reporter)
    subtitles = [
        f"Cumulative, {unit}, on the statistics of {'the ' if reporter.startswith('United') else ''}{reporter}",
        "Thick: delivered. Black: promised, spread like the base years; dotted: evenly",
    ]
    if any(item.high for item in shown):
        subtitles.append("Band: 90 percent of the forecasts at the pace so far")
    parts = [
        f"{item.label}: {plain(item.delivered[-1], 1)} of {plain(item.seasonal[-1], 1)} delivered, "
        f"{plain(100 * item.attainment, 0)} percent of the seasonal pace"
        for item in shown
    ]
    description = f"{'. '.join(subtitles)}. {'; '.join(parts)}."
    specification = cumulative_chart(title, subtitles, shown[0], shown[1:])
    return Drawing("deliveries", title, subtitles[0], description, specification)


def _deliveries(findings: Findings, item: KeptCommitment) -> Deliveries:
    promise, review = item.promise, item.evidence.purchase
    assert isinstance(promise, PurchaseCommitment)
    assert review is not None
    low, middle, high = (review.fan[0], review.fan[2], review.fan[4])
    return Deliveries(
        label=f"{promise.group}, {promise.year}",
        colour=colours(findings).get(promise.reporter, OTHER_COLOUR),
        delivered=review.delivered,
        seasonal=review.seasonal_target,
        low=low,
        middle=middle,
        high=high,
        attainment=review.seasonal.attainment,
    )


def sectors_drawing(findings: Findings, kept: KeptFindings) -> Drawing | None:
    """Sponsor by sector, one panel per data set and coding; None where no sector is coded."""
    rows = [row for row in (kept.report.sectors if kept.report else ()) if row.member != MISSING and row.n]
    if not rows:
        return None
    order = list(dict.fromkeys(row.dataset for row in rows))
    keys = sorted({(row.dataset, row.dimension) for row in rows}, key=lambda key: (order.index(key[0]), key[1]))
    most = {member: max(r.n for r in rows if r.member == member) for member in {row.member for row in rows}}
    members = sorted(most, key=lambda member: (-most[member], member))[:SECTORS_SHOWN]
    words = {member: member.replace("-", " ") for member in members}
    panels = [_panel(kept, key, [r for r in rows if (r.dataset, r.dimension) == key], words) for key in keys]
    names = dict(findings.names)
    codes = ", ".join(f"{code} {names.get(code, code)}" for code in kept.sponsors)
    window = rows[0].window.replace("-", " to ")
    title = f"Reported operations by sponsor and sector, {window}"
    subtitles = [codes, dated(kept), "Grey: fewer than 5, no statement rests on them. Wide: also from the description"]
    parts = [
        f"{panel.title}: " + ", ".join(f"{column} {row} {n}" for row, column, n, few in panel.cells if not few)
        for panel in panels
    ]
    description = f"{'. '.join(subtitles)}. {'; '.join(parts)}."
    return Drawing(
        "sectors", title, subtitles[0], description, heat_map(title, subtitles, list(words.values()), panels)
    )


def dated(kept: KeptFindings) -> str:
    """What the dates of each data set mean: counts of different meanings are not compared."""
    found: dict[str, list[str]] = {}
    for row in kept.report.sectors if kept.report else ():
        names = found.setdefault(meaning(row.date_meaning), [])
        names += [data_set(row.dataset)] if data_set(row.dataset) not in names else []
    parts = [f"{', '.join(names)} by {words}" for words, names in found.items()]
    return f"Dated: {'; '.join(parts)}" if parts else ""


def _panel(kept: KeptFindings, key: tuple[str, str], rows: list[ShareRow], words: dict[str, str]) -> HeatPanel:
    name, dimension = key
    title = data_set(name) + (", wide" if dimension == "sector_wide" else "")
    cells = tuple((words[row.member], row.sponsor, row.n, row.few) for row in rows if row.member in words)
    return HeatPanel(title, kept.sponsors, cells)
