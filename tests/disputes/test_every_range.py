"""Every number with a range, of every built-in dossier, on several days: base inside or a reason, and the page says it.

The rules are those of statements (`tradewar.brief.statements`). Nothing here knows which figures there are: the
findings are walked, and the page is searched for the exact values that must not be on it.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from markupsafe import escape

import built_in
from tradewar.brief.front import write_front
from tradewar.brief.page import applying, render_page
from tradewar.brief.statements import WIDEST_CHANCE
from tradewar.disputes.deal import Deal
from tradewar.disputes.dossier import load_dispute, names
from tradewar.disputes.findings import Findings, run
from tradewar.world.assumed import Swing
from tradewar.world.ranges import Range

DAYS = (dt.date(2018, 8, 1), dt.date(2018, 12, 20), built_in.DAY, dt.date(2019, 5, 20))
CHANCES = re.compile(r"\[(p_deal|p_escalate)\]$|p_before_deadline$")
CASES = [(name, day) for name in names() for day in (*DAYS, None) if not (name == built_in.DISPUTE and day is None)]


@cache
def found(name: str, day: dt.date | None) -> Findings:
    dossier = load_dispute(name)
    if name == built_in.DISPUTE and day == built_in.DAY:
        return built_in.findings(built_in.DAY)
    return run(dossier, day)


@cache
def page(name: str, day: dt.date | None) -> str:
    """The page without its charts."""
    findings = found(name, day)
    return render_page(findings, lambda _: "", write_front(findings, applying(findings)))


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Range]]:
    """Every range below a value, with the way to it."""
    if isinstance(value, Range):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from walk(item, f"{path}[{key}]")
    elif isinstance(value, (tuple, list)):
        for key, item in enumerate(value):
            yield from walk(item, f"{path}[{key}]")
    elif hasattr(value, "__dataclass_fields__"):
        for key in value.__dataclass_fields__:
            yield from walk(getattr(value, key), f"{path}.{key}")
        if isinstance(value, Swing) and value.range is not None:
            yield f"{path}.range", value.range
        elif isinstance(value, Deal):
            yield from walk(value.gains, f"{path}.gains")


def known(name: str, day: dt.date | None) -> list[tuple[str, Range]]:
    return [(path, item) for path, item in walk(found(name, day).parts) if math.isfinite(item.low)]


@pytest.mark.parametrize(("name", "day"), CASES)
def test_a_base_lies_in_its_range_or_the_page_says_why_not(name: str, day: dt.date | None) -> None:
    ranges = known(name, day)
    assert len(ranges) > 200
    for path, item in ranges:
        assert item.low <= item.high, path
        assert item.over, path
        assert item.holds_base == (item.outside is None), path
        if item.coverage is None:
            assert item.holds_base, path
    for path, item in ranges:
        if item.outside is not None and f'value="{item.base!r}"' in page(name, day):
            assert str(escape(item.outside)) in page(name, day), path


@pytest.mark.parametrize(("name", "day"), CASES)
def test_where_the_sign_is_not_identified_no_middle_figure_is_on_the_page(name: str, day: dt.date | None) -> None:
    told = page(name, day)
    open_ones = [
        (path, item)
        for path, item in known(name, day)
        if item.decided == 0 and item.base not in (0.0, item.low, item.high) and not CHANCES.search(path)
    ]
    assert open_ones
    for path, item in open_ones:
        if re.search(r"swings|\.shared\[", path):
            continue  # what one assumption does to a figure, told by its two ends beside the range of the figure
        assert f'value="{item.base!r}"' not in told, f"{path}: {item}"


@pytest.mark.parametrize(("name", "day"), CASES)
def test_a_chance_that_spans_more_than_half_is_not_identified(name: str, day: dt.date | None) -> None:
    told = page(name, day)
    for path, item in known(name, day):
        if CHANCES.search(path) and item.width > WIDEST_CHANCE:
            assert f'value="{item.base!r}"' not in told, path
            assert re.search(r"not identified \(", told), path


def test_the_clock_of_the_built_in_dispute_is_its_distribution() -> None:
    findings = found(built_in.DISPUTE, built_in.DAY)
    spread = findings.parts["deal"].spread  # type: ignore[attr-defined]
    assert spread.ranges["p_deal"].width > WIDEST_CHANCE
    assert spread.medians["p_deal"] < 0.1 < spread.ranges["p_deal"].base
    front = write_front(findings)
    assert "whether it comes in time is not identified (" in front.talks.striptags()


@pytest.mark.parametrize(("name", "day"), CASES)
def test_nobody_is_called_a_gainer_or_a_loser_whose_sign_is_open(name: str, day: dt.date | None) -> None:
    """The first screen: every country that it calls one is identified under the policy that it speaks of."""
    findings = found(name, day)
    front, ranges = write_front(findings), findings.parts["ranges"]
    for policy, text in ((findings.known[0], f"{front.headline} {front.elsewhere}"),):
        plain = re.sub(r"(For|for|and for) the? ?[^()]*the sign is not identified \([^)]*\)", "", str(text))
        of = ranges.policy(policy.name)  # type: ignore[attr-defined]
        for row in policy.countries:
            if of.country(row.country).real_income_pct.decided == 0:
                assert f"{row.name} gains" not in plain and f"{row.name} loses" not in plain
                assert f"{row.name} with" not in plain


def test_differences_are_taken_under_the_same_draw() -> None:
    """What two levels have in common drops out: the step is surer than two levels on their own would leave it."""
    findings = found(built_in.DISPUTE, built_in.DAY)
    ranges, options = findings.parts["ranges"], findings.parts["options"]
    now, rise = (ranges.policy(name) for name in ("today", "rise"))  # type: ignore[attr-defined]
    step = next(item for item in options.options if item.name == "rise")  # type: ignore[attr-defined]
    for row in rise.countries:
        before, after = now.country(row.country).real_income_pct, row.real_income_pct
        assert row.step_points.base == pytest.approx(after.base - before.base)
        assert step.change(row.country) == row.step_points
        assert row.step_points.width < before.width + after.width
    assert ranges.common == 0.5  # type: ignore[attr-defined]
    assert {row.common for row in ranges.shared} == {0.0, 1.0}  # type: ignore[attr-defined]
