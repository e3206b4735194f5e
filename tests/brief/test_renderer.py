"""The process that draws: same charts as here, faults told, and no chart lost where the process is."""

from __future__ import annotations

import json
import signal
from typing import Any

import pytest

from tradewar.brief import renderer
from tradewar.brief.renderer import Renderer, render
from tradewar.brief.vega import layered, marks, quantitative


def chart(values: int) -> dict[str, Any]:
    rows = [{"x": k, "y": k * k} for k in range(values)]
    return layered([marks("line", rows, {"x": quantitative("x"), "y": quantitative("y")})], width=100, height=80)


def here(specification: dict[str, Any]) -> tuple[str, bytes]:
    return render(json.dumps(specification).encode())


def test_the_process_draws_what_is_drawn_here_each_in_its_place() -> None:
    wanted = [chart(values) for values in (2, 30, 5)]
    with Renderer() as process:
        asked = [process.draw(item) for item in wanted]
        assert [item.result() for item in asked] == [here(item) for item in wanted]


def test_a_specification_that_cannot_be_drawn_is_told_and_the_next_is_drawn() -> None:
    with Renderer() as process:
        wrong, right = process.draw({"mark": "no such mark", "data": {"values": []}}), process.draw(chart(3))
        with pytest.raises(ValueError, match="conversion failed"):
            wrong.result()
        assert right.result() == here(chart(3))


def test_where_the_process_dies_the_charts_are_drawn_here() -> None:
    with Renderer() as process:
        first = process.draw(chart(3))
        assert first.result() == here(chart(3))
        assert process._process is not None
        process._process.send_signal(signal.SIGKILL)
        process._process.wait()
        assert process.draw(chart(4)).result() == here(chart(4))
        assert process._process is None


def test_where_no_process_can_be_started_the_charts_are_drawn_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderer.sys, "executable", "/nowhere/python")
    with Renderer() as process:
        assert process._process is None
        assert process.draw(chart(3)).result() == here(chart(3))


def test_a_block_that_fails_leaves_no_process() -> None:
    with pytest.raises(KeyError), Renderer() as process:
        started = process._process
        raise KeyError
    assert started is not None
    assert started.returncode is not None
