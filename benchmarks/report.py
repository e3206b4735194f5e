"""Results as JSON, as Markdown and, for growth, as a chart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine
from benchmarks.result import Measure, Result
from tradewar.brief import vega

_LINES = {"one solve": "#1b4f72", "proportional growth": "#b0b0b0"}


def write(results: Sequence[Result], folder: Path) -> None:
    """`results.json`, `results.md` and, where growth was measured, `growth.svg` and `growth.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = {"machine": machine.describe(), "taken": datetime.now(UTC).isoformat(timespec="seconds")}
    document = facts | {"results": [asdict(result) for result in results]}
    (folder / "results.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    (folder / "results.md").write_text(markdown(results), encoding="utf-8")
    for result in results:
        if result.curve:
            _chart(result, folder)


BEGIN, END = "<!-- results -->", "<!-- end of results -->"


def refresh(page: Path, results: Sequence[Result]) -> None:
    """Replace what stands between the two marks of a page by these results.

    Raises:
        ValueError: if the page does not have the two marks.
    """
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page} has no lines {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{markdown(results)}\n{END}{after}", encoding="utf-8")


def markdown(results: Sequence[Result]) -> str:
    """One section per benchmark, with its table of minimum, median and maximum."""
    parts = [f"Taken on {datetime.now(UTC):%d %B %Y}. Machine: {machine.line()}.\n"]
    for result in results:
        parts.append(f"## {result.title}\n")
        if result.skipped:
            parts.append(f"Not run: {result.skipped}.\n")
            continue
        parts.append(f"{result.method}\n")
        parts.append("\n".join(_table(result.measures)) + "\n")
        if result.cells:
            parts.append("\n".join(result.cells) + "\n")
        if result.goal:
            parts.append(f"Goal: {result.goal}: {verdict(result)}.\n")
    return "\n".join(parts)


def verdict(result: Result) -> str:
    """Whether the goal is met, in words."""
    if result.skipped or result.met is None:
        return "not measured"
    return "met" if result.met else "not met"


def number(value: float) -> str:
    """Three significant digits, counts in full."""
    if value == round(value) and abs(value) < 1e7:
        return f"{value:,.0f}"
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e7 else f"{value:.3g}"


def _table(measures: Sequence[Measure]) -> list[str]:
    rows = ["| measure | minimum | median | maximum | runs |", "|---|---:|---:|---:|---:|"]
    for measure in measures:
        unit = f" {measure.unit}" if measure.unit and measure.unit != "x" else ("x" if measure.unit else "")
        if measure.count == 1:
            rows.append(f"| {measure.label} | | {number(measure.median)}{unit} | | |")
        else:
            values = (measure.minimum, measure.median, measure.maximum)
            rows.append(
                f"| {measure.label} | {' | '.join(f'{number(value)}{unit}' for value in values)} | {measure.count} |"
            )
    return rows


def _chart(result: Result, folder: Path) -> None:
    """Time against share cells on logarithmic axes, with the line of proportional growth."""
    import vl_convert

    first = result.curve[0]
    solved = [{**point, "line": "one solve"} for point in result.curve]
    proportional = [
        {
            "cells": point["cells"],
            "seconds": float(first["seconds"]) * float(point["cells"]) / float(first["cells"]),
            "line": "proportional growth",
        }
        for point in result.curve
    ]
    colour = vega.nominal("line", title=None, scale={"domain": list(_LINES), "range": list(_LINES.values())})
    channels = {
        "x": vega.quantitative("cells", title="share cells, N²S", scale={"type": "log"}),
        "y": vega.quantitative("seconds", title="seconds, median", scale={"type": "log"}),
        "color": colour,
    }
    layers = [
        vega.marks("line", [*solved, *proportional], channels, point=True),
        vega.marks("text", solved, {**channels, "text": vega.nominal("size")}, dy=-12),
    ]
    svg = vl_convert.vegalite_to_svg(vega.layered(layers, width=480, height=300, title=result.title))
    (folder / "growth.svg").write_text(svg, encoding="utf-8")
    (folder / "growth.png").write_bytes(vl_convert.svg_to_png(svg, scale=2))
