"""The tables of an evidence folder: what spreadsheets do to them, repeated and revised rows, months as a calendar."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

import evidence_folders as make
from tradewar.errors import EvidenceError
from tradewar.monitoring import Grade, monitor
from tradewar.monitoring.evidence_folder import open_evidence
from tradewar.monitoring.tables import read_commitments, read_deliveries, read_incident_series, read_yearly

DAY = "2022-01-15"
SOY = [*make.soybeans(), *make.between(2018, 2020)]


def folder(tmp_path: Path, rows: list[make.Row] = SOY, text: str | bytes | None = None) -> Path:
    return make.write(tmp_path / "soy", make.PURCHASE, deliveries=make.deliveries(rows) if text is None else text)


def delivered(place: Path, day: str = DAY) -> float:
    (found,) = monitor(place, day)
    assert found.purchase is not None
    return found.purchase.seasonal.delivered


# ---------------------------------------------------------------- spreadsheets


def test_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    marked = b"\xef\xbb\xbf" + make.deliveries(SOY).encode()
    assert delivered(folder(tmp_path, text=marked)) == pytest.approx(3.3)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace(",0.55,", ',"0,55",', 1), "line 26: usd_bn = '0,55' is not a finite number"),
        (lambda text: text.encode("utf-16"), "UTF-16"),
        (lambda text: text.replace(",", ";"), "semicolons"),
        (lambda text: text.replace(",0.55,", ",,", 1), "line 26: usd_bn is blank"),
        (lambda text: text.replace("2021-12-31", "31/12/2021"), "line 26: known_from: '31/12/2021' is not a day"),
        (lambda text: text.replace("USA", "US"), "Write USA"),
        (lambda text: text.replace("group", "goods", 1), "unknown column 'goods'"),
    ],
)
def test_what_spreadsheets_do_is_refused_with_its_place(tmp_path: Path, change: object, says: str) -> None:
    with pytest.raises(EvidenceError, match=r"deliveries\.csv") as refused:
        monitor(folder(tmp_path, text=change(make.deliveries(SOY))), DAY)  # type: ignore[operator]
    assert says in str(refused.value)


def test_every_fault_of_a_folder_is_told_at_once(tmp_path: Path) -> None:
    promises = make.PURCHASE.replace("year = 2021", "year = 2016") + make.TRUCE.replace("sponsor", "sponser")
    counted = make.counts([("own", "", "all", "2013-01", "", 1)])
    place = make.write(tmp_path / "both", promises, deliveries="group\n", incident_counts=counted)
    with pytest.raises(EvidenceError) as refused:
        open_evidence(place)
    for says in ("is not after base_year 2017", "unknown key 'sponser'", "'reporter' is missing", "CHN is blank"):
        assert says in str(refused.value)


def test_a_table_that_a_promise_needs_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"deliveries.csv: is missing"):
        open_evidence(make.write(tmp_path / "none", make.PURCHASE))
    with pytest.raises(EvidenceError, match=r"incident_counts.csv: is missing"):
        open_evidence(make.write(tmp_path / "none", make.TRUCE))


# ---------------------------------------------------------------- rows that repeat


def test_two_figures_of_one_month_known_on_one_day_contradict_each_other(tmp_path: Path) -> None:
    rows = [*SOY, ("Soybeans", "USA", "2021-03", 55, "2021-12-31")]
    with pytest.raises(EvidenceError, match=r"line 68: Soybeans/USA/2021-03/2021-12-31 contradicts line 28"):
        monitor(folder(tmp_path, rows), DAY)


@pytest.mark.parametrize("seed", range(3))
def test_a_revision_replaces_the_earlier_figure_for_whoever_asks_later(tmp_path: Path, seed: int) -> None:
    rows = [*SOY, ("Soybeans", "USA", "2021-03", 1.55, "2022-01-10")]
    random.Random(seed).shuffle(rows)
    place = folder(tmp_path, rows)
    assert delivered(place, "2022-01-09") == pytest.approx(3.3)
    assert delivered(place, "2022-01-10") == pytest.approx(4.3)


def test_a_month_missing_inside_a_series_is_a_fault(tmp_path: Path) -> None:
    rows = [row for row in SOY if row[2] not in ("2018-04", "2018-05")]
    with pytest.raises(EvidenceError, match="2018-04, 2018-05 missing inside the series"):
        monitor(folder(tmp_path, rows), DAY)


def test_all_covered_goods_are_summed_where_every_group_is_known(tmp_path: Path) -> None:
    grain = [("Grain", *row[1:]) for row in SOY if row[2] != "2021-06"]
    place = folder(tmp_path, [*SOY, *grain])
    series = {item.group: item for item in read_deliveries(place, DAY)}
    assert len(series["All covered goods"].year(2021)) == 5
    np.testing.assert_allclose(series["All covered goods"].year(2021), 2 * series["Grain"].year(2021))
    given = folder(tmp_path, [*SOY, *grain, *(("All covered goods", *row[1:]) for row in SOY)])
    (total,) = read_deliveries(given, DAY, ("All covered goods",))
    np.testing.assert_allclose(total.year(2021), series["Soybeans"].year(2021))


def test_goods_not_covered_compare_only_where_they_are_known(tmp_path: Path) -> None:
    others = [("Not covered", *row[1:]) for row in SOY]
    (whole,) = read_deliveries(folder(tmp_path, [*SOY, *others]), DAY, ("Soybeans",))
    assert set(whole.controls) == {"Not covered"}
    (short,) = read_deliveries(folder(tmp_path, [*SOY, *others[:-1]]), DAY, ("Soybeans",))
    assert not short.controls
    assert "2020-12 missing: it serves as no comparison" in short.notes[0]


def test_a_promise_written_with_a_day_in_another_order_is_refused(tmp_path: Path) -> None:
    promises = make.PURCHASE.replace("2020-12-15", "01/12/2030")
    place = make.write(tmp_path / "soy", promises, deliveries=make.deliveries(SOY))
    with pytest.raises(EvidenceError, match="2030-01-12 or 2030-12-01"):
        read_commitments(place, "2022-01-15")
    later = make.write(tmp_path / "soy", make.PURCHASE.replace('"2020-12-15"', "2030-12-01"))
    assert read_commitments(later, "2022-01-15").purchases == ()


# ---------------------------------------------------------------- counts


def truce(tmp_path: Path, rows: list[make.Row], **tables: str) -> Path:
    return make.write(tmp_path / "truce", make.TRUCE, incident_counts=make.counts(rows), **tables)


def probe(name: str = "desk") -> list[make.Row]:
    by_year = {2015: 0, 2016: 0, 2017: 1, 2018: 1}
    return [(name, "", "all", month, by_year.get(int(month[:4]), 2), 1) for month in make.months(2012, 2018)]


def test_a_data_set_of_ones_own_needs_no_entry_anywhere(tmp_path: Path) -> None:
    (found,) = monitor(truce(tmp_path, probe()), "2019-02-20")
    source = found.truce[-1].sources[0]
    assert (source.dataset, source.date_meaning, source.count) == ("desk", "event_or_report", 24)
    assert found.grade is Grade.UNCLEAR
    assert "describe it in datasets.csv" in found.notes[0]


def test_a_data_set_of_ones_own_is_what_its_folder_says(tmp_path: Path) -> None:
    about = "dataset,title,date_meaning,known_from,undated\ndesk,The desk,operation_start,2018-06-01,3\n"
    place = truce(tmp_path, probe(), datasets=about)
    assert read_incident_series(place, "CHN", "2018-05-31") == ()
    (series,) = read_incident_series(place, "CHN", "2018-06-30")
    assert (series.source, series.date_meaning, series.undated) == ("The desk", "operation_start", 3)


def test_the_order_of_months_does_not_matter(tmp_path: Path) -> None:
    forward = read_incident_series(truce(tmp_path, probe()), "CHN", "2019-02-20")[0]
    back = read_incident_series(truce(tmp_path, probe()[::-1]), "CHN", "2019-02-20")[0]
    assert forward.first_month == back.first_month == "2012-01"
    np.testing.assert_array_equal(forward.counts, back.counts)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: [*rows[:30], (*rows[30][:4], "", 1), *rows[31:]], "line 32: CHN is blank in 2014-07"),
        (lambda rows: [*rows[:30], *rows[31:]], "2014-07 missing inside the series"),
        (lambda rows: [*rows, rows[3]], "is there twice: the same row is in line 5"),
        (lambda rows: [(*row[:2], "everything", *row[3:]) for row in rows], "entries: 'everything' is unknown"),
        (lambda rows: [(*row[:4], -1, 1) for row in rows], "CHN = -1 is below 0"),
    ],
)
def test_a_count_that_is_not_there_is_no_zero(tmp_path: Path, change: object, says: str) -> None:
    with pytest.raises(EvidenceError) as refused:
        monitor(truce(tmp_path, change(probe())), "2019-02-20")  # type: ignore[operator]
    assert says in str(refused.value)


def test_a_sponsor_without_a_column_is_named(tmp_path: Path) -> None:
    place = make.write(tmp_path / "t", make.TRUCE.replace("CHN", "IRN"), incident_counts=make.counts(probe()))
    with pytest.raises(EvidenceError, match=r"no column of the sponsor IRN \(of CHN, RUS\)"):
        monitor(place, "2019-02-20")


def test_quoted_figures_of_ones_own(tmp_path: Path) -> None:
    rows = [("bureau", f"{year}", 10) for year in range(2013, 2019)]
    quoted = make.table("series,year,CHN", rows)
    place = truce(tmp_path, probe(), quoted_counts=quoted)
    (yearly,) = read_yearly(place, "CHN", "2019-02-20")
    assert (yearly.dataset, yearly.counts[2018]) == ("bureau", 10)
    assert {item.dataset for item in read_incident_series(place, "CHN", "2019-02-20")} == {"desk", "bureau"}
    gap = truce(tmp_path, probe(), quoted_counts=make.table("series,year,CHN", rows[:2] + rows[3:]))
    with pytest.raises(EvidenceError, match="2015 missing inside the series"):
        read_incident_series(gap, "CHN", "2019-02-20")


def test_which_data_set_leads_does_not_hang_on_the_order_of_rows(tmp_path: Path) -> None:
    rows = [*probe("desk"), *probe("bureau")]
    promises = {"bureau": make.TRUCE, "desk": make.TRUCE + 'measured_on = "desk"\n'}
    for lead, promise in promises.items():
        for order in (rows, rows[::-1]):
            place = make.write(tmp_path / "t", promise, incident_counts=make.counts(order))
            assert monitor(place, "2019-02-20")[0].truce[-1].sources[0].dataset == lead


def test_a_zip_of_a_folder_is_read_like_the_folder(tmp_path: Path) -> None:
    import shutil

    place = folder(tmp_path)
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, place.name)
    assert delivered(Path(packed)) == delivered(place)
