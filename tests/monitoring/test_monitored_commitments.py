"""Commitments of the built-in dispute, as known on a day; and commitments of one's own."""

from __future__ import annotations

import json
import math
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import betainc

from tradewar.errors import EvidenceError
from tradewar.monitoring import (
    DeliverySeries,
    Evidence,
    Grade,
    IncidentSeries,
    PurchaseCommitment,
    TruceCommitment,
    monitor,
    monitor_purchase,
    monitor_truce,
)
from tradewar.monitoring.outlook import what_would_change
from tradewar.monitoring.posterior import truce_breach_probability
from tradewar.monitoring.series import last_full_month, month_text
from tradewar.monitoring.tables import read_commitments, read_deliveries, read_incident_series

AFTER_ALL = "2026-12-31"
"""A day on which every embedded table is known."""

TRUCE = TruceCommitment("truce", "CHN", ("2013-10", "2015-09"), (("2015-10", "2017-09"), ("2017-10", "2019-09")))


def by_name(found: tuple[Evidence, ...], part: str) -> Evidence:
    return next(item for item in found if part in item.commitment)


# ---------------------------------------------------------------- as of a day


def test_on_20_february_2019_the_truce_is_told_and_nothing_of_2020(evidence: Path) -> None:
    (truce,) = monitor(evidence, "2019-02-20")
    assert truce.kind == "truce" and truce.grade is Grade.SUSPECTED
    assert {source.dataset for review in truce.truce for source in review.sources} == {"cfr", "csis"}
    assert all(source.window[1] <= "2019-01" for review in truce.truce for source in review.sources)
    assert any("earliest vintage kept is of 2019-06-27" in note for note in truce.notes)
    assert "2020" not in json.dumps(truce.to_dict())


def test_on_1_march_2021_the_purchases_are_told_too(evidence: Path) -> None:
    found = monitor(evidence, "2021-03-01")
    goods = by_name(found, "2020, all covered")
    assert goods.grade is Grade.SUSPECTED
    assert goods.purchase is not None and goods.purchase.seasonal.attainment == pytest.approx(0.589245, abs=1e-4)
    assert any("USA only" in reason for reason in goods.reasons)
    assert any("not about fault" in note for note in goods.notes)
    assert by_name(found, "truce").grade is Grade.SUSPECTED
    # exports of January 2021 were published later in March
    assert by_name(found, "2021").grade is Grade.UNCLEAR


def test_before_the_promise_nothing_is_told(evidence: Path) -> None:
    assert monitor(evidence, "2015-09-24") == ()
    (told,) = monitor(evidence, "2015-10-20")
    assert told.grade is Grade.UNCLEAR and told.quality is None
    assert math.isnan(told.breach_probability) and told.to_dict()["breach_probability"] is None


def test_with_every_source_known_the_grade_is_lowered_for_the_share_before_the_deal(evidence: Path) -> None:
    truce = by_name(monitor(evidence, AFTER_ALL), "truce")
    assert truce.grade is Grade.SUSPECTED
    assert any("lowered from breach found" in reason and "0.43, p = 0.022" in reason for reason in truce.reasons)
    first, second = truce.truce
    assert first.verdict.grade is Grade.UNCLEAR
    assert first.sources[0].breach_probability == pytest.approx(0.153805, abs=1e-6)
    assert first.sources[0].above_baseline == pytest.approx(0.00096357, abs=1e-8)
    assert first.sources[0].share is not None
    assert first.sources[0].share.odds_ratio == pytest.approx(0.145594, abs=1e-6)
    # the watch rings in June 2018; the alarm, which allows for spread and for the estimate of the base, does not
    watch, alarm = second.sources[0].watch, second.sources[0].alarm
    assert watch is not None and watch.month == "2018-06" and watch.rings_at_cap is not None
    assert watch.mean_run == 20 and watch.months == 48 and 0.6 < watch.rings_at_cap < 0.9
    assert alarm is not None and alarm.month == "" and alarm.variance_ratio > 1.2
    assert second.without_alarm is second.verdict.grade
    # without actor profiles the verdict survives
    assert not any("without actor profiles" in reason for reason in truce.reasons)
    grades = {(s.dataset, s.date_meaning): str(s.verdict.grade) for s in second.sources}
    assert grades[("dcid2", "operation_start")] == grades[("cissm", "event_or_report")] == "unclear"
    assert grades[("eurepoc1.1", "operation_start")] == "suspected"


def test_the_quality_handed_to_enforcement_is_that_of_a_yearly_review(evidence: Path) -> None:
    truce = by_name(monitor(evidence, AFTER_ALL), "truce")
    assert truce.quality is not None
    assert truce.quality.review_months == 12
    assert 0 < truce.quality.false_alarm_rate <= 0.1 < truce.quality.detection_power


def test_frames_and_json(evidence: Path) -> None:
    found = monitor(evidence, "2021-03-01")
    frame = by_name(found, "truce").to_frame()
    assert {"dataset", "date_meaning", "above_cap", "above_truce_window", "above_baseline"} <= set(frame.columns)
    purchases = by_name(found, "2020, all covered").to_frame()
    assert len(purchases) == 12 and purchases["delivered"].iloc[-1] == pytest.approx(93.652, abs=1e-3)
    json.loads(json.dumps([item.to_dict() for item in found], allow_nan=False))


def test_an_early_vintage_is_used_where_a_later_one_was_not_yet_out(evidence: Path) -> None:
    early = read_incident_series(evidence, "CHN", "2019-12-31")[0]
    assert (early.vintage, early.months()[-1]) == ("2019-06-27", "2019-05")
    late = read_incident_series(evidence, "CHN", "2021-01-31")[0]
    assert late.vintage == "2020-12-20" and late.completeness is not None
    assert late.completeness[-1] < 1 and late.completeness[0] == 1


# ---------------------------------------------------------------- own series


def test_incomplete_counts_give_no_verdict(cfr: IncidentSeries) -> None:
    short = replace(cfr, completeness=np.full(len(cfr.counts), 0.4), without_profiles=None)
    found = monitor_truce(TRUCE, [short], "2019-10-01")
    assert (found.grade, found.reasons) == (Grade.UNCLEAR, ("incomplete",))


def test_completeness_raises_the_estimated_rate(cfr: IncidentSeries) -> None:
    share = np.ones(len(cfr.counts))
    share[cfr.window(("2015-10", "2017-09"))] = 0.8
    found = monitor_truce(TRUCE, [replace(cfr, completeness=share)], "2017-10-01")
    assert found.breach_probability == pytest.approx(0.351007, abs=1e-6)


def test_a_quiet_sponsor_keeps_the_truce() -> None:
    counts = np.r_[np.tile([3.0, 2.0], 12), np.tile([0.0, 0.0, 0.0, 1.0], 6)]
    controls = {"RUS": np.full(48, 2.0), "IRN": np.full(48, 1.0)}
    series = IncidentSeries("own", "operation_start", "CHN", "2013-10", counts, controls)
    found = monitor_truce(TRUCE, [series], "2017-12-31")
    assert found.grade is Grade.KEPT and len(found.truce) == 1


def test_counts_without_a_baseline_are_unclear() -> None:
    series = IncidentSeries("own", "operation_start", "CHN", "2013-10", np.r_[np.zeros(24), np.ones(24)])
    found = monitor_truce(TRUCE, [series], "2017-12-31")
    assert found.grade is Grade.UNCLEAR and "0 events in the baseline" in found.reasons[0]
    assert found.quality is None


def test_a_truce_needs_series_of_its_sponsor(cfr: IncidentSeries) -> None:
    with pytest.raises(EvidenceError, match="no series"):
        monitor_truce(TRUCE, [], "2019-01-01")
    with pytest.raises(EvidenceError, match="RUS"):
        monitor_truce(TRUCE, [replace(cfr, sponsor="RUS")], "2019-01-01")
    with pytest.raises(EvidenceError, match="no review"):
        monitor_truce(TRUCE, [cfr], "2014-01-01")


def test_both_partners_and_controls_are_needed_for_a_breach() -> None:
    generator = np.random.default_rng(17)
    base = generator.dirichlet(np.full(12, 60.0), 3) * 100
    values = np.r_[base.ravel(), base[0] * 0.5]
    commitments = [
        PurchaseCommitment("deal", "goods", reporter, 150.0, 2020, (2017, 2018, 2019)) for reporter in ("USA", "CHN")
    ]
    control = {"others": np.r_[base.ravel(), base[0] * 1.2]}
    series = [DeliverySeries("goods", reporter, "2017-01", values, control) for reporter in ("USA", "CHN")]
    assert monitor_purchase(commitments, series, "2020-09-30").grade is Grade.BREACH_FOUND
    assert monitor_purchase(commitments[:1], series[:1], "2020-09-30").grade is Grade.SUSPECTED
    kept = [replace(item, target=30.0) for item in commitments]
    assert monitor_purchase(kept, series, "2020-09-30").grade is Grade.KEPT
    with pytest.raises(EvidenceError, match="reporter"):
        monitor_purchase(commitments, series[:1], "2020-09-30")
    with pytest.raises(EvidenceError, match="no deliveries"):
        monitor_purchase(commitments[:1], series[:1], "2019-12-31")


def test_the_forecast_fan_covers_the_year(evidence: Path) -> None:
    (goods,) = read_deliveries(evidence, AFTER_ALL, ("All covered goods",))
    commitment = PurchaseCommitment("deal", "All covered goods", "USA", 158.935, 2020, tuple(range(2013, 2018)))
    found = monitor_purchase([commitment], [goods], "2020-09-30")
    assert found.purchase is not None
    low, high = found.purchase.fan[0][-1], found.purchase.fan[-1][-1]
    assert low < 93.652 < high and found.purchase.fan_levels == (0.05, 0.25, 0.5, 0.75, 0.95)
    assert found.purchase.uniform.attainment == pytest.approx(0.4938, abs=1e-4)


def test_months_and_days() -> None:
    assert month_text(last_full_month("2019-02-20")) == "2019-01"
    assert month_text(last_full_month("2019-02-28")) == "2019-02"
    for day in ("2019-02-30", "yesterday", "20190220x"):
        with pytest.raises(EvidenceError, match="is not a day"):
            last_full_month(day)


def test_commitments_with_wrong_keys_are_refused(evidence: Path, tmp_path: Path) -> None:
    text = (evidence / "commitments.toml").read_text(encoding="utf-8")
    (tmp_path / "commitments.toml").write_text(text.replace("sponsor =", "sponser ="), encoding="utf-8")
    with pytest.raises(EvidenceError) as refused:
        read_commitments(tmp_path, "2019-02-20")
    assert "line 3: truce[1].sponsor: is missing" in str(refused.value)
    assert "unknown key 'sponser'" in str(refused.value)
    (tmp_path / "commitments.toml").write_text("[[truce]\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match="TOML"):
        monitor(tmp_path, "2019-02-20")
    with pytest.raises(EvidenceError, match="there is no such folder"):
        monitor(tmp_path / "nowhere", "2019-02-20")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            ('sponsor = "CHN"', 'sponsor = "China"'),
            "line 5: truce[1].sponsor: 'China' is not the ISO3 code of CHN: write CHN",
        ),
        (('["2013-10", "2015-09"]', '["2013-13", "2015-09"]'), "'2013-13' is not a month as 2013-10"),
        (('["2013-10", "2015-09"]', '["2015-10", "2013-09"]'), "ends before it begins"),
        (('["2013-10", "2015-09"]', '["2013-10", "2015-10"]'), "overlaps the one that ends in 2015-10"),
        (('"2015-09-25"', '"2015-09-31"'), "is not a day"),
        (("allowed_ratio = 0.5", "allowed_ratio = 50"), "less than or equal to 1"),
        (("year = 2021", "year = 2016"), "is not after base_year 2017"),
        (("base_year = 2017", "base_year = 2016"), "the last of base_years is 2017"),
        (('"Phase One purchases 2020, energy"', '"Phase One purchases 2020, all covered goods"'), "more than once"),
        (('group = "Energy"', 'group = "Coal"'), "no deliveries of Coal"),
        (('reporter = "USA"', 'reporter = "CHN"'), "no deliveries on the statistics of CHN"),
        (('"2015-09-25"', '"25/09/2015"'), "write 2015-09-25"),
        (("[[truce]]", "[[truces]]"), "unknown key 'truces'; did you mean 'truce'?"),
    ],
)
def test_each_fault_of_a_commitment_is_named(
    evidence: Path, tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    folder = tmp_path / "evidence"
    shutil.copytree(evidence, folder)
    text = (folder / "commitments.toml").read_text(encoding="utf-8")
    assert change[0] in text
    (folder / "commitments.toml").write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(EvidenceError) as refused:
        read_commitments(folder, "2021-03-01")
    assert says in str(refused.value)


def test_what_would_change_a_grade_does_change_it(evidence: Path) -> None:
    """The counts named are those at which the grade changes, which must hold in every variant."""
    found = by_name(monitor(evidence, AFTER_ALL), "truce")
    source = found.truce[-1].sources[0]
    at = {str(change.to): change.what for change in what_would_change(found) if "at most" in change.what}
    before, exposures = source.baseline_count, (source.baseline_exposure, source.exposure)
    for grade, limit in (("unclear", 0.9), ("kept", 0.1)):
        most = int(re.findall(r"at most (\d+) events", at[grade])[0])
        sides = [
            (
                truce_breach_probability(before, count, *exposures),
                truce_breach_probability(before, count, *exposures, dispersion=source.dispersion),
                1 - betainc(count / source.dispersion, before / source.dispersion + 1, 1 / 3),
            )
            for count in (most, most + 1)
        ]
        choose = min if grade == "unclear" else max
        assert choose(sides[0]) <= limit <= choose(sides[1])
    unseen = by_name(monitor(evidence, "2020-09-15"), "2021")
    assert "nothing on it has been published" in what_would_change(unseen)[0].what


def test_series_with_wrong_shapes_are_refused() -> None:
    with pytest.raises(EvidenceError, match="another length"):
        IncidentSeries("own", "operation_start", "CHN", "2013-10", np.ones(5), {"RUS": np.ones(4)})
    with pytest.raises(EvidenceError, match="missing, infinite or negative"):
        IncidentSeries("own", "operation_start", "CHN", "2013-10", np.array([1.0, np.nan]))
    with pytest.raises(EvidenceError, match="not a month"):
        IncidentSeries("own", "operation_start", "CHN", "October", np.ones(5))


# ---------------------------------------------------------------- background


def test_the_background_of_the_truce(evidence: Path) -> None:
    background = by_name(monitor(evidence, AFTER_ALL), "truce").background
    assert background is not None
    assert (background.months[0], background.months[-1]) == ("2011-10", "2019-09")
    assert background.announced == ("2015-10", "2017-10")
    assert background.first_window is not None
    assert background.first_window.tipping_point == pytest.approx(0.344828, abs=1e-6)
    assert all(test.ratio > 1 for test in background.placebo_sponsors.values())
    assert background.left_out["RUS"].odds_ratio == pytest.approx(0.114943, abs=1e-5)
    assert [step.month for step in background.steps] == ["2015-10", "2017-10"]
    assert background.steps[0].rate_ratio < 1 < background.steps[1].rate_ratio


def test_the_reversal_is_found_at_an_unknown_date_and_the_slowdown_is_not(evidence: Path) -> None:
    background = by_name(monitor(evidence, AFTER_ALL), "truce").background
    assert background is not None and background.dispersion > 1
    assert background.placebo_rank == 2 and background.placebo_dates > 100
    (change,) = background.change_points
    assert change.month == "2018-06" and change.first <= "2018-06" <= change.last
    assert change.rate_after > 2 * change.rate_before


def test_the_nowcast_stands_above_what_is_reported(evidence: Path) -> None:
    background = by_name(monitor(evidence, "2021-01-31"), "truce").background
    assert background is not None
    assert background.nowcast_mean[-1] > background.counts[-1] and background.nowcast_mean[0] == background.counts[0]
    frozen = by_name(monitor(evidence, "2016-06-30"), "truce").background
    assert frozen is not None and frozen.placebo_rank is None
