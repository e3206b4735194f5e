"""Is there a deal, and will it come? Ladder, bargaining, walk-away points, the talks clock, attrition and escalation.

Nothing here solves the world: payoffs come as tables (`Ladder`) or as functions of instruments with their gradient
(`payoffs`). Side 1 is the initiator, who set the deadline; side 2 the responder. Flows are percent of baseline income
per year; values are present values in percent of one year's income; the two are different fields everywhere.
"""

from tradewar.talks.attrition import (
    Attrition,
    Reputation,
    attrition_with_deadline,
    attrition_with_reputation,
    concession_hazard,
)
from tradewar.talks.bargaining import (
    Bargain,
    BargainStatus,
    SidePayment,
    Solution,
    Talks,
    bargain,
    bargain_with_and_without_subsidies,
)
from tradewar.talks.clock import Clock, run_clock
from tradewar.talks.clock_simulation import SimulatedClock, simulate_clock
from tradewar.talks.clock_sweep import ClockSweep, Swing, clock_swings, random_terms, sweep_clock
from tradewar.talks.clock_terms import ClockTerms, monthly_stake
from tradewar.talks.deals import DealChoice, choose_deals
from tradewar.talks.disagreement import (
    DealContent,
    Split,
    WalkAway,
    deal_content,
    finite_offers,
    rubinstein_share,
    split_pie,
    split_with_inside_options,
    split_with_outside_options,
    walk_away_point,
)
from tradewar.talks.escalation import EscalationLadder, escalation_ladder
from tradewar.talks.frontier import Frontier, efficient_frontier
from tradewar.talks.ladder import Ladder, RungOutcome, Threat, build_ladder, judge_threat, ladder_from_table
from tradewar.talks.nash_in_nash import ManyTalks, PairTalks, nash_in_nash
from tradewar.talks.payoffs import PayoffFunction, with_finite_differences

__all__ = [
    "Attrition",
    "Bargain",
    "BargainStatus",
    "Clock",
    "ClockSweep",
    "ClockTerms",
    "DealChoice",
    "DealContent",
    "EscalationLadder",
    "Frontier",
    "Ladder",
    "ManyTalks",
    "PairTalks",
    "PayoffFunction",
    "Reputation",
    "RungOutcome",
    "SidePayment",
    "SimulatedClock",
    "Solution",
    "Split",
    "Swing",
    "Talks",
    "Threat",
    "WalkAway",
    "attrition_with_deadline",
    "attrition_with_reputation",
    "bargain",
    "bargain_with_and_without_subsidies",
    "build_ladder",
    "choose_deals",
    "clock_swings",
    "concession_hazard",
    "deal_content",
    "efficient_frontier",
    "escalation_ladder",
    "finite_offers",
    "judge_threat",
    "ladder_from_table",
    "monthly_stake",
    "nash_in_nash",
    "random_terms",
    "rubinstein_share",
    "run_clock",
    "simulate_clock",
    "split_pie",
    "split_with_inside_options",
    "split_with_outside_options",
    "sweep_clock",
    "walk_away_point",
    "with_finite_differences",
]
