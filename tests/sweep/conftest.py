"""An uninterrupted sweep that all others are compared with."""

from __future__ import annotations

import pytest

from sweeps import Reference, contents, small_plan
from tradewar.sweep import run


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """The sweep of `small_plan`, in this process."""
    folder = tmp_path_factory.mktemp("sweep") / "reference"
    made = small_plan()
    run(made, folder)
    return Reference(made, folder, contents(folder))
