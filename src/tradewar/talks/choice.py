"""Noisy choice: the logit of agent quantal response (McKelvey and Palfrey 1998, Experimental Economics).

    q(a) = exp(v_a/σ) / Σ_b exp(v_b/σ)

The value of a node is Σ q(a) v_a, never the log-sum: that would pay σ ln|A| for merely having a choice and make an
extension look valuable where it does nothing.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


def logit_probabilities(
    values: Float[Array, "*node action"], noise: Float[Array, "*#node"] | float
) -> Float[Array, "*node action"]:
    """q over the last axis; an action that is not available has the value −inf and the probability 0."""
    scaled = (values - values.max(axis=-1, keepdims=True)) / np.asarray(noise)[..., None]
    weight = np.exp(scaled)
    return weight / weight.sum(axis=-1, keepdims=True)


def expected_value(
    probabilities: Float[Array, "*node action"], values: Float[Array, "*node action"]
) -> Float[Array, "*node"]:
    """Σ q v over the last axis, where actions without probability count for nothing (their value may be −inf)."""
    return np.asarray(
        np.where(probabilities > 0.0, probabilities * np.where(probabilities > 0.0, values, 0.0), 0.0).sum(axis=-1)
    )
