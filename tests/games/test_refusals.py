"""What cannot be played is refused in words, or treated as stated."""

from __future__ import annotations

import numpy as np
import pytest

from tradewar.errors import InputError
from tradewar.games import best_response, cooperate, escalation, reaction_curve, war
from worlds import toy, toy_io


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"players": ["US", "CX"]}, "players: 'CX' is unknown"),
        ({"players": ["US", "US"]}, "players: has US more than once"),
        ({"players": []}, "players: is empty"),
        ({"goods": ["soya"]}, "goods: 'soya' is unknown; did you mean 'soy'"),
        ({"goods": ["services"]}, "goods: services: cannot carry a tariff"),
        ({"max_rate": 0.0}, "leaves no tariff to choose"),
        ({"max_rate": 25.0}, "write 0.5, not 50"),
        ({"max_rate": float("nan")}, "Give finite rates"),
        ({"min_rate": -0.99}, "least rate: -0.99 is below -0.95"),
        ({"regime": "mnf"}, "regime: 'mnf' is unknown"),
        ({"regime": "partner", "mfn": True}, "cannot be combined"),
        ({"starts": ["nowhere"]}, "starts: nowhere is unknown"),
        ({"closure": "fixed:world"}, "leaves deficits in"),
        ({"closure": "fixed:US"}, "Use --closure balanced"),
        ({"closure": "balance"}, "closure"),
        ({"market": "oligopoly"}, "market"),
        ({"players": ["US"], "between": True}, "player US: has no tariff to choose"),
        ({"players": ["US"], "exempt": [("US", "CN"), ("US", "RW")]}, "player US: has no tariff to choose"),
    ],
)
def test_refused(options: dict, said: str) -> None:
    with pytest.raises(InputError) as caught:
        war(toy(), **options)
    assert said in str(caught.value)


def test_inputs_have_no_monopolistic_market() -> None:
    with pytest.raises(InputError, match="material inputs"):
        war(toy_io(), market="monopolistic")


def test_a_fixed_closure_is_fine_where_there_are_no_deficits() -> None:
    from games_worlds import two_countries

    options = {"starts": ["closed-form"], "corners": False}
    fixed = war(two_countries(), closure="fixed:HOME", **options)
    assert fixed.certified
    assert fixed.tariff_rate == pytest.approx(war(two_countries(), **options).tariff_rate, abs=1e-8)


def test_deficits_left_in_are_noted() -> None:
    found = best_response(toy(), "US", closure="share-of-world", starts=["closed-form"], corners=False)
    assert any("Deficits are left in" in note for note in found.notes)


def test_a_good_that_nobody_imports_is_refused_and_one_that_some_do_not_is_noted() -> None:
    flows = toy().trade_value.copy()
    flows[:, :, 0] = np.diag(flows[:, :, 0].diagonal())
    closed = toy().replace(trade_value=flows, consumption_share=None)
    with pytest.raises(InputError, match="goods: soy: is imported by no player"):
        war(closed, goods=["soy", "goods"])
    found = war(closed, starts=["closed-form"], corners=False)
    assert any("6 cells without trade were left out" in note for note in found.notes)
    assert (found.tariff_rate[:, :, 0] == 0).all()


def test_an_aggregate_may_play_and_is_noted() -> None:
    found = best_response(toy(), "RW", starts=["closed-form"], corners=False)
    assert found.certified
    assert any("RW stand for several economies and play" in note for note in found.notes)


def test_talks_and_curves_refuse_too() -> None:
    with pytest.raises(InputError, match="start: 'war' is unknown"):
        cooperate(toy(), start="war")
    with pytest.raises(InputError, match="mover: 'CX' is unknown"):
        reaction_curve(toy(), "CX", "US")
    with pytest.raises(InputError, match="the same as the mover"):
        reaction_curve(toy(), "US", "US")
    with pytest.raises(InputError, match="first: 'CX' is unknown"):
        escalation(toy(), "CX", "US")
