"""The embedded tables are what the script derives from the data behind them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_script_gives_the_same_bytes(evidence: Path, incident_data: Path, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("derive_evidence", ROOT / "scripts" / "derive_evidence.py")
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.main(incident_data, tmp_path)
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == sorted(path.name for path in evidence.glob("*.csv"))
    for name in made:
        assert (tmp_path / name).read_bytes() == (evidence / name).read_bytes()


def test_no_event_and_no_sentence_of_a_source_is_embedded(evidence: Path) -> None:
    """Counts and figures only: no identifier of an event, no cell that is longer than a label or an address."""
    for path in evidence.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert not any(mark in text for mark in ("cfr-0", "csis-0", "dcid-", "eurepoc-"))
        assert max(len(cell) for line in text.splitlines() for cell in line.split(",")) < 200
