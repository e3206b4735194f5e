"""A small share of the run of broken inputs: none ends as a defect, none is misread."""

from __future__ import annotations

from benchmarks.input_samples import specs_of
from benchmarks.inputs import cells_fault, table_fault, tried

SOUND = b"exporter,importer,sector,tariff\nUSA,CHN,*,0.25\n"


def test_broken_inputs() -> None:
    counts, faults = tried(250, seed=14)
    assert faults == []
    assert counts["refused"] > 50
    assert counts["read, with the same result"] > 20
    assert counts["read, as another sound input"] > 10


def test_what_is_no_sound_table_is_seen_by_code_of_its_own() -> None:
    spec = specs_of("equilibrium")["tariffs.csv"]
    for data, says in (
        (b"", "empty"),
        (b"exporter,importer,sector\nUSA,CHN\n", "2 cells"),
        (b"exporter,importer,sector,tariff,tariff\nUSA,CHN,*,0.2,0.2\n", "twice"),
        (b"exporter,importer,sector,rate\nUSA,CHN,*,0.2\n", "unknown"),
        (b"exporter,importer,sector,tariff\nUSA,CHN,*,x\n", "no number"),
        (b"exporter,importer,sector,tariff\nUSA,CHN,*,\xff\n", "not UTF-8"),
    ):
        assert says in table_fault(SOUND, data, spec)
    assert table_fault(SOUND, SOUND, spec) == ""
    assert cells_fault(["exporter"], [["USA"]], spec) == ""
