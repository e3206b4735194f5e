"""The duty of a line is the mean over its parts: held against a second program that adds them up one by one."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import brute_parts as brute
from small_books import HEADER, average_of, book_of, rate_of
from tradewar.tariffs import TariffBook

METALS, CONDITIONS, PROGRAMMES = ["steel", "alu"], ["u", "v"], ["mfn", "p1", "p2", "p3"]
RULES = settings(max_examples=60, deadline=None, derandomize=True)
SHARE = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0])


@st.composite
def laws(draw: st.DrawFn) -> tuple[list[brute.Measure], list[tuple[str, str, str]]]:
    """At most one addition, floor or ceiling for each programme, with replacements and exemptions beside it."""
    measures: list[brute.Measure] = []
    for programme in PROGRAMMES:
        effects = ["add"] if programme == "mfn" else [draw(st.sampled_from(["add", "floor", "ceiling"]))]
        effects += draw(st.lists(st.sampled_from(["replace", "exempt"]), max_size=2, unique=True))
        for effect in effects:
            needs = draw(st.sampled_from(["", "", *CONDITIONS]))
            bars = draw(st.sampled_from(["", "", *[c for c in CONDITIONS if c != needs]]))
            base = draw(st.sampled_from(["", "", *METALS])) if effect == "add" else ""
            rate = draw(st.sampled_from([0.0, 0.05, 0.1, 0.15, 0.2, 0.5]))
            facts: brute.Measure = {"base": base, "needs": needs, "bars": bars}
            measures.append({"programme": programme, "effect": effect, "rate": rate} | facts)
    pair = st.sampled_from(PROGRAMMES)
    rule = st.tuples(st.sampled_from(["suppresses", "leaves_remainder"]), pair, pair).filter(lambda r: r[1] != r[2])
    return measures, draw(st.lists(rule, max_size=4))


def _book(folder: Path, measures: list[brute.Measure], rules: list[tuple[str, str, str]]) -> TariffBook:
    rows = ["measure_id,importer,exporter_area,programme,effect,hs,rate,value_base,condition,valid_from"]
    for k, m in enumerate(measures):
        condition = ";".join(filter(None, [m["needs"], m["bars"] and f"not:{m['bars']}"]))
        rate = "" if m["effect"] == "exempt" else m["rate"]
        rows.append(f"M{k},USA,*,{m['programme']},{m['effect']},720851,{rate},{m['base']},{condition},2024-01-01")
    stacking = [f"r,USA,2024-01-01,{k},{kind},{a},{b}" for k, (kind, a, b) in enumerate(rules)]
    tables: dict[str, str] = {
        "measures": "\n".join(rows),
        "conditions": "condition_id,kind\nu,certificate\nv,end_use",
        "programmes": "programme,importer,authority\nmfn,USA,MFN",
        "weight_sets": "weight_set,importer,exporter,year,flow,unit\nw,USA,CAN,2024,imports,USD",
        "weights": "weight_set,hs,value\nw,720851,7",
    }
    if stacking:
        tables["stacking"] = "rule_set,importer,valid_from,order,rule,programme,other\n" + "\n".join(stacking)
    return book_of(folder, HEADER, **tables)


def _asked(names: set[str], shares: dict[str, float | None]) -> dict[str, float]:
    return {name: share for name, share in shares.items() if share is not None and name in names}


@pytest.mark.slow
@RULES
@given(law=laws(), steel=SHARE, alu=SHARE, u=st.none() | SHARE, v=st.none() | SHARE, open_metal=st.booleans())
def test_rates_are_what_parts_add_up_to(
    law: Any, steel: float, alu: float, u: float | None, v: float | None, open_metal: bool
) -> None:
    measures, rules = law
    steel, alu = (steel, alu) if steel + alu <= 1 else (steel / 2, alu / 2)
    with tempfile.TemporaryDirectory() as name:
        book = _book(Path(name), measures, rules)
    totals = brute.duties(measures, rules, brute.parts(METALS, CONDITIONS))
    metals = None if open_metal else {"steel": steel, "alu": alu}
    low, high = brute.ends(totals, metals, {"u": u, "v": v})
    named = {m["base"] for m in measures} | set(CONDITIONS)
    facts: dict[str, float | None] = {"u": u, "v": v} | ({} if metals is None else dict(metals))
    answer = rate_of(book, "USA", "CAN", "720851", "2025-01-01", shares=_asked(named, facts))
    found = (answer.rate, answer.rate) if answer.interval is None else answer.interval
    assert found == pytest.approx((low, high), abs=1e-9)
    if answer.rate is not None:
        assert sum(part.rate or 0.0 for part in answer.components) == pytest.approx(answer.rate, abs=1e-9)
        if answer.parts:
            mean = sum((part.share or 0.0) * (part.rate or 0.0) for part in answer.parts)
            assert mean == pytest.approx(answer.rate, abs=1e-9)
    elif answer.default is not None:
        assert low - 1e-9 <= answer.default <= high + 1e-9
    # the average of one line is the rate of that line
    point = average_of(book, "USA", "CAN", "2025-01-01", "w", shares=_asked(named, facts))
    assert (point.low, point.high) == pytest.approx((low, high), abs=1e-9)
    if answer.rate is not None:
        assert point.rate == pytest.approx(answer.rate, abs=1e-9)
    _admissible_mixtures_lie_inside(totals, metals, {"u": u, "v": v}, low, high)


def _admissible_mixtures_lie_inside(
    totals: dict[Any, float],
    metals: dict[str, float] | None,
    conditions: dict[str, float | None],
    low: float,
    high: float,
) -> None:
    """Mixtures drawn at random, with the shares that are known and any others."""
    random = np.random.default_rng(0)
    for _ in range(10):
        mean, weight = 0.0, 0.0
        loose = {key: random.random() + 1e-9 for key in totals}
        for (metal, met), value in totals.items():
            share = 1.0
            if metals is not None:
                share *= metals.get(metal, 1.0 - sum(metals.values()))
            for condition, known in conditions.items():
                if known is not None:
                    share *= known if condition in met else 1.0 - known
            known_names = {c for c, s in conditions.items() if s is not None}
            same = [
                k for k in totals
                if (metals is None or k[0] == metal) and (k[1] & known_names) == (met & known_names)
            ]  # fmt: skip
            share *= loose[metal, met] / sum(loose[k] for k in same)
            mean, weight = mean + share * value, weight + share
        assert weight == pytest.approx(1.0)
        assert low - 1e-9 <= mean <= high + 1e-9


@pytest.mark.slow
@RULES
@given(law=laws(), name=st.sampled_from(["u", "v", "steel"]), share=st.floats(0, 1), other=SHARE)
def test_any_share_lies_on_the_line_between_its_ends(law: Any, name: str, share: float, other: float) -> None:
    measures, rules = law
    with tempfile.TemporaryDirectory() as folder:
        book = _book(Path(folder), measures, rules)
    named = {m["base"] for m in measures} | set(CONDITIONS)
    rest = {"u": other, "v": 1 - other, "steel": other, "alu": 0.0} | {name: None}

    def at(value: float) -> float:
        answer = rate_of(book, "USA", "CAN", "720851", "2025-01-01", shares=_asked(named, rest | {name: value}))
        assert answer.rate is not None
        return answer.rate

    assert at(share) == pytest.approx(share * at(1.0) + (1 - share) * at(0.0), abs=1e-9)
