"""Which test holds each printed check of the theory of talks (T) and of accords (A): none without one.

Files are relative to `tests/`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

BARGAINING, CLOSED, CLOCK = "talks/test_bargaining.py", "talks/test_closed_forms.py", "talks/test_clock.py"
TOY, ACCORDS, TOY_ACCORDS = "talks/test_toy_world.py", "accords/test_accord_checks.py", "accords/test_toy_accords.py"
LEVERS, PROPERTIES = "equilibrium/test_levers.py", "properties/test_talks.py"
PURCHASES = "equilibrium/test_commitments.py"
PROGRAMME, SIGNATURES = "accords/test_dynamic_programme.py", "talks/test_ties_and_vetoes.py"

CHECKS: dict[str, tuple[tuple[str, str], ...]] = {
    "T1 asymmetric Nash": ((BARGAINING, "test_asymmetric_nash_on_the_curve"),),
    "T2 Kalai-Smorodinsky": ((BARGAINING, "test_kalai_smorodinsky_and_egalitarian_on_the_curve"),),
    "T3 scaling": ((BARGAINING, "test_a_payoff_in_another_unit"),),
    "T4 walk-away payoffs": ((BARGAINING, "test_with_walk_away_payoffs"),),
    "T5 a pie": ((CLOSED, "test_splitting_a_pie"),),
    "T6 linear model": (
        (BARGAINING, "test_equal_weights_give_free_trade_in_the_linear_model"),
        (BARGAINING, "test_unequal_weights_pay_by_an_import_subsidy"),
    ),
    "T7 symmetric exchange": (
        (BARGAINING, "test_the_symmetric_exchange_economy_itself"),
        ("games/test_small_wars.py", "test_the_closed_form_is_exact_for_two_countries_and_one_sector_at_fob_shares"),
    ),
    "T8 asymmetric exchange": ((BARGAINING, "test_the_asymmetric_exchange_economy"),),
    "T9 inside options": ((CLOSED, "test_inside_options_count_in_full"),),
    "T10 outside options": ((CLOSED, "test_outside_options_are_only_a_floor"),),
    "T11 Rubinstein": ((CLOSED, "test_rubinstein"),),
    "T12 Stahl": ((CLOSED, "test_stahl"),),
    "T13 breakdown": ((CLOSED, "test_offers_before_a_breakdown"),),
    "T14 reputation": ((CLOSED, "test_reputation"),),
    "T15 attrition": ((CLOSED, "test_attrition_with_a_near_deadline"),),
    "T16 attrition": ((CLOSED, "test_attrition_with_a_near_deadline"),),
    "T17 long clock": (
        (CLOSED, "test_attrition_with_a_far_deadline"),
        (CLOSED, "test_value_of_waiting_by_simulation"),
    ),
    "T18 clock": (
        (CLOCK, "test_base_clock"),
        (CLOCK, "test_simulation_agrees_with_backward_induction"),
        (SIGNATURES, "test_the_base_clock_has_two_willing_sides"),
        (SIGNATURES, "test_where_both_prefer_the_text_the_numbers_are_those_of_one_signature"),
    ),
    "T19 by month": ((CLOCK, "test_base_clock_by_month"),),
    "T20 first deadline": ((CLOCK, "test_base_clock_at_the_first_deadline"),),
    "T21 extensions": ((CLOCK, "test_more_and_fewer_extensions"),),
    "T22 little noise": ((CLOCK, "test_little_noise_barely_moves_the_result"),),
    "T23 effort": ((CLOCK, "test_an_extension_at_hand_lowers_costly_effort"),),
    "T24 logit": ((CLOCK, "test_one_shot_logit"),),
    "T25 deal content": ((CLOSED, "test_deal_content_by_months_left"),),
    "T26 escalation": ((CLOSED, "test_escalation_on_the_linear_model_goes_to_mutual_nash"),),
    "T27 ladder": ((TOY, "test_the_ladder_of_the_toy_world"),),
    "T28 toy bargain": (
        (TOY, "test_the_bargain_of_the_toy_world"),
        ("talks/test_world_talks.py", "test_models_give_the_printed_bargain_with_few_solves"),
    ),
    "T29 Ossa (2014)": (
        ("literature/test_ossa_2014.py", "test_talks_from_factual_tariffs"),
        ("literature/test_ossa_2014.py", "test_talks_from_the_published_nash_tariffs"),
    ),
    "T30 invariances": (
        (PROPERTIES, "test_probabilities_of_the_clock_sum_to_one"),
        (PROPERTIES, "test_adding_a_constant_flow_shifts_values_only"),
        (PROPERTIES, "test_an_extension_of_nothing_is_worth_nothing"),
        (PROPERTIES, "test_a_costlier_war_makes_extensions_more_likely"),
        (PROPERTIES, "test_rescaling_a_payoff_does_not_move_the_deal"),
        (PROPERTIES, "test_a_better_walk_away_point_never_hurts_its_owner"),
        (PROPERTIES, "test_only_the_ratio_of_weights_counts"),
        (PROPERTIES, "test_egalitarian_depends_on_the_unit"),
    ),
    "A1 linear tariffs": ((ACCORDS, "test_linear_tariffs"),),
    "A2 gain and stake": ((ACCORDS, "test_linear_gain_and_stake_at_free_trade"),),
    "A3 grim tariff": ((ACCORDS, "test_grim_tariff"),),
    "A4 equal retaliation": ((ACCORDS, "test_equal_retaliation"),),
    "A5 lag": (
        (ACCORDS, "test_detection_lag"),
        (PROGRAMME, "test_the_margin_is_the_explicit_sum"),
        (PROGRAMME, "test_least_patience_is_where_the_programme_is_indifferent"),
    ),
    "A6 shortest war": (
        (ACCORDS, "test_shortest_war"),
        (ACCORDS, "test_the_shortest_war_deters_and_one_period_less_does_not"),
    ),
    "A7 ceilings by state": ((ACCORDS, "test_ceilings_by_state"),),
    "A8 autarky": ((ACCORDS, "test_autarky_as_the_consequence"),),
    "A9 multiplier once": ((ACCORDS, "test_multiplier_of_a_breach_made_once"),),
    "A10 multiplier lasting": ((ACCORDS, "test_multiplier_of_a_lasting_breach"),),
    "A11 toy gradient": ((TOY_ACCORDS, "test_gradient_and_multipliers_at_zero_tariffs"),),
    "A12 toy, Nash war": ((TOY_ACCORDS, "test_zero_tariffs_against_both_wars"),),
    "A12b side payment": ((ACCORDS, "test_toy_world_against_the_nash_war"),),
    "A13 toy, 25/25 war": ((TOY_ACCORDS, "test_zero_tariffs_against_both_wars"),),
    "A13b toy bargain": ((TOY_ACCORDS, "test_the_bargain_is_enforceable_for_both"),),
    "A14 suspension": (
        (ACCORDS, "test_suspension"),
        (PROGRAMME, "test_the_suspension_is_the_shortest_that_the_programme_obeys"),
    ),
    "A15 noise": ((ACCORDS, "test_critical_discount_under_noise"),),
    "A16 recursion": (
        (ACCORDS, "test_value_by_solving_the_recursion"),
        (ACCORDS, "test_play_under_noise_has_the_value_of_the_closed_form"),
    ),
    "A17 audit": ((ACCORDS, "test_audit_probabilities"),),
    "A18 truce": ((ACCORDS, "test_break_even_theft"),),
    "A19 truce, alarms": (
        (ACCORDS, "test_break_even_theft_with_false_alarms"),
        (PROGRAMME, "test_the_truce_breaks_even_in_its_programme"),
    ),
    "A20 critical hazard": ((ACCORDS, "test_critical_hazard"),),
    "A21 critical damage": ((ACCORDS, "test_critical_damage"),),
    "A22 pooling": ((ACCORDS, "test_pooling"),),
    "A23 purchases": (
        (PURCHASES, "test_printed_wedges_and_real_incomes"),
        (PURCHASES, "test_who_is_displaced_and_what_the_balance_does"),
    ),
    "A24 export restraint": ((PURCHASES, "test_printed_wedges_and_real_incomes"),),
    "A25 war": (("equilibrium/test_toys.py", "test_war_without_inputs"),),
    "A26 ban": ((LEVERS, "test_real_income_of_each_lever"), (LEVERS, "test_flows_prices_and_output_of_the_levers")),
    "A27 embargo": ((LEVERS, "test_real_income_of_each_lever"), (LEVERS, "test_flows_prices_and_output_of_the_levers")),
    "A28 subsidy": (
        (LEVERS, "test_real_income_of_each_lever"),
        (LEVERS, "test_a_duty_against_a_subsidy_restores_the_price_and_not_the_output"),
    ),
    "A29 mandate": ((PURCHASES, "test_the_unit_cost_of_buyers_under_orders"),),
    "A30 neutrality": (
        (LEVERS, "test_lerner_symmetry"),
        (LEVERS, "test_a_uniform_subsidy_is_neutral_only_when_balanced_and_without_inputs"),
    ),
}


@pytest.mark.parametrize("check", CHECKS)
def test_each_printed_check_has_its_test(check: str) -> None:
    for file, name in CHECKS[check]:
        text = (Path(__file__).parents[1] / file).read_text(encoding="utf-8")
        assert f"def {name}(" in text, f"{check}: {file} has no {name}"


def test_no_printed_check_is_left_out() -> None:
    numbers = {check.split()[0] for check in CHECKS}
    printed = {f"T{k}" for k in range(1, 31)} | {f"A{k}" for k in range(1, 31)} | {"A12b", "A13b"}
    assert numbers == printed
