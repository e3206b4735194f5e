"""The nouns of an accord as data frames, long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradewar.accords.check import AccordCheck
from tradewar.accords.imperfect_monitoring import Audit
from tradewar.io.serialize import plain_data

if TYPE_CHECKING:
    import pandas as pd


def check_frame(check: AccordCheck) -> pd.DataFrame:
    """One row per country and war."""
    import pandas as pd

    return pd.DataFrame(plain_data(check.rows)).drop(columns="sentences")


def audit_frame(audit: Audit) -> pd.DataFrame:
    """One row per threshold that can be enforced."""
    import pandas as pd

    return pd.DataFrame(plain_data(audit.enforceable))
