"""What every test may use: run-time shape checks, and the optional reference data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from jaxtyping import install_import_hook

from validation import Recorder, recorder

# Annotated shapes are checked when the tests run: a transposed array fails at the call, not three functions later.
install_import_hook("tradewar", "runtime_types.checked")

ROOT = Path(__file__).resolve().parent.parent
REFERENCE_DATA = Path(os.environ.get("TRADEWAR_REFERENCE_DATA", ROOT / ".." / "shared" / "data")).resolve()


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """Folder of published tables and worlds to compare with; not part of the project."""
    if not REFERENCE_DATA.is_dir():
        pytest.skip(f"no reference data at {REFERENCE_DATA}; set TRADEWAR_REFERENCE_DATA to the folder that has them")
    return REFERENCE_DATA


@pytest.fixture
def record_validation(request: pytest.FixtureRequest) -> Recorder:
    """Writes a figure of the literature beside ours for docs/validation.md; does nothing in ordinary runs."""
    return recorder(request.path.stem)
