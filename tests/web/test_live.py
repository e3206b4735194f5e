"""The live page in a browser: sliders, uploads, links, wars, and visitors beside each other."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tradewar as tw
from tradewar.world.tidy import world_files
from worlds import toy_io

pytestmark = [
    # Shiny and uvicorn as they are: none of it is called by this package
    pytest.mark.filterwarnings("ignore::DeprecationWarning:websockets"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:uvicorn"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:shiny"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:starlette"),
]
Open = Callable[[], Any]


def figures(page: Any, chart: str) -> dict[str, float]:
    """The exact figures of a chart by country or sector."""
    cells = page.eval_on_selector_all(
        f"#chart-{chart} td.figure", "cells => cells.map(c => [c.dataset.key, c.querySelector('data').value])"
    )
    return {key: float(value) for key, value in cells}


def move(page: Any, scope: str, percent: float) -> None:
    """Move a slider, and wait until what it does is drawn."""
    page.evaluate(
        """([scope, percent]) => new Promise((done, failed) => {
            const slider = document.querySelector(`input[data-scope="${scope}"]`);
            new MutationObserver((_, own) => { own.disconnect(); done(); })
                .observe(document.getElementById("effects"), { childList: true });
            setTimeout(() => failed(new Error("nothing was drawn")), 20000);
            slider.value = percent;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
        })""",
        [scope, percent],
    )


def expected(percent: float) -> dict[str, float]:
    """Real income if the United States taxes every Chinese good at one rate."""
    world = tw.load_world("world-2017")
    rates = world.tariff_rate.copy()
    rates[world.country_index("USA"), world.country_index("CHN"), world.tradable] = percent / 100
    outcome = tw.solve(world, tw.Policy(tariff_rate=rates))
    return dict(zip(world.countries, 100 * (outcome.real_income_hat - 1), strict=True))


def zipped(files: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return data.getvalue()


def send(page: Any, what: str, name: str, data: bytes) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(item => item.open = true)")
    page.set_input_files(f"#file-{what}", {"name": name, "mimeType": "application/octet-stream", "buffer": data})


def test_a_slider_gives_what_solve_gives(address: str, opened: Open, tmp_path: Path) -> None:
    seen = opened()
    seen.page.goto(address + "?world=world-2017&importer=USA&exporter=CHN")
    seen.page.wait_for_selector("#chart-welfare")
    move(seen.page, "@all", 25)
    shown = figures(seen.page, "welfare")
    assert shown == pytest.approx(expected(25), rel=1e-6, abs=1e-9)
    with seen.page.expect_download() as download:
        seen.page.click("#get-tariffs")
    file = tmp_path / "tariffs.csv"
    download.value.save_as(file)
    world = tw.load_world("world-2017")
    outcome = tw.solve(world, tw.Policy.from_file(world, file))
    assert shown == pytest.approx(
        dict(zip(world.countries, 100 * (outcome.real_income_hat - 1), strict=True)), abs=1e-9
    )
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    assert len(rows) == int(world.tradable.sum())
    again = opened()
    again.page.goto(seen.page.url)
    again.page.wait_for_selector("#chart-welfare")
    assert figures(again.page, "welfare") == shown
    for one in (seen, again):
        assert one.complaints == []
        assert [url for url in one.requests if not url.startswith((address, "data:"))] == []


def test_a_broken_file_is_told_in_the_words_of_the_command_line(address: str, opened: Open, tmp_path: Path) -> None:
    page = opened().page
    page.goto(address)
    page.wait_for_selector("#chart-welfare")
    before = figures(page, "welfare")
    text = "exporter,importer,sector,tariff\nCHN,USA,<b>ELE</b>,0.25\nCHN,USA,MAC,25\n"
    send(page, "tariffs", "mine.csv", text.encode())
    page.wait_for_selector(".notice")
    (tmp_path / "mine.csv").write_text(text)
    with pytest.raises(tw.errors.PolicyError) as refused:
        tw.Policy.from_file(tw.load_world("world-2017"), tmp_path / "mine.csv")
    assert page.locator(".notice p").all_inner_texts() == [str(problem) for problem in refused.value.problems]
    assert page.locator(".notice b").count() == 0
    assert figures(page, "welfare") == before


def test_a_world_that_was_sent_is_escaped_and_used(address: str, opened: Open) -> None:
    seen = opened()
    seen.page.goto(address)
    seen.page.wait_for_selector("#chart-welfare")
    name = "<script>window.hit=1</script><img src=x onerror=window.hit=1>"
    world = toy_io().replace(name=name, country_names=(name, "China & co", "Rest of the world"))
    send(seen.page, "world", "toy.zip", zipped(world_files(world)))
    seen.page.wait_for_selector("#chart-welfare td[data-key=US]")
    assert name in seen.page.inner_text("#chart-welfare")
    assert seen.page.evaluate("window.hit === undefined")
    assert seen.page.locator("#effects img, #controls img").count() == 0
    seen.page.select_option("#importer", "US")
    seen.page.wait_for_selector("input[data-scope=goods]")
    move(seen.page, "goods", 60)
    importer, exporter = (seen.page.input_value(f"#{key}") for key in ("importer", "exporter"))
    rates = world.tariff_rate.copy()
    cell = world.country_index(importer), world.country_index(exporter), world.sector_index("goods")
    rates[cell] = 0.6
    wanted = 100 * (tw.solve(world, tw.Policy(tariff_rate=rates)).real_income_hat - 1)
    shown = figures(seen.page, "welfare")
    assert [shown[code] for code in world.countries] == pytest.approx(list(wanted), rel=1e-6, abs=1e-9)
    assert seen.complaints == []


@pytest.mark.slow
def test_a_war_of_one_visitor_does_not_hold_up_another(address: str, opened: Open) -> None:
    fighting, moving = opened().page, opened().page
    for page in (fighting, moving):
        page.goto(address + "?world=world-2017&importer=USA&exporter=CHN")
        page.wait_for_selector("#chart-welfare")
    fighting.click("#tab-war")
    fighting.check("input[name=player][value=EUN]")
    fighting.click("#run-war")
    fighting.wait_for_selector("#job .job")
    before = figures(moving, "welfare")
    move(moving, "@all", 40)
    assert figures(moving, "welfare")["CHN"] < before["CHN"]
    # the other still waits: the slider did not
    assert fighting.locator("#job .job").count() == 1
    fighting.click("#job button")
    fighting.wait_for_selector("#job .job", state="detached")
    assert fighting.locator("#war-result").count() == 0
    fighting.uncheck("input[name=player][value=EUN]")
    fighting.click("#run-war")
    fighting.wait_for_selector("#war-result", timeout=60_000)
    assert "certified: no player found a better answer" in fighting.inner_text("#war-result")


@pytest.mark.slow
def test_a_dispute_opens_with_its_tariffs_and_its_monitoring(address: str, opened: Open) -> None:
    seen = opened()
    seen.page.goto(address + "?dispute=us-china-2019&tab=kept")
    seen.page.click("[data-event=part]")
    frame = seen.page.frame_locator("#told")
    assert "promise" in frame.locator("#kept").inner_text()
    assert frame.locator("figure svg").count() >= 1
    rises = seen.page.eval_on_selector_all("input[data-scope]", "all => all.map(one => Number(one.value))")
    assert max(rises) > 5
    assert seen.complaints == []


def test_the_page_refuses_what_it_does_not_know(address: str, opened: Open) -> None:
    page = opened().page
    page.goto(address + "?world=/etc/passwd")
    page.wait_for_selector(".notice")
    assert "is no built-in world" in page.inner_text(".notice")
    page.goto(address + "?world=world-2017&set=USA:CHN:@all:<b>")
    page.wait_for_selector(".notice")
    assert "is no rate between 0 and 1000 percent" in page.inner_text(".notice")
