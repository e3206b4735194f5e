"""Charts of a brief: Altair specifications, drawn without network by vl-convert.

One design for all, so that a reader learns it once. Rows are ranked; the bar is the last policy, an open circle and a
filled diamond are the earlier ones, and the figure of the bar stands in a column of its own, so that no label can
cover another. The parties keep their colours everywhere (Okabe and Ito's blue and vermilion, which differ in
lightness too: they survive a black-and-white printer and colour blindness); everybody else is grey.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import escape
from typing import Any

from tradewar.brief.numbers import lower_first, plain
from tradewar.disputes.findings import Findings

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
_PNG_SCALE = 2.0


@dataclass(frozen=True)
class Chart:
    """A chart as it is written and shown."""

    name: str
    """File name without ending."""
    title: str
    caption: str
    """How to read it, in one sentence."""
    description: str
    """The figures of the chart in words, for readers who do not see it."""
    svg: str
    png: bytes


@dataclass(frozen=True, eq=False)
class Drawing:
    """A chart that a section asks for: its words, and its specification in Vega-Lite."""

    name: str
    title: str
    caption: str
    description: str
    specification: dict[str, Any]


@dataclass(frozen=True)
class Row:
    """A row of a ranking."""

    label: str
    colour: str
    values: tuple[float, ...]
    """One per policy, in the unit of the chart."""
    range: tuple[float, float] | None = None
    """Of the last value, where one is known."""


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


def start_renderer() -> None:
    """Draw nothing once, so that the first chart does not wait for the start of the renderer."""
    _render({"data": {"values": []}, "mark": "point"})


def draw(drawings: Sequence[Drawing]) -> tuple[Chart, ...]:
    """Every chart, as SVG and PNG."""

    def one(item: Drawing) -> Chart:
        svg, png = _render(item.specification)
        return Chart(item.name, item.title, item.caption, item.description, svg, png)

    # two threads: the renderer runs outside the interpreter lock, and two cores are what a laptop surely has
    with ThreadPoolExecutor(max_workers=2) as pool:
        return tuple(pool.map(one, drawings))


def inline(chart: Chart) -> str:
    """The SVG for use inside HTML: scalable, named for assistive technology, its identifiers its own."""
    body = re.sub(r'\s(?:role|aria-[a-z]+|xmlns(?::xlink)?|version|class)="[^"]*"', "", chart.svg)
    body = re.sub(r'\bid="', f'id="{chart.name}-', body)
    body = re.sub(r"url\(#", f"url(#{chart.name}-", body)
    head, rest = body.split(">", 1)
    head = re.sub(r'\s(?:width|height)="[^"]*"', "", head)
    label = escape(chart.title, quote=True)
    about = f"<title>{escape(chart.title)}</title><desc>{escape(chart.description)}</desc>"
    return f'{head} role="img" aria-label="{label}. {escape(chart.description, quote=True)}">{about}{rest}'


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
    lines = ["line: range of the last"] if any(row.range is not None for row in ranking.rows) else []
    return "; ".join([f"Bar and figure: {lower_first(last)}", *marks, *lines]) + "."


def _described(ranking: Ranking) -> str:
    parts = [
        f"{row.label}: "
        + ", ".join(
            f"{lower_first(name)} {plain(value, ranking.decimals, sign=ranking.signed)}"
            for name, value in zip(ranking.policies, row.values, strict=True)
        )
        + ("" if row.range is None else f" (range {_ends(ranking, row.range)})")
        for row in ranking.rows
    ]
    return f"{ranking.subtitle}. " + "; ".join(parts) + "."


# ---------------------------------------------------------------- how it is drawn


def _ranked(ranking: Ranking) -> dict[str, Any]:
    import altair as alt

    order = [row.label for row in ranking.rows]
    plot = plot_width(order)
    bars = [
        {"label": row.label, "value": row.values[-1], "colour": row.colour, "text": _written(ranking, row)}
        for row in ranking.rows
    ]
    y = alt.Y("label:N", sort=order, axis=label_axis(plot))
    scale = alt.Scale(domain=_domain(ranking), nice=False)
    x = alt.X("value:Q", scale=scale, axis=alt.Axis(title=None, tickCount=4, format="~f", labelExpr=MINUS_LABEL))
    layers: list[Any] = [
        alt.Chart(alt.Data(values=bars)).mark_bar(height=13).encode(y=y, x=x, color=alt.Color("colour:N", scale=None)),
        alt.Chart(alt.Data(values=[{"value": 0}])).mark_rule(color=INK, strokeWidth=1).encode(x="value:Q"),
    ]
    for k in range(len(ranking.policies) - 1):
        shape, fill = MARKERS[k]
        points = [{"label": row.label, "value": row.values[k]} for row in ranking.rows]
        mark = alt.Chart(alt.Data(values=points)).mark_point(
            shape=shape, size=34, fill=fill, stroke=INK, strokeWidth=1.2, opacity=1, filled=False
        )
        layers.append(mark.encode(y=y, x=x))
    reach = [{"label": r.label, "low": r.range[0], "high": r.range[1]} for r in ranking.rows if r.range is not None]
    if reach:
        line = alt.Chart(alt.Data(values=reach)).mark_rule(color=INK, strokeWidth=1.6)
        layers.append(line.encode(y=y, x=alt.X("low:Q", scale=scale), x2="high:Q"))
    layers.append(figure_column(alt.Chart(alt.Data(values=bars)), y, plot))
    title = title_of(ranking.title, [ranking.subtitle, *_legend(ranking)])
    return finished(alt.layer(*layers).properties(width=plot, height=_ROW * len(order), title=title))


def _panels(ranking: Ranking) -> dict[str, Any]:
    import altair as alt

    highest = max(value for row in ranking.rows for value in row.values)
    plot = plot_width(ranking.policies)
    panels: list[Any] = []
    for row in ranking.rows:
        data = alt.Data(
            values=[
                {"policy": name, "value": value, "text": plain(value, ranking.decimals)}
                for name, value in zip(ranking.policies, row.values, strict=True)
            ]
        )
        y = alt.Y("policy:N", sort=list(ranking.policies), axis=label_axis(plot))
        x = alt.X("value:Q", scale=alt.Scale(domain=[0, highest * 1.02], nice=False), axis=None)
        bars = alt.Chart(data).mark_bar(height=15, color=row.colour).encode(y=y, x=x)
        title = alt.TitleParams(row.label, anchor="start", frame="group", fontSize=12, offset=4, fontWeight="bold")
        chart = alt.layer(bars, figure_column(alt.Chart(data), y, plot))
        panels.append(chart.properties(width=plot, height=24 * len(ranking.policies), title=title))
    title = title_of(ranking.title, [ranking.subtitle])
    return finished(alt.vconcat(*panels, spacing=18).properties(title=title))


def plot_width(labels: Sequence[str], figures: int = FIGURES) -> int:
    """What the labels and the figures leave, so that every chart is equally wide and its type equally large."""
    return round(TOTAL - figures - max(_LEAST_LABELS, _CHARACTER * max(map(len, labels))))


def label_axis(plot: int, figures: int = FIGURES) -> Any:
    """The labels at the left, in the room beside a plot of a width."""
    import altair as alt

    room = TOTAL - figures - plot
    return alt.Axis(title=None, labelLimit=room, minExtent=room, domain=False, ticks=False, labelPadding=6)


def figure_column(chart: Any, y: Any, plot: int, figures: int = FIGURES) -> Any:
    """The figures at the right, from the field `text`."""
    import altair as alt

    mark = chart.mark_text(align="right", baseline="middle", dx=figures - 2, fontSize=12, color=INK)
    return mark.encode(y=y, x=alt.value(plot), text="text:N")


MINUS_LABEL = "replace(datum.label, '-', '−')"


def _domain(ranking: Ranking) -> list[float]:
    values = [value for row in ranking.rows for value in (*row.values, *(row.range or ()))] + [0.0]
    margin = 0.03 * (max(values) - min(values)) or 1.0
    return [min(values) - margin, max(values) + margin]


def _written(ranking: Ranking, row: Row) -> str:
    return plain(row.values[-1], ranking.decimals, sign=ranking.signed)


def _ends(ranking: Ranking, ends: tuple[float, float]) -> str:
    low, high = (plain(end, ranking.decimals, sign=ranking.signed) for end in ends)
    return f"{low} to {high}"


def _legend(ranking: Ranking) -> list[str]:
    *earlier, last = ranking.policies
    lines = [f"Bar and figure: {lower_first(last)}"]
    if earlier:
        marks = [f"{_CALLED[MARKERS[k][0]]}: {lower_first(name)}" for k, name in enumerate(earlier)]
        text = "; ".join(marks)
        lines.append(text[:1].upper() + text[1:])
    if any(row.range is not None for row in ranking.rows):
        lines.append(f"Line: range of {lower_first(last)} under draws of the elasticities")
    return lines


def title_of(text: str, below: Sequence[str], offset: int = 12) -> Any:
    """A title with lines below it, and room between them and the plot."""
    import altair as alt

    return alt.TitleParams(
        text, subtitle=list(below), anchor="start", frame="bounds", fontSize=14, subtitleFontSize=12, offset=offset
    )


def finished(chart: Any) -> dict[str, Any]:
    """The specification with the house style."""
    config = chart.configure(font=FONT, background="white", padding=8)
    config = config.configure_view(stroke=None).configure_axis(
        labelFontSize=12, labelColor=INK, gridColor="#E3E3E3", domainColor="#BBBBBB", tickColor="#BBBBBB"
    )
    return config.configure_title(color=INK, subtitleColor="#444444").to_dict(validate=False)


def _render(specification: dict[str, Any]) -> tuple[str, bytes]:
    import vl_convert

    svg = vl_convert.vegalite_to_svg(specification)
    return svg, vl_convert.svg_to_png(svg, scale=_PNG_SCALE)
