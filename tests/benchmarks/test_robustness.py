"""A small share of the robustness run, and that its audit sees what is wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from benchmarks.audit import largest_gap, wrong_signs
from benchmarks.robustness import DEFECTS, INADMISSIBLE, KINDS, SOLVED, judged, shocks

from benchmarks import robustness
from tradewar.equilibrium import Outcome, Policy, solve
from worlds import toy, toy_io, war_rates


@pytest.mark.slow
def test_every_shock_is_solved_with_the_right_signs_or_refused_with_its_reason() -> None:
    # the run-time checks of shapes make a refusal take a minute on a larger world
    cases = list(shocks([toy(), toy_io()], 32, 1))
    assert [case for case in cases if case.verdict == DEFECTS] == []
    verdicts = Counter(case.verdict for case in cases)
    assert verdicts[SOLVED] > 0.7 * len(cases)
    assert {case.kind for case in cases} == set(KINDS)
    assert all(
        "would have to" in case.detail or "abroad" in case.detail for case in cases if case.verdict == INADMISSIBLE
    )


@pytest.mark.parametrize("closure", ["share-of-world", "own-gdp"])
def test_compiled_and_plain_reach_the_same_verdicts(closure: str) -> None:
    world = toy_io()
    for number, kind in enumerate(KINDS.values()):
        policy = Policy(**kind(np.random.default_rng(number), world))
        plain, compiled = (judged(world, "", closure, policy, compiled=fast) for fast in (False, True))
        assert plain.verdict == compiled.verdict


@pytest.mark.parametrize("market", ["competitive", "monopolistic"])
def test_the_audit_agrees_with_the_certificate(market: str) -> None:
    outcome = solve(toy(), Policy(war_rates(toy())), market=market)
    assert wrong_signs(outcome) == []
    assert largest_gap(outcome) == pytest.approx(outcome.certificate.max_residual, rel=1.0, abs=1e-12)


SEEN = {
    "wage_hat": "wage", "unit_cost_hat": "unit cost", "price_hat": "price", "income": "income",
    "expenditure": "expenditure", "gross_output": "output", "trade_value": "flow",
}  # fmt: skip


@pytest.mark.parametrize("name", SEEN)
def test_the_audit_sees_one_wrong_cell(name: str) -> None:
    outcome = solve(toy_io(), Policy(war_rates(toy_io())))

    def changed(factor: float) -> Outcome:
        array = getattr(outcome.solution, name).copy()
        array.flat[0] *= factor
        parts: dict[str, Any] = {name: array}
        return replace(outcome, solution=replace(outcome.solution, **parts))

    assert largest_gap(changed(1 + 1e-4)) > 1e-8
    with np.errstate(invalid="ignore"):
        assert SEEN[name] in wrong_signs(changed(-1))


def test_a_defect_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> object:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(robustness, "solve_prepared", broken)
    found = judged(toy(), "kind", "balanced", Policy())
    assert (found.verdict, found.detail) == (DEFECTS, "ZeroDivisionError: division by zero")
