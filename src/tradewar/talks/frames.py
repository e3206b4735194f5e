"""The nouns of the talks as plain data and as data frames, long."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewar.talks.bargaining import Bargain
from tradewar.talks.clock import EVENTS, Clock
from tradewar.talks.clock_sweep import ClockSweep
from tradewar.talks.frontier import Frontier
from tradewar.talks.ladder import Ladder

if TYPE_CHECKING:
    import pandas as pd


def ladder_dict(ladder: Ladder) -> dict[str, Any]:
    """Payoffs [country][rung of side 1][rung of side 2], replies and equilibria of the table."""
    return {
        "sides": list(ladder.sides),
        "unit": ladder.unit,
        "rates_1": list(ladder.rates_1),
        "rates_2": list(ladder.rates_2),
        "payoff": {code: ladder.payoff[k].tolist() for k, code in enumerate(ladder.countries)},
        "solved": ladder.solved.tolist(),
        "largest_residual": float(np.nanmax(ladder.residual)),
        "trade_value": {name: value.tolist() for name, value in ladder.trade_value.items()},
        "nash_rungs": [list(pair) for pair in ladder.nash_rungs],
        "best_reply_1": list(ladder.best_reply_1),
        "best_reply_2": list(ladder.best_reply_2),
        "best_replies_1": ladder.best_replies(1).tolist(),
        "best_replies_2": ladder.best_replies(2).tolist(),
        "sentence": ladder.sentence,
    }


def ladder_frame(ladder: Ladder) -> pd.DataFrame:
    """One row per country and pair of rungs."""
    import pandas as pd

    index = pd.MultiIndex.from_product(
        [ladder.countries, ladder.rates_1, ladder.rates_2], names=["country", "rate_1", "rate_2"]
    )
    frame = pd.DataFrame({"payoff": ladder.payoff.ravel()}, index=index).reset_index()
    if ladder.tariff_revenue is not None:
        frame["tariff_revenue"] = ladder.tariff_revenue.ravel()
    return frame


def bargain_dict(bargain: Bargain) -> dict[str, Any]:
    """A deal, or why there is none."""
    facts = {name: getattr(bargain, name) for name in bargain.__dataclass_fields__}
    facts["solution"], facts["status"] = bargain.solution.value, bargain.status.value
    payment = bargain.side_payment
    facts["side_payment"] = None if payment is None else asdict(payment)
    facts["assumptions"] = [asdict(item) for item in bargain.assumptions]
    return facts


def frontier_dict(frontier: Frontier) -> dict[str, Any]:
    """Points from side 1's best to side 2's best."""
    return {
        "parties": list(frontier.parties),
        "status": frontier.status.value,
        "payoff": frontier.payoff.tolist(),
        "instruments": frontier.instruments.tolist(),
        "exchange_rate": frontier.exchange_rate.tolist(),
        "largest_stationarity": float(frontier.stationarity.max()) if len(frontier.stationarity) else None,
        "sentence": frontier.sentence,
    }


def frontier_frame(frontier: Frontier) -> pd.DataFrame:
    """One row per point."""
    import pandas as pd

    payoff = {f"payoff_{party}": frontier.payoff[:, k] for k, party in enumerate(frontier.parties)}
    rates = {f"instrument_{k + 1}": column for k, column in enumerate(frontier.instruments.T)}
    return pd.DataFrame(payoff | rates | {"exchange_rate": frontier.exchange_rate})


def clock_dict(clock: Clock) -> dict[str, Any]:
    """The clock without its tree."""
    facts = {name: getattr(clock, name) for name in clock.__dataclass_fields__ if name != "solution"}
    facts["terms"] = asdict(clock.terms)
    facts["assumptions"] = [asdict(item) for item in clock.assumptions]
    facts["by_month"] = {name: clock.by_month[row].tolist() for name, row in EVENTS.items()}
    return facts


def clock_frame(clock: Clock) -> pd.DataFrame:
    """One row per month: the probability of each event."""
    import pandas as pd

    months = {"month": np.arange(clock.by_month.shape[1])}
    return pd.DataFrame(months | {name: clock.by_month[row] for name, row in EVENTS.items()})


def sweep_frame(sweep: ClockSweep) -> pd.DataFrame:
    """One row per draw: what was varied, and the results."""
    import pandas as pd

    from tradewar.talks.clock_sweep import RESULTS

    return pd.DataFrame(dict(sweep.varied) | {name: sweep.result(name) for name in RESULTS})
