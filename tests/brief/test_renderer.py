"""The processes that draw: same charts as here, faults told, and no chart lost where a process is."""

from __future__ import annotations

import signal
from concurrent.futures import CancelledError
from typing import Any

import pytest

from tradewar.brief import renderer as module
from tradewar.brief.renderer import Drawn, Renderer, render
from tradewar.brief.vega import layered, marks, quantitative


def chart(values: int) -> dict[str, Any]:
    rows = [{"x": k, "y": k * k} for k in range(values)]
    return layered([marks("line", rows, {"x": quantitative("x"), "y": quantitative("y")})], width=100, height=80)


def forms(drawn: Drawn) -> tuple[str, bytes]:
    return drawn.svg.result(), drawn.png.result()


def test_the_processes_draw_what_is_drawn_here_each_in_its_place() -> None:
    wanted = [chart(values) for values in (2, 30, 5)]
    with Renderer() as renderer:
        asked = [renderer.draw(item) for item in wanted]
        assert [forms(item) for item in asked] == [render(item) for item in wanted]


def test_a_specification_that_cannot_be_drawn_is_told_and_the_next_is_drawn() -> None:
    with Renderer() as renderer:
        wrong, right = renderer.draw({"mark": "no such mark", "data": {"values": []}}), renderer.draw(chart(3))
        for form in (wrong.svg, wrong.png):
            with pytest.raises(ValueError, match="conversion failed"):
                form.result()
        assert forms(right) == render(chart(3))


@pytest.mark.parametrize("channel", ["_vector", "_pixels"])
def test_where_a_process_dies_its_share_is_drawn_here(channel: str) -> None:
    with Renderer() as renderer:
        assert forms(renderer.draw(chart(3))) == render(chart(3))
        dying = getattr(renderer, channel)
        assert dying._process is not None
        dying._process.send_signal(signal.SIGKILL)
        dying._process.wait()
        assert forms(renderer.draw(chart(4))) == render(chart(4))
        assert dying._process is None


def test_where_no_process_can_be_started_the_charts_are_drawn_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.sys, "executable", "/nowhere/python")
    with Renderer() as renderer:
        assert renderer._vector._process is None
        assert renderer._pixels._process is None
        assert forms(renderer.draw(chart(3))) == render(chart(3))


def test_a_block_that_fails_leaves_no_process_and_waits_for_no_chart() -> None:
    with pytest.raises(KeyError), Renderer() as renderer:
        started = [channel._process for channel in (renderer._vector, renderer._pixels)]
        late = [renderer.draw(chart(300)) for _ in range(40)]
        raise KeyError
    assert all(process is not None and process.returncode is not None for process in started)
    for form in (late[-1].svg, late[-1].png):
        with pytest.raises(CancelledError):
            form.result(timeout=0)
