"""What the benchmarks write."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from benchmarks.result import Measure, Result
from benchmarks.timing import interleaved, ratios
from benchmarks.worlds import random_world

from benchmarks import report


def test_a_measure_keeps_minimum_median_and_maximum():
    measure = Measure.of("one solve", "s", [3.0, 1.0, 2.0])
    assert (measure.minimum, measure.median, measure.maximum, measure.count) == (1.0, 2.0, 3.0, 3)


def test_tasks_are_measured_in_turn():
    order: list[str] = []
    tasks = {name: (lambda name=name: order.append(name)) for name in "AB"}
    times = interleaved(tasks, rounds=3, shortest=0.0)
    assert order == ["A", "B"] + ["A", "B"] * 3
    assert len(times["A"]) == len(times["B"]) == 3


def test_ratios_are_pair_by_pair():
    assert ratios([6.0, 8.0], [2.0, 4.0]) == [3.0, 2.0]


def test_report_says_what_was_met_and_what_was_not_run(tmp_path: Path):
    points = ({"size": "2 x 2", "cells": 8.0, "seconds": 0.1}, {"size": "4 x 2", "cells": 32.0, "seconds": 0.3})
    done = Result("growth", "Growth", "How.", (Measure.of("one solve", "s", [0.1, 0.2]),), "fast", True, curve=points)
    failed = Result("cold", "Cold", "How.", (Measure.single("brief", "s", 12.0),), "under 10 s", False)
    left_out = Result.skip("gravity", "Gravity", "no sample")
    report.write([done, failed, left_out], tmp_path)

    text = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert "Goal: fast: met." in text
    assert "Goal: under 10 s: not met." in text
    assert "Not run: no sample." in text
    assert "| one solve | 0.1 s | 0.15 s | 0.2 s | 2 |" in text
    found = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert [result["met"] for result in found["results"]] == [True, False, None]
    assert (tmp_path / "growth.svg").read_text(encoding="utf-8").startswith("<svg")
    assert (tmp_path / "growth.png").stat().st_size > 1000


def test_a_page_keeps_everything_but_its_results(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(f"Before.\n\n{report.BEGIN}\nold\n{report.END}\n\nAfter.\n", encoding="utf-8")
    report.refresh(page, [Result.skip("gravity", "Gravity", "no sample")])
    text = page.read_text(encoding="utf-8")
    assert text.startswith("Before.\n\n") and text.endswith("\n\nAfter.\n")
    assert "no sample" in text and "old" not in text
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(ValueError, match="has no lines"):
        report.refresh(page, [])


@pytest.mark.parametrize(("countries", "sectors"), [(2, 1), (6, 5), (12, 9)])
def test_random_worlds_balance(countries: int, sectors: int):
    world = random_world(countries, sectors, seed=11)
    assert world.consistent
    assert world.notes == ()
    assert (world.value_added_share > 0.05).all()
    assert np.array_equal(world.trade_value, random_world(countries, sectors, seed=11).trade_value)
    assert not np.array_equal(world.trade_value, random_world(countries, sectors, seed=12).trade_value)
