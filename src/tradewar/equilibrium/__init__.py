"""World + Policy -> Outcome, with a certificate; gradients of any objective by the adjoint."""

from tradewar.equilibrium.adjoint import gradient, multipliers
from tradewar.equilibrium.batch import BatchResult, Item, solve_batch
from tradewar.equilibrium.certificate import Certificate, certify
from tradewar.equilibrium.closures import Closure
from tradewar.equilibrium.commitments import BalanceTarget, PurchaseCommitment
from tradewar.equilibrium.commitments_result import CommitmentResult
from tradewar.equilibrium.levers import Levers
from tradewar.equilibrium.objectives import Multipliers, Seeds
from tradewar.equilibrium.outcome import Outcome
from tradewar.equilibrium.policy import Policy
from tradewar.equilibrium.prepared import Prepared, prepare, solve_levers
from tradewar.equilibrium.solution import Solution
from tradewar.equilibrium.solve import solve, solve_prepared

__all__ = [
    "BalanceTarget", "BatchResult", "Certificate", "Closure", "CommitmentResult", "Item", "Levers", "Multipliers",
    "Outcome", "Policy", "Prepared", "PurchaseCommitment", "Seeds", "Solution", "certify", "gradient", "multipliers",
    "prepare", "solve", "solve_batch", "solve_levers", "solve_prepared",
]  # fmt: skip
