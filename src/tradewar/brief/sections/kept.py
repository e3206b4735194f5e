"""Is it being kept: one grade per promise with its evidence, counts and deliveries, and what others have claimed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from tradewar.brief.charts import Drawing
from tradewar.brief.numbers import figure
from tradewar.brief.section import Limits, Section, Words
from tradewar.brief.sections.kept_charts import counts_drawing, dated, deliveries_drawing, sectors_drawing
from tradewar.brief.sections.kept_words import data_set, meaning, month, quoted, short_month, worded
from tradewar.brief.tables import Table, table
from tradewar.brief.text import fill
from tradewar.disputes.findings import Findings
from tradewar.disputes.kept import KeptCommitment, KeptFindings
from tradewar.monitoring.claims import ClaimCell
from tradewar.monitoring.evidence import SourceReview
from tradewar.monitoring.grades import amount_digits
from tradewar.monitoring.series import PurchaseCommitment, TruceCommitment, month_number, month_text

OPENING_TRUCE = (
    "The truce is graded {{ grade }}: by {{ source }} its rate is above the cap with probability "
    "{{ p(last.breach_probability) }}, and above the level before the deal with {{ p(last.above_baseline) }}."
)

OPENING_PURCHASES = (
    "Of {{ row.name }}, {{ share(row.review.seasonal.attainment, 0) }} percent of what was due by {{ row.until }} has "
    "been delivered (graded {{ grade }}; {% if row.ended %}{{ row.ended }}{% else %}probability of missing it "
    "{{ p(row.review.seasonal.breach_probability) }}, {{ p(row.review.dispersed.breach_probability) }} with a looser "
    "season{% endif %})."
)

MOVES = (
    "Which level it is held against (the cap, the first review, the level before), and which data set is asked: dates "
    "mean different things in each, and the sources disagree.",
    "Effort of those who report, which rose for all sponsors; comparisons with other sponsors take out what is common.",
)

LEAVES_OUT = (
    "Operations that nobody saw or published, their size and their damage, who ordered them, and whether the law was "
    "broken.",
)

COUNTED = (
    "{{ source }}: {% for w in windows %}{{ n(w.count) }} operations attributed to {{ sponsor }} in the "
    "{{ n(w.months) }} months {{ 'before the deal, ' if loop.first }}{{ month(w.first) }} to {{ month(w.last) }}"
    "{{ ', ' if loop.revindex > 2 else ' and ' if loop.revindex == 2 }}{% endfor %}. Those of the other sponsors "
    "together went {% for w in windows %}{{ ' to ' if not loop.first else 'from ' }}{{ n(w.controls_rate, 2) }}"
    "{% endfor %} a month. Dates are those of {{ meaning }}."
)

STATEMENTS = (
    "{{ month(last.window[0]) }} to {{ month(last.window[1]) }}, three statements with three baselines. The rate is "
    "above the cap ({{ share(ratio, 0) }} percent of the level before the deal): probability "
    "{{ p(last.breach_probability) }}. "
    "{% if last.above_truce_window is not none %}It is above the first review: {{ p(last.above_truce_window) }}. "
    "{% endif %}It is above the level before the deal: {{ p(last.above_baseline) }}."
    "{% if last.alarm_month %} The live alarm rang in {{ month(last.alarm_month) }}, a month of "
    "{{ n(last.alarm.events) }} events: it is false in at most {{ share(last.alarm.false_alarm_rate, 0) }} percent of "
    "reviews in which the rate is at the cap. Without it the grade is {{ review.without_alarm }}."
    "{% elif last.alarm %} The live alarm has not rung; one is false in at most "
    "{{ share(last.alarm.false_alarm_rate, 0) }} percent of reviews in which the rate is at the cap.{% endif %}"
    "{% if last.watch and last.watch.month %} A standing watch has rung since {{ month(last.watch.month) }}; it enters "
    "no grade, for at the cap it rings within {{ n(last.watch.months) }} months in "
    "{{ share(last.watch.rings_at_cap, 0) }} percent of series.{% endif %}"
)

UNKNOWN_DATE = (
    "{% if points %}Sought without a given date, {% for c in points %}a change is found in {{ month(c.month) }}, from "
    "{{ n(c.rate_before, 2) }} to {{ n(c.rate_after, 2) }} a month (dates from {{ month(c.first) }} to "
    "{{ month(c.last) }} are about as good){{ ' and ' if not loop.last }}{% endfor %}.{% else %}Sought without a given "
    "date, no change is found.{% endif %}{% if not at_deal %} The fall at the deal is not found in this way: it rests "
    "on tests at the announced date.{% endif %}"
)

AT_DEAL = (
    "At the announced date the rate went to {{ share(t.ratio, 0) }} percent of what it was (95 percent interval "
    "{{ share(t.low, 0) }} to {{ share(t.high, 0) }}). Had the detected part of all operations gone to "
    "{{ share(t.ratio, 0) }} percent of what it was, that would explain all of it; "
    "{{ share(t.insignificance_point, 0) }} percent would be enough to make it insignificant."
    "{% if b.placebo_rank %} Of {{ n(b.placebo_dates) }} dates that can be compared, its fall is number "
    "{{ n(b.placebo_rank) }} by size.{% endif %}"
    "{% if others %} For the others the same test gives {% for name, o in others %}{{ share(o.ratio, 0) }} percent "
    "({{ name }}){{ ', ' if loop.revindex > 2 else ' and ' if loop.revindex == 2 }}{% endfor %}.{% endif %}"
    "{% if left_out %} The odds against the others went to {% for name, o in left_out %}{{ share(o.odds_ratio, 0) }} "
    "percent without {{ name }}{{ ', ' if loop.revindex > 2 else ' and ' if loop.revindex == 2 }}{% endfor %}."
    "{% endif %}"
)

GRADES = (
    "A grade is about a series of figures, never about intent or the law. Kept: breach probability below 0.1. "
    "Suspected: above 0.9, or an alarm; at one look at a rate exactly at the cap at most one in ten is. Breach found: "
    "above 0.99, a comparison with others that points the same way, and a second source that is collected in another "
    "way. A grade goes down one step where it hangs on one choice of "
    "method."
)

ENDED = {0.0: "met", 1.0: "missed: the time is over"}
"""At the end of the year the answer is a comparison, not a probability."""

QUALITY = (
    "What a yearly review of this series can promise: a false alarm in {{ share(q.false_alarm_rate, 0) }} percent of "
    "the years in which the truce is kept; a breach ({{ q.breach }}) is found within the year with probability "
    "{{ n(q.detection_power, 2) }}."
)


def kept_of(findings: Findings) -> KeptFindings:
    """The part of the findings that this section tells."""
    found = findings.part(KeptFindings)
    assert found is not None
    return found


def _applies(findings: Findings) -> bool:
    return findings.part(KeptFindings) is not None


def number(value: float, decimals: int = 0) -> Markup:
    """A figure without sign."""
    return figure(value, decimals)


def probability(value: float) -> Markup:
    """Three digits, or the bound where rounding would say 0 or 1."""
    if 0.9995 <= value < 1:
        return Markup("above 0.999")
    if 0 < value < 0.0005:
        return Markup("below 0.001")
    return figure(value, 3)


def share(value: float, decimals: int = 1) -> Markup:
    """A fraction in percent."""
    return figure(value, decimals, scale=100.0)


def short_probability(value: float) -> Markup:
    """The same for a cell of a table."""
    return Markup(str(probability(value)).replace("above", "&gt;").replace("below", "&lt;"))


# ---------------------------------------------------------------- sentences


def _sentences(findings: Findings) -> Words:
    kept = kept_of(findings)
    return {
        "lead": _lead(kept),
        "grades": GRADES,
        "truces": [_truce(findings, item) for item in kept.truces if item.evidence.truce],
        "notes": list(dict.fromkeys(note for item in kept.commitments for note in item.evidence.notes)),
    }


def _opening(findings: Findings) -> Markup:
    """The latest promise of purchases on all goods where there is one, else the first truce."""
    kept = kept_of(findings)
    shared: dict[str, Any] = {"n": number, "p": probability, "share": share}
    bought = [item for item in kept.purchases if item.evidence.purchase]
    begun = [item for item in bought if item.evidence.purchase and item.evidence.purchase.seasonal.cumulative_share > 0]
    if begun:
        item = max(begun, key=lambda one: (one.promise.known_from, _due(one)))
        return fill(findings, OPENING_PURCHASES, row=_purchase_row(item), grade=item.evidence.grade, **shared)
    truces = [item for item in kept.truces if item.evidence.truce]
    if not truces:
        return Markup("")
    last = truces[0].evidence.truce[-1].sources[0]
    grade, source = truces[0].evidence.grade, data_set(last.dataset)
    return fill(findings, OPENING_TRUCE, grade=grade, source=source, last=last, **shared)


def _due(item: KeptCommitment) -> tuple[int, float]:
    """The year of a promise that has begun, and how much is promised in it."""
    promise, review = item.promise, item.evidence.purchase
    assert isinstance(promise, PurchaseCommitment)
    assert review is not None
    return promise.year, review.seasonal_target[-1]


def _limits(findings: Findings) -> Limits:
    return Limits(MOVES, LEAVES_OUT)


def _lead(kept: KeptFindings) -> str:
    grades = [str(item.evidence.grade) for item in kept.commitments]
    if len(grades) == 1:
        return f"One promise can be judged. Its grade is: {grades[0]}."
    found = [f"{grades.count(grade)} {grade}" for grade in dict.fromkeys(grades)]
    return f"{len(grades)} promises can be judged. Their grades: {', '.join(found)}."


def _truce(findings: Findings, item: KeptCommitment) -> list[Markup]:
    """The sentences on one truce; the tests are told where the lead series is kept by month."""
    promise, last = item.promise, item.evidence.truce[-1].sources[0]
    assert isinstance(promise, TruceCommitment)
    names = dict(findings.names)
    shared: dict[str, Any] = {"n": number, "p": probability, "share": share, "month": month}

    def told(template: str, **values: Any) -> Markup:
        return fill(findings, template, **shared, **values)

    said: list[Markup] = []
    if item.windows:
        source = last.source or last.dataset
        sponsor = names.get(promise.sponsor, promise.sponsor)
        facts = {"windows": item.windows, "source": source, "sponsor": sponsor, "meaning": meaning(last.date_meaning)}
        said.append(told(COUNTED, **facts))
    said.append(told(STATEMENTS, last=last, review=item.evidence.truce[-1], ratio=promise.allowed_ratio))
    background = item.evidence.background
    if background is not None:
        deal = background.announced[0]
        at_deal = any(point.first <= deal <= point.last for point in background.change_points)
        said.append(told(UNKNOWN_DATE, points=background.change_points, at_deal=at_deal))
        if background.first_window is not None:
            others = [(names.get(code, code), test) for code, test in background.placebo_sponsors.items()]
            left_out = [(names.get(code, code), test) for code, test in background.left_out.items()]
            facts = {"t": background.first_window, "b": background, "others": others, "left_out": left_out}
            said.append(told(AT_DEAL, **facts))
    if item.evidence.quality is not None:
        said.append(told(QUALITY, q=item.evidence.quality))
    return said


# ---------------------------------------------------------------- rows of the page


def _values(findings: Findings) -> Mapping[str, Any]:
    kept = kept_of(findings)
    claims = kept.report.claims if kept.report else ()
    return {
        "kept": kept,
        "n": number,
        "p": short_probability,
        "share": share,
        "month": month,
        "short_month": short_month,
        "sources": [_source_rows(item) for item in kept.truces if item.evidence.truce],
        "purchases": (rows := [_purchase_row(item) for item in kept.purchases if item.evidence.purchase]),
        "units": list(dict.fromkeys(row["unit"] for row in rows)),
        "has_deliveries": deliveries_drawing(findings, kept) is not None,
        "claims": [(result.claim, *_claim_cells(result.cells)) for result in claims],
        "quotes": _quotes(findings, kept),
        "worded": worded,
        "has_sectors": sectors_drawing(findings, kept) is not None,
        "dated": dated(kept),
    }


def _source_rows(item: KeptCommitment) -> list[tuple[str, list[tuple[str, str, SourceReview]]]]:
    """Per review, newest first: (its months, [(data set, what its dates mean, the source)])."""
    return [
        (
            f"{month(review.window[0])} to {month(review.window[1])}",
            [(data_set(source.dataset), meaning(source.date_meaning), source) for source in review.sources],
        )
        for review in reversed(item.evidence.truce)
    ]


def _purchase_row(item: KeptCommitment) -> dict[str, Any]:
    promise, review = item.promise, item.evidence.purchase
    assert isinstance(promise, PurchaseCommitment)
    assert review is not None
    return {
        "name": f"{promise.group}, {promise.when}",
        "until": month(month_text(month_number(f"{promise.year}-01") + review.seasonal.months - 1)),
        "unit": review.unit,
        "digits": amount_digits(review.seasonal.target),
        "review": review,
        "low": review.fan[0][-1] if review.fan and review.fan[0] else None,
        "high": review.fan[-1][-1] if review.fan and review.fan[-1] else None,
        "begun": review.seasonal.cumulative_share > 0,
        "whole": "year" if promise.years == 1 else "all",
        "ended": ENDED[review.seasonal.breach_probability]
        if review.seasonal.months == len(review.seasonal_target)
        else "",
    }


def _quotes(findings: Findings, kept: KeptFindings) -> list[tuple[str, list[str]]]:
    """(report, its figures in words)."""
    names = dict(findings.names)
    found: dict[str, list[str]] = {}
    for row in kept.report.figures if kept.report else ():
        unit = "" if row["unit"] == "as named" else f" {row['unit']}"
        who = names.get(row["adversary"], row["adversary"])
        text = f"{quoted(row['item'])} {row['value']}{unit} ({who}, {row['period'].replace('-', ' to ')})"
        found.setdefault(row["report"], []).append(text)
    return list(found.items())


def _claim_cells(cells: Sequence[ClaimCell]) -> tuple[list[tuple[str, str]], ...]:
    """(data set, figures) of the cells in which a claim holds, fails, and cannot be told."""
    groups: dict[str, list[tuple[str, str]]] = {"holds": [], "fails": [], "open": []}
    for cell in cells:
        name = data_set(cell.dataset) + (", wide coding" if cell.coding == "sector_wide" else "")
        word = {"not shown": "not shown: ", "too few": "too few: ", "not coded": "not coded: "}.get(cell.outcome, "")
        few = " (few)" if cell.few and cell.outcome == "holds" else ""
        groups[cell.outcome if cell.outcome in groups else "open"].append((f"{word}{name}{few}", cell.figures))
    return tuple(groups.values())


# ---------------------------------------------------------------- charts and tables


def _drawings(findings: Findings) -> Sequence[Drawing]:
    kept = kept_of(findings)
    drawn = [counts_drawing(findings, item, k) for k, item in enumerate(kept.truces, start=1)]
    drawn += [deliveries_drawing(findings, kept), sectors_drawing(findings, kept)]
    return [drawing for drawing in drawn if drawing is not None]


def _tables(findings: Findings) -> Sequence[Table]:
    kept = kept_of(findings)
    made = [_promises(kept), _by_source(kept), _deliveries(kept)]
    if kept.report is not None:
        made += [_claims(kept), _sectors(kept)]
    return [item for item in made if item.rows]


def _promises(kept: KeptFindings) -> Table:
    columns = ("promise", "kind", "known_from", "grade", "breach_probability", "reasons", "would_change", "source")
    rows = [
        (
            item.promise.name,
            item.evidence.kind,
            item.promise.known_from,
            str(item.evidence.grade),
            item.evidence.breach_probability,
            "; ".join(item.evidence.reasons),
            "; ".join(f"{change.to}: {change.what}" for change in item.changes),
            item.promise.source,
        )
        for item in kept.commitments
    ]
    return table("promises", "One grade per promise", columns, rows)


def _by_source(kept: KeptFindings) -> Table:
    columns = ("promise", "data_set", "date_means", "before_first", "before_last", "first", "last", "count_before",
               "months_before", "count", "months", "above_cap", "above_first_review", "above_level_before",
               "alarm_since", "watch_since", "grade", "grade_without_alarm")  # fmt: skip
    rows = [
        (
            item.promise.name,
            source.dataset,
            source.date_meaning,
            *source.baseline_window,
            *source.window,
            source.baseline_count,
            source.baseline_exposure,
            source.count,
            source.exposure,
            source.breach_probability,
            source.above_truce_window,
            source.above_baseline,
            source.alarm_month,
            "" if source.watch is None else source.watch.month,
            str(source.verdict.grade),
            str(source.without_alarm),
        )
        for item in kept.truces
        for review in item.evidence.truce
        for source in review.sources
    ]
    return table("truce_by_source", "Every data set in every review of a truce", columns, rows)


def _deliveries(kept: KeptFindings) -> Table:
    columns = ("promise", "unit", "month", "delivered", "seasonal_target", "forecast_5", "forecast_50", "forecast_95")
    rows: list[tuple[Any, ...]] = []
    for item in kept.purchases:
        review = item.evidence.purchase
        if review is None or not isinstance(item.promise, PurchaseCommitment):
            continue
        done, first = len(review.delivered), month_number(f"{item.promise.year}-01")
        for k, target in enumerate(review.seasonal_target):
            known = review.delivered[k] if k < done else None
            fan = [review.fan[j][k - done] if k >= done and review.fan[j] else None for j in (0, 2, 4)]
            rows.append((item.promise.name, review.unit, month_text(first + k), known, target, *fan))
    return table("deliveries", "Cumulative deliveries against the promise", columns, rows)


def _claims(kept: KeptFindings) -> Table:
    columns = ("claim", "data_set", "date_means", "coding", "outcome", "figures", "few", "claimed_by")
    claims = kept.report.claims if kept.report else ()
    rows = [
        (r.claim.statement, c.dataset, c.date_meaning, c.coding, c.outcome, c.figures, str(c.few), r.claim.source)
        for r in claims
        for c in r.cells
    ]
    return table("claims", "Published claims against each data set", columns, rows)


def _sectors(kept: KeptFindings) -> Table:
    columns = ("data_set", "date_means", "coding", "sponsor", "years", "sector", "events", "all_events", "share",
               "share_low", "share_high")  # fmt: skip
    rows = [
        (
            r.dataset,
            r.date_meaning,
            r.dimension,
            r.sponsor,
            r.window,
            r.member,
            r.n,
            r.events or None,
            r.share,
            r.low,
            r.high,
        )
        for r in (kept.report.sectors if kept.report else ())
    ]
    return table("operations_by_sector", "Reported operations by sponsor and sector", columns, rows)


SECTION = Section(
    "kept",
    _sentences,
    _drawings,
    _tables,
    _values,
    _applies,
    question="Is it being kept?",
    opening=_opening,
    limits=_limits,
)
