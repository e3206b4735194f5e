"""What ships of other people's data: only figures, each table with its terms."""

from __future__ import annotations

from pathlib import Path

from tradewar.monitoring.datasets import DATASETS

ROOT = Path(__file__).resolve().parents[2]


def test_every_evidence_table_has_its_terms(evidence: Path) -> None:
    terms = (ROOT / "DATA-LICENSES.md").read_text(encoding="utf-8")
    for path in evidence.iterdir():
        if path.suffix != ".md":
            assert f"`{path.name}`" in terms or f"/{path.name}`" in terms, path.name
    assert "src/tradewar/monitoring/countries.csv" in terms
    for name in DATASETS:
        assert name in terms or name.upper() in terms, name


def test_what_may_not_be_bundled_has_a_loader_and_a_way_to_get_it() -> None:
    from tradewar.monitoring.layouts import LAYOUTS

    for item in DATASETS.values():
        assert item.how_to_get
        assert item.terms
        assert any(layout in item.how_to_get for layout in LAYOUTS), item.name
