"""How long the talks take: the payoff ladder, the efficient frontier, and the clock with its sensitivity."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.result import Measure, Options, Result
from benchmarks.timing import seconds
from tradewar.disputes.deal_schema import TalksTable
from tradewar.disputes.deal_sensitivity import ClockSpread, clock_spread
from tradewar.disputes.deal_setting import DealSetting, setting_of
from tradewar.disputes.deal_terms import climbs_of, clock_terms
from tradewar.disputes.dossier import load_dispute
from tradewar.disputes.findings import gather
from tradewar.disputes.material import Material
from tradewar.talks.bargaining import bargain
from tradewar.talks.frontier import Frontier, efficient_frontier
from tradewar.talks.ladder import Ladder
from tradewar.talks.world_ladder import ladder_of_world

TITLE = "Talks on world-2017: ladder, frontier and clock"
RUNGS, POINTS, DRAWS = 25, 30, 1000
METHOD = (
    f"The built-in dispute on its own day, {RUNGS} pairs of rungs solved one after the other, {POINTS} points of the "
    f"efficient frontier with their certificates, and the clock solved for {DRAWS:,} draws of all its assumptions and "
    "at both ends of each. Every run begins with the world made ready anew, so that nothing solved before is reused; "
    "reading the dossier is not part of it. Checked each time: every rung is solved to 1e-9, every point is efficient "
    "to 1e-3, the probabilities of every draw sum to one."
)
GOAL = "ladder, frontier and clock together under 30 s"
LIMIT = 30.0


@dataclass
class _Run:
    """What the stages of one run hand on."""

    material: Material
    talks: TalksTable
    setting: DealSetting | None = None
    ladder: Ladder | None = None
    frontier: Frontier | None = None
    spread: ClockSpread | None = None

    def prepare(self) -> None:
        self.setting = setting_of(self.material, self.talks)

    def climb(self) -> None:
        assert self.setting is not None
        self.ladder = ladder_of_world(
            self.setting.prepared, climbs_of(self.material, self.talks, self.setting.prepared)
        )

    def trace(self) -> None:
        assert self.setting is not None
        assert self.ladder is not None
        self.frontier = efficient_frontier(self.setting.talks_from(self._payoff(-1)), points=POINTS)

    def count_down(self) -> None:
        assert self.setting is not None
        now, escalation = self._payoff(2), self._payoff(-1)
        signed = bargain(self.setting.talks_from(now)).payoff
        terms, ranges = clock_terms(
            self.talks, 1, now=now, escalation=escalation, deal=(float(signed[0]), float(signed[1]))
        )
        self.spread = clock_spread(terms, ranges, DRAWS)

    def check(self) -> None:
        assert self.ladder is not None
        assert self.frontier is not None
        assert self.spread is not None
        if self.ladder.solved.sum() != RUNGS or not self.ladder.residual.max() <= 1e-9:
            raise AssertionError(f"not every rung is solved: residual {self.ladder.residual.max():.3g}")
        if len(self.frontier.payoff) != POINTS or not self.frontier.stationarity.max() <= 1e-3:
            raise AssertionError(f"not every point is efficient: {self.frontier.stationarity.max():.3g}")
        if self.spread.draws != DRAWS or not np.isfinite(self.spread.credible_share):
            raise AssertionError("the clock was not drawn")

    def _payoff(self, rung: int) -> tuple[float, float]:
        assert self.ladder is not None
        return float(self.ladder.of_side(1)[rung, rung]), float(self.ladder.of_side(2)[rung, rung])


STAGES = {
    "prepare": "the world without deficits made ready",
    "climb": f"ladder, {RUNGS} pairs of rungs",
    "trace": f"frontier, {POINTS} points",
    "count_down": f"deal and clock, {DRAWS:,} draws",
}


def run(options: Options) -> Result:
    """Time the stages of the talks, each run anew."""
    material = gather(load_dispute("us-china-2019"))
    talks = material.dossier.talks
    assert talks is not None
    times: dict[str, list[float]] = {name: [] for name in (*STAGES, "whole")}
    started = _Run(material, talks)
    # machine code is read from its cache, or compiled, before anything is measured
    started.prepare()
    started.climb()
    for _ in range(options.pairs):
        once = replace(started, setting=None, ladder=None)
        for name in STAGES:
            times[name].append(seconds(getattr(once, name)))
        once.check()
        times["whole"].append(sum(times[name][-1] for name in STAGES))
    measures = [Measure.of(label, "s", times[name]) for name, label in STAGES.items()]
    whole = Measure.of("together", "s", times["whole"])
    return Result("talks", TITLE, METHOD, (*measures, whole), GOAL, whole.median < LIMIT)
