"""What is taxed, since when, until when: average tariffs through time, coverage, and the products at stake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from markupsafe import Markup

from tradewar.brief.charts import Drawing, colours
from tradewar.brief.numbers import Money, amount, day, figure, money_of, plain, sum_of
from tradewar.brief.section import Limits, Section, Words
from tradewar.brief.tables import Table, table
from tradewar.brief.text import fill, the
from tradewar.brief.timeline import Line, Mark, timeline
from tradewar.disputes.averages import Averages, By
from tradewar.disputes.findings import Findings
from tradewar.disputes.steps import OpenStep
from tradewar.disputes.taxed import PairTaxes, Taxed

VERIFIED = {True: "verified", False: "not verified", None: "not stated"}
STATUS = {"proposed": "proposed", "planned": "planned", "postponed": "postponed, no date"}

OPENING = (
    "{% for p in pairs %}{{ the(name(p.importer))[:1] | upper if loop.first else the(name(p.importer))[:1] }}"
    "{{ the(name(p.importer))[1:] }} charges {{ rate(p.rate) }} percent on average on goods of "
    "{{ the(name(p.exporter)) }} ({{ rate(p.base_rate) }} on {{ day(p.past[0].on) }})"
    "{{ ' and ' if not loop.last }}{% endfor %}"
    "{% if doubt > 0 %}; {{ plain(doubt) }} percentage points of the former rest on lines that are not verified"
    "{% endif %}."
)

MOVES = (
    "The weights: averages over other trade, or over all product codes alike, differ by several points. "
    "Then the steps that are planned: {% if planned %}carried out, they make it {% for p in planned %}"
    "{{ rate(p.planned[-1].rate) }} percent for {{ the(name(p.importer)) }}{{ ' and ' if not loop.last }}{% endfor %}."
    "{% else %}none has a date.{% endif %}"
)

LEAVES_OUT = (
    "Exclusions granted to single firms or products, and preferences, so that the duty paid can be lower; products on "
    "which the book has no rate are in no average.",
)

AVERAGE = (
    "{{ the(name(p.importer))[:1] | upper }}{{ the(name(p.importer))[1:] }} charges {{ rate(p.rate) }} percent "
    "on average on goods of {{ the(name(p.exporter)) }}; on {{ day(p.past[0].on) }} it was {{ rate(p.base_rate) }}"
    "{% if p.planned %}, and if what is planned is carried out it is {{ rate(p.planned[-1].rate) }} from "
    "{{ day(p.planned[-1].on) }}{% endif %}. Duties on top of the general rate are in force on "
    "{{ sum(p.covered_value) }} of {{ sum(p.total) }} of these imports ({{ rate(p.covered_part) }} percent)."
)

COMING = (
    "{% for s in steps %}{{ s.title }}{{ '; ' if not loop.last }}{% endfor %}: {{ status }} for {{ day(stake.on) }}"
    "{% if condition %}, {{ condition }}{% endif %}. It changes the duty on "
    "{% for importer, exporter, value in values %}{{ sum(value) }} of what {{ the(name(importer)) }} bought from "
    "{{ the(name(exporter)) }} in {{ year }}"
    "{{ ' and ' if not loop.last }}{% endfor %}."
)

AVERAGES_BY: Mapping[By, str] = {
    "book": "All duties in force, weighted with the trade between the two by product",
    "policy": "As the model has them: general rates of the base day, later cuts of them left out",
    "model": "The same, weighted with the trade of the model",
    "exports": "The same, weighted with what the exporter sells to the whole world",
    "collected": "Collected in the model, over what is still bought",
}
"""What each average is of."""

NO_STEP = "No step with a date is known. The list below shows what is taxed most now."

UNVERIFIED = (
    "Not everything was checked. {% for p in pairs %}{{ plain(p.unverified_points) }} percentage points of the average "
    "of {{ the(name(p.importer)) }}, and {{ sum(p.unverified_value) }} of the trade that it taxes, rest on lines of "
    "the book that are not marked as verified{{ '; ' if not loop.last else '.' }}{% endfor %}"
    "{% if lines %} They are {{ lines }}.{% endif %}"
    "{% if doubtful %} Not verified either are the dates of these steps: {{ doubtful }}.{% endif %}"
)

WEIGHTS = (
    "Averages are over all duties, the general rate included, and over product codes whose rate is known. Weights: "
    "{% for p in pairs %}{{ p.weight_set }} for {{ the(name(p.importer)) }} (trade of {{ p.weight_year }}; the codes "
    "with a known rate make up {{ rate(p.covered_share) }} percent of it){{ '; ' if not loop.last }}{% endfor %}. "
    "Published averages with other weights differ."
)


def _taxed(findings: Findings) -> Taxed:
    found = findings.part(Taxed)
    assert found is not None
    return found


def _sentences(findings: Findings) -> Words:
    taxed = _taxed(findings)
    told = partial(_told, findings, taxed)
    return {
        "averages": [told(AVERAGE, p=pair) for pair in taxed.pairs],
        "coming": _coming(findings, taxed),
        "unverified": _unverified(findings, taxed),
        "weights": told(WEIGHTS, pairs=taxed.pairs),
    }


def _opening(findings: Findings) -> Markup:
    taxed = _taxed(findings)
    doubt = taxed.pairs[0].unverified_points
    return _told(findings, taxed, OPENING, pairs=taxed.pairs, doubt=doubt, plain=_points)


def _limits(findings: Findings) -> Limits:
    taxed = _taxed(findings)
    planned = [pair for pair in taxed.pairs if pair.planned]
    return Limits((_told(findings, taxed, MOVES, planned=planned),), LEAVES_OUT)


def _told(findings: Findings, taxed: Taxed, template: str, **values: Any) -> Markup:
    """A template with sums in the money of the weight sets instead of the world's."""
    return fill(findings, template, sum=partial(sum_of, money=_money(taxed), sign=False), **values)


def _coming(findings: Findings, taxed: Taxed) -> Markup:
    stake = taxed.stake
    steps = [step for step in findings.steps if step.name in stake.steps]
    values = [row for row in stake.values if row[2] > 0]
    if not steps or not values:
        return Markup(NO_STEP)
    condition = next((step.condition for step in steps if step.condition), "")
    facts = {"stake": stake, "steps": steps, "status": steps[0].status, "condition": condition, "values": values}
    return _told(findings, taxed, COMING, **facts, year=taxed.pairs[0].weight_year)


def _unverified(findings: Findings, taxed: Taxed) -> Markup:
    pairs = [pair for pair in taxed.pairs if pair.unverified_value > 0]
    doubtful = [step.title for step in findings.steps if not step.verified]
    if not pairs and not doubtful:
        return Markup("")
    lines = _shortened([line.measure for line in taxed.unverified])
    return _told(findings, taxed, UNVERIFIED, pairs=pairs, plain=_points, lines=lines, doubtful="; ".join(doubtful))


def _points(value: float) -> Markup:
    return figure(value, 2)


def _shortened(names: Sequence[str], shown: int = 6) -> str:
    """The first names, and how many more there are in the table."""
    more = len(names) - shown
    return ", ".join(names[:shown]) + (" and others (tables/unverified.csv)" if more > 0 else "")


# ---------------------------------------------------------------- charts


def _drawings(findings: Findings) -> Sequence[Drawing]:
    taxed = _taxed(findings)
    colour, names = colours(findings), dict(findings.names)
    lines = [
        Line(
            label=names[pair.importer],
            colour=colour[pair.importer],
            past=tuple((point.on, 100 * point.rate) for point in pair.past),
            planned=tuple((point.on, 100 * point.rate) for point in pair.planned),
        )
        for pair in taxed.pairs
    ]
    marks = [Mark(findings.as_of, "today", "left")]
    due = findings.deadline.date if findings.deadline else None
    if due and due > findings.as_of:
        marks.append(Mark(due, "deadline", "right"))
    title = "Tariffs on each other's goods through time"
    subtitle = f"Average, percent; weights: imports of {taxed.pairs[0].weight_year}. Dashed: planned"
    specification = timeline(title, subtitle, lines, marks)
    caption = "Each step is a day on which the average changed; dashed is what is planned."
    return (Drawing("averages", title, caption, _described(taxed, names, subtitle), specification),)


def _described(taxed: Taxed, names: Mapping[str, str], subtitle: str) -> str:
    def of(pair: PairTaxes) -> str:
        past = ", ".join(f"{plain(100 * point.rate, 1)} from {day(point.on)}" for point in pair.past)
        planned = ", ".join(f"{plain(100 * point.rate, 1)} from {day(point.on)}" for point in pair.planned[1:])
        return f"{names[pair.importer]}: {past}" + (f"; planned: {planned}" if planned else "")

    return f"{subtitle}. " + ". ".join(map(of, taxed.pairs)) + "."


# ---------------------------------------------------------------- tables


def _tables(findings: Findings) -> Sequence[Table]:
    taxed = _taxed(findings)
    products = [tuple(vars(row).values()) for row in taxed.stake.products]
    return (
        _averages(taxed),
        _by_weights(findings),
        _coverage(taxed),
        table(
            "products",
            "Products with most trade at stake",
            ("importer", "exporter", "hs", "sector", "sector_name", *_PRODUCT_COLUMNS),
            products,
        ),
        _steps(findings),
        table(
            "unverified",
            "Lines in force that were not verified",
            ("measure", "importer", "source", "note"),
            [tuple(vars(row).values()) for row in taxed.unverified],
        ),
    )


_PRODUCT_COLUMNS = ("trade_at_stake", "rate_before_fraction", "rate_after_fraction", "duty")


def _averages(taxed: Taxed) -> Table:
    columns = ("importer", "exporter", "weight_set", "on", "planned", "rate_fraction", "covered_share_fraction")
    rows = [
        (pair.importer, pair.exporter, pair.weight_set, point.on.isoformat(), planned, point.rate, point.covered_share)
        for pair in taxed.pairs
        for planned, points in (("no", pair.past), ("yes", pair.planned[1:]))
        for point in points
    ]
    return table("averages", "Average tariffs through time", columns, rows)


def _by_weights(findings: Findings) -> Table:
    found = findings.part(Averages)
    rows = [(row.importer, row.exporter, row.by, AVERAGES_BY[row.by], row.rate) for row in found.rows] if found else []
    columns = ("importer", "exporter", "by", "duties_and_weights", "rate_fraction")
    return table("averages-by-weights", "One average for each question", columns, rows)


def _coverage(taxed: Taxed) -> Table:
    columns = ("importer", "exporter", "weight_set", "weight_digest", "unit", "total", "covered_value")
    more = ("covered_part", "covered_lines", "lines_without_weight", "unverified_points", "unverified_value")
    rows = [tuple(getattr(pair, name) for name in (*columns, *more)) for pair in taxed.pairs]
    return table("coverage", "Trade covered by added duties", (*columns, *more), rows)


def _steps(findings: Findings) -> Table:
    columns = ("step", "title", "actor", "status", "planned_from", "trigger", "condition", "known_from", "verified")
    rows = [
        (
            step.name,
            step.title,
            step.actor,
            step.status,
            step.planned_from.isoformat() if step.planned_from else "",
            step.trigger,
            step.condition,
            step.known_from.isoformat(),
            VERIFIED[step.verified],
        )
        for step in findings.steps
    ]
    return table("steps", "Steps known and not taken", columns, rows)


def _money(taxed: Taxed) -> Money:
    return money_of(taxed.pairs[0].unit, min(pair.total for pair in taxed.pairs) / 100)


# ---------------------------------------------------------------- rows of the page


def _values(findings: Findings) -> Mapping[str, Any]:
    taxed = _taxed(findings)
    money = _money(taxed)
    return {
        "taxed": taxed,
        "unit": money.unit,
        "sum": partial(amount, money=money, sign=False),
        "steps": [(step, STATUS[step.status], _if_settled(step)) for step in findings.steps],
        "averages": findings.part(Averages),
        "averages_by": AVERAGES_BY.items(),
        "the": the,
        "verified": VERIFIED,
    }


def _if_settled(step: OpenStep) -> str:
    if not step.branches:
        return "whatever happens"
    no = {"yes": "", "no": "no "}
    return "; ".join(f"{no[branch.outcome]}{step.trigger}: {branch.what}" for branch in step.branches)


def _applies(findings: Findings) -> bool:
    return findings.part(Taxed) is not None


SECTION = Section(
    "taxed",
    _sentences,
    _drawings,
    _tables,
    _values,
    _applies,
    question="What is taxed?",
    opening=_opening,
    limits=_limits,
)
