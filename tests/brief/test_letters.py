"""Letters that no font has: a code or `?` in the PNG, the letters in the SVG, boxes nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from tradewar.brief import letters
from tradewar.brief.letters import legible
from tradewar.brief.renderer import MAKERS, Renderer, render
from tradewar.errors import TradewarWarning

SIGNS = "–—‘’“”•…′←→−≈≤≥ÀéÇłŁżğıŠ½·×"


def chart(*names: str) -> dict[str, Any]:
    """Bars with names."""
    values = [{"n": name, "v": k + 1} for k, name in enumerate(names)]
    encoding = {"y": {"field": "n", "type": "nominal"}, "x": {"field": "v", "type": "quantitative"}}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": 200,
        "height": 60,
        "data": {"values": values},
        "mark": "bar",
        "encoding": encoding,
    }


@pytest.fixture
def only_latin(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose fonts have no letters of Asia, whatever this one has."""
    monkeypatch.setattr(letters, "_is_box", lambda letter: letter > "\u0590")
    monkeypatch.setattr(letters, "_MISSING", set())


@pytest.mark.parametrize("sign", SIGNS)
def test_the_signs_of_our_charts_are_in_the_fonts_that_come_along(sign: str) -> None:
    assert not letters._is_box(sign)


def test_a_letter_in_no_font_is_known_as_a_box() -> None:
    assert letters._is_box("\U000ffffd")
    assert not letters._is_box("a")


@pytest.mark.usefixtures("only_latin")
def test_codes_stand_for_names_and_a_question_mark_for_the_rest() -> None:
    drawn = '<svg><text aria-label="中国">{} &amp; Türkiye −0.05</text><text>{} (2019)</text><text>{}!</text></svg>'
    with pytest.warns(TradewarWarning, match="No font on this machine has .*中.*: in PNG charts a code") as told:
        told_of = legible(drawn.format("中国", "南方联盟", "嘿 嘿嘿"), {"南方联盟": "SUD", "Türkiye": "TUR"})
    assert told_of == drawn.format("CHN", "SUD", "?")
    assert len(told) == 1


@pytest.mark.usefixtures("only_latin")
def test_a_code_of_the_dossier_comes_before_that_of_iso() -> None:
    with pytest.warns(TradewarWarning):
        assert legible("<text>中国/日本</text>", {"中国": "PRC"}) == "<text>PRC/JPN</text>"


def test_what_can_be_drawn_stays_as_it_is() -> None:
    svg = f"<svg><text>{SIGNS} Türkiye</text></svg>"
    assert legible(svg, {"Türkiye": "TUR"}) is svg


@pytest.mark.usefixtures("only_latin")
def test_the_svg_keeps_the_letters_and_the_png_has_the_code() -> None:
    with pytest.warns(TradewarWarning):
        svg, png = render(chart("中国", "Côte d’Ivoire"))
    assert "中国" in svg and "Côte d’Ivoire" in svg
    assert png == MAKERS["png"](svg.replace("中国", "CHN"))
    assert png != MAKERS["png"](svg)
    with Renderer() as renderer:  # what is missing was said above
        drawn = renderer.draw(chart("南方", "Côte d’Ivoire"), {"南方": "SUD"})
        assert "南方" in drawn.svg.result()
        assert drawn.png.result() == MAKERS["png"](drawn.svg.result().replace("南方", "SUD"))


@pytest.mark.parametrize(
    ("name", "code"),
    [("中国", "CHN"), ("日本", "JPN"), ("대한민국", "KOR"), ("भारत", "IND"), ("مصر", "EGY"), ("嘿", None)],
)
def test_names_of_countries_in_their_own_letters(name: str, code: str | None) -> None:
    from tradewar.io.registers.countries import iso3_of_own_name

    assert iso3_of_own_name(name) == code
