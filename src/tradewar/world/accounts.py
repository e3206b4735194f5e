"""Accounting identities of a trading economy, as pure array functions.

Index order everywhere: `[importer, exporter, sector]` for what crosses a border, `[country, sector]` for what does
not, `[country, supplying_sector, using_sector]` for inputs. Values are f.o.b., duty excluded, in the world's money
unit; tariffs are rates (0.25). Importers and exporters may differ in number in the functions that do not need own
sales, so that tests with rectangular arrays catch a transposed index.

Source: Caliendo and Parro (2015, Review of Economic Studies 82(1)), section 2.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


def expenditure(
    trade_value: Float[Array, "importer exporter sector"], tariff_rate: Float[Array, "importer exporter sector"]
) -> Float[Array, "importer sector"]:
    """X_js = Σ_i (1 + t_ijs) F_ijs: what importer j spends on sector s, duty included, in money."""
    return ((1.0 + tariff_rate) * trade_value).sum(axis=1)


def expenditure_share(
    trade_value: Float[Array, "importer exporter sector"], tariff_rate: Float[Array, "importer exporter sector"]
) -> Float[Array, "importer exporter sector"]:
    """π_ijs = (1 + t_ijs) F_ijs / X_js; all zero where importer j spends nothing on sector s."""
    duty_paid = (1.0 + tariff_rate) * trade_value
    total = duty_paid.sum(axis=1, keepdims=True)
    return np.divide(duty_paid, total, out=np.zeros_like(duty_paid), where=total > 0)


def gross_output(trade_value: Float[Array, "importer exporter sector"]) -> Float[Array, "exporter sector"]:
    """Y_is = Σ_j F_ijs: sales, own sales included, in money."""
    return trade_value.sum(axis=0)


def tariff_revenue(
    trade_value: Float[Array, "importer exporter sector"], tariff_rate: Float[Array, "importer exporter sector"]
) -> Float[Array, " importer"]:
    """TR_j = Σ_is t_ijs F_ijs, in money."""
    return (tariff_rate * trade_value).sum(axis=(1, 2))


def trade_deficit(trade_value: Float[Array, "country country sector"]) -> Float[Array, " country"]:
    """D_j = imports less exports at border values, in money. Own sales cancel; the deficits sum to zero."""
    bilateral = trade_value.sum(axis=2)
    return bilateral.sum(axis=1) - bilateral.sum(axis=0)


def material_share(
    value_added_share: Float[Array, "country sector"], input_share: Float[Array, "country supplying using"]
) -> Float[Array, "country supplying using"]:
    """m_jsr = (1 − v_jr) g_jsr: cost share of supplying sector s in the output of using sector r."""
    return (1.0 - value_added_share)[:, None, :] * input_share


def final_use(
    total_expenditure: Float[Array, "country sector"],
    materials: Float[Array, "country supplying using"],
    output: Float[Array, "country sector"],
) -> Float[Array, "country sector"]:
    """C_js = X_js − Σ_r m_jsr Y_jr: what is not bought as material, in money. May be slightly negative in real data."""
    return total_expenditure - np.einsum("jsr,jr->js", materials, output)
