"""Tariff files: what they mean, and every fault that people put into them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tradewar.equilibrium import Policy
from tradewar.errors import PolicyError
from tradewar.world import load_world
from worlds import CN, GOODS, RW, SERVICES, SOY, US, toy_io

HEAD = "exporter,importer,sector,tariff\n"
POINTS = "exporter,importer,sector,change_pp\n"


def read(folder: Path, text: str | bytes) -> np.ndarray:
    file = folder / "tariffs.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    rates = Policy.from_file(toy_io(), file).tariff_rate
    assert rates is not None
    return rates


def test_a_rate_is_the_level_after_the_change(tmp_path: Path) -> None:
    rates = read(tmp_path, HEAD + "CN,US,goods,0.25\n")
    expected = toy_io().tariff_rate.copy()
    expected[US, CN, GOODS] = 0.25
    assert (rates == expected).all()


def test_points_are_added_to_the_baseline(tmp_path: Path) -> None:
    rates = read(tmp_path, POINTS + "CN,US,goods,25\n*,CN,*,-5\n")
    assert rates[US, CN, GOODS] == pytest.approx(0.28)
    assert rates[CN, RW, GOODS] == pytest.approx(0.01)
    assert rates[CN, US, SOY] == pytest.approx(0.05)


def test_stars_never_touch_own_sales_or_services(tmp_path: Path) -> None:
    rates = read(tmp_path, HEAD + "*,*,*,0.5\n")
    own = np.eye(3, dtype=bool)[:, :, None]
    assert (rates[~own[:, :, 0]][:, :SERVICES] == 0.5).all()
    assert (rates[own[:, :, 0]] == 0).all()
    assert (rates[:, :, SERVICES] == 0).all()


def test_a_later_row_overrides_an_earlier_one(tmp_path: Path) -> None:
    rates = read(tmp_path, HEAD + "*,US,*,0.5\nCN,US,*,0.2\nCN,US,soy,0.1\nRW,US,*,0.3\n")
    assert rates[US, CN, SOY] == 0.1
    assert rates[US, CN, GOODS] == 0.2
    assert rates[US, RW, GOODS] == 0.3
    again = read(tmp_path, HEAD + "CN,US,soy,0.1\n*,US,*,0.5\n")
    assert again[US, CN, SOY] == 0.5


def test_the_unit_of_rates_may_be_declared(tmp_path: Path) -> None:
    head = "exporter,importer,sector,tariff,rate_unit\n"
    assert read(tmp_path, head + "CN,US,soy,25,percent\n")[US, CN, SOY] == 0.25
    rates = read(tmp_path, head + "CN,US,soy,1.45,fraction\nCN,US,goods,0.1,\n")
    assert rates[US, CN, :SERVICES].tolist() == [1.45, 0.1]
    # points name their unit: 145 of them make a rate above 1 that is meant
    assert read(tmp_path, POINTS + "CN,US,soy,145\n")[US, CN, SOY] == 1.45


def test_a_bloc_stands_for_its_members(tmp_path: Path) -> None:
    world = toy_io().replace(blocs={"PAC": ("US", "CN")})
    file = tmp_path / "tariffs.csv"
    file.write_text(HEAD + "RW,PAC,goods,0.3\nPAC,RW,soy,0.2\n", encoding="utf-8")
    rates = Policy.from_file(world, file).tariff_rate
    assert rates is not None
    assert rates[[US, CN], RW, GOODS].tolist() == [0.3, 0.3]
    assert rates[RW, [US, CN], SOY].tolist() == [0.2, 0.2]
    assert (rates != world.tariff_rate).sum() == 4
    file.write_text(HEAD + "PAC,PAC,goods,0.3\n", encoding="utf-8")
    with pytest.raises(PolicyError, match="PAC cannot put a tariff on its own sales"):
        Policy.from_file(world, file)
    toml = tmp_path / "policy.toml"
    toml.write_text(
        '[[tariffs]]\nimporter = "PAC"\nexporter = "RW"\nsector = "goods"\ntariff = 0.3\n', encoding="utf-8"
    )
    policy = Policy.from_toml(world, toml).tariff_rate
    assert policy is not None
    assert policy[[US, CN], RW, GOODS].tolist() == [0.3, 0.3]


def test_a_row_for_every_cell(tmp_path: Path) -> None:
    world = load_world("world-2022-62")
    cells = [
        f"{e},{i},{s},0.1"
        for e in world.countries[:2]
        for i in world.countries
        for s, free in zip(world.sectors, world.tradable, strict=True)
        if free and e != i
    ]
    file = tmp_path / "tariffs.csv"
    file.write_text(HEAD + "\n".join(cells) + "\n", encoding="utf-8")
    rates = Policy.from_file(world, file).tariff_rate
    assert rates is not None
    abroad = ~np.eye(world.n_countries, dtype=bool)[:, :2, None] & world.tradable
    assert (rates[:, :2][abroad] == 0.1).all()
    assert (rates[:, 2:] == world.tariff_rate[:, 2:]).all()


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + (HEAD + "CN,US,soy,0.1\n").replace("\n", "\r\n").encode()
    assert read(tmp_path, text)[US, CN, SOY] == 0.1


def test_the_name_of_the_file_names_the_policy(tmp_path: Path) -> None:
    read(tmp_path, HEAD + "CN,US,soy,0.1\n")
    assert Policy.from_file(toy_io(), tmp_path / "tariffs.csv").name == "tariffs"


FAULTS: dict[str, tuple[str | bytes, str]] = {
    "wrong case": (HEAD + "cn,US,goods,0.25\n", r"line 2: unknown exporter 'cn'; did you mean 'CN'"),
    "ten for ten percent": (HEAD + "CN,US,goods,10\n", r"line 2: tariff = 10 is 1,000 percent. Was 0\.1 meant\?"),
    "seven and a half": (HEAD + "CN,US,goods,7.5\n", r"line 2: tariff = 7\.5 .*0\.075 meant.*rate_unit"),
    "percent of percent": (
        "exporter,importer,sector,tariff,rate_unit\nCN,US,goods,2500,percent\n",
        r"tariff = 2500 makes a rate of 25, above 10",
    ),
    "a unit for points": (
        "exporter,importer,sector,change_pp,rate_unit\nCN,US,goods,25,percent\n",
        "change_pp is always in percentage points",
    ),
    "the same row twice": (HEAD + "CN,US,soy,0.1\nCN,US,soy,0.10\n", "line 3: CN/US/soy is there twice"),
    "unknown country": (HEAD + "CN,XX,goods,0.25\n", r"line 2: unknown importer 'XX'.*US, CN, RW"),
    "unknown sector": (HEAD + "CN,US,good,0.25\n", r"unknown sector 'good'; did you mean 'goods'"),
    "percent for rate": (HEAD + "CN,US,goods,25\n", r"line 2: tariff = 25 .*Was 0\.25 meant"),
    "points too many": (POINTS + "CN,US,goods,2500\n", r"change_pp = 2500 makes a rate of 25\.03, above 10"),
    "below minus one": (POINTS + "CN,US,goods,-150\n", r"at or below -1"),
    "not a number": (HEAD + "CN,US,goods,nan\n", r"line 2: tariff = 'nan' is not a finite number"),
    "text": (HEAD + "CN,US,goods,high\n", r"line 2: tariff = 'high' is not a finite number"),
    "percent sign": (HEAD + "CN,US,goods,25%\n", r"fraction.*0\.25"),
    "nothing": (HEAD + "CN,US,goods,\n", r"line 2: tariff is blank"),
    "semicolons": ("exporter;importer;sector;tariff\nCN;US;goods;0.25\n", "semicolons"),
    "decimal comma": (HEAD + "CN,US,goods,0,25\n", r"line 2: has 5 cells, the header has 4"),
    "empty": ("", "is empty"),
    "header only": (HEAD, "no rows"),
    "encoding": ((HEAD + "CN,US,goods,0.25\n# é\n").encode("latin-1"), "not UTF-8"),
    "two bytes a letter": ((HEAD + "CN,US,goods,0.25\n").encode("utf-16"), "UTF-16, not UTF-8"),
    "unknown column": ("exporter,importer,sector,tarif\nCN,US,goods,0.25\n", r"unknown column 'tarif'.*'tariff'"),
    "missing column": ("exporter,sector,tariff\nCN,goods,0.25\n", "column 'importer' is missing"),
    "both": ("exporter,importer,sector,tariff,change_pp\nCN,US,goods,0.25,25\n", "both tariff and change_pp"),
    "neither": ("exporter,importer,sector\nCN,US,goods\n", "neither tariff nor change_pp"),
    "own sales": (HEAD + "US,US,goods,0.25\n", r"line 2: US cannot put a tariff on its own sales"),
    "services": (HEAD + "CN,US,services,0.25\n", r"line 2: sector services is not tradable"),
    "contradiction": (HEAD + "CN,US,goods,0.25\nCN,US,goods,0.1\n", r"line 3: CN/US/goods contradicts line 2.*0\.1"),
    "contradicting stars": (HEAD + "CN,US,*,0.25\nCN,US,*,0.1\n", r"line 3: CN/US/\* contradicts line 2"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_are_named_with_line_value_and_fix(tmp_path: Path, name: str) -> None:
    text, says = FAULTS[name]
    with pytest.raises(PolicyError, match=says) as caught:
        read(tmp_path, text)
    assert caught.value.exit_status == 2
    assert all(problem.where.startswith("tariffs.csv") for problem in caught.value.problems)
    assert any(problem.fix for problem in caught.value.problems)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="there is no such file"):
        Policy.from_file(toy_io(), tmp_path / "nowhere.csv")
    with pytest.raises(PolicyError, match="is a folder"):
        Policy.from_file(toy_io(), tmp_path)


def test_every_fault_is_listed_at_once(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        read(tmp_path, HEAD + "cn,US,goods,0.25\nCN,US,goods,high\nUS,US,goods,0.1\nCN,US,soy,25\n")
    lines = [problem.where for problem in caught.value.problems]
    assert sorted(lines) == [f"tariffs.csv, line {line}" for line in (2, 3, 4, 5)]


def test_a_row_that_matches_nothing(tmp_path: Path) -> None:
    world = toy_io().replace(tradable=np.zeros(3, dtype=bool))
    file = tmp_path / "tariffs.csv"
    file.write_text(HEAD + "CN,US,*,0.1\n", encoding="utf-8")
    with pytest.raises(PolicyError, match="line 2: matches no tariff that can change"):
        Policy.from_file(world, file)


def test_many_faults_are_counted(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="20 more rows have the same fault") as caught:
        read(tmp_path, HEAD + "".join(f"CN,US,goods,high{k}\n" for k in range(28)))
    assert len(caught.value.problems) == 9
