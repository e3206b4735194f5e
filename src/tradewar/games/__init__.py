"""What governments maximise, and what they do to each other: best responses, Nash wars, certificates, cooperation."""

from tradewar.games.objectives import REAL_INCOME, Objective, political, read_political_weights, weighted
from tradewar.games.result import War
from tradewar.games.war import best_response, war

__all__ = [
    "REAL_INCOME",
    "Objective",
    "War",
    "best_response",
    "political",
    "read_political_weights",
    "war",
    "weighted",
]
