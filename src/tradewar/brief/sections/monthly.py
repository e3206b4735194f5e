"""Month by month: each flow's path with what was observed, and an observed fall taken apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from tradewar.brief.charts import Drawing
from tradewar.brief.numbers import percent, unsigned
from tradewar.brief.section import Limits, Section, Words
from tradewar.brief.sections.kept_words import month, worded
from tradewar.brief.sections.monthly_charts import COMPONENTS, falls_drawing, path_drawing
from tradewar.brief.tables import Table, table
from tradewar.brief.text import fill
from tradewar.disputes.findings import Findings
from tradewar.disputes.monthly import FlowFindings, MonthlyFindings, PathMonth
from tradewar.disputes.observed_falls import SMALLEST_SHARED, Fall
from tradewar.paths.decomposition import Component

A_HIGH = 1.02
"""A peak below this is no peak."""

OPENING_FALL = (
    "{{ title }}: trade fell by {{ unsigned(percent(total.percent_of_fall, "
    "0)) }} percent, and tariffs account for {{ points(p.substitution) }} points of it"
    "{% if spread %} ({{ shown(spread.high) }} to {{ shown(spread.low) }}"
    "{% if spread.outside %}; {{ spread.outside }}{% endif %}){% endif %}"
    "{% if p.directed.log_points %}, orders from the state for up to {{ points(p.directed) }}{% endif %}"
    "{% if p.stocks.log_points %}, stocks for {{ points(p.stocks) }}{% endif %}"
    "{% if p.waiting.log_points %}, waiting for a deal for {{ points(p.waiting) }}{% endif %}"
    "; {{ points(p.residual) }} points cannot be told apart."
)
OPENING_PATH = (
    "{{ flow.flow.title }}: lowest at {{ rate(trough.index, 0) }} percent of the same month of {{ base }} in "
    "{{ month }}{{ within(trough.range, 0, sign=False, scale=100) }}, "
    "{{ rate(flow.long_run_index, 0) }} percent in the long run."
)
CAVEAT = (
    "A fall of {{ unsigned(percent(total.percent_of_fall, 0)) }} percent is not a tariff elasticity: it does not say "
    "how trade reacts to duties. So soon after them, the duties alone would have taken "
    "{{ unsigned(percent(p.substitution.percent, 1)) }} percent off this trade; after some years, more. And one month "
    "against the same month a year before is distorted by the moving holiday of January and February."
)
PARTS = (
    "The parts are log points, which add up; in percent of the base they are shared out in the same proportions, and "
    "never multiplied. {% if directed %}How orders from the state are found: {{ how }}. This is an upper bound. "
    "{% endif %}The residual is what is left, never forced to zero."
)
PATH = (
    "{{ flow.flow.title }}: {% if planned %}if every planned step comes, {% endif %}"
    "{% if peak.index > high %}highest in {{ month(peak.month) }} at {{ rate(peak.index, 0) }} percent of the same "
    "month of {{ base }}, {% endif %}lowest in {{ month(trough.month) }} at {{ rate(trough.index, 0) }} percent"
    "{{ within(trough.range, 0, sign=False, scale=100) }}, and {{ rate(flow.long_run_index, 0) }} percent in the long "
    "run."
    "{% if planned %} Without the planned steps it stands at {{ rate(last.index_without, 0) }} instead of "
    "{{ rate(last.index, 0) }} percent{{ within(last.range, 0, sign=False, scale=100) }} in {{ month(last.month) }}; "
    "stocks run down either way.{% endif %}"
)
OBSERVED = (
    "{% if ended %}In {{ month(seen.month) }}, where the path ends, it{% else %}The last month known of it, "
    "{{ month(seen.month) }},{% endif %} stood at {{ rate(seen.observed, 0) }} percent where the path "
    "has {{ rate(seen.index, 0) }}."
)
NONE_OBSERVED = "No month of it was known on the day."

MOVES = (
    "How fast trade reacts: {{ curve }} (percent less trade per percent of duty).{% if band %} The band draws this "
    "and what is assumed about dates and orders; the ranges are ours.{% endif %}",
    "What is taken for orders from the state, and how many buyers wait or hurry: assumptions, each with its reason in "
    "the table.",
)
LEAVES_OUT = (
    "Growth that trade would have had since {{ base }}, exchange rates, prices, the season of single products, and how "
    "long goods are at sea. Elasticities by horizon are of tariffs in general, not of this dispute.",
)


def monthly_part(findings: Findings) -> MonthlyFindings:
    """The part; the section applies only where it is there."""
    found = findings.part(MonthlyFindings)
    assert found is not None
    return found


def _fall(part: MonthlyFindings) -> Fall | None:
    """The fall that the section opens with: what somebody reported, else the last large one; None without a fall."""
    falls = [fall for flow in part.flows for fall in flow.falls if _is_large(fall)]
    falls = [fall for fall in falls if fall.decomposition.total.log_points < 0]
    reported = [fall for fall in falls if fall.reported]
    return next(iter(reported), None) or next(reversed(falls), None)


def _is_large(fall: Fall) -> bool:
    return abs(fall.decomposition.total.log_points) >= SMALLEST_SHARED


def _opening(findings: Findings) -> Markup:
    part = monthly_part(findings)
    fall = _fall(part)
    if fall is None:
        flow = part.flows[0]
        low = _trough(flow)
        return fill(
            findings, OPENING_PATH, flow=flow, trough=low, month=month(low.month), base=str(part.base_year)
        )  # fmt: skip
    return fill(findings, OPENING_FALL, **_parts(fall))


def _parts(fall: Fall) -> dict[str, Any]:
    found = fall.decomposition
    # signs are left out where every part has that of the whole: the sentence says `fell`
    alike = all(piece.log_points * found.total.log_points >= 0 for piece in found.parts.values())

    def shown(value: float) -> Markup:
        return unsigned(percent(value, 1)) if alike else percent(value, 1)

    def points(piece: Component) -> Markup:
        return shown(piece.percent_of_fall or 0.0)

    facts = {"title": worded(fall.title), "total": found.total, "p": found, "spread": fall.substitution_range}
    return facts | {"shown": shown, "points": points}


def _sentences(findings: Findings) -> Words:
    part = monthly_part(findings)
    fall = _fall(part)
    told: dict[str, Any] = {
        "caveat": Markup("") if fall is None else fill(findings, CAVEAT, **_parts(fall)),
        "parts": Markup("") if fall is None else _shared_out(findings, fall),
        "paths": {flow.flow.name: _path(findings, part, flow) for flow in part.flows},
    }
    return told


def _shared_out(findings: Findings, fall: Fall) -> Markup:
    directed = fall.decomposition.directed.log_points
    return fill(findings, PARTS, directed=directed, how=worded(fall.how_directed))


def _path(findings: Findings, part: MonthlyFindings, flow: FlowFindings) -> Markup:
    planned = any(row.index_without is not None for row in flow.months)
    peak = max(flow.months, key=lambda row: row.index)
    facts = {"peak": peak, "trough": _trough(flow), "last": flow.months[-1], "planned": planned}
    told = fill(findings, PATH, flow=flow, base=str(part.base_year), high=A_HIGH, month=month, **facts)
    seen = [row for row in flow.months if row.observed is not None]
    more = (
        fill(findings, OBSERVED, seen=seen[-1], ended=seen[-1] == flow.months[-1], month=month)
        if seen
        else Markup(NONE_OBSERVED)
    )
    return told + " " + more


def _trough(flow: FlowFindings) -> PathMonth:
    return min(flow.months, key=lambda row: row.index)


def _limits(findings: Findings) -> Limits:
    part = monthly_part(findings)
    curve = part.flows[0].assumptions[0].value
    band = any(flow.band for flow in part.flows)
    return Limits(
        [fill(findings, text, curve=curve, band=band) for text in MOVES],
        [fill(findings, text, base=str(part.base_year)) for text in LEAVES_OUT],
    )


def _drawings(findings: Findings) -> Sequence[Drawing]:
    part = monthly_part(findings)
    made = [path_drawing(findings, part, flow) for flow in part.flows]
    falls = [fall for flow in part.flows for fall in flow.falls if _is_large(fall)]
    return [falls_drawing(falls), *made] if falls else made


def _tables(findings: Findings) -> Sequence[Table]:
    part = monthly_part(findings)
    fields = (
        "month", "index", "index_without", "use", "extra_stock", "low", "high", "substitution", "directed", "stocks",
        "observed", "observed_three_months",
    )  # fmt: skip
    paths = [
        (flow.flow.name, *(cells[f] for f in fields))
        for flow in part.flows
        for row in flow.months
        for cells in [row.cells()]
    ]
    falls = [
        (flow.flow.name, fall.title, name, piece.log_points, piece.percent, piece.share_of_total, piece.percent_of_fall)
        for flow in part.flows
        for fall in flow.falls
        for name, piece in fall.decomposition.parts.items()
    ]
    steps = [
        (flow.flow.name, row.on.isoformat(), row.rate_before, row.rate_after, "yes" if row.planned else "no")
        for flow in part.flows
        for row in flow.steps
    ]
    return (
        table("paths", "Month by month: indices are 1 without the dispute", ("flow", *fields), paths),
        table(
            "falls", "Observed changes taken apart",
            ("flow", "change", "part", "log_points", "alone_pct", "share_of_total", "percent_of_base"), falls,
        ),
        table(
            "path-steps", "Steps of the average added duty",
            ("flow", "on", "rate_before_fraction", "rate_after_fraction", "planned"), steps,
        ),
    )  # fmt: skip


def _values(findings: Findings) -> Mapping[str, Any]:
    part = monthly_part(findings)
    assumed = {(row.name, row.value): row for flow in part.flows for row in flow.assumptions}
    return {
        "part": part,
        "falls": [(flow, fall) for flow in part.flows for fall in flow.falls],
        "any_large": any(_is_large(fall) for flow in part.flows for fall in flow.falls),
        "components": COMPONENTS,
        "assumed": list(assumed.values()),
        "worded": worded,
        "notes": list(dict.fromkeys(note for flow in part.flows for note in flow.notes)),
    }


def _applies(findings: Findings) -> bool:
    return findings.part(MonthlyFindings) is not None


SECTION = Section(
    "monthly",
    _sentences,
    _drawings,
    _tables,
    _values,
    _applies,
    question="What do the months show?",
    opening=_opening,
    limits=_limits,
)
