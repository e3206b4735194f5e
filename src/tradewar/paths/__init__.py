"""Trade month by month after a tariff: how fast it reacts, and what else moves it.

How fast trade reacts (`elasticity`), several dated steps (`steps`), hurry before a date and waiting for a deal
(`stocks`), all of them with orders from the state as one path (`monthly`) with its uncertainty (`bands`), an observed
fall taken apart (`decomposition`).
"""

from tradewar.equilibrium.horizon import (
    DEFAULT_CURVE,
    ElasticityCurve,
    elasticity_at,
    fit_elasticity_curve,
    reacted_share,
)
from tradewar.paths.bands import PathRanges, path_draws, step_effect_draws
from tradewar.paths.decomposition import Decomposition, decompose, stocks_term
from tradewar.paths.monthly import (
    Anticipation,
    DirectedBuying,
    MonthlyPath,
    Outcomes,
    PathAssumptions,
    PathLandmarks,
    both_outcomes,
    landmarks,
    monthly_path,
)
from tradewar.paths.steps import TariffStep, log_effect_of_steps

__all__ = [
    "DEFAULT_CURVE", "Anticipation", "Decomposition", "DirectedBuying", "ElasticityCurve", "MonthlyPath", "Outcomes",
    "PathAssumptions", "PathLandmarks", "PathRanges", "TariffStep", "both_outcomes", "decompose", "elasticity_at",
    "fit_elasticity_curve", "landmarks", "log_effect_of_steps", "monthly_path", "path_draws", "reacted_share",
    "step_effect_draws", "stocks_term",
]  # fmt: skip
