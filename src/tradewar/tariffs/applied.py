"""The applied rate: which duties apply to a product, and why the others do not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import product as combinations
from typing import TYPE_CHECKING, Any

from tradewar.errors import BookError
from tradewar.io.serialize import Document
from tradewar.tariffs import duties, editions
from tradewar.tariffs.evaluate import BASE_AUTHORITY, Claim, Evaluation, evaluate
from tradewar.tariffs.instants import write_day, write_instant
from tradewar.tariffs.model import RATE_KINDS, Measure
from tradewar.tariffs.question import NEEDS_DIGITS, NEEDS_UNIT_VALUE, Decisions, Question, ask
from tradewar.tariffs.scopes import listing

if TYPE_CHECKING:
    import pandas as pd

    from tradewar.tariffs.book import TariffBook

MAX_OPEN = 6
"""Open facts whose ends are all combined; beyond, each is moved alone."""
_ORDER = (NEEDS_DIGITS, NEEDS_UNIT_VALUE, "needs_export_date", "needs_quantity", "needs_condition")


@dataclass(frozen=True)
class Component(Document, optional="amount", digits={"rate": 12, "before": 12, "after": 12}):
    """One duty that applies."""

    measure: str
    authority: str
    programme: str
    duty: str
    rate: float | None
    """On customs value; None is unknown."""
    valid_from: str
    known_from: str
    source: str
    instrument: str
    verified: bool | None
    why: str
    before: float | None
    """Sum of the components before this one."""
    after: float | None
    amount: Decimal | None = None
    """Duty in money, to the cent, where the customs value is given."""


@dataclass(frozen=True)
class NotApplied:
    """A measure that covers the product but does not apply."""

    measure: str
    authority: str
    why: str
    verified: bool | None


@dataclass(frozen=True)
class LineRate(Document, digits={"rate": 12}):
    """The rate of a finer line; None is unknown."""

    product: str
    rate: float | None


@dataclass(frozen=True)
class AppliedRate(
    Document,
    told=(
        "importer exporter product on known convention rate status rule_set interval default needs duty components "
        "not_applied lines=finer"
    ),
    optional="interval default needs duty lines",
    digits={"rate": 12, "interval": 12, "default": 12},
):
    """The answer to one question. `rate` is None where the question does not decide it.

    Told with twelve digits, which removes only what addition left.
    """

    importer: str
    exporter: str
    product: str
    on: str
    known: str
    convention: str
    rate: float | None
    interval: tuple[float | None, float | None] | None
    """Lowest and highest rate; None at the top is unbounded."""
    default: float | None
    """Rate under the default convention (export on the day of entry, quota not filled) where facts are missing."""
    status: str
    """`applied`, `mapped`, `needs_...`, `refused`, `unknown`, `not_expressible` or `outside_book`."""
    needs: tuple[str, ...]
    components: tuple[Component, ...]
    not_applied: tuple[NotApplied, ...]
    lines: tuple[tuple[str, float | None], ...]
    """Rate of each finer line, where there are several."""
    rule_set: str
    duty: Decimal | None = None
    """Sum of the duties in money, each rounded to the cent."""

    @property
    def added(self) -> float | None:
        """What is added to the base duty."""
        if self.status == "outside_book" or any(part.rate is None for part in self._special):
            return None
        return sum((part.rate or 0.0 for part in self._special), 0.0)

    @property
    def _special(self) -> tuple[Component, ...]:
        return tuple(part for part in self.components if part.authority != BASE_AUTHORITY)

    @property
    def explanation(self) -> tuple[str, ...]:
        """What applies and what does not, in the order of the JSON, with the same numbers."""
        from tradewar.tariffs.explain import sentences

        return sentences(self)

    @property
    def finer(self) -> tuple[LineRate, ...]:
        """Rate of each finer line, where there are several."""
        return tuple(LineRate(code, rate) for code, rate in self.lines)

    def to_frame(self) -> pd.DataFrame:
        """Components, one row each."""
        import pandas as pd

        return pd.DataFrame([part.to_dict() for part in self.components])

    def _repr_html_(self) -> str:
        from tradewar.tariffs.explain import as_html

        return as_html(self)


def rate(
    book: TariffBook,
    importer: str,
    exporter: str,
    product: str,
    on: date | datetime | str,
    *,
    customs_value: float | None = None,
    edition: str | None = None,
    rule_set: str | None = None,
    **options: Any,
) -> AppliedRate:
    """The rate that applies to a product entered at a time, as known on a day, and why.

    Options are those of `tradewar.tariffs.question.ask`: `exported`, `known_on`, `start_of_day`, `transit_days`,
    `unit_value`, `quantity`, `shares`, `branch`. A date-only `on` is the end of that day at the importer.

    Raises:
        BookError: if the importer, the product or an option is not right.
    """
    question = ask(book, importer, exporter, on, **options)
    book.measures_of(importer)
    if importer == exporter:
        raise BookError.at("exporter", f"{exporter} cannot import from itself", "Name two countries")
    if not book.covers(question.day):
        return _outside(book, question, product)
    found = editions.leaves(book, question, product, edition)
    answers = [_answer(book, question, code, rule_set) for code in found.codes]
    if question.unit_value is not None:
        _one_unit(answers)
    return _combined(book, question, product, found, answers, customs_value)


@dataclass(frozen=True)
class _Answer:
    """What is said about one line."""

    code: str
    evaluation: Evaluation
    ends: tuple[float, ...]
    """Totals over the ends of the open facts; refused entries left out, NaN unknown."""
    default: float | None
    needs: tuple[str, ...]
    refused: bool


def _answer(book: TariffBook, question: Question, code: str, rule_set: str | None) -> _Answer:
    """One line at the default, and at every combination of the ends of its open facts."""
    line = listing(book).lines([code], partial=False)
    decisions = Decisions()
    evaluation = evaluate(book, question, line, decisions, rule_set=rule_set)
    asked = dict(decisions.asked)
    results: list[Evaluation] = [evaluation]
    seen: set[tuple[tuple[str, float], ...]] = set()
    for _ in range(3):
        before = len(asked)
        for ends in _ends(tuple(asked)):
            key = tuple(sorted(ends.items()))
            if key not in seen:
                seen.add(key)
                trial = Decisions(fixed=ends)
                results.append(evaluate(book, question, line, trial, rule_set=rule_set))
                asked |= trial.asked
        if len(asked) == before:
            break
    ends = results[1:] if len(results) > 1 else results
    values = tuple(_total(item) for item in ends if not item.refused[0])
    matter = len({round(value, 12) for value in values}) > 1 or len({bool(item.refused[0]) for item in ends}) > 1
    needs = tuple(dict.fromkeys(asked.values())) if matter else ()
    if any(value != value for value in values) and question.unit_value is None and _specific(evaluation):
        needs = (*needs, NEEDS_UNIT_VALUE)
    default = None if evaluation.refused[0] or _total(evaluation) != _total(evaluation) else _total(evaluation)
    return _Answer(code, evaluation, values, default, needs, all(bool(item.refused[0]) for item in ends))


def _total(evaluation: Evaluation) -> float:
    """The rate of the single line; unknown where the book has a base schedule but no row for it."""
    return float(evaluation.total[0]) if evaluation.has_base[0] or not _expects_base(evaluation) else float("nan")


def _expects_base(evaluation: Evaluation) -> bool:
    return any(measure.rate_kind == "schedule" for measure, _ in evaluation.rejected)


def _ends(names: tuple[str, ...]) -> list[dict[str, float]]:
    if not names:
        return []
    if len(names) <= MAX_OPEN:
        return [dict(zip(names, ends, strict=True)) for ends in combinations((0.0, 1.0), repeat=len(names))]
    return [{name: end} for name in names for end in (0.0, 1.0)]


def _one_unit(answers: list[_Answer]) -> None:
    """One unit value serves one currency and one unit: 2 USD a litre is no price per hectolitre in EUR."""
    found = {
        f"{claim.money[0]}/{claim.money[1]}": claim.measure.measure_id
        for answer in answers
        for claim in answer.evaluation.applied
        if duties.needs_unit_value(int(claim.kind[0])) and claim.weight.any()
    }
    if len(found) > 1:
        said = " and ".join(f"{unit} ({measure})" for unit, measure in found.items())
        fix = "Restate the duties in one currency and unit, and give the unit value in it"
        raise BookError.at("unit_value", f"one unit value cannot serve {said}", fix)


def _specific(evaluation: Evaluation) -> bool:
    return any(duties.needs_unit_value(int(claim.kind[0])) for claim in evaluation.applied)


def _combined(
    book: TariffBook,
    question: Question,
    product: str,
    found: editions.Leaves,
    answers: list[_Answer],
    customs_value: float | None,
) -> AppliedRate:
    """One answer for all lines under the code asked."""
    values = [value for answer in answers for value in answer.ends]
    distinct = {round(value, 12) if value == value else None for value in values}
    needs = [need for answer in answers for need in answer.needs]
    by_line = [{round(value, 12) if value == value else None for value in answer.ends} for answer in answers]
    if len(answers) > 1 and any(line != by_line[0] for line in by_line):
        needs.insert(0, NEEDS_DIGITS)
    needs = [need for need in _ORDER if need in needs]
    head = answers[0]
    status = _status(answers, distinct, needs, found)
    decided = status in ("applied", "mapped") and len(distinct) == 1 and None not in distinct
    components = _components(book, head.evaluation, customs_value)
    amounts = [part.amount for part in components if part.amount is not None]
    return AppliedRate(
        importer=question.importer,
        exporter=question.exporter,
        product=product,
        on=write_instant(question.instant) if question.convention == "instant" else write_day(question.day),
        known=question.known_text,
        convention=question.convention,
        rate=round(values[0], 12) if decided else None,
        interval=None if decided else _interval(values, answers),
        default=head.default if len(answers) == 1 and not decided and status.startswith("needs") else None,
        status=status,
        needs=tuple(needs),
        components=components,
        not_applied=tuple(
            NotApplied(measure.measure_id, book.authorities[measure.programme], why, measure.verified)
            for measure, why in _displayed(head.evaluation)
        ),
        lines=tuple((answer.code, answer.default) for answer in answers) if len(answers) > 1 else (),
        rule_set=head.evaluation.rule_set,
        duty=sum(amounts, Decimal(0)) if amounts and decided else None,
    )


def _status(answers: list[_Answer], distinct: set[float | None], needs: list[str], found: editions.Leaves) -> str:
    if all(answer.refused for answer in answers):
        return "refused"
    if None in distinct and NEEDS_UNIT_VALUE not in needs:
        kinds = {
            RATE_KINDS[int(claim.kind[0])]
            for answer in answers
            for claim in answer.evaluation.applied
            if claim.rate[0] != claim.rate[0]
        }
        return "not_expressible" if kinds == {"not_expressible"} else "unknown"
    if found.mapped and (not needs or needs == [NEEDS_DIGITS]):
        return "mapped"
    return needs[0] if needs else "applied"


def _interval(values: list[float], answers: list[_Answer]) -> tuple[float | None, float | None] | None:
    known = [value for value in values if value == value]
    unbounded = len(known) < len(values)
    if not known or (unbounded and not any(NEEDS_UNIT_VALUE in answer.needs for answer in answers)):
        return None
    return round(min(known), 12), None if unbounded else round(max(known), 12)


def _components(book: TariffBook, evaluation: Evaluation, customs_value: float | None) -> tuple[Component, ...]:
    parts: list[Component] = []
    so_far: float | None = 0.0
    order = sorted(evaluation.applied, key=lambda claim: book.authorities[claim.measure.programme] != BASE_AUTHORITY)
    for claim in order:
        if claim.measure.effect in ("exempt", "refuse") or not (claim.weight > 0).any():
            continue
        value = float(claim.rate[0])
        own = None if value != value else value
        after = None if so_far is None or own is None else so_far + own
        parts.append(_component(book, evaluation, claim, own, so_far, after, customs_value))
        so_far = after
    return tuple(parts)


def _component(
    book: TariffBook,
    evaluation: Evaluation,
    claim: Claim,
    own: float | None,
    before: float | None,
    after: float | None,
    customs_value: float | None,
) -> Component:
    measure = claim.measure
    why = claim.standing.why
    if measure.value_base:
        why += f"; on the {measure.value_base} share of customs value"
    because = evaluation.because.get(measure.programme)
    if because:
        why += f"; weighed by {because}"
    return Component(
        measure=measure.measure_id,
        authority=book.authorities[measure.programme],
        programme=measure.programme,
        duty=claim.duty[0] if claim.duty else "",
        rate=own,
        valid_from=write_instant(claim.standing.since) if claim.standing.since else "",
        known_from=write_day(measure.known_from) if measure.known_from else "",
        source=measure.source,
        instrument=measure.instrument,
        verified=measure.verified,
        why=why,
        before=before,
        after=after,
        amount=None if customs_value is None or own is None else duties.money(customs_value, own),
    )


def _displayed(evaluation: Evaluation) -> list[tuple[Measure, str]]:
    """Measures that cover the line but give nothing: rejected, refused, exempted or suppressed."""
    shown = [(measure, why) for measure, why in evaluation.rejected if measure.rate_kind != "schedule"]
    for claim in evaluation.applied:
        if claim.measure.effect == "exempt":
            shown.append((claim.measure, f"exempts from {claim.measure.programme}: {claim.standing.why}"))
        elif claim.measure.effect == "refuse":
            shown.append((claim.measure, f"entry refused: {claim.standing.why}"))
        elif not (claim.weight > 0).any():
            why = evaluation.because.get(claim.measure.programme, "exempted")
            shown.append((claim.measure, f"contributes nothing: {why}"))
    return shown


def _outside(book: TariffBook, question: Question, product: str) -> AppliedRate:
    last = write_day(book.last_day) or "open"
    why = f"the book covers {write_day(book.first_day) if book.first_day else 'any day'} to {last}"
    return AppliedRate(
        importer=question.importer,
        exporter=question.exporter,
        product=product,
        on=write_day(question.day),
        known=question.known_text,
        convention=question.convention,
        rate=None,
        interval=None,
        default=None,
        status="outside_book",
        needs=(),
        components=(),
        not_applied=(NotApplied("", "", why, True),),
        lines=(),
        rule_set="",
    )
