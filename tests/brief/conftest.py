"""One brief, written once, for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradewar.brief.page import Brief, brief
from tradewar.disputes.dossier import load_dispute
from tradewar.disputes.findings import Findings, run


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Brief:
    return brief("us-china-2019", tmp_path_factory.mktemp("brief") / "new" / "folder")


@pytest.fixture(scope="session")
def findings() -> Findings:
    return run(load_dispute("us-china-2019"))


@pytest.fixture(scope="session")
def page(written: Brief) -> str:
    return Path(written.page).read_text(encoding="utf-8")
