"""A world under other elasticities."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_array_equal

from worlds import toy_io


def test_other_elasticities_keep_what_the_data_say() -> None:
    world = toy_io()
    kept = {name: getattr(world, name) for name in ("expenditure_share", "material_share", "income", "inconsistency")}
    assert world.substitution_elasticity[0] == 6.0
    changed = world.with_trade_elasticity(np.array([3.0, 2.5, 7.0]))
    assert_array_equal(changed.trade_elasticity, [3.0, 2.5, 7.0])
    assert_array_equal(changed.substitution_elasticity, [4.0, 3.5, 8.0])
    assert all(getattr(changed, name) is value for name, value in kept.items())
    assert_array_equal(world.trade_elasticity, [5.0, 4.0, 4.0])
    assert not changed.trade_elasticity.flags.writeable
