"""Would the deal hold? Commitments, incentives, retaliation, noisy monitoring, linkage between issues.

Payoffs come as numbers (gain g, stake l, in percent of income per period) or, for the most cooperative tariffs, as
functions of instruments. All quantities of one calculation refer to one period. A country that prefers the war gets
the status `needs_side_payment`, never a critical discount factor.
"""

from tradewar.accords.check import AccordCheck, AccordRow, AccordTerms, accord_sensitivity, check_accord
from tradewar.accords.commitments import Accord, Commitment, CommitmentKind, build_accord, in_force
from tradewar.accords.escape_clause import EscapeClause, escape_clause
from tradewar.accords.imperfect_monitoring import (
    Audit,
    AuditPoint,
    Suspension,
    audit_probabilities,
    audit_threshold,
    suspended_value,
    suspension,
)
from tradewar.accords.incentives import (
    Incentive,
    Punishment,
    critical_discount,
    incentive,
    payer_can_afford,
    pooled_incentive,
    shortest_punishment,
)
from tradewar.accords.linkage import (
    CriticalDamage,
    CriticalHazard,
    Truce,
    critical_damage,
    critical_hazard,
    truce,
    truce_worth_making,
)
from tradewar.accords.purchases import MandatedCost, mandated_purchase_cost
from tradewar.accords.retaliation import Retaliation, RetaliationRule, compare_rules, deterrence_factor, retaliation
from tradewar.accords.simulated_play import SimulatedPlay, simulate_play
from tradewar.accords.sustainable import Stage, SustainableDeal, most_cooperative
from tradewar.accords.terms import AccordStatus, discount_per_period, probability_per_period

__all__ = [
    "Accord",
    "AccordCheck",
    "AccordRow",
    "AccordStatus",
    "AccordTerms",
    "Audit",
    "AuditPoint",
    "Commitment",
    "CommitmentKind",
    "CriticalDamage",
    "CriticalHazard",
    "EscapeClause",
    "Incentive",
    "MandatedCost",
    "Punishment",
    "Retaliation",
    "RetaliationRule",
    "SimulatedPlay",
    "Stage",
    "Suspension",
    "SustainableDeal",
    "Truce",
    "accord_sensitivity",
    "audit_probabilities",
    "audit_threshold",
    "build_accord",
    "check_accord",
    "compare_rules",
    "critical_damage",
    "critical_discount",
    "critical_hazard",
    "deterrence_factor",
    "discount_per_period",
    "escape_clause",
    "in_force",
    "incentive",
    "mandated_purchase_cost",
    "most_cooperative",
    "payer_can_afford",
    "pooled_incentive",
    "probability_per_period",
    "retaliation",
    "shortest_punishment",
    "simulate_play",
    "suspended_value",
    "suspension",
    "truce",
    "truce_worth_making",
]
