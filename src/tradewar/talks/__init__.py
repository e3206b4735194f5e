"""Is there a deal, and will it come? Ladder, bargaining, walk-away points, the talks clock and escalation.

Nothing here solves the world: payoffs come as tables (`Ladder`) or as functions of instruments with their gradient
(`payoffs`). Side 1 is the initiator, who set the deadline; side 2 the responder. Flows are percent of baseline income
per year; values are present values in percent of one year's income; the two are different fields everywhere.
"""

from tradewar.talks.bargaining import BargainStatus, Solution, Talks, bargain
from tradewar.talks.clock import Clock, run_clock
from tradewar.talks.clock_sweep import clock_swings, random_terms, sweep_clock
from tradewar.talks.clock_terms import ClockTerms
from tradewar.talks.frontier import efficient_frontier
from tradewar.talks.ladder import Ladder
from tradewar.talks.nash_in_nash import ManyTalks, PairTalks, nash_in_nash

__all__ = [
    "BargainStatus", "Clock", "ClockTerms", "Ladder", "ManyTalks", "PairTalks", "Solution", "Talks", "bargain",
    "clock_swings", "efficient_frontier", "nash_in_nash", "random_terms", "run_clock", "sweep_clock",
]  # fmt: skip
