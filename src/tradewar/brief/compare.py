"""Two briefs side by side: two days of one dispute, or two disputes.

What both have is compared in the order of the questions; what only one has stands beside an empty cell. Sides are
matched by their place (first and second party), policies by their names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from tradewar.brief.numbers import day, plain
from tradewar.brief.page import applying
from tradewar.brief.section import Section
from tradewar.brief.statements import NOT_IDENTIFIED, ends, open_sign, unsure
from tradewar.brief.text import environment, styles, the
from tradewar.disputes.answer import Answer
from tradewar.disputes.deal import Deal
from tradewar.disputes.findings import Findings
from tradewar.disputes.hold import NASH, Hold
from tradewar.disputes.kept import KeptFindings
from tradewar.disputes.ranges import Ranges
from tradewar.disputes.taxed import Taxed
from tradewar.io.serialize import Document, json_text
from tradewar.world.ranges import Range

CHANCE = "percent of chance"
"""Unit of a chance."""
PAGE, DATA = "compare.html", "compare.json"


@dataclass(frozen=True)
class Compared(Document, told="... difference"):
    """One figure or word of both briefs; None where a brief does not have it."""

    question: str
    what: str
    unit: str
    decimals: int
    one: float | str | None
    other: float | str | None
    one_range: Range | None = None
    other_range: Range | None = None

    @property
    def difference(self) -> float | None:
        """The second less the first, where both are figures and identified."""
        if self.leaves_open(self.one_range) or self.leaves_open(self.other_range):
            return None
        if isinstance(self.one, float) and isinstance(self.other, float):
            return self.other - self.one
        return None

    def leaves_open(self, found: Range | None) -> bool:
        """Whether a range leaves the figure open: its sign, or for a chance where it lies."""
        return unsure(found, 100.0) if self.unit == CHANCE else open_sign(found)


@dataclass(frozen=True)
class ComparedAnswers:
    """The answers to one question; empty where a brief has none."""

    question: str
    one: str
    other: str


@dataclass(frozen=True)
class Comparison(Document):
    """Two briefs, figure by figure."""

    titles: tuple[str, str]
    answers: tuple[ComparedAnswers, ...]
    rows: tuple[Compared, ...]


@dataclass(frozen=True)
class _Figure:
    unit: str
    decimals: int
    value: float | str
    span: Range | None = None


def compare(one: Findings, other: Findings) -> Comparison:
    """Everything that can be held against each other in two sets of findings."""
    left, right = (dict(_figures(findings)) for findings in (one, other))
    rows: list[Compared] = []
    for question, what in dict.fromkeys((*left, *right)):
        a, b = left.get((question, what)), right.get((question, what))
        known = a or b
        assert known is not None
        rows.append(
            Compared(
                question, what, known.unit, known.decimals,
                None if a is None else a.value, None if b is None else b.value,
                None if a is None else a.span, None if b is None else b.span,
            )
        )  # fmt: skip
    titles = (_title(one), _title(other))
    return Comparison(titles, tuple(_answers(one, other)), _in_order(rows))


def comparison_files(one: Findings, other: Findings) -> dict[str, str]:
    """What is written beside the first brief: a page and its figures, by name."""
    comparison = compare(one, other)
    return {DATA: json_text(comparison), PAGE: render_comparison(comparison)}


def render_comparison(comparison: Comparison) -> str:
    """The comparison as one page without scripts and without anything to fetch."""
    page = environment().get_template("compare.html.j2")
    return page.render(c=comparison, css=styles(), shown=_shown, ends=_ends, not_identified=NOT_IDENTIFIED)


def _title(findings: Findings) -> str:
    return f"{findings.title}, as of {day(findings.as_of)}"


def _in_order(rows: list[Compared]) -> tuple[Compared, ...]:
    """Rows of one question together, questions in the order in which they first appear."""
    first = list(dict.fromkeys(row.question for row in rows))

    def place(row: Compared) -> int:
        return first.index(row.question)

    return tuple(sorted(rows, key=place))


def _answers(one: Findings, other: Findings) -> Iterator[ComparedAnswers]:
    left, right = ({item.name: item for item in applying(findings) if item.question} for findings in (one, other))
    for name in dict.fromkeys((*left, *right)):
        section: Section = left.get(name) or right[name]
        yield ComparedAnswers(
            section.question,
            left[name].opening(one).striptags() if name in left else "",
            right[name].opening(other).striptags() if name in right else "",
        )


# ---------------------------------------------------------------- figures of one brief


def _figures(findings: Findings) -> Iterator[tuple[tuple[str, str], _Figure]]:
    for question, figures in (
        ("What is taxed", _taxed(findings)),
        ("Who gains, who loses", _effects(findings)),
        ("What the other side does", _games(findings)),
        ("Is there a deal", _deal(findings)),
        ("Would it hold", _hold(findings)),
        ("Is it being kept", _kept(findings)),
    ):
        for what, figure in figures:
            yield (question, what), figure


def _taxed(findings: Findings) -> Iterator[tuple[str, _Figure]]:
    part, names = findings.part(Taxed), dict(findings.names)
    for pair in () if part is None else part.pairs:
        what = f"Average tariff of {the(names[pair.importer])} on goods of {the(names[pair.exporter])}"
        yield what, _Figure("percent", 1, 100.0 * pair.rate)


def _effects(findings: Findings) -> Iterator[tuple[str, _Figure]]:
    ranges = findings.part(Ranges)
    for policy in findings.compared:
        of = None if ranges is None else ranges.policy(policy.name)
        label = policy.name.replace("-", " ")
        for party in findings.parties:
            effect = policy.country(party.country)
            span = None if of is None else of.country(party.country).real_income_pct
            what = f"Real income of {the(party.name)}, policy “{label}”"
            yield what, _Figure("percent", 3, effect.real_income_pct, span)


def _games(findings: Findings) -> Iterator[tuple[str, _Figure]]:
    part = findings.part(Answer)
    war = None if part is None else part.move("war")
    for k, party in enumerate(findings.parties if war else ()):
        assert war is not None
        yield f"Tariff of {the(party.name)} in full war", _Figure("percent", 1, 100.0 * war.averages[k])
        span = None if part is None or part.ranges is None else part.ranges.move("war")[k]
        yield f"Full war to {the(party.name)}, against the day", _Figure("percent", 3, war.real_income_pct[k], span)


def _deal(findings: Findings) -> Iterator[tuple[str, _Figure]]:
    part = findings.part(Deal)
    if part is None:
        return
    yield "Deal on tariffs", _Figure("", 0, part.base.status.value.replace("_", " "))
    for k, name in enumerate(part.setting.names):
        yield (
            f"Gain of {the(name)} over walking away",
            _Figure("percent a year", 3, float(part.base.gain[k]), part.gains and part.gains[k]),
        )
    if part.spread is not None:
        for name, what in (("p_deal", "Chance of a signature"), ("p_escalate", "Chance that the tariff rises")):
            span = part.spread.ranges[name].times(100.0)
            yield what, _Figure(CHANCE, 0, span.base, span)


def _hold(findings: Findings) -> Iterator[tuple[str, _Figure]]:
    part, names = findings.part(Hold), dict(findings.names)
    for row in () if part is None else part.patience:
        if row.war == NASH and row.per_year is not None:
            what = f"Least patience that keeps {the(names[row.country])} to the deal"
            yield what, _Figure("percent of the next year", 0, 100.0 * row.per_year)


def _kept(findings: Findings) -> Iterator[tuple[str, _Figure]]:
    part = findings.part(KeptFindings)
    for item in () if part is None else part.commitments:
        yield f"Grade: {item.promise.name}", _Figure("", 0, str(item.evidence.grade))
        yield f"Probability that it is broken: {item.promise.name}", _Figure("", 3, item.evidence.breach_probability)


# ---------------------------------------------------------------- how it is shown


def _shown(value: float | str | None, decimals: int, *, sign: bool = False) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else plain(value, decimals, sign=sign)


def _ends(span: Range | None, decimals: int) -> Markup:
    return Markup("") if span is None else ends(span, decimals)
