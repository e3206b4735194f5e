"""Findings told: sentences, tables, charts and one self-contained page. No figure is computed here.

`tradewar.brief` is this package and also the verb of the public surface: `tradewar.brief("us-china-2019", "out")`.
Python binds a package to its parent under its own name, so that the two cannot be told apart; the package is callable.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection
    from pathlib import Path

    from tradewar.brief.page import Brief
    from tradewar.disputes.dossier import Dossier


class _CallablePackage(ModuleType):
    def __call__(
        self,
        dispute: Dossier | str | Path = "us-china-2019",
        out: str | Path = "brief",
        as_of: dt.date | None = None,
        progress: Callable[[str], None] | None = None,
        *,
        forms: Collection[str] = (),
        against: tuple[str | Path, dt.date | None] | None = None,
        horizon: float | None = None,
        level: str | None = None,
    ) -> Brief:
        """See `tradewar.brief.page.brief`."""
        from tradewar.brief.page import brief

        return brief(dispute, out, as_of, progress, forms=forms, against=against, horizon=horizon, level=level)


sys.modules[__name__].__class__ = _CallablePackage
