"""What would change a grade: the counts, deliveries or sources that would make it another one.

Each sentence names the grade and what it would take, from the same closed forms as the grade itself. Nothing is said
about what is likely to happen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tradewar.monitoring.delay import PRIOR_SHAPE
from tradewar.monitoring.evidence import Evidence, PurchaseReview, SourceReview, TruceReview
from tradewar.monitoring.grades import (
    CONTROL_P_VALUE,
    KEPT_BELOW,
    SUSPECTED_ABOVE,
    SUSPECTED_E_VALUE,
    Grade,
    amount_text,
)
from tradewar.monitoring.posterior import probability_above

_MOST_EVENTS = 10_000


@dataclass(frozen=True)
class GradeChange:
    """One way to another grade."""

    to: Grade
    what: str


def what_would_change(evidence: Evidence, allowed_ratio: float = 0.5) -> tuple[GradeChange, ...]:
    """The ways from the grade of a commitment to others, nearest first.

    Args:
        evidence: on one commitment.
        allowed_ratio: ρ of a truce; not used for purchases.
    """
    if evidence.purchase is not None:
        return _purchase(evidence, evidence.purchase)
    if evidence.truce:
        return _truce(evidence, evidence.truce[-1], allowed_ratio)
    return (GradeChange(Grade.UNCLEAR, "Any figure: nothing on it has been published yet."),)


# ---------------------------------------------------------------- truce


def _truce(evidence: Evidence, review: TruceReview, allowed_ratio: float) -> tuple[GradeChange, ...]:
    source = review.sources[0]
    up = [] if evidence.grade is Grade.BREACH_FOUND else _more(evidence, review, source, allowed_ratio)
    down = [] if evidence.grade is Grade.KEPT else _less(review, source, allowed_ratio)
    return tuple(change for change in (*up, *down) if change.to is not evidence.grade)


def _more(evidence: Evidence, review: TruceReview, source: SourceReview, allowed_ratio: float) -> list[GradeChange]:
    where = f"{source.window[0]} to {source.window[1]} in {source.dataset}"
    if evidence.grade is not Grade.SUSPECTED:
        needed = _fewest(source, allowed_ratio, lambda p: min(p) > SUSPECTED_ABOVE)
        changes = [_survives(Grade.SUSPECTED, reason) for reason in evidence.reasons if "lowered from" in reason]
        if needed > source.count:
            what = f"{needed} events or more from {where}, in place of {source.count:g}"
            changes.append(GradeChange(Grade.SUSPECTED, what))
        return changes
    changes: list[GradeChange] = []
    if source.share is not None and not (source.share.odds_ratio > 1 and source.share.p_value < CONTROL_P_VALUE):
        what = f"a rise against the other sponsors with p below {CONTROL_P_VALUE:g} (now {source.share.p_value:.3f})"
        changes.append(GradeChange(Grade.BREACH_FOUND, what))
    if not any(_independent(review, other) for other in review.sources[1:]):
        what = "a second source that is not collected from the press and reaches suspected"
        changes.append(GradeChange(Grade.BREACH_FOUND, what))
    changes += [_survives(Grade.BREACH_FOUND, reason) for reason in evidence.reasons if "lowered from" in reason]
    return changes


def _independent(review: TruceReview, other: SourceReview) -> bool:
    from tradewar.monitoring.series import COLLECTION

    suspecting = other.verdict.grade in (Grade.SUSPECTED, Grade.BREACH_FOUND)
    return suspecting and COLLECTION[other.date_meaning] != review.lead.collection


def _survives(to: Grade, reason: str) -> GradeChange:
    variant = reason.partition("the verdict changes ")[2]
    return GradeChange(to, f"the same verdict {variant}")


def _less(review: TruceReview, source: SourceReview, allowed_ratio: float) -> list[GradeChange]:
    changes: list[GradeChange] = []
    alarmed = review.lead.e_value >= SUSPECTED_E_VALUE
    span = f"{source.window[0]} to {source.window[1]}"
    limits: tuple[tuple[Grade, Callable[[_Probabilities], bool]], ...] = (
        (Grade.UNCLEAR, lambda p: min(p) > SUSPECTED_ABOVE),
        (Grade.KEPT, lambda p: max(p) >= KEPT_BELOW),
    )
    for grade, above in limits:
        most = _fewest(source, allowed_ratio, above) - 1
        if not 0 <= most < source.count:
            continue
        unless = ", and no alarm within them" if alarmed else ""
        what = f"at most {most} events in {source.dataset} from {span}, in place of {source.count:g}{unless}"
        changes.append(GradeChange(grade, what))
    test = source.window_test
    if test is not None and test.low > 1:
        what = (
            f"evidence that reporting itself rose: by {test.low:.2f} times it would leave the rise against "
            f"{' to '.join(source.share_reference.split('..'))} insignificant, by {test.ratio:.2f} times it would "
            "explain all of it"
        )
        changes.append(GradeChange(Grade.UNCLEAR, what))
    return changes


_Probabilities = tuple[float, float, float]
"""Of a breach: as stated, under overdispersion, by the exact test. A grade must hold in all three."""


def _fewest(source: SourceReview, allowed_ratio: float, reached: Callable[[_Probabilities], bool]) -> int:
    """The fewest events of the window at which the breach probabilities meet a condition; they rise with the count."""
    odds, phi = allowed_ratio * source.exposure / source.baseline_exposure, source.dispersion
    before = source.baseline_count
    for count in range(_MOST_EVENTS):
        stated = float(probability_above(PRIOR_SHAPE + before, PRIOR_SHAPE + count, odds))
        dispersed = float(probability_above(PRIOR_SHAPE + before / phi, PRIOR_SHAPE + count / phi, odds))
        if reached((stated, dispersed, float(probability_above(1 + before / phi, count / phi, odds)))):
            return count
    return _MOST_EVENTS


# ---------------------------------------------------------------- purchases


def _purchase(evidence: Evidence, review: PurchaseReview) -> tuple[GradeChange, ...]:
    stand, horizon = review.seasonal, len(review.seasonal_target)
    changes: list[GradeChange] = []
    missing = stand.target - stand.delivered
    lacking = amount_text(missing, stand.target)
    if evidence.grade is Grade.SUSPECTED:
        if any("only: a breach must show" in reason for reason in evidence.reasons):
            changes.append(GradeChange(Grade.BREACH_FOUND, "the other partner's own statistics reaching suspected"))
        ahead = [name for name, growth in review.control_growth.items() if not review.growth < growth]
        changes += [
            GradeChange(
                Grade.BREACH_FOUND,
                f"sales outside the promise ({name.lower()}) doing better since the base year than those in it "
                f"({review.control_growth[name]:.2f} against {review.growth:.2f} times)",
            )
            for name in ahead
        ]
    doubt = next((reason for reason in evidence.reasons if reason.endswith("say otherwise")), "")
    if doubt:
        changes.append(GradeChange(Grade.KEPT, f"{doubt.partition(': ')[2].removesuffix('say otherwise')}agreeing"))
    if evidence.grade is Grade.KEPT or missing <= 0:
        return tuple(changes)
    if stand.months == horizon:
        changes.append(GradeChange(Grade.KEPT, f"a revision of the statistics by {lacking}: the time is over"))
        return tuple(changes)
    left = horizon - stand.months
    rest = "1 month" if left == 1 else f"{left} months"
    what = f"{lacking} more in the {rest} left"
    if stand.cumulative_share >= 1:
        what += ", in which the base years had none"
    elif stand.pace > 0:
        what += f": {stand.required_rest / stand.pace:.1f} times the pace so far, season allowed for"
    changes.append(GradeChange(Grade.KEPT, what))
    return tuple(changes)
