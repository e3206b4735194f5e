"""The worlds that ship with the package: what they hold, and that they are what their sources say."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from datetime import date
from importlib import resources
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tradewar.equilibrium import Policy, solve
from tradewar.world import World, load_world, read_world
from tradewar.world.catalogue import names
from tradewar.world.summary import check

ROOT = Path(__file__).resolve().parent.parent.parent
ARRAYS = ("trade_value", "tariff_rate", "value_added_share", "input_share", "consumption_share", "trade_elasticity")
SIZES = {
    "world-2017": (18, 16, 2017),
    "world-2017c": (18, 16, 2017),
    "world-2017r": (18, 16, 2017),
    "world-2022": (32, 22, 2022),
    "world-2022-62": (62, 28, 2022),
    "world-2023n": (32, 22, 2023),
}
LATER = ("world-2022", "world-2022-62", "world-2023n")


@pytest.fixture(scope="module")
def derive_world() -> ModuleType:
    """The script that makes the built-in archives."""
    spec = importlib.util.spec_from_file_location("derive_world", ROOT / "scripts" / "derive_world.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def goods(world: World) -> np.ndarray:
    """Flows of goods between countries, [importer, exporter, sector], USD million."""
    foreign = ~np.eye(world.n_countries, dtype=bool)[:, :, None]
    return world.trade_value * foreign * world.tradable


def average(world: World, importer: str, exporter: str | None = None) -> float:
    """Trade-weighted tariff on goods from abroad, percent."""
    j = world.country_index(importer)
    i = slice(None) if exporter is None else world.country_index(exporter)
    flows = goods(world)[j, i]
    return 100 * float((flows * world.tariff_rate[j, i]).sum() / flows.sum())


def rate(world: World, importer: str, exporter: str) -> np.ndarray:
    return world.tariff_rate[world.country_index(importer), world.country_index(exporter)]


def test_the_list_is_this() -> None:
    assert {
        name: (world.n_countries, world.n_sectors, world.year) for name in names() if (world := load_world(name))
    } == SIZES
    library = resources.files("tradewar.world.library")
    size = sum(len((library / f"{name}.zip").read_bytes()) for name in names())
    assert size < 2_000_000


@pytest.mark.parametrize("name", SIZES)
def test_built_in_worlds_are_equilibria_and_need_no_repair(name: str) -> None:
    """W1."""
    world = load_world(name)
    assert load_world(name) is world
    assert world.consistent
    assert world.notes == ()
    assert all(item.holds for item in check(world))
    assert max(item.residual for item in check(world)) < 4e-15
    assert world.inconsistency < 4e-15
    assert (world.trade_elasticity == 4).all()
    assert len(world.elasticity_sets) == 7
    assert "theory/" not in world.source
    assert "not stated" not in (world.source, world.terms)


def test_tariffs_of_2017_were_rebuilt_and_nothing_else() -> None:
    """W2."""
    old, new = load_world("world-2017"), load_world("world-2017r")
    for name in ("trade_value", "value_added_share", "input_share", "trade_elasticity"):
        assert np.array_equal(getattr(old, name), getattr(new, name)), name
    assert (old.countries, old.sectors, old.aggregates) == (new.countries, new.sectors, new.aggregates)
    assert not np.array_equal(old.tariff_rate, new.tariff_rate)
    assert old.superseded_by == "world-2017r"
    assert [name for name in names() if load_world(name).superseded_by] == ["world-2017"]


@pytest.mark.parametrize(("country", "billion"), [("CHN", 45.10), ("EUN", 24.10), ("KOR", 6.30), ("IND", 14.40)])
def test_revenue_is_what_was_collected(country: str, billion: float) -> None:
    """W3."""
    world = load_world("world-2017r")
    assert world.tariff_revenue[world.country_index(country)] / 1e3 == pytest.approx(billion, abs=0.02)


@pytest.mark.parametrize(
    ("name", "importer", "exporter", "percent"),
    [
        ("world-2017r", "CHN", "USA", 5.48),
        ("world-2017r", "USA", "CHN", 3.42),
        ("world-2017", "CHN", "USA", 8.85),
        ("world-2017", "USA", "CHN", 3.16),
        ("world-2017r", "KOR", "EUN", 0.77),
        ("world-2017r", "EUN", "KOR", 0.12),
        ("world-2017r", "KOR", "USA", 1.28),
        ("world-2017r", "TUR", "EUN", 0.55),
        ("world-2017r", "CHN", "XSE", 1.22),
        ("world-2017r", "JPN", "EUN", 2.18),
    ],
)
def test_averages_of_pairs(name: str, importer: str, exporter: str, percent: float) -> None:
    """W4, and the pairs named beside it."""
    assert average(load_world(name), importer, exporter) == pytest.approx(percent, abs=0.01)


@pytest.mark.parametrize(
    ("name", "billion"), [("world-2022", 14_964), ("world-2022-62", 17_434), ("world-2023n", 17_585)]
)
def test_goods_between_regions(name: str, billion: float) -> None:
    """W5."""
    assert goods(load_world(name)).sum() / 1e3 == pytest.approx(billion, abs=0.5)


def test_value_added_is_near_gdp() -> None:
    """W6."""
    world = load_world("world-2022")
    made = {code: world.value_added[world.country_index(code)] / 1e6 for code in ("USA", "CHN", "EUN")}
    assert made == pytest.approx({"USA": 25.04, "CHN": 16.58, "EUN": 15.73}, abs=0.005)


@pytest.mark.parametrize(
    ("name", "percent"),
    [
        ("world-2022", {"USA": 3.28, "CHN": 2.06, "EUN": 1.46, "JPN": 1.10, "IND": 3.96, "BRA": 4.41}),
        ("world-2023n", {"USA": 2.56, "CHN": 1.55, "EUN": 1.20, "JPN": 1.10, "IND": 3.70, "BRA": 4.20}),
    ],
)
def test_average_tariffs(name: str, percent: dict[str, float]) -> None:
    """W7, W8."""
    assert {code: average(load_world(name), code) for code in percent} == pytest.approx(percent, abs=0.006)


def test_duties_of_the_united_states() -> None:
    """W9."""
    world = load_world("world-2023n")
    assert world.tariff_revenue[world.country_index("USA")] / 1e3 == pytest.approx(76.4, abs=0.05)


@pytest.mark.parametrize("name", [name for name in SIZES if name != "world-2017"])
def test_what_is_free_is_free(name: str) -> None:
    """W10."""
    world = load_world(name)
    own = np.arange(world.n_countries)
    assert (world.tariff_rate[own, own] == 0).all()
    assert (world.tariff_rate[:, :, ~world.tradable] == 0).all()
    europe = [code for code in world.countries if code in world.blocs.get("EUN", ("EUN",))]
    for member in europe:
        assert all((rate(world, member, other) == 0).all() for other in (*europe, "GBR") if other != member)
        assert (rate(world, "GBR", member) == 0).all()
    assert average(world, "CAN", "USA") <= 0.05
    assert average(world, "MEX", "USA") <= 0.05
    if europe == ["EUN"]:
        assert average(world, "EUN", "KOR") <= 0.15
        assert average(world, "JPN", "EUN") <= (1.1 if name in LATER else 2.19)


def test_the_measures_that_tariffs_contain() -> None:
    for name in SIZES:
        days = load_world(name).tariffs_as_of
        assert set(days) == set(load_world(name).countries)
        usual, american = (date(2022, 12, 31), date(2024, 12, 31)) if name in LATER else (date(2017, 12, 31),) * 2
        assert days["USA"] == american
        assert {day for code, day in days.items() if code != "USA"} == {usual}
    assert {name for name in SIZES if load_world(name).blocs} == {"world-2022-62"}
    world = load_world("world-2022-62")
    assert len(world.members("EUN")) == 20
    assert world.members("USA") == ("USA",)
    detail = dict(zip(world.countries, world.country_details["members"], strict=True))
    assert set(" ".join(detail[code] for code in world.members("EUN")).split()) == set(
        load_world("world-2022").country_details["members"][load_world("world-2022").country_index("EUN")].split()
    )


@pytest.mark.parametrize(
    ("name", "percent"),
    [
        ("world-2022", {"USA": -0.1573, "CHN": -0.2383, "MEX": 0.1551, "VNM": 0.3521}),
        ("world-2022-62", {"USA": -0.1567, "CHN": -0.2431, "MEX": 0.1568, "VNM": 0.3518}),
    ],
)
def test_a_trade_war_in_2022(name: str, percent: dict[str, float]) -> None:
    """W11: 25 points on Chinese goods, 15 on American ones."""
    world = load_world(name)
    rates = world.tariff_rate.copy()
    usa, china = world.country_index("USA"), world.country_index("CHN")
    rates[usa, china, world.tradable] += 0.25
    rates[china, usa, world.tradable] += 0.15
    outcome = solve(world, Policy(rates), closure="share-of-world")
    income = dict(zip(world.countries, 100 * (outcome.real_income_hat - 1), strict=True))
    assert {code: income[code] for code in percent} == pytest.approx(percent, abs=1e-4)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "balanced", "fixed"),
    [
        ("world-2017", (-0.0547, -0.2304), (-0.0574, -0.2810)),
        ("world-2017r", (-0.0551, -0.2060), (-0.0575, -0.2561)),
        ("world-2017c", (-0.0711, -0.2777), (-0.0712, -0.3624)),
    ],
)
def test_the_announced_schedule(
    name: str, balanced: tuple[float, float], fixed: tuple[float, float], reference_data: Path
) -> None:
    """The increases of 2018 and 2019 on three worlds of 2017, USA and CHN, real income in percent."""
    world = load_world(name)
    table = (reference_data / "worlds" / name / "tariff_increases_2018_2019.csv").read_text(encoding="utf-8")
    rows = [line.split(",") for line in table.splitlines()[1:]]
    usa, china = world.country_index("USA"), world.country_index("CHN")
    rates = world.tariff_rate.copy()
    for sector, american, chinese in rows:
        rates[usa, china, world.sector_index(sector)] += float(american)
        rates[china, usa, world.sector_index(sector)] += float(chinese)
    for closure, expected in (("balanced", balanced), ("fixed:world", fixed)):
        income = 100 * (solve(world, Policy(rates), closure=closure).real_income_hat - 1)
        assert (income[usa], income[china]) == pytest.approx(expected, abs=1e-4)


@pytest.mark.reference
@pytest.mark.parametrize("name", SIZES)
def test_each_is_what_the_script_derives(
    name: str, reference_data: Path, derive_world: ModuleType, tmp_path: Path
) -> None:
    folder = reference_data / "worlds" / name
    contents = derive_world.members(folder, derive_world.DECLARED[name])
    data = (resources.files("tradewar.world.library") / f"{name}.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {member: archive.read(member) for member in archive.namelist()} == contents
    for path in (tmp_path / "one.zip", tmp_path / "two.zip"):
        derive_world.write_archive(contents, path)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    built_in, source = load_world(name), read_world(folder)
    for field in ARRAYS:
        assert np.array_equal(getattr(built_in, field), getattr(source, field)), field
    assert built_in.country_details == source.country_details
