"""Grades: kept, unclear, suspected, breach found. About a series, never about intent or the law.

| grade | condition |
|---|---|
| kept | breach probability < .1, mean completeness ≥ .5 |
| unclear | anything between, or incomplete, or fewer than 5 events in the baseline |
| suspected | breach probability > .9, or the alarm has rung: e-value ≥ 20 |
| breach found | breach probability > .99 or e-value ≥ 100, and the two further conditions below |

`breach found` also needs the comparison with the controls to point the same way with p < .05, and two sources that
reach `suspected`, one of them collected in another way. A standing watch that rings is no grade: at the cap it rings
within two years in 37 to 47 of 100 series.

A grade is lowered by one step where the verdict changes when a control is left out, under overdispersion, by the exact
test, without actor profiles, or against the other comparison window. What holds then, at one look at monthly counts
that lie exactly at the cap: at most 10 of 100 are suspected, at most 1 is a breach found (`benchmarks.alarms` shows
both, by cap, overdispersion and months).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

KEPT_BELOW = 0.1
SUSPECTED_ABOVE = 0.9
FOUND_ABOVE = 0.99
SUSPECTED_E_VALUE = 20.0
FOUND_E_VALUE = 100.0
MINIMUM_COMPLETENESS = 0.5
MINIMUM_BASELINE_EVENTS = 5
CONTROL_P_VALUE = 0.05


class Grade(StrEnum):
    """What the evidence says about a series."""

    KEPT = "kept"
    UNCLEAR = "unclear"
    SUSPECTED = "suspected"
    BREACH_FOUND = "breach found"


_WEAKER = {Grade.KEPT: Grade.UNCLEAR, Grade.SUSPECTED: Grade.UNCLEAR, Grade.BREACH_FOUND: Grade.SUSPECTED}
_SEVERITY = (Grade.KEPT, Grade.UNCLEAR, Grade.SUSPECTED, Grade.BREACH_FOUND)


@dataclass(frozen=True)
class SourceEvidence:
    """What one source says, reduced to what a grade needs."""

    source: str
    collection: str
    """How it is collected; sources of the same collection count as one."""
    breach_probability: float
    e_value: float = 1.0
    """Of the alarm, within the review."""
    baseline_events: float = float("inf")
    """Events in the baseline; infinite where the series is not a count."""
    baseline_window: tuple[str, str] = ("", "")
    """First and last month of the baseline."""
    mean_completeness: float = 1.0
    controls_agree: bool | None = None
    """Whether the comparison with the controls points to a breach; None where there is none."""
    controls_p_value: float = float("nan")


@dataclass(frozen=True)
class Verdict:
    """A grade and every reason for it."""

    grade: Grade
    reasons: tuple[str, ...]


def probability_text(p: float) -> str:
    """Four digits, or the bound where rounding would say 0 or 1."""
    if 0.9999 < p < 1:
        return "above 0.9999"
    return "below 0.0001" if 0 < p < 0.0001 else f"{p:.4g}"


def amount_digits(target: float) -> int:
    """Decimals of a promised sum: one, more where it is below 1 of its unit, none where it is large."""
    if target >= 1e4:
        return 0
    return 1 if target >= 1 else 2 - math.floor(math.log10(target))


def amount_text(value: float, target: float) -> str:
    """A part of a promised sum, to the decimals of the sum."""
    return f"{value:{',' if target >= 1e4 else ''}.{amount_digits(target)}f}"


def source_grade(evidence: SourceEvidence) -> Verdict:
    """The grade of one source on its own: at most `suspected`."""
    if evidence.mean_completeness < MINIMUM_COMPLETENESS:
        return Verdict(Grade.UNCLEAR, ("incomplete",))
    if evidence.baseline_events < MINIMUM_BASELINE_EVENTS:
        span = (
            f", {evidence.baseline_window[0]} to {evidence.baseline_window[1]}" if evidence.baseline_window[0] else ""
        )
        reason = f"only {evidence.baseline_events:g} events in the baseline{span} (at least {MINIMUM_BASELINE_EVENTS})"
        return Verdict(Grade.UNCLEAR, (reason,))
    stated = f"breach probability {probability_text(evidence.breach_probability)}"
    if evidence.breach_probability > SUSPECTED_ABOVE:
        return Verdict(Grade.SUSPECTED, (stated,))
    if evidence.e_value >= SUSPECTED_E_VALUE:
        return Verdict(Grade.SUSPECTED, (stated, f"the alarm has rung (e-value {evidence.e_value:.3g})"))
    return Verdict(Grade.KEPT if evidence.breach_probability < KEPT_BELOW else Grade.UNCLEAR, (stated,))


def grade(lead: SourceEvidence, others: Sequence[SourceEvidence] = ()) -> Verdict:
    """The grade of a commitment from its lead source (the one its text names) and all others.

    `breach found` needs the three conditions of the table; what is missing is listed among the reasons.
    """
    own = source_grade(lead)
    strong = lead.breach_probability > FOUND_ABOVE or lead.e_value >= FOUND_E_VALUE
    if own.grade is not Grade.SUSPECTED or not strong:
        return own
    missing: list[str] = []
    if lead.controls_agree is None:
        missing.append("no comparison with controls")
    elif not lead.controls_agree:
        missing.append("the comparison with controls points the other way")
    elif not lead.controls_p_value < CONTROL_P_VALUE:
        missing.append(f"comparison with controls p = {lead.controls_p_value:.3g} (below {CONTROL_P_VALUE:g} needed)")
    suspecting = [other for other in others if source_grade(other).grade is Grade.SUSPECTED]
    if not any(other.collection != lead.collection for other in suspecting):
        missing.append("no second source, collected in another way, reaches suspected")
    if missing:
        return Verdict(Grade.SUSPECTED, own.reasons + tuple(missing))
    agreeing = [other.source for other in suspecting if other.collection != lead.collection]
    return Verdict(Grade.BREACH_FOUND, (*own.reasons, f"also suspected in {', '.join(agreeing)}"))


def robust_grade(
    lead: SourceEvidence, others: Sequence[SourceEvidence], variants: Mapping[str, SourceEvidence]
) -> Verdict:
    """The grade, lowered by one step where it does not survive every variant of the lead source.

    Args:
        lead, others: as in `grade`.
        variants: the lead source recomputed in another way, by what was changed.

    Returns:
        The final grade; the reasons name every variant that changes the verdict.
    """
    first = grade(lead, others)
    failing = tuple(name for name, variant in variants.items() if _weakens(first.grade, grade(variant, others).grade))
    if not failing or first.grade is Grade.UNCLEAR:
        return first
    reasons = tuple(f"lowered from {first.grade}: the verdict changes {name}" for name in failing)
    return Verdict(_WEAKER[first.grade], first.reasons + reasons)


def _weakens(first: Grade, second: Grade) -> bool:
    if first is Grade.KEPT:
        return second is not Grade.KEPT
    return _SEVERITY.index(second) < _SEVERITY.index(first)
