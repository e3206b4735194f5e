"""World + Policy -> Outcome, with a certificate."""

from tradewar.equilibrium.certificate import Certificate, certify
from tradewar.equilibrium.closures import Closure
from tradewar.equilibrium.outcome import Outcome
from tradewar.equilibrium.policy import Policy
from tradewar.equilibrium.prepared import Prepared, prepare, solve_levers
from tradewar.equilibrium.solve import solve, solve_prepared

__all__ = [
    "Certificate",
    "Closure",
    "Outcome",
    "Policy",
    "Prepared",
    "certify",
    "prepare",
    "solve",
    "solve_levers",
    "solve_prepared",
]
