"""Rows as HTML. Templates escape everything; what comes from the brief was escaped there."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from tradewar.brief.numbers import amount, day, figure, percent, plain, rate, residual, sum_of
from tradewar.brief.text import templates, the

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def environment() -> Environment:
    """Jinja with the formats of the brief, for the templates of this package."""
    formats = {
        "percent": percent,
        "rate": rate,
        "figure": figure,
        "plain": plain,
        "residual": residual,
        "day": day,
        "the": the,
    }
    return templates("tradewar.web", formats)


def render(name: str, **values: Any) -> str:
    """A template of this package, filled."""
    if money := values.get("money"):
        values |= {"amount": partial(amount, money=money), "sum_of": partial(sum_of, money=money)}
    return environment().get_template(f"{name}.html.j2").render(values)
