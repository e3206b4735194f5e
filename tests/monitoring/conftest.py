"""Embedded evidence, and the optional incident data it was derived from."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from tradewar.monitoring.series import IncidentSeries
from tradewar.monitoring.tables import read_incident_series

AFTER_ALL = "2026-12-31"
"""A day on which every embedded table is known."""


@pytest.fixture(scope="session")
def evidence() -> Path:
    """Evidence tables of the built-in dispute."""
    return Path(str(files("tradewar.disputes"))) / "library" / "us-china-2019" / "evidence"


@pytest.fixture(scope="session")
def cfr(evidence: Path) -> IncidentSeries:
    """Reported Chinese operations by month, Council on Foreign Relations, with three controls."""
    return read_incident_series(evidence, "CHN", AFTER_ALL)[0]


@pytest.fixture(scope="session")
def months(cfr: IncidentSeries) -> Callable[[str, str], slice]:
    """Slice of the monthly series from a first to a last month."""
    return lambda first, last: cfr.window((first, last))


@pytest.fixture(scope="session")
def truce_watch(cfr: IncidentSeries) -> np.ndarray:
    """Monthly counts of China from October 2015 on."""
    return np.asarray(cfr.counts[cfr.window(("2015-10", "2022-11"))])


@pytest.fixture(scope="session")
def incident_data(reference_data: Path) -> Path:
    """Folder of the incident data sets, which may not be bundled."""
    folder = reference_data / "cyber"
    if not folder.is_dir():
        pytest.skip("the reference data hold no incident data sets")
    return folder
