"""One brief, written once, for all tests of this folder."""

from __future__ import annotations

import pytest

import built_in
from tradewar.brief.page import Brief
from tradewar.disputes.findings import Findings


@pytest.fixture(scope="session")
def written() -> Brief:
    return built_in.written(built_in.DAY)


@pytest.fixture(scope="session")
def findings() -> Findings:
    return built_in.findings(built_in.DAY)


@pytest.fixture(scope="session")
def page(written: Brief) -> str:
    return written.page.read_text(encoding="utf-8")
