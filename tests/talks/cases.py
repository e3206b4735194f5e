"""Cases that several tests use: the base clock and the printed ladder of the toy world."""

from __future__ import annotations

import numpy as np

from tradewar.talks import ClockTerms, Ladder
from tradewar.talks.ladder import ladder_from_table

BASE = ClockTerms(
    now=(-0.06, -0.25),
    escalation=(-0.14, -0.55),
    deal=(0.02, -0.05),
    discount_rate=(0.05, 0.05),
    months_to_deadline=3,
    extension_months=3,
    extensions=1,
    steps_to_text=3,
    progress_idle=0.15,
    progress_effort=0.55,
    effort_cost=0.01,
    settlement_rate=0.25,
    carrying_out_bonus=0.03,
    noise_sign=0.02,
    noise_effort=0.02,
    noise_deadline=0.02,
)

RATES = (0.0, 0.10, 0.25)
US = np.array([[0.0, -0.0357, -0.0648], [0.0574, 0.0223, -0.0063], [0.0159, -0.0168, -0.0434]])
CN = np.array([[0.0, 0.0287, 0.0146], [-0.1992, -0.1712, -0.1826], [-0.3904, -0.3628, -0.3716]])


def toy_ladder() -> Ladder:
    """Payoffs of the three-country toy world, percent of income per year, as printed."""
    return ladder_from_table(np.stack([US, CN]), ("USA", "CHN"), ("USA", "CHN"), RATES, RATES)
