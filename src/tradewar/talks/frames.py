"""The nouns of the talks as data frames, long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradewar.talks.clock import EVENTS, Clock
from tradewar.talks.frontier import Frontier
from tradewar.talks.ladder import Ladder

if TYPE_CHECKING:
    import pandas as pd


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


def frontier_frame(frontier: Frontier) -> pd.DataFrame:
    """One row per point."""
    import pandas as pd

    payoff = {f"payoff_{party}": frontier.payoff[:, k] for k, party in enumerate(frontier.parties)}
    rates = {f"instrument_{k + 1}": column for k, column in enumerate(frontier.instruments.T)}
    return pd.DataFrame(payoff | rates | {"exchange_rate": frontier.exchange_rate})


def clock_frame(clock: Clock) -> pd.DataFrame:
    """One row per month: the probability of each event."""
    import pandas as pd

    months = {"month": np.arange(clock.by_month.shape[1])}
    return pd.DataFrame(months | {name: clock.by_month[row] for name, row in EVENTS.items()})
