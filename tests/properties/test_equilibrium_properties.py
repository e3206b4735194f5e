"""What holds in every equilibrium, on random worlds (theory: section 10 of the equilibrium's specification)."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from tradewar.equilibrium import Closure, Levers, Policy, kernels, prepare, solve, solve_levers
from tradewar.equilibrium.kernels import Economy
from tradewar.equilibrium.welfare import consumer_price
from tradewar.world import World
from worlds import Recipe, random_rates, recipes

SEEDS = st.integers(0, 2**31)
few = settings(max_examples=8, deadline=None, derandomize=True)


CLOSURES = st.sampled_from(
    [
        Closure("share-of-world"),
        Closure("balanced"),
        Closure("balanced", "C00"),
        Closure("fixed", "world"),
        Closure("fixed", "C00"),
    ]
)


def real_income(world: World, levers: Levers, closure: Closure | str) -> np.ndarray:
    prepared = prepare(world, closure)
    found = solve_levers(prepared, levers, tolerance=1e-12)
    assert found.residual < 1e-11
    base = prepared.baseline
    return found.income / base.income / consumer_price(found.price_hat, base.consumption_share)


def free(world: World) -> World:
    """The world without tariffs, its flows kept."""
    return world.replace(tariff_rate=np.zeros_like(world.tariff_rate), consumption_share=None)


@few
@given(recipes(), CLOSURES)
def test_no_change_changes_nothing(recipe: Recipe, closure: Closure) -> None:
    world = recipe.world()
    outcome = solve(world, closure=closure, tolerance=1e-12)
    for hat in (outcome.wage_hat, outcome.price_hat, outcome.unit_cost_hat, outcome.real_income_hat):
        assert_allclose(hat, 1, atol=2e-11)


@few
@given(recipes(), SEEDS, st.floats(1e-6, 1e6))
def test_the_unit_of_money_does_not_matter(recipe: Recipe, seed: int, factor: float) -> None:
    world = recipe.world()
    scaled = world.replace(trade_value=factor * world.trade_value, consumption_share=None)
    rates = random_rates(world, seed)
    one, other = solve(world, Policy(rates)), solve(scaled, Policy(rates))
    assert_allclose(other.real_income_hat, one.real_income_hat, rtol=1e-8)
    assert_allclose(other.trade_value, factor * one.trade_value, rtol=1e-6)


@few
@given(recipes(), SEEDS)
def test_the_numeraire_changes_nothing_real_without_deficits(recipe: Recipe, seed: int) -> None:
    world = recipe.world()
    rates = Policy(random_rates(world, seed))
    one, other = (solve(world, rates, closure=Closure("balanced", money)) for money in ("world", "C01"))
    assert abs(other.wage_hat[1] - 1) < 1e-9
    assert_allclose(one.real_income_hat, other.real_income_hat, rtol=1e-8)
    assert_allclose(one.trade_value_hat / one.wage_hat[1], other.trade_value_hat, rtol=1e-7)


@few
@given(recipes(), SEEDS)
def test_walras(recipe: Recipe, seed: int) -> None:
    """At any wages, once costs and expenditures agree with them, excess labour demands sum to zero in money."""
    world = recipe.world()
    economy = prepare(world).economy
    assert isinstance(economy, Economy)
    policy = kernels.wedges(economy, Levers(random_rates(world, seed)))
    log_wage = np.random.default_rng(seed).normal(scale=0.2, size=world.n_countries)
    log_cost, expenditure = np.zeros_like(economy.expenditure), economy.expenditure
    for _ in range(400):
        state = kernels.state_at(economy, policy, log_wage, log_cost, expenditure)
        log_cost, expenditure = state.log_cost, state.expenditure
    paid = (economy.value_added_share * state.output).sum(axis=0)
    excess = paid - np.exp(log_wage) * economy.value_added
    assert np.abs(excess).max() > 1e-6 * world.value_added.sum()
    assert abs(excess.sum()) < 1e-11 * world.value_added.sum()


@few
@given(recipes(), SEEDS, CLOSURES)
def test_shares_sum_to_one_and_books_balance(recipe: Recipe, seed: int, closure: Closure) -> None:
    world = recipe.world()
    outcome = solve(world, Policy(random_rates(world, seed)), closure=closure)
    paid = ((1 + outcome.tariff_rate) * outcome.trade_value).sum(axis=1)
    assert_allclose(paid, outcome.expenditure, rtol=1e-12)
    total = outcome.baseline.value_added.sum()
    assert abs(outcome.trade_deficit.sum()) < 1e-9 * total
    final = outcome.baseline.consumption_share * outcome.income[:, None]
    materials = np.einsum("jsr,jr->js", outcome.baseline.material_share, outcome.gross_output)
    assert_allclose(outcome.expenditure, final + materials, atol=1e-8 * total)


@few
@given(recipes(), SEEDS)
def test_relabelling_permutes_results(recipe: Recipe, seed: int) -> None:
    world = recipe.world()
    draw = np.random.default_rng(seed)
    c, s = draw.permutation(world.n_countries), draw.permutation(world.n_sectors)
    rates = random_rates(world, seed)
    other = world.replace(
        countries=tuple(world.countries[k] for k in c),
        sectors=tuple(world.sectors[k] for k in s),
        tradable=world.tradable[s],
        trade_value=world.trade_value[np.ix_(c, c, s)],
        tariff_rate=world.tariff_rate[np.ix_(c, c, s)],
        value_added_share=world.value_added_share[np.ix_(c, s)],
        input_share=world.input_share[np.ix_(c, s, s)],
        consumption_share=world.consumption_share[np.ix_(c, s)],
        trade_elasticity=world.trade_elasticity[s],
    )
    one, two = solve(world, Policy(rates)), solve(other, Policy(rates[np.ix_(c, c, s)]))
    assert_allclose(two.real_income_hat, one.real_income_hat[c], rtol=1e-8)
    assert_allclose(two.trade_value, one.trade_value[np.ix_(c, c, s)], rtol=1e-6)


@few
@given(recipes(), SEEDS, st.floats(0.1, 0.9))
def test_splitting_a_sector_in_two_alike_changes_no_aggregate(recipe: Recipe, seed: int, share: float) -> None:
    world = recipe.world()
    parts = np.array([share, 1 - share])

    def split(array: np.ndarray, axis: int, weights: np.ndarray | None) -> np.ndarray:
        first = np.take(array, [0, 0], axis=axis)
        if weights is not None:
            first = first * np.expand_dims(weights, tuple(k for k in range(array.ndim) if k != axis))
        return np.concatenate([first, np.take(array, range(1, array.shape[axis]), axis=axis)], axis=axis)

    rates = random_rates(world, seed)
    other = world.replace(
        sectors=("first", "second", *world.sectors[1:]),
        sector_names=("first", "second", *world.sector_names[1:]),
        tradable=split(world.tradable, 0, None),
        trade_value=split(world.trade_value, 2, parts),
        tariff_rate=split(world.tariff_rate, 2, None),
        value_added_share=split(world.value_added_share, 1, None),
        input_share=split(split(world.input_share, 1, parts), 2, None),
        consumption_share=split(world.consumption_share, 1, parts),
        trade_elasticity=split(world.trade_elasticity, 0, None),
    )
    one, two = solve(world, Policy(rates)), solve(other, Policy(split(rates, 2, None)))
    assert_allclose(two.real_income_hat, one.real_income_hat, rtol=1e-8)
    assert_allclose(two.trade_value.sum(axis=2), one.trade_value.sum(axis=2), rtol=1e-6)


@few
@given(recipes(), SEEDS, st.floats(-0.3, 1.0))
def test_lerner(recipe: Recipe, seed: int, tax: float) -> None:
    """A uniform import tax of one country is a uniform export tax of it, without deficits."""
    world = recipe.world()
    j = seed % world.n_countries
    baseline = prepare(world, "balanced").baseline
    imports, exports = baseline.tariff_rate.copy(), np.zeros_like(baseline.tariff_rate)
    partners = np.arange(world.n_countries) != j
    imports[j, partners] = (1 + tax) * (1 + imports[j, partners]) - 1
    exports[partners, j] = tax
    by_import = real_income(world, Levers(imports), "balanced")
    by_export = real_income(world, Levers(baseline.tariff_rate, export_tax=exports), "balanced")
    assert_allclose(by_import, by_export, rtol=1e-9)


@few
@given(recipes(), SEEDS)
def test_a_ban_is_a_trade_cost(recipe: Recipe, seed: int) -> None:
    world = recipe.world()
    banned = np.random.default_rng(seed).uniform(0, 0.95, size=world.trade_value.shape)
    one = real_income(world, Levers(world.tariff_rate, banned_share=banned), "share-of-world")
    cost = (1 - banned) ** (-1 / world.trade_elasticity)
    other = real_income(world, Levers(world.tariff_rate, iceberg_hat=cost), "share-of-world")
    assert_allclose(one, other, rtol=1e-12)


@few
@given(recipes(with_inputs=False), SEEDS, st.floats(-0.2, 0.5))
def test_a_uniform_subsidy_is_neutral_without_inputs_and_deficits(recipe: Recipe, seed: int, rate: float) -> None:
    world = recipe.world()
    subsidy = np.zeros(world.consumption_share.shape)
    subsidy[seed % world.n_countries] = rate
    baseline = prepare(world, "balanced").baseline.tariff_rate
    found = real_income(world, Levers(baseline, output_subsidy=subsidy), "balanced")
    assert_allclose(found, 1, atol=1e-9)


@few
@given(recipes(), SEEDS)
def test_own_price_response_at_given_costs(recipe: Recipe, seed: int) -> None:
    world = recipe.world()
    economy = prepare(world).economy
    assert isinstance(economy, Economy)
    theta, share = world.trade_elasticity, world.expenditure_share
    cost = np.zeros_like(economy.expenditure)

    def found(step: float) -> float:
        rates = world.tariff_rate.copy()
        rates[1, 0, 0] = (1 + rates[1, 0, 0]) * np.exp(step) - 1
        policy = kernels.wedges(economy, Levers(rates))
        _, pull, total = kernels.price_index(policy.attraction, cost, theta)
        return float(np.log(policy.attraction[0, 1, 0] * pull[0, 0] / total[0, 1]))

    slope = (found(1e-5) - found(-1e-5)) / 2e-5
    assert_allclose(slope, -theta[0] * (1 - share[1, 0, 0]), rtol=1e-7)


@few
@given(recipes(with_inputs=False), SEEDS)
def test_autarky(recipe: Recipe, seed: int) -> None:
    """Without inputs, tariffs and deficits: real income hat = Π own share^(α/θ)."""
    world = free(recipe.world())
    j = seed % world.n_countries
    banned = np.zeros_like(world.trade_value)
    banned[j] = banned[:, j] = 1.0
    banned[j, j] = 0.0
    base = prepare(world, "balanced").baseline
    own = base.expenditure_share[j, j]
    expected = np.prod(own ** (base.consumption_share[j] / base.trade_elasticity))
    found = real_income(world, Levers(base.tariff_rate, banned_share=banned), "balanced")
    assert_allclose(found[j], expected, rtol=1e-9)


@few
@given(recipes(), SEEDS)
def test_small_tariffs_from_free_trade_are_terms_of_trade_only(recipe: Recipe, seed: int) -> None:
    world = free(recipe.world())
    small = 1e-5 * random_rates(world, seed)
    outcome = solve(world, Policy(small), tolerance=1e-13)
    change = np.log(outcome.real_income_hat)
    assert np.abs(change).max() > 1e-8
    assert_allclose(outcome.first_order().terms_of_trade, change, atol=2e-8 + 1e-3 * np.abs(change).max())
    assert_allclose(outcome.first_order().volume_of_trade, 0, atol=1e-15)


@few
@given(recipes(), SEEDS)
def test_warm_and_cold_starts_agree(recipe: Recipe, seed: int) -> None:
    world = recipe.world()
    far = solve(world, Policy(random_rates(world, seed)))
    near = Policy(random_rates(world, seed + 1, 0.3))
    assert_allclose(solve(world, near, start=far).real_income_hat, solve(world, near).real_income_hat, rtol=1e-9)


@few
@given(recipes(with_inputs=False), SEEDS, CLOSURES)
def test_monopolistic_equilibria_are_certified(recipe: Recipe, seed: int, closure: Closure) -> None:
    world = recipe.world()
    outcome = solve(world, Policy(random_rates(world, seed)), closure=closure, market="monopolistic")
    assert outcome.certificate.max_residual <= 1e-9
    assert_allclose(solve(world, closure=closure, market="monopolistic").real_income_hat, 1, atol=1e-9)
