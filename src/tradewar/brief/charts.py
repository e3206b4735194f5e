"""Charts of a brief: Vega-Lite specifications, drawn without network by vl-convert.

One design for all, so that a reader learns it once. Rows are ranked; the bar is the last policy, an open circle and a
filled diamond are the earlier ones, and the figure of the bar stands in a column of its own, so that no label can
cover another. The parties keep their colours everywhere (Okabe and Ito's blue and vermilion, which differ in
lightness too: they survive a black-and-white printer and colour blindness); everybody else is grey.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from tradewar.brief.numbers import lower_first, plain
from tradewar.brief.statements import UNDECIDED, open_sign
from tradewar.brief.vega import (
    OWN_COLOUR,
    TEXT,
    Json,
    Rows,
    between,
    fixed,
    heading,
    layered,
    marks,
    nominal,
    quantitative,
    silent_axis,
    stacked,
    up_to,
)
from tradewar.disputes.findings import Findings
from tradewar.world.ranges import Range

PARTY_COLOURS = ("#0072B2", "#D55E00")
OTHER_COLOUR = "#8A8A8A"
INK = "#1B1B1B"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
MARKERS = (("circle", "white"), ("diamond", INK), ("square", "white"), ("triangle-up", INK))
_CALLED = {"circle": "open circle", "diamond": "filled diamond", "square": "open square", "triangle-up": "triangle"}
TOTAL, _ROW, FIGURES = 430, 21, 54
"""Width of every chart, height of a row, width of the column of figures; pixels."""
_CHARACTER, _LEAST_LABELS = 6.4, 70
"""Width of a character of a label, taken generously, and the least room for labels; pixels."""
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_STYLE: Json = {
    "font": FONT,
    "background": "white",
    "padding": 8,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "labelColor": INK,
        "gridColor": "#E3E3E3",
        "domainColor": "#BBBBBB",
        "tickColor": "#BBBBBB",
    },
    "title": {"color": INK, "subtitleColor": "#444444"},
}


@dataclass(frozen=True, eq=False)
class Drawing:
    """A chart that a section asks for: its words, and its specification in Vega-Lite."""

    name: str
    """File name without ending."""
    title: str
    caption: str
    """How to read it, in one sentence."""
    description: str
    """The figures of the chart in words, for readers who do not see it."""
    specification: Json


@dataclass(frozen=True)
class Row:
    """A row of a ranking."""

    label: str
    colour: str
    values: tuple[float, ...]
    """One per policy, in the unit of the chart."""
    ranges: tuple[Range | None, ...] = ()
    """One per value, None where none is known; empty where none is known of any."""

    def range(self, column: int) -> Range | None:
        """The range of one value."""
        return self.ranges[column] if self.ranges else None


@dataclass(frozen=True)
class Ranking:
    """Rows ranked by their last column, one column per policy."""

    name: str
    title: str
    subtitle: str
    """What the figures are, with unit and base."""
    unit: str
    decimals: int
    rows: tuple[Row, ...]
    policies: tuple[str, ...]
    signed: bool = True
    """False where the figures are levels, not changes."""
    over: str = "under draws of the elasticities"
    """What the ranges reach over, where there are any."""


def inline(drawing: Drawing, svg: str) -> str:
    """The SVG for use inside HTML: scalable, named for assistive technology, its identifiers its own."""
    body = re.sub(r'\s(?:role|aria-[a-z]+|xmlns(?::xlink)?|version|class)="[^"]*"', "", svg)
    body = re.sub(r'\bid="', f'id="{drawing.name}-', body)
    body = re.sub(r"url\(#", f"url(#{drawing.name}-", body)
    head, rest = body.split(">", 1)
    head = re.sub(r'\s(?:width|height)="[^"]*"', "", head)
    label = f"{escape(drawing.title, quote=True)}. {escape(drawing.description, quote=True)}"
    about = f"<title>{escape(drawing.title)}</title><desc>{escape(drawing.description)}</desc>"
    return f'{head} role="img" aria-label="{label}">{about}{rest}'


def colours(findings: Findings) -> dict[str, str]:
    """The colour of each party."""
    return dict(zip((party.country for party in findings.parties), PARTY_COLOURS, strict=True))


def ranking_drawing(ranking: Ranking) -> Drawing:
    """A bar per row for the last column, a marker for each column before it."""
    return Drawing(ranking.name, ranking.title, _caption(ranking), _described(ranking), _ranked(ranking))


def panels_drawing(ranking: Ranking, caption: str) -> Drawing:
    """A panel per row with a bar per column."""
    return Drawing(ranking.name, ranking.title, caption, _described(ranking), _panels(ranking))


def _caption(ranking: Ranking) -> str:
    *earlier, last = ranking.policies
    marks = [f"{_CALLED[MARKERS[k][0]]}: {lower_first(name)}" for k, name in enumerate(earlier)]
    lines = ["line: range of the last"] if any(row.range(-1) for row in ranking.rows) else []
    return "; ".join([f"Bar and figure: {lower_first(last)}", *marks, *lines]) + "."


def _described(ranking: Ranking) -> str:
    parts = [
        f"{row.label}: "
        + ", ".join(f"{lower_first(name)} {_written(ranking, row, k)}" for k, name in enumerate(ranking.policies))
        + ("" if (found := row.range(-1)) is None else f" (range {_ends(ranking, found)})")
        for row in ranking.rows
    ]
    return f"{ranking.subtitle}. " + "; ".join(parts) + "."


# ---------------------------------------------------------------- how it is drawn


def _ranked(ranking: Ranking) -> Json:
    order = [row.label for row in ranking.rows]
    plot = plot_width(order)
    bars = [
        {
            "label": row.label,
            "value": 0.0 if open_sign(row.range(-1)) else row.values[-1],
            "colour": row.colour,
            "text": _written(ranking, row, -1),
        }
        for row in ranking.rows
    ]
    y = nominal("label", sort=order, axis=label_axis(plot))
    scale = between(*_domain(ranking))
    x = quantitative("value", scale=scale, axis=signed_axis())
    layers = [
        marks("bar", bars, {"y": y, "x": x, "color": OWN_COLOUR}, height=13),
        marks("rule", [{"value": 0}], {"x": quantitative("value")}, color=INK, strokeWidth=1),
    ]
    for k in range(len(ranking.policies) - 1):
        shape, fill = MARKERS[k]
        points = [{"label": row.label, "value": row.values[k]} for row in ranking.rows if not open_sign(row.range(k))]
        layers.append(marks("point", points, {"y": y, "x": x}, shape=shape, size=34, **outlined(fill)))
    layers += range_lines([(row.label, row.range(-1)) for row in ranking.rows], y, scale)
    layers.append(figure_column(bars, y, plot))
    title = title_of(ranking.title, [ranking.subtitle, *_legend(ranking)])
    return finished(layered(layers, width=plot, height=_ROW * len(order), title=title))


def _panels(ranking: Ranking) -> Json:
    highest = max(value for row in ranking.rows for value in row.values)
    plot = plot_width(ranking.policies)
    panels: list[Json] = []
    for row in ranking.rows:
        bars = [
            {"policy": policy, "value": value, "text": plain(value, ranking.decimals)}
            for policy, value in zip(ranking.policies, row.values, strict=True)
        ]
        y = nominal("policy", sort=list(ranking.policies), axis=label_axis(plot))
        x = quantitative("value", scale=between(0, highest * 1.02), axis=None)
        layers = [marks("bar", bars, {"y": y, "x": x}, height=15, color=row.colour), figure_column(bars, y, plot)]
        title = heading(row.label, frame="group", fontSize=12, offset=4, fontWeight="bold")
        panels.append(layered(layers, width=plot, height=24 * len(ranking.policies), title=title))
    return finished(stacked(panels, 18, title=title_of(ranking.title, [ranking.subtitle])))


def plot_width(labels: Sequence[str], figures: int = FIGURES) -> int:
    """What the labels and the figures leave, so that every chart is equally wide and its type equally large."""
    return round(TOTAL - figures - max(_LEAST_LABELS, _CHARACTER * max(map(len, labels))))


def label_axis(plot: int, figures: int = FIGURES) -> Json:
    """The labels at the left, in the room beside a plot of a width."""
    room = TOTAL - figures - plot
    return silent_axis(labelLimit=room, minExtent=room, labelPadding=6)


def figure_column(rows: Rows, y: Json, plot: int, figures: int = FIGURES) -> Json:
    """The figures at the right, from the field `text`."""
    style = {"align": "right", "baseline": "middle", "dx": figures - 2, "fontSize": 12, "color": INK}
    return marks("text", rows, {"y": y, "x": fixed(plot), "text": TEXT}, **style)


def end_labels(ends: Sequence[tuple[Sequence[str], str, float]], plot: int, line: int) -> list[Json]:
    """Words at the right of a plot: (lines, colour, height of their middle in pixels); the first line is bold."""
    found: list[Json] = []
    for lines, colour, place in ends:
        for k, text in enumerate(lines):
            at = {"x": fixed(plot), "y": fixed(place + (k - 0.5 * (len(lines) - 1)) * line), "text": TEXT}
            style = {"align": "left", "baseline": "middle", "dx": 6, "fontSize": 12, "color": colour}
            found.append(marks("text", [{"text": text}], at, **style, fontWeight="normal" if k else "bold"))
    return found


def range_lines(ranges: Sequence[tuple[str, Range | None]], y: Json, scale: Json) -> list[Json]:
    """A line from the low to the high end of each range, in the row of its label; no layer where there is none."""
    reach = [{"label": label, "low": found.low, "high": found.high} for label, found in ranges if found is not None]
    channels = {"y": y, "x": quantitative("low", scale=scale), "x2": up_to("high")}
    return [marks("rule", reach, channels, color=INK, strokeWidth=1.6)] if reach else []


def outlined(fill: str) -> Json:
    """Style of a point with the outline of every chart."""
    return {"fill": fill, "stroke": INK, "strokeWidth": 1.2, "opacity": 1, "filled": False}


def signed_axis() -> Json:
    """A few figures below the plot, with a true minus sign."""
    return {"title": None, "tickCount": 4, "format": "~f", "labelExpr": MINUS_LABEL}


MINUS_LABEL = "replace(datum.label, '-', '−')"


def _domain(ranking: Ranking) -> list[float]:
    values = [value for row in ranking.rows for value in row.values] + [0.0]
    values += [end for row in ranking.rows if (found := row.range(-1)) for end in (found.low, found.high)]
    margin = 0.03 * (max(values) - min(values)) or 1.0
    return [min(values) - margin, max(values) + margin]


def _written(ranking: Ranking, row: Row, column: int) -> str:
    if open_sign(row.range(column)):
        return UNDECIDED
    return plain(row.values[column], ranking.decimals, sign=ranking.signed)


def _ends(ranking: Ranking, found: Range) -> str:
    low, high = (plain(end, ranking.decimals, sign=ranking.signed) for end in (found.low, found.high))
    return f"{low} to {high}"


def _legend(ranking: Ranking) -> list[str]:
    *earlier, last = ranking.policies
    lines = [f"Bar and figure: {lower_first(last)}"]
    if earlier:
        marks = [f"{_CALLED[MARKERS[k][0]]}: {lower_first(name)}" for k, name in enumerate(earlier)]
        text = "; ".join(marks)
        lines.append(text[:1].upper() + text[1:])
    if any(row.range(-1) for row in ranking.rows):
        lines.append(f"Line: range of {lower_first(last)} {ranking.over}")
    if any(open_sign(row.range(-1)) for row in ranking.rows):
        lines.append(f"{UNDECIDED}: sign not identified")
    return lines


def title_of(text: str, below: Sequence[str], offset: int = 12) -> Json:
    """A title with lines below it, and room between them and the plot."""
    return heading(text, below, frame="bounds", fontSize=14, subtitleFontSize=12, offset=offset)


def finished(chart: Json) -> Json:
    """The specification with the house style."""
    return {"$schema": _SCHEMA, "config": _STYLE, **chart}
