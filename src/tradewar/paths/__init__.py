"""Trade month by month after a tariff: how fast it reacts, and what else moves it.

How fast trade reacts (`elasticity`), several dated steps (`steps`), hurry before a date and waiting for a deal
(`stocks`), all of them with orders from the state as one path (`monthly`) with its uncertainty (`bands`), an observed
fall taken apart (`decomposition`), and the threat of a tariff over years (`uncertainty`).
"""

from tradewar.equilibrium.horizon import (
    DEFAULT_CURVE,
    ElasticityCurve,
    elasticity_at,
    fit_elasticity_curve,
    reacted_share,
)
from tradewar.paths.bands import PathBands, PathRanges, path_bands, path_draws, step_effect_draws
from tradewar.paths.decomposition import Decomposition, composition_change, decompose, retaliation_index, stocks_term
from tradewar.paths.monthly import (
    DirectedBuying,
    MonthlyPath,
    Outcomes,
    PathAssumptions,
    PathLandmarks,
    both_outcomes,
    landmarks,
    monthly_path,
    three_month_average,
    year_on_year,
)
from tradewar.paths.steps import TariffStep, log_effect_of_steps
from tradewar.paths.stocks import Anticipation, StockTarget, stock_target
from tradewar.paths.uncertainty import EntryEffect, entry_effect

__all__ = [
    "DEFAULT_CURVE",
    "Anticipation",
    "Decomposition",
    "DirectedBuying",
    "ElasticityCurve",
    "EntryEffect",
    "MonthlyPath",
    "Outcomes",
    "PathAssumptions",
    "PathBands",
    "PathLandmarks",
    "PathRanges",
    "StockTarget",
    "TariffStep",
    "both_outcomes",
    "composition_change",
    "decompose",
    "elasticity_at",
    "entry_effect",
    "fit_elasticity_curve",
    "landmarks",
    "log_effect_of_steps",
    "monthly_path",
    "path_bands",
    "path_draws",
    "reacted_share",
    "retaliation_index",
    "step_effect_draws",
    "stock_target",
    "stocks_term",
    "three_month_average",
    "year_on_year",
]
