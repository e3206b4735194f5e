"""Many runs: counterfactuals, wars and bargains under draws of elasticities, on one machine or on a Dask cluster.

    import tradewar as tw
    from tradewar.sweep import Counterfactual, from_sets

    done = tw.sweep(world, [Counterfactual(policy)], uncertainty=from_sets(world), draws=1000, out="sweep")
    done.quantiles()

`tradewar.sweep` is this package and also that verb, as with `tradewar.brief`: the package is callable.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

from tradewar.sweep.plan import Plan, plan
from tradewar.sweep.result import Sweep, run
from tradewar.sweep.tasks import BargainGame, Counterfactual, Task, WarGame
from tradewar.world.uncertainty import Distribution, Uncertainty, from_file, from_sets, relative

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tradewar.sweep.driver import Progress
    from tradewar.world import World

__all__ = [
    "BargainGame", "Counterfactual", "Distribution", "Plan", "Sweep", "Task", "Uncertainty", "WarGame", "from_file",
    "from_sets", "plan", "relative", "run",
]  # fmt: skip


class _CallablePackage(ModuleType):
    def __call__(
        self,
        world: World,
        tasks: Sequence[Task],
        *,
        out: Path | str,
        uncertainty: Uncertainty | None = None,
        draws: int = 1,
        seed: int = 0,
        items_per_part: int | None = None,
        workers: int = 1,
        scheduler: str | None = None,
        progress: Progress | None = None,
    ) -> Sweep:
        """Plan a sweep and carry it out; see `tradewar.sweep.plan` and `tradewar.sweep.run`."""
        made = plan(
            world, tasks, uncertainty=uncertainty, draws=draws, seed=seed, items_per_part=items_per_part
        )  # fmt: skip
        return run(made, out, workers=workers, scheduler=scheduler, progress=progress)


sys.modules[__name__].__class__ = _CallablePackage
