"""The OECD layout: whatever its spelling, the same world; whatever its faults, a clear refusal."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from benchmarks.icio_table import FINAL_USES, icio_table, write_table

from tradewar.errors import WorldError
from tradewar.sources import read
from tradewar.sources.icio import read_icio
from tradewar.world import World

COUNTRIES = ("USA", "CHN", "MEX", "ROW")
INDUSTRIES = ("A01", "C10T12", "C17_18", "H49", "T")
Labelled = tuple[list[str], list[str], np.ndarray]


@pytest.fixture(scope="module")
def table() -> Labelled:
    return icio_table(COUNTRIES, INDUSTRIES, seed=1)


@pytest.fixture
def path(table: Labelled, tmp_path: Path) -> Path:
    write_table(tmp_path / "2022_SML.csv", *table)
    return tmp_path / "2022_SML.csv"


def assert_same(first: World, second: World, order: tuple[str, ...] = COUNTRIES) -> None:
    """Equal within rounding once the countries stand in the same order."""
    a, b = ([world.country_index(code) for code in order] for world in (first, second))
    assert first.sectors == second.sectors
    for name in ("value_added_share", "input_share", "consumption_share"):
        assert np.allclose(getattr(first, name)[a], getattr(second, name)[b], rtol=1e-12, atol=1e-14), name
    for name in ("trade_value", "tariff_rate"):
        one, two = getattr(first, name)[np.ix_(a, a)], getattr(second, name)[np.ix_(b, b)]
        assert np.allclose(one, two, rtol=1e-12, atol=1e-12), name


# ---------------------------------------------------------------- what is read


def test_every_cell_lands_where_it_belongs(path: Path, table: Labelled) -> None:
    rows, columns, values = table
    frame = pd.DataFrame(values, index=rows, columns=columns)
    world = read_icio(path, trade_elasticity=4.0)
    assert world.countries == COUNTRIES
    assert world.sectors == INDUSTRIES
    assert world.aggregates == ("ROW",)
    assert world.year == 2022
    assert world.money_unit == "USD million"
    assert world.tradable.tolist() == [True, True, True, False, False]
    assert world.sector_names[2] == "Paper, printing"
    industries = frame.iloc[:20, :20]
    for importer, exporter, sector in (("USA", "CHN", "C10T12"), ("CHN", "CHN", "A01"), ("ROW", "MEX", "H49")):
        uses = [f"{importer}_{use}" for use in (*INDUSTRIES, *FINAL_USES)]
        expected = frame.loc[f"{exporter}_{sector}", uses].sum()
        place = (world.country_index(importer), world.country_index(exporter), world.sector_index(sector))
        assert world.trade_value[place] == pytest.approx(expected, rel=1e-12)
    for country, using in (("CHN", "C17_18"), ("MEX", "A01")):
        i, r = world.country_index(country), world.sector_index(using)
        bought = industries[f"{country}_{using}"]
        by_sector = [bought[[f"{c}_{s}" for c in COUNTRIES]].sum() for s in INDUSTRIES]
        assert np.allclose(world.input_share[i, :, r], np.array(by_sector) / sum(by_sector), rtol=1e-12)
        added = frame.loc["VA", f"{country}_{using}"] + frame.loc["TLS", f"{country}_{using}"]
        assert world.value_added_share[i, r] * frame.loc["OUT", f"{country}_{using}"] == pytest.approx(added, rel=1e-9)


def test_industries_without_output_in_a_country_and_in_the_world(table: Labelled, tmp_path: Path) -> None:
    rows, columns, values = table
    world = _world(tmp_path, table)
    # T produces nothing in the first and fourth country
    assert world.gross_output[[0, 3], 4].tolist() == [0.0, 0.0]
    assert (world.value_added_share[[0, 3], 4] == 1).all()
    assert world.consistent
    idle = values.copy()
    for k, label in enumerate(rows):
        if label.endswith("_T"):
            idle[k] = 0
            idle[:, columns.index(label)] = 0
    idle[:, columns.index("OUT")] = idle[:, :-1].sum(axis=1)
    world = _world(tmp_path, (rows, columns, idle))
    assert world.sectors == INDUSTRIES[:-1]
    assert any(note == "Industries without any output were left out: T." for note in world.notes)


def _world(folder: Path, table: Labelled, name: str = "2022_SML.csv") -> World:
    write_table(folder / name, *table)
    return read_icio(folder / name, trade_elasticity=4.0)


def test_spelling_and_order_of_labels_do_not_matter(table: Labelled, path: Path, tmp_path: Path) -> None:
    rows, columns, values = table
    expected = read_icio(path, trade_elasticity=4.0)
    spelling = {"TLS": "TLS_TLS_TLS", "VA": "VA_VA_VA", "OUT": "OUT_OUT_OUT"}
    other = _world(
        tmp_path, ([spelling.get(r, r) for r in rows], [spelling.get(c, c) for c in columns], values), "2022.csv"
    )
    assert_same(other, expected)
    order = np.random.default_rng(0).permutation(len(columns))
    shuffled = ([*rows[5:20], *rows[:5], *rows[20:]], [columns[k] for k in order], values)
    moved = np.vstack([values[5:20], values[:5], values[20:]])[:, order]
    assert_same(_world(tmp_path, (shuffled[0], shuffled[1], moved), "2022_b.csv"), expected)


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("2018_SML.csv", 2018),
        ("ICIO2021_2018.csv", 2018),
        ("ICIO2023_2018_EXT.csv", 2018),
        ("ICIOext2023_2018.csv", 2018),
        ("icio_2014_SML_8regions.csv", 2014),
        ("table of 2019.csv", 2019),
        ("2019_copy_2019.csv", 2019),
    ],
)
def test_the_year_is_in_the_name(name: str, year: int, table: Labelled, tmp_path: Path) -> None:
    assert _world(tmp_path, table, name).year == year


@pytest.mark.parametrize("name", ["2021_2018.csv", "table.csv", "x20211.csv", "2018 made in 2020.csv"])
def test_a_name_that_does_not_tell_the_year(name: str, table: Labelled, tmp_path: Path) -> None:
    with pytest.raises(WorldError, match=r"the name does not tell the year .*Give the year"):
        _world(tmp_path, table, name)
    assert read_icio(tmp_path / name, trade_elasticity=4.0, year=2017).year == 2017


def test_totals_and_industries_of_earlier_editions(table: Labelled, path: Path, tmp_path: Path) -> None:
    """Editions of 2018 and 2021: taxes by country, other names of totals, industries without a letter, P33."""
    rows, columns, values = table
    expected = read_icio(path, trade_elasticity=4.0)
    plain = {"A01": "01", "C10T12": "10T12", "C17_18": "17T18", "H49": "49", "T": "97T98", "DPABR": "P33"}

    def renamed(label: str) -> str:
        country, _, code = label.partition("_")
        return f"{country}_{plain.get(code, code)}" if code else label

    by_country = np.zeros((len(COUNTRIES), len(columns)))
    for k, country in enumerate(COUNTRIES):
        own = [column for column, label in enumerate(columns) if label.startswith(country)]
        by_country[k, own] = values[rows.index("TLS"), own]
    kept = [k for k, label in enumerate(rows) if label != "TLS"]
    names = [{"VA": "VALU", "OUT": "OUTPUT"}.get(rows[k], renamed(rows[k])) for k in kept]
    names += [f"{country}_TAXSUB" for country in COUNTRIES]
    tops = [{"OUT": "TOTAL"}.get(label, renamed(label)) for label in columns]
    world = _world(tmp_path, (names, tops, np.vstack([values[kept], by_country])), "ICIO2018_2015.csv")
    assert world.sectors == tuple(plain[code] for code in INDUSTRIES)
    assert world.tradable.tolist() == expected.tradable.tolist()
    for name in ("trade_value", "value_added_share", "input_share", "consumption_share"):
        assert np.allclose(getattr(world, name), getattr(expected, name), rtol=1e-12, atol=1e-12), name


@pytest.mark.reference
@pytest.mark.parametrize("name", ["ICIO2018_2015", "ICIO2021_2018", "ICIO2023_2018", "ICIO2023_2018_EXT"])
def test_every_edition_holds_the_same_flows(name: str, reference_data: Path) -> None:
    """F23 and F24 of the samples: one invented world in every layout."""
    folder = reference_data / "layouts" / "mrio"
    world = read_icio(folder / "icio" / f"{name}.csv", trade_elasticity=4.0)
    flows = pd.read_csv(folder / "expected_flows.csv")
    industries = list(dict.fromkeys(flows.iloc[:, 2]))
    assert (world.n_countries, world.n_sectors) == (4, len(industries))
    assert world.year == int(name.split("_")[1])
    for row in flows.itertuples(index=False):
        exporter, importer = (world.country_index(code) for code in (row.exporter, row.importer))
        sold = world.trade_value[importer, exporter, industries.index(row[2])]
        assert sold == pytest.approx(row.value, rel=1e-6, abs=1e-9)


def test_parts_of_china_and_mexico_are_folded(table: Labelled, path: Path, tmp_path: Path) -> None:
    rows, columns, values = table
    expected = read_icio(path, trade_elasticity=4.0)
    frame = pd.DataFrame(values, index=rows, columns=columns)
    for whole, parts in (("CHN", ("CN1", "CN2")), ("MEX", ("MX1", "MX2"))):
        for industry in INDUSTRIES:
            label = f"{whole}_{industry}"
            for part, weight in zip(parts, (0.3, 0.7), strict=True):
                frame.loc[f"{part}_{industry}"] = frame.loc[label] * weight
            frame.loc[label] = 0.0
            for part, weight in zip(parts, (0.6, 0.4), strict=True):
                frame[f"{part}_{industry}"] = frame[label] * weight
            frame[label] = 0.0
    folded = _world(tmp_path, (list(frame.index), list(frame.columns), frame.to_numpy()), "2022_EXT.csv")
    assert folded.countries == COUNTRIES
    assert_same(folded, expected)


def test_compressed_files_and_the_published_zip(path: Path, tmp_path: Path) -> None:
    expected = read_icio(path, trade_elasticity=4.0)
    (tmp_path / "2022_SML.csv.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert_same(read_icio(tmp_path / "2022_SML.csv.gz", trade_elasticity=4.0), expected)
    with zipfile.ZipFile(tmp_path / "2016-2022_SML.zip", "w") as archive:
        archive.write(path, "2022_SML.csv")
        archive.writestr("2021_SML.csv", "not this one")
    zipped = read_icio(tmp_path / "2016-2022_SML.zip", trade_elasticity=4.0, year=2022)
    assert_same(zipped, expected)
    assert zipped.year == 2022
    (tmp_path / "2021_SML.csv.gz").write_bytes(gzip.compress(path.read_bytes())[:-1000])
    (tmp_path / "2020_SML.csv.gz").write_bytes(b"not compressed")
    for broken in ("2021_SML.csv.gz", "2020_SML.csv.gz"):
        with pytest.raises(WorldError, match=r"\.csv\.gz: cannot be read: it is damaged"):
            read_icio(tmp_path / broken, trade_elasticity=4.0)
    with pytest.raises(WorldError, match="Give the year"):
        read_icio(tmp_path / "2016-2022_SML.zip", trade_elasticity=4.0)
    with pytest.raises(WorldError, match=r"holds 0 tables called 1999_SML\.csv: 2022_SML\.csv, 2021_SML\.csv"):
        read_icio(tmp_path / "2016-2022_SML.zip", trade_elasticity=4.0, year=1999)


def test_negative_inventories_are_kept_unless_a_flow_turns_negative(tmp_path: Path) -> None:
    table = rows, columns, values = icio_table(COUNTRIES, INDUSTRIES, seed=4, density=1.0)
    assert (values[:20, [columns.index(f"{c}_INVNT") for c in COUNTRIES]] < 0).any()
    world = _world(tmp_path, table)
    assert not any("inventories" in note for note in world.notes)
    changed = values.copy()
    supplier = rows.index("MEX_A01")
    uses = [k for k, label in enumerate(columns) if label.startswith("USA_")]
    bought = changed[supplier, uses].sum()
    changed[supplier, columns.index("USA_INVNT")] -= bought + 5.0
    changed[supplier, -1] -= bought + 5.0
    world = _world(tmp_path, (rows, columns, changed))
    assert world.trade_value[0, 2, 0] == 0
    assert any("1 flows were negative" in note and "5 USD million in all" in note for note in world.notes)


# ---------------------------------------------------------------- tariffs and elasticities


def test_a_world_without_tariffs_says_so(path: Path) -> None:
    world = read_icio(path, trade_elasticity=4.0)
    assert not world.has_tariffs
    assert any("holds no tariffs" in note for note in world.notes)
    assert "unknown, not zero" in world._repr_html_()


def tariff_lines(rate: Callable[[str, str, str], object], sectors: tuple[str, ...] = INDUSTRIES[:3]) -> str:
    """A tariff file with a row for each pair and sector."""
    lines = ["exporter,importer,sector,tariff"]
    lines += [f"{e},{i},{s},{rate(e, i, s)}" for i in COUNTRIES for e in COUNTRIES if e != i for s in sectors]
    return "\n".join(lines) + "\n"


def test_tariffs_from_a_second_file(path: Path, table: Labelled, tmp_path: Path) -> None:
    rates = {"USA": 0.02, "CHN": 0.1, "MEX": 0.05, "ROW": 0.0}
    (tmp_path / "tariffs.csv").write_text(tariff_lines(lambda _e, i, _s: rates[i]), encoding="utf-8")
    world = read_icio(path, trade_elasticity=4.0, tariffs=tmp_path / "tariffs.csv")
    assert world.has_tariffs
    assert world.consistent
    assert world.tariff_rate[1, 0].tolist() == [0.1, 0.1, 0.1, 0.0, 0.0]
    assert (world.tariff_rate[[0, 1, 2, 3], [0, 1, 2, 3]] == 0).all()
    # duties on materials come out of TLS: value added and duties together are VA + TLS of the table
    frame = pd.DataFrame(table[2], index=table[0], columns=table[1])
    without = read_icio(path, trade_elasticity=4.0)
    i, r = 1, 1
    sources = [f"{c}_{s}" for c in COUNTRIES if c != "CHN" for s in INDUSTRIES[:3]]
    duties = 0.1 * frame.loc[sources, "CHN_C10T12"].sum()
    gap = (without.value_added_share - world.value_added_share)[i, r] * world.gross_output[i, r]
    assert gap == pytest.approx(duties, rel=1e-9)
    assert np.allclose(
        world.income.sum(), without.income.sum() + world.tariff_revenue.sum() - _material_duties(world, without)
    )


def _material_duties(world: World, without: World) -> float:
    return float(((without.value_added_share - world.value_added_share) * world.gross_output).sum())


def test_a_tariff_file_must_cover_what_is_traded_or_be_declared_sparse(path: Path, tmp_path: Path) -> None:
    text = tariff_lines(lambda *_: 0.1)
    lines = text.splitlines()
    (tmp_path / "tariffs.csv").write_text("\n".join([lines[0], *lines[2:]]) + "\n", encoding="utf-8")
    with pytest.raises(WorldError, match=r"tariffs.csv: 1 of \d+ rows are missing .*USA/CHN/A01"):
        read_icio(path, trade_elasticity=4.0, tariffs=tmp_path / "tariffs.csv")
    world = read_icio(path, trade_elasticity=4.0, tariffs=tmp_path / "tariffs.csv", sparse_tariffs=True)
    assert world.tariff_rate[0, 1, 0] == 0
    (tmp_path / "tariffs.csv").write_text(tariff_lines(lambda *_: 25), encoding="utf-8")
    with pytest.raises(WorldError, match=r"line 2: tariff = 25 is above 10.*was 0\.25 meant"):
        read_icio(path, trade_elasticity=4.0, tariffs=tmp_path / "tariffs.csv")
    with pytest.raises(WorldError, match="Give the path of a file of tariffs"):
        read_icio(path, trade_elasticity=4.0, tariffs=tmp_path / "nothing.csv")


def test_services_tariffs_of_the_source_are_set_to_zero_and_noted(path: Path, tmp_path: Path) -> None:
    (tmp_path / "tariffs.csv").write_text(tariff_lines(lambda *_: 0.18, INDUSTRIES[:4]), encoding="utf-8")
    world = read_icio(path, trade_elasticity=4.0, tariffs=tmp_path / "tariffs.csv")
    assert (world.tariff_rate[:, :, 3] == 0).all()
    assert any("12 tariffs in sectors that are not tradable set to 0 (largest 0.18)" in note for note in world.notes)
    assert world.consistent


def test_elasticities_are_given_never_assumed(path: Path, tmp_path: Path) -> None:
    with pytest.raises(WorldError, match=r"trade elasticity: the source holds none.*such as 4"):
        read_icio(path)
    file = tmp_path / "theta.csv"
    file.write_text("sector,trade_elasticity\nA01,8\nC10T12,2.5\nC17_18,9\nH49,4\nT,4\n", encoding="utf-8")
    assert read_icio(path, trade_elasticity=file).trade_elasticity.tolist() == [8, 2.5, 9, 4, 4]
    assert read_icio(path, trade_elasticity="6.5").trade_elasticity.tolist() == [6.5] * 5
    assert read_icio(path, trade_elasticity=dict.fromkeys(INDUSTRIES, 3.0)).trade_elasticity.tolist() == [3.0] * 5
    file.write_text("sector,trade_elasticity\nA01,-8\nC1OT12,2.5\nC17_18,9\nH49,4\n", encoding="utf-8")
    with pytest.raises(WorldError) as refused:
        read_icio(path, trade_elasticity=file)
    message = str(refused.value)
    assert "theta.csv, line 2: trade_elasticity = -8 is not > 0" in message
    assert "theta.csv, line 3: unknown sector 'C1OT12'; did you mean 'C10T12'" in message
    for wrong, says in (
        (0.0, "not > 0"),
        ("nowhere.csv", "neither a number nor a file"),
        ({"A01": 4.0}, "no value for C10T12"),
    ):
        with pytest.raises(WorldError, match=says):
            read_icio(path, trade_elasticity=wrong)


# ---------------------------------------------------------------- what is refused


def change(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


def drop_line(text: str, start: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(start))


BROKEN: dict[str, tuple[Callable[[str], str | bytes], str]] = {
    "missing row": (lambda text: drop_line(text, "CHN_C10T12,"), r"rows are missing: CHN_C10T12"),
    "country without rows": (
        lambda text: "".join(line for line in text.splitlines(keepends=True) if not line.startswith("ROW_")),
        r"rows are missing: ROW_A01",
    ),
    "unknown use": (lambda text: change(text, "MEX_GFCF", "MEX_GFXF"), r"columns end in GFXF.*HFCE"),
    "missing use": (lambda text: change(text, "MEX_GFCF", "OUT_OUT_OUT"), r"columns are missing: MEX_GFCF"),
    "label without country": (lambda text: change(text, "\nUSA_A01,", "\nUSA,"), r"row 1: label 'USA' is unknown"),
    "label twice": (lambda text: change(text, "\nUSA_A01,", "\nUSA_T,"), r"row label USA_T is there more than once"),
    "semicolons": (lambda text: text.replace(",", ";"), "semicolons"),
    "one column": (lambda text: "V1\nUSA_A01\n", "no column labels"),
    "text": (lambda text: change(text, "\nUSA_A01,", "\nUSA_A01,x"), r"line 2: column 2 holds 'x\d.*no number"),
    "blank": (lambda text: change(text, "\nCHN_A01,", "\nCHN_A01,,"), r"line 7: has 47 cells"),
    "short line": (lambda text: text + '"XXX",1\n', r"line 25: has 2 cells, the first line has 46"),
    "labels twice": (
        lambda text: "".join(f"{line.split(',')[0]},{line}\n" for line in text.splitlines()),
        r"line 2: column 2 holds 'USA_A01', which is no number \(do the labels stand in two columns",
    ),
    "empty": (lambda text: "", "is empty"),
    "UTF-16": (lambda text: text.encode("utf-16"), "not UTF-8"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_tables_are_refused_in_words(name: str, path: Path) -> None:
    break_it, says = BROKEN[name]
    broken = break_it(path.read_text(encoding="utf-8"))
    path.write_bytes(broken if isinstance(broken, bytes) else broken.encode())
    with pytest.raises(WorldError, match=says) as refused:
        read_icio(path, trade_elasticity=4.0)
    assert refused.value.exit_status == 2


def test_values_that_cannot_be_are_refused(table: Labelled, tmp_path: Path) -> None:
    rows, columns, values = table
    wrong = values.copy()
    wrong[rows.index("CHN_A01"), columns.index("USA_C10T12")] = -3.0
    with pytest.raises(WorldError, match=r"CHN_A01 x USA_C10T12 = -3 is negative\. Only INVNT may be negative"):
        _world(tmp_path, (rows, columns, wrong))
    wrong = values.copy()
    wrong[rows.index("CHN_A01"), columns.index("USA_C10T12")] = np.nan
    with pytest.raises(WorldError, match="CHN_A01 x USA_C10T12 is not a finite number"):
        _world(tmp_path, (rows, columns, wrong))
    wrong = values.copy()
    wrong[rows.index("CHN_A01"), -1] *= 1.1
    with pytest.raises(WorldError, match=r"CHN_A01 sells .*, states .* \(limit 1%\)"):
        _world(tmp_path, (rows, columns, wrong))


def test_subsidised_industries_keep_a_positive_value_added_share(table: Labelled, tmp_path: Path) -> None:
    rows, columns, values = table
    changed = values.copy()
    column = columns.index("CHN_A01")
    output = changed[rows.index("OUT"), column]
    changed[:20, column] *= 1.2 * output / changed[:20, column].sum()
    changed[:, -1] = changed[:, :-1].sum(axis=1)
    world = _world(tmp_path, (rows, columns, changed))
    assert world.value_added_share[1, 0] == 1e-3
    assert any("value-added shares below 0.001 were raised" in note and "CHN_A01" in note for note in world.notes)


def test_layouts_and_options_are_named(path: Path, tmp_path: Path) -> None:
    with pytest.raises(WorldError, match=r"'iico'.*did you mean 'icio'.*tidy, icio, wiod"):
        read("iico", path)
    with pytest.raises(WorldError, match=r"takes no option 'elasticity'; did you mean 'trade_elasticity'"):
        read("icio", path, elasticity=4.0)
    with pytest.raises(WorldError, match="there is no such file"):
        read("icio", tmp_path / "2020_SML.csv", trade_elasticity=4.0)
    with pytest.raises(WorldError, match="does not tell the year"):
        read("icio", tmp_path / "table.csv", trade_elasticity=4.0)
    assert read("icio", path, trade_elasticity=4.0, tariffs=None, name="Mine").name == "Mine"


@pytest.mark.reference
def test_a_genuine_table(reference_data: Path) -> None:
    path = reference_data / "layouts" / "icio_2014_SML_8regions.csv.gz"
    world = read("icio", path, trade_elasticity=4.0)
    frame = pd.read_csv(path, index_col=0)
    assert (world.n_countries, world.n_sectors, world.year) == (8, 45, 2014)
    assert world.consistent
    assert int(world.tradable.sum()) == 22
    stated = frame.loc[[f"{c}_{s}" for c in world.countries for s in world.sectors], "OUT_OUT_OUT"].to_numpy()
    assert np.allclose(world.gross_output.ravel(), stated, rtol=2e-4)
    added = frame.loc[["VA_VA_VA", "TLS_TLS_TLS"], [f"USA_{s}" for s in world.sectors]].to_numpy().sum()
    assert world.value_added[world.country_index("USA")] == pytest.approx(added, rel=1e-6)
    uses = [c for c in frame.columns if c.startswith("MEX_")]
    i, k = world.country_index("MEX"), world.country_index("USA")
    assert world.trade_value[i, k, world.sector_index("C17_18")] == pytest.approx(frame.loc["USA_C17_18", uses].sum())


@pytest.mark.reference
def test_the_world_input_output_database(reference_data: Path) -> None:
    path = reference_data / "layouts" / "wiot_2011.csv.gz"
    world = read("wiod", path, trade_elasticity=5.0)
    frame = pd.read_csv(path, index_col=0)
    assert (world.n_countries, world.n_sectors, world.year) == (41, 35, 2011)
    assert int(world.tradable.sum()) == 16
    assert world.sector_names[13] == "Electrical and optical equipment"
    uses = [c for c in frame.columns if c.startswith("USA_")]
    i, k = world.country_index("USA"), world.country_index("CHN")
    assert world.trade_value[i, k, 13] == pytest.approx(frame.loc["CHN_c14", uses].sum())
    bought = frame.loc[:, "DEU_c15"].sum() / frame.loc["DEU_c15"].drop("OUT").sum()
    assert world.value_added_share[world.country_index("DEU"), 14] == pytest.approx(1 - bought, rel=1e-9)
    with pytest.raises(WorldError, match="trade elasticity"):
        read("wiod", path)
    with pytest.raises(WorldError, match="no such file"):
        read("wiod", reference_data / "wiot_1066_1995.csv", trade_elasticity=4.0)
