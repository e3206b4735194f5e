"""An escape clause with a price: pay the fee, raise the tariff, stay within the deal.

The fee makes its use truthful where the gain from protection in ordinary times does not exceed it and the gain in an
import surge does; the efficient fee equals the partner's damage (Beshkar 2010; Maggi and Staiger 2011, unverified).
"""

from __future__ import annotations

from dataclasses import dataclass

from tradewar.accords.terms import AccordStatus, check_not_negative


@dataclass(frozen=True)
class EscapeClause:
    """Whether a fee sorts real surges from pretended ones."""

    status: AccordStatus
    breach_fee: float
    truthful: bool
    """True if the clause is used in surges and only then."""
    lowest_fee: float
    highest_fee: float
    efficient_fee: float
    """The partner's damage."""
    efficient: bool
    """True if the fee equals the partner's damage and that lies in the truthful range."""
    sentence: str


def escape_clause(
    gain_ordinary: float, gain_surge: float, partner_damage: float, breach_fee: float | None = None
) -> EscapeClause:
    """Judge a fee, or the efficient one where none is given.

    Args:
        gain_ordinary: gain from raising the tariff in ordinary times, percent of income per period.
        gain_surge: the same in an import surge.
        partner_damage: what the tariff costs the partner, converted to percent of the user's income.
        breach_fee: the fee; None = the partner's damage.

    Raises:
        AccordError: for a negative value.
    """
    fee = partner_damage if breach_fee is None else breach_fee
    check_not_negative(
        [
            ("gain in ordinary times", gain_ordinary),
            ("gain in a surge", gain_surge),
            ("partner's damage", partner_damage),
            ("breach fee", fee),
        ]
    )
    truthful = gain_ordinary <= fee <= gain_surge
    efficient = truthful and abs(fee - partner_damage) <= 1e-12 * max(1.0, partner_damage)
    if truthful:
        status, sentence = (
            AccordStatus.SUSTAINABLE,
            f"At a fee of {fee:.3f} % the clause is used in surges and only then.",
        )
    elif gain_ordinary > gain_surge:
        status = AccordStatus.INFEASIBLE_ENFORCEMENT
        sentence = "No fee sorts surges from ordinary times: protection gains no more in a surge."
    elif fee < gain_ordinary:
        status, sentence = (
            AccordStatus.NOT_SUSTAINABLE,
            f"A fee of {fee:.3f} % is too low: the clause is used at any time.",
        )
    else:
        status, sentence = AccordStatus.NOT_SUSTAINABLE, f"A fee of {fee:.3f} % is too high: the clause is never used."
    return EscapeClause(status, fee, truthful, gain_ordinary, gain_surge, partner_damage, efficient, sentence)
