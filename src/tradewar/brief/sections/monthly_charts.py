"""Charts of the section on months: what is shown. How it is drawn: `path_chart`, `bars`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

from tradewar.brief.bars import Bar, Group, bar_chart, cascade
from tradewar.brief.charts import INK, OTHER_COLOUR, Drawing, colours
from tradewar.brief.numbers import plain
from tradewar.brief.path_chart import SOFT, End, Note, PathPoint, path_chart
from tradewar.brief.sections.kept_words import month, worded
from tradewar.disputes.findings import Findings
from tradewar.disputes.monthly import FlowFindings, MonthlyFindings, PathMonth
from tradewar.disputes.observed_falls import Fall

COMPONENTS = {
    "substitution": ("Tariffs", "#009E73"),
    "directed": ("Orders from the state", "#CC79A7"),
    "stocks": ("Stocks", "#E69F00"),
    "waiting": ("Waiting for a deal", "#56B4E9"),
    "residual": ("Cannot be told apart", OTHER_COLOUR),
}
"""Words and colour of each part; none is the colour of a party."""
NEAR = 3
"""Months on each side of words in the chart that are kept free."""
VISIBLE = 0.05
"""Effects of stocks below so many log points are not named in the chart."""


def path_drawing(findings: Findings, part: MonthlyFindings, flow: FlowFindings) -> Drawing:
    """The path of a flow with its observed months."""
    points = [_point(flow.months, k) for k in range(len(flow.months))]
    colour = colours(findings).get(flow.flow.exporter, INK)
    last, planned = flow.months[-1], flow.months[-1].index_without
    words = "if steps come" if planned is not None else month(last.month)
    ends = [End(100 * last.index, (f"{plain(100 * last.index, 0)}%", words), colour)]
    if planned is not None:
        ends.append(End(100 * planned, (f"{plain(100 * planned, 0)}%", "if they do not"), SOFT))
    ends.append(End(100 * flow.long_run_index, (f"{plain(100 * flow.long_run_index, 0)}%", "in the long run"), colour))
    subtitles = [f"Percent of the same month of {part.base_year}, by value", *_key(flow)]
    steps = [row.on for row in flow.steps]
    return Drawing(
        f"path-{flow.flow.name}",
        flow.flow.title,
        f"{'. '.join(subtitles)}.",
        _described(flow, subtitles[0]),
        path_chart(
            flow.flow.title, subtitles, points, colour, findings.as_of, steps, _notes(flow), 100 * flow.long_run_index,
            ends, [(_middle(row.month), row.extra_stock) for row in flow.months],
        ),
    )  # fmt: skip


def _key(flow: FlowFindings) -> list[str]:
    """What the marks are, as far as they are there."""
    line = "Coloured line: computed, dashed after the day"
    if any(row.range is not None for row in flow.months):
        line += "; band: 5 to 95% of draws"
    observed = "Circles: observed; black line: three months; triangles: tariff steps"
    return [line, observed if any(row.observed is not None for row in flow.months) else "Triangles: tariff steps"]


def _point(months: Sequence[PathMonth], k: int) -> PathPoint:
    row = months[k]
    # the average of three months belongs to the month in the middle
    three = months[k + 1].observed_three_months if k + 1 < len(months) else None
    return PathPoint(
        _middle(row.month),
        100 * row.index,
        None if row.index_without is None else 100 * row.index_without,
        None if row.range is None else (100 * row.range.low, 100 * row.range.high),
        None if row.observed is None else 100 * row.observed,
        None if three is None else 100 * three,
    )


def _middle(text: str) -> dt.date:
    return dt.date.fromisoformat(f"{text}-16")


def _notes(flow: FlowFindings) -> list[Note]:
    """What stocks do, in words at the month where it shows most: the first swing, and the one that follows."""
    rows = flow.months
    high, low = max(rows, key=lambda row: row.stocks), min(rows, key=lambda row: row.stocks)
    rising = high.month < low.month
    told = ("hurry before the date", "hangover") if rising else ("catching up", "waiting for a deal")
    places = ((high, told[0], True), (low, told[1], False))
    return [
        Note(_middle(row.month), 100 * _clear(rows, row, above=above), words, above)
        for row, words, above in places
        if abs(row.stocks) >= VISIBLE
    ]


OBSERVED = ("observed", "observed_three_months")


def _clear(rows: Sequence[PathMonth], at: PathMonth, *, above: bool) -> float:
    """Above or below everything that is drawn in the months around."""
    k = rows.index(at)
    near = [
        value
        for row in rows[max(0, k - NEAR) : k + NEAR + 1]
        for value in map(row.cells().get, ("index", "index_without", "low", "high", *OBSERVED))
        if value is not None
    ]
    return max(near) if above else min(near)


def _described(flow: FlowFindings, unit: str) -> str:
    parts = [
        f"{month(row.month)}: {plain(100 * row.index, 0)}"
        + ("" if row.observed is None else f" (observed {plain(100 * row.observed, 0)})")
        for row in flow.months
    ]
    return f"{unit}. {'; '.join(parts)}."


def falls_drawing(falls: Sequence[Fall]) -> Drawing:
    """Each observed change as a cascade of its parts, in log points."""
    groups: list[Group] = []
    told: list[str] = []
    for fall in falls:
        found = fall.decomposition
        parts = [
            (*COMPONENTS[name], 100 * piece.log_points, _figures(piece.log_points, piece.percent_of_fall))
            for name, piece in found.parts.items()
            if piece.log_points
        ]
        total = found.total
        whole = Bar("Observed", INK, 100 * total.log_points, _figures(total.log_points, total.percent_of_fall))
        groups.append(Group(_short(worded(fall.title)), cascade(parts, whole)))
        told.append(f"{worded(fall.title)}: {', '.join(f'{label.lower()} {text}' for label, _, _, text in parts)}")
    title = "What an observed change is made of"
    subtitles = ["Log points times 100, one part after the other;", "in brackets percent of the base"]
    return Drawing(
        "falls", title, "Log points times 100, one part after the other; in brackets percent of the base.",
        f"{' '.join(subtitles)}. {'; '.join(told)}.", bar_chart(title, subtitles, groups, figures=104),
    )  # fmt: skip


def _figures(log_points: float, percent: float | None) -> str:
    text = plain(100 * log_points, 1, sign=True)
    return text if percent is None else f"{text} ({plain(percent, 1, sign=True)}%)"


_LONGEST = 56


def _short(title: str) -> str:
    """A title within the width of a chart: broken at its last comma where it is long."""
    if len(title) <= _LONGEST:
        return title
    places = [k for k, (a, b) in enumerate(pairwise(title)) if a == "," and b == " "]
    return title if not places else title[: places[-1] + 1] + "\n" + title[places[-1] + 2 :]
