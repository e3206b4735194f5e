"""Rows as HTML. Templates escape everything; what comes from the brief was escaped there."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any, cast

from tradewar.brief.numbers import amount, day, figure, percent, plain, rate, residual, sum_of
from tradewar.brief.text import the

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def environment() -> Environment:
    """Jinja with the formats of the brief: escapes what it is given, refuses what is not defined."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("tradewar.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Jinja's own types allow only the functions that it ships with
    formats = {"percent": percent, "rate": rate, "figure": figure, "plain": plain, "residual": residual, "day": day, "the": the}
    cast("dict[str, Any]", made.globals).update(formats)
    return made


def render(name: str, **values: Any) -> str:
    """A template of this package, filled."""
    if money := values.get("money"):
        values |= {"amount": partial(amount, money=money), "sum_of": partial(sum_of, money=money)}
    return environment().get_template(f"{name}.html.j2").render(values)

