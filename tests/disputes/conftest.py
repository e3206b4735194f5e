"""The built-in dispute, run once for all tests of this folder."""

from __future__ import annotations

import pytest

import built_in
from tradewar.disputes.findings import Findings
from tradewar.disputes.policies import Stated


@pytest.fixture(scope="session")
def findings() -> Findings:
    return built_in.findings(built_in.DAY)


@pytest.fixture(scope="session")
def stated() -> Stated:
    return built_in.stated(built_in.DAY)
