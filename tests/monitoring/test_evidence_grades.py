"""Grades: the table of conditions, the two-source rule, and what lowers a grade (checks M40, M43, M44)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tradewar.monitoring.grades import Grade, SourceEvidence, grade, robust_grade, source_grade
from tradewar.monitoring.posterior import truce_breach_probability
from tradewar.monitoring.tables import read_yearly

AFTER_ALL = "2026-12-31"
"""A day on which every embedded table is known."""

LEAD = SourceEvidence("cfr", "press", 0.999, controls_agree=True, controls_p_value=0.01, baseline_events=29)
OTHER_METHOD = SourceEvidence("dcid2", "operation start", 0.95, baseline_events=22)
OTHER_PRESS = replace(OTHER_METHOD, source="csis", collection="press")


def test_m40_incomplete() -> None:
    found = grade(replace(LEAD, mean_completeness=0.4), [OTHER_METHOD])
    assert (found.grade, found.reasons) == (Grade.UNCLEAR, ("incomplete",))


def test_m43_one_source_is_at_most_suspected() -> None:
    found = grade(LEAD)
    assert found.grade is Grade.SUSPECTED
    assert any("no second source" in reason for reason in found.reasons)


def test_two_press_trackers_count_as_one() -> None:
    assert grade(LEAD, [OTHER_PRESS]).grade is Grade.SUSPECTED
    assert grade(LEAD, [OTHER_PRESS, OTHER_METHOD]).grade is Grade.BREACH_FOUND
    assert grade(LEAD, [replace(OTHER_METHOD, breach_probability=0.8)]).grade is Grade.SUSPECTED


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"breach_probability": 0.05}, Grade.KEPT),
        ({"breach_probability": 0.5}, Grade.UNCLEAR),
        ({"breach_probability": 0.95}, Grade.SUSPECTED),
        ({"breach_probability": 0.05, "e_value": 25.0}, Grade.SUSPECTED),
        ({"breach_probability": 0.05, "e_value": 120.0}, Grade.BREACH_FOUND),
        ({"breach_probability": 0.999, "baseline_events": 4}, Grade.UNCLEAR),
        ({"controls_agree": False}, Grade.SUSPECTED),
        ({"controls_agree": None}, Grade.SUSPECTED),
        ({"controls_p_value": 0.2}, Grade.SUSPECTED),
        ({}, Grade.BREACH_FOUND),
    ],
)
def test_the_table_of_conditions(changes: dict[str, object], expected: Grade) -> None:
    assert grade(replace(LEAD, **changes), [OTHER_METHOD]).grade is expected


def test_a_grade_that_a_variant_weakens_is_lowered_by_one_step_with_every_reason() -> None:
    variants = {
        "without actor profiles": replace(LEAD, breach_probability=0.5),
        "leaving out the control RUS": replace(LEAD, controls_p_value=0.3),
        "under overdispersion": LEAD,
    }
    found = robust_grade(LEAD, [OTHER_METHOD], variants)
    assert found.grade is Grade.SUSPECTED
    lowered = [reason for reason in found.reasons if reason.startswith("lowered from breach found")]
    assert len(lowered) == 2 and "without actor profiles" in lowered[0]


def test_a_variant_that_is_stronger_lowers_nothing() -> None:
    lead = replace(LEAD, controls_p_value=0.3)
    assert robust_grade(lead, [OTHER_METHOD], {"x": LEAD}).grade is Grade.SUSPECTED
    kept = replace(LEAD, breach_probability=0.05)
    assert (
        robust_grade(kept, [], {"under overdispersion": replace(kept, breach_probability=0.2)}).grade is Grade.UNCLEAR
    )


GRADED_TABLE = {
    ("cfr", "public_disclosure", ""): ((30, 11, 49), (0.1897, 0.9999, 0.9841), "suspected"),
    ("csis", "public_disclosure", ""): ((9, 10, 50), (0.9596, 0.9999, 0.9999), "suspected"),
    ("dcid2", "operation_start", ""): ((22, 11, 14), (0.5083, 0.7631, 0.0908), "unclear"),
    ("eurepoc1.1", "operation_start", ""): ((29, 36, 36), (0.9999, 0.9999, 0.8073), "suspected"),
    ("eurepoc1.1", "first_attribution", ""): ((24, 20, 48), (0.9535, 0.9999, 0.9978), "suspected"),
    ("cissm", "event_or_report", "nation-state against USA"): ((4, 2, 19), (0.5206, 0.9999, 0.9994), "unclear"),
}
"""Two-year counts 2014-15, 2016-17, 2018-19; P(16-17 above half), P(18-19 above half), P(18-19 above the whole)."""


@pytest.mark.parametrize("key", list(GRADED_TABLE))
def test_m44_graded_table(evidence: Path, key: tuple[str, str, str]) -> None:
    counts, probabilities, expected = GRADED_TABLE[key]
    yearly = {
        (item.dataset, item.date_meaning, item.part): item.counts for item in read_yearly(evidence, "CHN", AFTER_ALL)
    }
    sums = tuple(int(yearly[key][year] + yearly[key][year + 1]) for year in (2014, 2016, 2018))
    assert sums == counts
    before, during, after = counts
    found = [
        truce_breach_probability(before, during, 24, 24),
        truce_breach_probability(before, after, 24, 24),
        truce_breach_probability(before, after, 24, 24, 1.0),
    ]
    for value, stated in zip(found, probabilities, strict=True):
        # the document prints ">.9999" as a bound
        assert value > 0.9999 - 5e-5 if stated == 0.9999 else value == pytest.approx(stated, abs=1e-4)
    own = SourceEvidence(key[0], "press", found[1], baseline_events=before)
    assert str(source_grade(own).grade) == expected
