"""Would the deal hold? Commitments, incentives, retaliation, noisy monitoring, linkage between issues.

Payoffs come as numbers (gain g, stake l, in percent of income per period). All quantities of one calculation refer to
one period. A country that prefers the war gets the status `needs_side_payment`, never a critical discount factor.
"""

from tradewar.accords.check import AccordCheck, AccordTerms, check_accord
from tradewar.accords.commitments import Accord, Commitment, CommitmentKind, build_accord

__all__ = ["Accord", "AccordCheck", "AccordTerms", "Commitment", "CommitmentKind", "build_accord", "check_accord"]
