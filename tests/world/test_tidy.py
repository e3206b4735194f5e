"""The tidy folder: every fault named, everything else read and written without loss."""

from __future__ import annotations

import os
import shutil
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from faults import FAULTS, SAYS, append, cell, edit, good_world, rows, write_good_folder
from tradewar.errors import InputError, WorldError
from tradewar.sources.elasticity import read_elasticity
from tradewar.sources.icio import read_icio
from tradewar.world import World, read_world, write_world
from tradewar.world.aggregate import aggregate_by_file
from tradewar.world.catalogue import names
from tradewar.world.header import KEYS
from tradewar.world.uncertainty import from_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_good_folder(tmp_path / "toy")
    return tmp_path / "toy"


def assert_same(first: World, second: World) -> None:
    """Equal to the last bit, labels and notes included."""
    for name in World.__dataclass_fields__:
        a, b = getattr(first, name), getattr(second, name)
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype and a.tobytes() == b.tobytes(), name
        elif name == "elasticity_sets":
            assert list(a) == list(b)
            assert all(np.array_equal(a[key], b[key]) for key in a)
        else:
            assert a == b, name


def test_faults_and_their_words_are_the_same_list() -> None:
    assert FAULTS.keys() == SAYS.keys()


@pytest.mark.parametrize("name", FAULTS)
def test_each_seeded_fault_is_refused_in_words(name: str, folder: Path) -> None:
    read_world(folder)
    FAULTS[name](folder)
    with pytest.raises(InputError) as refused:
        read_world(folder)
    message = str(refused.value)
    assert refused.value.exit_status == 2
    assert [words for words in SAYS[name] if words not in message] == [], message
    # a single fault gives a short list: consequences of it are not listed as further faults
    assert len(refused.value.problems) <= 2, message


def test_all_faults_are_listed_at_once(folder: Path) -> None:
    for name in ("negative flow", "share sum off", "value added share above 1", "consumption sum off"):
        FAULTS[name](folder)
    cell("flows.csv", ("CHN", "USA", "GDS"), "tariff", "25")(folder)
    with pytest.raises(WorldError) as refused:
        read_world(folder)
    assert len(refused.value.problems) == 5
    assert {problem.where.split(",")[0] for problem in refused.value.problems} == {
        "flows.csv",
        "production.csv",
        "inputs.csv",
        "consumption.csv",
    }


def test_many_faults_of_a_kind_are_counted(folder: Path) -> None:
    rows("flows.csv", lambda lines: [lines[0], *(line.replace(",SER,", ",SERV,") for line in lines[1:])])(folder)
    with pytest.raises(WorldError, match=r"unknown sector 'SERV'; did you mean 'SER'.*\(9 rows have it"):
        read_world(folder)


def test_a_byte_order_mark_is_accepted(folder: Path) -> None:
    expected = read_world(folder)
    for path in folder.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert_same(read_world(folder), expected)


def test_windows_line_ends_blank_lines_and_row_order_do_not_matter(folder: Path) -> None:
    expected = read_world(folder)
    rows("flows.csv", lambda lines: [lines[0], *reversed(lines[1:])])(folder)
    text = (folder / "flows.csv").read_text(encoding="utf-8")
    (folder / "flows.csv").write_bytes(text.replace("\n", "\r\n").encode() + b"\r\n\r\n")
    assert_same(read_world(folder), expected)


def test_a_zip_reads_as_its_folder(folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "toy.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"toy/{path.name}")
    assert_same(read_world(tmp_path / "toy.zip"), read_world(folder))
    (tmp_path / "broken.zip").write_bytes(b"PK not a zip")
    with pytest.raises(WorldError, match=r"broken\.zip: is neither a folder nor a zip"):
        read_world(tmp_path / "broken.zip")
    with zipfile.ZipFile(tmp_path / "packed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in folder.iterdir():
            archive.write(path, path.name)
    data = bytearray((tmp_path / "packed.zip").read_bytes())
    inside = data.index(b"inputs.csv") + 30
    data[inside : inside + 8] = b"\xff" * 8
    (tmp_path / "damaged.zip").write_bytes(data)
    with pytest.raises(WorldError, match=r"damaged.zip: is damaged: inputs.csv cannot be unpacked"):
        read_world(tmp_path / "damaged.zip")


def test_parquet_reads_as_csv(folder: Path) -> None:
    import pandas as pd

    expected = read_world(folder)
    for stem in ("flows", "inputs", "sectors"):
        pd.read_csv(folder / f"{stem}.csv", float_precision="round_trip").to_parquet(folder / f"{stem}.parquet")
        if stem == "flows":
            with pytest.raises(WorldError, match="as CSV and as Parquet"):
                read_world(folder)
        (folder / f"{stem}.csv").unlink()
    assert_same(read_world(folder), expected)
    with pytest.raises(InputError, match=r"holds flows\.parquet, which tradewar did not write"):
        write_world(expected, folder)


def test_what_is_written_reads_back_to_the_last_bit(folder: Path, tmp_path: Path) -> None:
    world = good_world().replace(
        name='A "quoted"\\ name,\twith é and \x7f',
        notes=("First, with a comma.", 'Second with "quotes".'),
        scale_elasticity=np.array([0.1, 1 / 3, 0.0]),
        country_details={"members": ("USA", "CHN HKG", "all, but two")},
        trade_elasticity=np.array([np.pi, 0.1, 1e-3]),
    )
    write_world(world, tmp_path / "again")
    assert_same(read_world(tmp_path / "again"), world)
    assert_same(read_world(folder), good_world())


def test_a_world_without_inputs_needs_no_input_tables(folder: Path, tmp_path: Path) -> None:
    (folder / "inputs.csv").unlink()
    (folder / "production.csv").unlink()
    (folder / "consumption.csv").unlink()
    world = read_world(folder)
    assert (world.value_added_share == 1).all()
    assert (world.input_share == 0).all()
    assert world.consistent
    write_world(world, tmp_path / "again")
    assert not (tmp_path / "again" / "inputs.csv").exists()
    assert_same(read_world(tmp_path / "again"), world)


def test_writing_over_a_world_with_inputs_leaves_none_behind(folder: Path) -> None:
    world = good_world()
    bare = world.replace(
        value_added_share=np.ones((3, 3)), input_share=np.zeros((3, 3, 3)), consumption_share=None, notes=()
    )
    write_world(bare, folder)
    assert_same(read_world(folder), bare)


def test_monopolistic_worlds_keep_sigma(tmp_path: Path) -> None:
    world = good_world().replace(
        value_added_share=np.ones((3, 3)),
        input_share=np.zeros((3, 3, 3)),
        consumption_share=None,
        market="monopolistic",
        trade_elasticity=np.array([3.421576, 7.007203, 10.06863]) - 1,
    )
    write_world(world, tmp_path)
    header = (tmp_path / "sectors.csv").read_text(encoding="utf-8").splitlines()[0]
    assert "substitution_elasticity" in header
    assert_same(read_world(tmp_path), world)


def test_sigma_columns_hold_theta_plus_one(folder: Path) -> None:
    values = {"SOY": "3.5", "GDS": "6", "SER": "2"}
    rows(
        "sectors.csv",
        lambda lines: [lines[0] + ",sigma_high", *(f"{line},{values[line.split(',')[0]]}" for line in lines[1:])],
    )(folder)
    assert read_world(folder).elasticity_sets["sigma_high"].tolist() == [2.5, 5.0, 1.0]


def test_an_absent_flow_is_never_a_zero_unless_declared(folder: Path) -> None:
    drop = rows("flows.csv", lambda lines: [line for line in lines if not line.startswith("USA,CHN,SOY")])
    drop(folder)
    cell("production.csv", ("USA", "SOY"), "gross_output", "36")(folder)
    with pytest.raises(WorldError, match="1 of 27 rows are missing"):
        read_world(folder)
    with (folder / "world.toml").open("a", encoding="utf-8") as file:
        file.write("sparse_flows = true\n")
    assert read_world(folder).trade_value[1, 0, 0] == 0


def test_services_may_be_given_as_own_sales_only(folder: Path) -> None:
    def own_services(lines: list[str]) -> list[str]:
        kept = (line for line in lines if ",SER," not in line or line.split(",")[0] == line.split(",")[1])
        return list(kept)

    rows("flows.csv", own_services)(folder)
    for country, sold in (("USA", "17000"), ("CHN", "8500"), ("ROW", "42000")):
        cell("production.csv", (country, "SER"), "gross_output", sold)(folder)
    (folder / "consumption.csv").unlink()
    world = read_world(folder)
    assert np.count_nonzero(world.trade_value[:, :, 2]) == 3
    # but a service traded by one pair must have every pair
    with (folder / "flows.csv").open("a", encoding="utf-8") as file:
        file.write("USA,CHN,SER,0,0\n")
    with pytest.raises(WorldError, match="5 of 27 rows are missing"):
        read_world(folder)


def test_a_world_without_tariffs_says_so(folder: Path, tmp_path: Path) -> None:
    world = good_world().replace(tariff_rate=np.zeros((3, 3, 3)), has_tariffs=False, consumption_share=None)
    write_world(world, tmp_path / "bare")
    assert "tariff" not in (tmp_path / "bare" / "flows.csv").read_text(encoding="utf-8")
    assert_same(read_world(tmp_path / "bare"), world)


def test_small_faults_of_sums_are_noted_and_repaired(folder: Path) -> None:
    cell("inputs.csv", ("CHN", "SOY", "GDS"), "share", "0.00701")(folder)
    world = read_world(folder)
    assert any("1 sums of input shares differed from 1 by up to 1e-05" in note for note in world.notes)
    assert np.allclose(world.input_share.sum(axis=1), 1, rtol=0, atol=1e-15)


def test_sums_that_are_far_off_may_be_rescaled_on_request(folder: Path) -> None:
    cell("inputs.csv", ("CHN", "SOY", "GDS"), "share", "0.2")(folder)
    cell("consumption.csv", ("CHN", "SER"), "share", "0.2")(folder)
    world = read_world(folder, rescale_shares=True)
    assert world.input_share[1, 0, 1] == pytest.approx(0.2 / 1.193)
    assert any("inputs.csv: 1 sums of shares were rescaled to 1 (furthest 1.193)" in note for note in world.notes)
    assert any("consumption.csv: 1 sums of shares were rescaled" in note for note in world.notes)


def test_output_slightly_off_is_noted_and_the_flows_are_used(folder: Path) -> None:
    cell("production.csv", ("CHN", "SOY"), "gross_output", "21.52")(folder)
    world = read_world(folder)
    assert world.gross_output[1, 0] == 21.5
    assert any("gross output differ from the flows" in note for note in world.notes)


@pytest.mark.parametrize(
    "days",
    [
        {},
        dict.fromkeys(("USA", "CHN", "ROW"), date(2018, 12, 31)),
        {"USA": date(2019, 12, 31), "CHN": date(2018, 12, 31), "ROW": date(2018, 12, 31)},
        {"CHN": date(2018, 12, 31)},
    ],
)
def test_what_is_declared_reads_back(days: dict[str, date], tmp_path: Path) -> None:
    world = good_world().replace(
        tariffs_as_of=days, blocs={"PAC": ("CHN", "USA"), "A B": ("ROW",)}, superseded_by="toy 2"
    )
    write_world(world, tmp_path / "again")
    assert_same(read_world(tmp_path / "again"), world)
    assert world.members("PAC") == ("CHN", "USA")
    assert world.members("USA") == ("USA",)
    with pytest.raises(WorldError, match="no country 'PCA'; did you mean 'PAC'"):
        world.members("PCA")


def test_a_default_day_is_that_of_every_importer_not_named(folder: Path) -> None:
    append("world.toml", "[tariffs_as_of]\ndefault = 2018-12-31\nUSA = 2019-12-31\n")(folder)
    expected = {"USA": date(2019, 12, 31), "CHN": date(2018, 12, 31), "ROW": date(2018, 12, 31)}
    assert read_world(folder).tariffs_as_of == expected


def test_percent_may_be_declared(folder: Path) -> None:
    expected = read_world(folder)
    FAULTS["tariffs in percent"](folder)
    edit("world.toml", "year", 'rate_unit = "percent"\nyear')(folder)
    assert np.allclose(read_world(folder).tariff_rate, expected.tariff_rate, rtol=1e-15, atol=0)


def test_rates_above_one(folder: Path, tmp_path: Path) -> None:
    """One is noted; most of a country's are a scale, unless they are said to be meant; and so they are written."""
    cell("flows.csv", ("USA", "CHN", "SOY"), "tariff", "1.5")(folder)
    assert any("1 tariffs are above 100%" in note for note in read_world(folder).notes)
    for exporter, sector in (("ROW", "SOY"), ("USA", "GDS"), ("ROW", "GDS")):
        cell("flows.csv", (exporter, "CHN", sector), "tariff", "2.5")(folder)
    with pytest.raises(WorldError, match=r"flows.csv: most tariffs of CHN are above 1, .*declare rate_unit"):
        read_world(folder)
    edit("world.toml", "year", 'rate_unit = "fraction"\nyear')(folder)
    world = read_world(folder)
    assert world.tariff_rate[1, 0, 1] == 2.5
    write_world(world, tmp_path / "again")
    assert_same(read_world(tmp_path / "again"), world)
    cell("flows.csv", ("USA", "CHN", "SOY"), "tariff", "25")(folder)
    with pytest.raises(WorldError, match=r"tariff = 25 is above 10"):
        read_world(folder)


def test_other_columns_of_countries_are_kept(folder: Path, tmp_path: Path) -> None:
    regions = {"country": "region", "USA": "America", "CHN": "Asia", "ROW": ""}
    rows("countries.csv", lambda lines: [f"{line},{regions[line.split(',')[0]]}" for line in lines])(folder)
    world = read_world(folder)
    assert world.country_details == {"region": ("America", "Asia", "")}
    write_world(world, tmp_path / "again")
    assert_same(read_world(tmp_path / "again"), world)


def test_a_name_that_is_blank_is_the_code(folder: Path) -> None:
    cell("countries.csv", ("CHN",), "name", "")(folder)
    assert read_world(folder).country_names == ("United States", "CHN", "Rest of world")


def test_a_code_that_is_neither_iso_nor_declared_is_noted(folder: Path) -> None:
    text = (folder / "world.toml").read_text(encoding="utf-8")
    (folder / "world.toml").write_text(text.replace('aggregates = ["ROW"]\n', ""), encoding="utf-8")
    assert any(note.startswith("ROW: neither an ISO3 code nor declared") for note in read_world(folder).notes)


@pytest.mark.reference
@pytest.mark.parametrize("name", ["world-2017", "us-china-2017", "caliendo-parro-1993", "ossa-2007"])
def test_reference_worlds_survive_writing(name: str, reference_data: Path, tmp_path: Path) -> None:
    world = read_world(reference_data / "worlds" / name)
    write_world(world, tmp_path)
    assert_same(read_world(tmp_path), world)


@pytest.mark.reference
def test_reference_worlds_are_what_their_papers_say(reference_data: Path) -> None:
    worlds = reference_data / "worlds"
    ossa = read_world(worlds / "ossa-2007")
    assert ossa.market == "monopolistic"
    assert ossa.consistent
    assert ossa.substitution_elasticity[0] == pytest.approx(7.007203, abs=1e-15)
    assert set(ossa.elasticity_sets) == {"sigma_low_mean", "sigma_med_mean", "sigma_high_mean", "sigma_novar"}
    assert np.abs(ossa.trade_deficit).max() / ossa.value_added.sum() < 1e-6
    parro = read_world(worlds / "caliendo-parro-1993")
    # 20 sectors are not traded: own sales only, 620 rows
    assert np.count_nonzero(~parro.tradable) == 20
    assert not parro.consistent
    assert any("1 negative input shares set to 0 (smallest -0.0008459)" in note for note in parro.notes)
    china = read_world(worlds / "us-china-2017")
    assert not china.consistent
    assert china.scale_elasticity is not None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_what_is_no_file_is_refused_at_once(folder: Path, tmp_path: Path) -> None:
    world = read_world(folder)
    os.mkfifo(tmp_path / "pipe")
    for read in (
        lambda: read_world(tmp_path / "pipe"),
        lambda: aggregate_by_file(world, tmp_path / "pipe"),
        lambda: read_icio(tmp_path / "pipe", trade_elasticity=4.0, year=2020),
        lambda: read_elasticity(tmp_path / "pipe", world.sectors),
        lambda: from_file(world, tmp_path / "pipe"),
    ):
        with pytest.raises(InputError, match="is a pipe or a device, not a file"):
            read()
    (folder / "flows.csv").unlink()
    os.mkfifo(folder / "flows.csv")
    with pytest.raises(WorldError, match=r"flows\.csv: is a pipe or a device"):
        read_world(folder)
    (folder / "flows.csv").unlink()
    (folder / "flows.csv").symlink_to("flows.csv")
    with pytest.raises(WorldError, match=r"flows\.csv: cannot be read"):
        read_world(folder)


def test_every_key_and_world_is_documented() -> None:
    page = (Path(__file__).resolve().parent.parent.parent / "docs" / "howto-world.md").read_text(encoding="utf-8")
    assert [key.name for key in KEYS if f"`{key.name}`" not in page and f"`[{key.name}]`" not in page] == []
    assert [name for name in names() if f"`{name}`" not in page] == []


def test_the_folder_is_left_alone_by_reading(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    read_world(folder)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {
        p.name: p.read_bytes() for p in (tmp_path / "copy").iterdir()
    }
