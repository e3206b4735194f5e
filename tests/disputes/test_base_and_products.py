"""From the book to the world of a dispute: base tariffs between the parties, and rates that differ within a sector."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import built_in
from tradewar.disputes import deal as deal_part
from tradewar.disputes import deal_terms, options
from tradewar.disputes.averages import Averages
from tradewar.disputes.findings import Findings, gather, run
from tradewar.disputes.monthly import monthly_findings
from tradewar.disputes.policies import base_days, dispute_book, dispute_world
from tradewar.disputes.schema import TariffFile
from tradewar.equilibrium import Levers, Policy, prepare, solve
from tradewar.equilibrium.product_tariffs import flat
from tradewar.errors import DossierError
from tradewar.games.setup import game_stage
from tradewar.games.stage import settle
from tradewar.talks.world_ladder import rung_solver
from tradewar.talks.world_payoffs import policy_at
from tradewar.web.economies import tariff_file
from tradewar.world import load_world

PAIRS = (("USA", "CHN"), ("CHN", "USA"))


# ---------------------------------------------------------------- real income, with each setting


def test_with_the_settings_of_the_first_version_its_figures_stay() -> None:
    """Theory of parties, check N1."""
    expected = [[0.0016, -0.0017, -0.0373], [-0.0982, -0.1660, -0.2514]]
    assert_allclose(built_in.real_income(**built_in.OF_THE_FIRST_VERSION), expected, atol=5e-5)


def test_on_the_revised_world_as_it_is() -> None:
    """Theory of worlds, section 1: world-2017r with trade-weighted levers."""
    expected = [[0.0014, -0.0018, -0.0373], [-0.0842, -0.1486, -0.2273]]
    assert_allclose(built_in.real_income(base_rates="world", aggregation="trade-weighted"), expected, atol=1e-4)


def test_an_average_hides_what_the_duties_cost_the_united_states() -> None:
    """The duties in force differ within sectors, which a trade-weighted average counts as nothing."""
    averaged, listed = built_in.real_income(aggregation="trade-weighted"), built_in.real_income()
    assert averaged[0][0] > 0 > listed[0][0]


# ---------------------------------------------------------------- base tariffs


def test_book_and_model_agree_at_like_weights() -> None:
    """Rates by sector of the model, weighted with the trade of the book, give the book's own averages."""
    dossier = built_in.settings()
    world, stated = built_in.stated_on(dossier)
    book = dispute_book(dossier)
    assert book is not None
    assert dossier.book is not None
    weights = {(row.importer, row.exporter): row.weight_set for row in dossier.book.weights}
    base, today = world.tariff_rate, stated.policies[0]
    assert today.policy.tariff_rate is not None
    for item, mapping in zip(today.policy.products, today.mapping, strict=True):
        pair = item.importer, item.exporter
        cell = world.country_index(item.importer), world.country_index(item.exporter)
        value = np.bincount(item.sector, weights=item.value, minlength=world.n_sectors)
        before, now = (100 * (value * rate[cell]).sum() / value.sum() for rate in (base, today.policy.tariff_rate))
        listed = book.policy_on(
            "2018-01-01", known_on=built_in.DAY, weight_sets={pair: weights[pair]}, sector_set="world-2017"
        )
        assert before == pytest.approx(100 * listed.average[0], abs=0.1)
        assert now - before == pytest.approx(mapping.change_points, abs=0.1)


def test_averages_are_told_side_by_side(findings: Findings) -> None:
    found = findings.part(Averages)
    assert found is not None
    for pair in PAIRS:
        tariff = findings.policies[0].tariff(*pair)
        rates = {row.by: row.rate for row in found.rows if (row.importer, row.exporter) == pair}
        assert rates["model"] == pytest.approx(tariff.rate, abs=1e-12)
        assert rates["collected"] < rates["model"]  # buyers leave what is taxed most
        assert rates["book"] == pytest.approx(rates["policy"], abs=0.01)


def test_only_the_tariffs_between_the_parties_are_those_of_the_book() -> None:
    ours, plain = built_in.world(), built_in.solved(base_rates="world")[0]
    moved = (ours.tariff_rate != plain.tariff_rate).any(axis=2)
    assert {(ours.countries[j], ours.countries[i]) for j, i in np.argwhere(moved)} == set(PAIRS)
    assert_array_equal(ours.trade_value, plain.trade_value)
    assert any("tariff book on 2018-01-01" in note for note in ours.notes)
    # nothing changes in it without a policy
    assert_allclose(solve(ours).real_income_hat, 1.0, atol=1e-9)


def test_a_book_without_general_rates_leaves_those_of_the_world() -> None:
    dossier = built_in.settings()
    book = dispute_book(dossier)
    assert book is not None
    base = {name for name, authority in book.authorities.items() if authority == "MFN"}
    bare = replace(book, measures=tuple(item for item in book.measures if item.programme not in base))
    plain = built_in.solved(base_rates="world")[0]
    assert_array_equal(dispute_world(dossier, bare).tariff_rate, plain.tariff_rate)


def test_a_world_of_a_later_day_is_refused() -> None:
    """The tariffs of world-2022 hold the duties of this dispute: they would be counted twice."""
    dossier = built_in.settings(world="world-2022")
    with pytest.raises(
        DossierError, match=r"2018-01-01 is before 2024-12-31: the tariffs of USA in world-2022"
    ) as said:
        dispute_world(dossier, dispute_book(dossier))
    assert "book.base_day" in str(said.value)


# ---------------------------------------------------------------- rates that differ within a sector


def test_the_levers_follow_the_elasticities() -> None:
    world, stated = built_in.stated_on(built_in.settings())
    policy = stated.policies[0].policy
    item = policy.products[0]
    cell = world.country_index(item.importer), world.country_index(item.exporter)
    for theta in (2.0, 8.0):
        there = world.with_trade_elasticity(np.full(world.n_sectors, theta))
        levers = policy.levers(there)
        assert levers.iceberg_hat is not None
        expected = flat(item.value, item.added, item.sector, world.tariff_rate[cell], there.trade_elasticity)
        assert_allclose(levers.tariff_rate[cell], expected.tariff_rate, rtol=1e-13)
        assert_allclose(levers.iceberg_hat[cell], expected.iceberg_hat, rtol=1e-13)
        assert_array_equal(levers.average_rate, policy.tariff_rate)


def test_a_sector_whose_tariff_is_set_by_hand_has_one_rate_on_all_products() -> None:
    world, stated = built_in.stated_on(built_in.settings())
    policy = stated.policies[0].policy
    assert policy.tariff_rate is not None
    rates = policy.tariff_rate.copy()
    item = policy.products[0]
    cell = (world.country_index(item.importer), world.country_index(item.exporter), world.sector_index("ELE"))
    rates[cell] = 0.25
    levers, before = replace(policy, tariff_rate=rates).levers(world), policy.levers(world)
    assert levers.iceberg_hat is not None
    assert before.iceberg_hat is not None
    assert levers.tariff_rate[cell] == 0.25
    assert levers.iceberg_hat[cell] == 1.0
    others = np.ones(rates.shape, dtype=bool)
    others[cell] = False
    assert_array_equal(levers.iceberg_hat[others], before.iceberg_hat[others])
    assert_array_equal(levers.tariff_rate[others], before.tariff_rate[others])


def test_a_tariff_chosen_in_a_game_is_one_rate_on_all_products() -> None:
    """And what nobody chooses stays as it is listed, product by product."""
    world, stated = built_in.stated_on(built_in.settings())
    policy = stated.policies[0].policy
    ready, _ = game_stage(world, policy=policy)
    usa, china = world.country_index("USA"), world.country_index("CHN")
    rates = np.expm1(ready.log_power)
    rates[usa, china] = np.where(world.tradable, 0.1, rates[usa, china])
    chosen = np.zeros(rates.shape, dtype=bool)
    chosen[usa, china] = world.tradable
    found = settle(ready, ready.with_rates(rates, chosen))
    own = Policy(
        tariff_rate=np.where(chosen, 0.1, ready.levers.average_rate),
        products=[item for item in policy.products if item.importer == "CHN"],
    )
    expected = solve(ready.world, own, closure="balanced")
    assert_allclose(found.border_value, expected.trade_value, rtol=1e-8)


def test_every_rung_of_the_ladder_is_a_schedule_of_products() -> None:
    """The rung of the day gives what the duties of the day give, solved on their own."""
    material = gather(built_in.settings())
    talks = material.dossier.talks
    assert talks is not None
    prepared = prepare(material.world, "balanced")
    climbs = deal_terms.climbs_of(material, talks, prepared)
    assert all(climb.lines is not None for climb in climbs)
    rungs = [deal_terms.rungs_of(talks, climb.country).today for climb in climbs]
    found = rung_solver(prepared, climbs)(rungs[0], rungs[1], None)
    alone = solve(material.world, material.stated.policies[0].policy, closure="balanced")
    assert_allclose(found.payoff, 100 * (alone.real_income_hat - 1), atol=1e-7)


def test_levers_without_product_tariffs_are_what_they_were() -> None:
    world = built_in.world()
    rates = world.tariff_rate * 1.1
    levers = Policy(tariff_rate=rates).levers(world)
    assert isinstance(levers, Levers)
    assert levers.composition is None
    assert levers.iceberg_hat is None
    assert_array_equal(levers.average_rate, rates)


def test_a_policy_of_an_earlier_day_than_the_world_is_refused() -> None:
    dossier = built_in.settings(world="world-2022")
    assert dossier.book is not None
    late = dossier.book.model_copy(update={"base_day": dt.date(2025, 1, 1)})
    policies = tuple(
        item.model_copy(update={"day": dt.date(2019, 9, 1)}) if item.name == "escalation" else item
        for item in dossier.policies
    )
    with pytest.raises(DossierError, match=r"policies\[3\].day: 2019-09-01 is before 2024-12-31"):
        dispute_world(replace(dossier, book=late, policies=policies), None)


def test_a_tariff_file_of_averages_of_the_book_keeps_the_products(tmp_path: Path) -> None:
    """As the live page writes it: what was not touched there is what the book has, in the brief of the screen too."""
    dossier = built_in.settings()
    world, stated = built_in.stated_on(dossier)
    today = stated.policies[0].policy
    assert today.tariff_rate is not None
    rates = today.tariff_rate.copy()
    cell = (world.country_index("USA"), world.country_index("CHN"), world.sector_index("ELE"))
    rates[cell] = 0.5
    (tmp_path / "screen.csv").write_text(tariff_file(world, rates), encoding="utf-8")
    words = dict.fromkeys(("title", "short_title", "what", "stands_for"), "on screen")
    source = TariffFile(
        name="screen", known_from=built_in.DAY, kind="tariff-file", file=str(tmp_path / "screen.csv"), **words
    )
    _, again = built_in.stated_on(replace(dossier, policies=(*dossier.policies, source)))
    found, expected = again.policies[-1].policy.levers(world), today.levers(world)
    assert found.iceberg_hat is not None
    assert expected.iceberg_hat is not None
    others = np.ones(rates.shape, dtype=bool)
    others[cell] = False
    assert_array_equal(found.iceberg_hat[others], expected.iceberg_hat[others])
    assert (found.iceberg_hat[cell], found.tariff_rate[cell]) == (1.0, 0.5)


# ---------------------------------------------------------------- horizons


def test_effects_at_a_horizon_are_those_of_a_solve_there() -> None:
    dossier = built_in.settings().at_horizon(1.0)
    found = run(dossier, parts=[])
    assert found.horizon.years == 1.0
    world, stated = built_in.stated_on(dossier)
    for item, policy in zip(stated.policies, found.policies, strict=True):
        alone = solve(world, item.policy, horizon=1.0)
        expected = 100 * (alone.real_income_hat - 1)
        assert [row.real_income_pct for row in policy.countries] == pytest.approx(expected, abs=1e-7)


def test_options_are_compared_at_the_horizon_of_what_is_in_force() -> None:
    """The deal and the tariffs in force, draws and base alike: all at one horizon."""
    material = gather(built_in.settings().at_horizon(1.0))
    found, deal = options.find(material), deal_part.find(material)
    assert found is not None
    assert deal is not None
    assert deal.signed is not None
    text = policy_at(deal.setting.prepared, deal.setting.choice, np.array(deal.signed.rates), "deal")
    now = material.stated.in_force
    assert now is not None
    policies = Policy(text.tariff_rate), now.policy
    hats = [solve(material.world, policy, horizon=1.0).real_income_hat for policy in policies]
    signed = next(option for option in found.options if option.name == "deal")
    assert [row.change.base for row in signed.countries] == pytest.approx(100 * (hats[0] - hats[1]), abs=1e-7)


def test_the_months_react_in_the_end_as_the_world_does() -> None:
    """One level for everything: with that of the world, the long run is one plus its elasticity."""
    dossier = built_in.settings()
    ours, theirs = (monthly_findings(dossier.at_horizon(level=level)) for level in ("world", "blp"))
    for one, other in zip(ours.flows, theirs.flows, strict=True):
        said = [
            next(row.value for row in flow.assumptions if row.name.startswith("elasticity")) for flow in (one, other)
        ]
        assert said == [
            "1.9 after one year, 4.75 after ten, 5 in the end",
            "0.76 after one year, 1.9 after ten, 2 in the end",
        ]
        steps = np.log([(1 + step.rate_after) / (1 + step.rate_before) for step in one.steps]).sum()
        ends = [np.log(flow.long_run_index) for flow in (one, other)]
        assert ends[1] - ends[0] == pytest.approx(3 * steps, abs=0.05)


def test_changes_are_taken_against_the_day_of_each_importers_tariffs() -> None:
    dossier = built_in.settings()
    assert dossier.book is not None
    unsaid = dossier.book.model_copy(update={"base_day": None})
    assert base_days(unsaid, load_world("world-2022")) == {"USA": dt.date(2024, 12, 31), "CHN": dt.date(2022, 12, 31)}
    assert base_days(dossier.book, load_world("world-2022")) == dict.fromkeys(("USA", "CHN"), dt.date(2018, 1, 1))
    with pytest.raises(DossierError, match=r"book.base_day: is missing, and the world does not say"):
        base_days(unsaid, load_world("world-2022").replace(tariffs_as_of={}))


def test_one_base_day_for_each_importer() -> None:
    dossier = built_in.settings()
    book = dispute_book(dossier)
    assert book is not None
    assert dossier.book is not None
    weights = {(row.importer, row.exporter): row.weight_set for row in dossier.book.weights}
    days = {"USA": dt.date(2018, 1, 1), "CHN": dt.date(2018, 8, 1)}

    def changes(base_day: dt.date | dict[str, dt.date]) -> np.ndarray:
        options = {"weight_sets": weights, "sector_set": "world-2017"}
        return book.policy_on(built_in.DAY, base_day=base_day, **options).change_points

    both, alone = changes(days), {code: changes(day) for code, day in days.items()}
    for p, code in enumerate(("USA", "CHN")):
        assert_array_equal(both[p], alone[code][p])
    assert not np.allclose(alone["USA"][1], alone["CHN"][1], equal_nan=True)
