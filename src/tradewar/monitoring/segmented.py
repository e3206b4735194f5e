"""Segmented regression of counts on steps at announced dates (statsmodels).

    log μ_t = a + [b t] + Σ_j g_j 1[t ≥ T_j] + log(e_t q_t)

fitted as Poisson, with Pearson χ²/df and HAC standard errors, and as NB2 (variance μ + α μ²). exp(g_j) is the rate
ratio of step j. The logit of the sponsor's share on the same steps removes what sponsor and controls have in common.

Sources: Bernal, Cummins and Gasparrini (2017, International Journal of Epidemiology 46(1)); Newey and West (1987,
Econometrica 55(3)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float, Num
from numpy import ndarray as Array

from tradewar.errors import NoSolutionError
from tradewar.monitoring.checks import counts_of, require
from tradewar.monitoring.extras import load

HAC_LAGS = 6


@dataclass(frozen=True, eq=False)
class SegmentedFit:
    """Rate ratios of the steps under three error models."""

    rate_ratio: Float[Array, " change"]
    """Poisson; also the estimate of the HAC column."""
    p_value: Float[Array, " change"]
    hac_p_value: Float[Array, " change"]
    dispersion: float
    """Pearson χ²/df of the Poisson model; above 1 the Poisson p-values are too small."""
    negative_binomial_ratio: Float[Array, " change"]
    negative_binomial_p_value: Float[Array, " change"]
    overdispersion: float
    """α of NB2; 0 where the counts are not overdispersed, and then the NB2 columns repeat the Poisson ones."""


def segmented_regression(
    counts: Num[Array, " period"],
    changes: Sequence[int],
    exposure: Float[Array, " period"] | None = None,
    trend: bool = False,
) -> SegmentedFit:
    """Fit the model of the module.

    Args:
        counts: events per period.
        changes: first period of each later segment, increasing.
        exposure: e q, effort times completeness; 1 by default.
        trend: include b t.

    Raises:
        EvidenceError: changes outside the series, a segment without events, statsmodels missing.
        NoSolutionError: the negative binomial likelihood did not converge.
    """
    sm = load("statsmodels.api", "segmented regression")
    y = counts_of(counts)
    design = _steps(y, changes, trend)
    columns = slice(1, 1 + len(changes))
    log_exposure = None if exposure is None else np.log(exposure)
    model = sm.GLM(y, design, family=sm.families.Poisson(), offset=log_exposure)
    poisson = model.fit()
    hac = model.fit(cov_type="HAC", cov_kwds={"maxlags": HAC_LAGS})
    dispersion = float(poisson.pearson_chi2 / poisson.df_resid)
    if dispersion <= 1:
        nb_ratio, nb_p, alpha = np.exp(poisson.params[columns]), poisson.pvalues[columns], 0.0
    else:
        negative = sm.NegativeBinomial(y, design, offset=log_exposure, loglike_method="nb2")
        start = np.append(poisson.params, 0.3)
        fit = negative.fit(start_params=start, disp=0, maxiter=200, method="bfgs", warn_convergence=False)
        if not fit.mle_retvals["converged"]:
            raise NoSolutionError(f"negative binomial regression on steps {tuple(changes)} did not converge")
        nb_ratio, nb_p, alpha = np.exp(fit.params[columns]), fit.pvalues[columns], float(fit.params[-1])
    return SegmentedFit(
        np.exp(poisson.params[columns]),
        poisson.pvalues[columns],
        hac.pvalues[columns],
        dispersion,
        nb_ratio,
        nb_p,
        alpha,
    )


@dataclass(frozen=True, eq=False)
class SegmentedShare:
    """Odds ratios of the sponsor's share at the steps."""

    odds_ratio: Float[Array, " change"]
    p_value: Float[Array, " change"]


def segmented_share(
    sponsor: Num[Array, " period"], controls: Num[Array, " period"], changes: Sequence[int]
) -> SegmentedShare:
    """Binomial logit of the sponsor's share on the same steps; periods without any event carry no information.

    Raises:
        EvidenceError: as `segmented_regression`.
    """
    sm = load("statsmodels.api", "the segmented share")
    y, other = counts_of(sponsor, "sponsor"), counts_of(controls, "controls")
    seen = y + other > 0
    design = _steps(y, changes, trend=False)[seen]
    table = np.column_stack([y, other])[seen]
    fit = sm.GLM(table, design, family=sm.families.Binomial()).fit()
    return SegmentedShare(np.exp(fit.params[1:]), fit.pvalues[1:])


def _steps(y: Float[Array, " period"], changes: Sequence[int], trend: bool) -> Float[Array, "period column"]:
    n = len(y)
    edges = [0, *changes, n]
    require(all(a < b for a, b in pairwise(edges)), "changes", "do not increase inside the series", "Sort them")
    empty = [k for k, segment in enumerate(np.split(y, list(changes))) if segment.sum() == 0]
    require(not empty, "counts", f"segment {empty} has no events, so its rate ratio is 0", "Use window_test instead")
    time = np.arange(n)
    columns = [np.ones(n), *((time >= change).astype(float) for change in changes)]
    return np.column_stack([*columns, time / n] if trend else columns)
