"""What governments maximise, and what they do to each other: best responses, Nash wars, certificates, cooperation."""

from tradewar.games.cooperation import Cooperation, TreatyStatus, cooperate
from tradewar.games.escalation import (
    Escalation,
    EscalationPayoffs,
    ReactionCurve,
    Threat,
    escalation,
    escalation_payoffs,
    reaction_curve,
)
from tradewar.games.objectives import REAL_INCOME, Objective, political, read_political_weights, weighted
from tradewar.games.result import War
from tradewar.games.setup import Options
from tradewar.games.war import best_response, war

__all__ = [
    "REAL_INCOME", "Cooperation", "Escalation", "EscalationPayoffs", "Objective", "Options", "ReactionCurve", "Threat",
    "TreatyStatus", "War", "best_response", "cooperate", "escalation", "escalation_payoffs", "political",
    "reaction_curve", "read_political_weights", "war", "weighted",
]  # fmt: skip
