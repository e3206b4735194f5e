"""An applied rate as text and HTML, in the order and with the numbers of its JSON."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tradewar.tariffs.applied import AppliedRate


def percent(value: float | None) -> str:
    """A rate in percent, exact as shown in JSON; `?` where unknown."""
    return "?" if value is None else f"{100 * value:.10g}%"


def headline(answer: AppliedRate) -> str:
    """The answer in one sentence."""
    of = f"{answer.importer} on {answer.product} of {answer.exporter}, {answer.on} ({answer.convention})"
    if answer.rate is not None:
        return f"{of}: {percent(answer.rate)}" + (" (mapped from another edition)" if answer.status == "mapped" else "")
    if answer.interval is not None:
        low, high = answer.interval
        text = f"between {percent(low)} and {'no upper limit' if high is None else percent(high)}"
        default = "" if answer.default is None else f", {percent(answer.default)} under the default convention"
        return f"{of}: {text} ({answer.status}){default}"
    return f"{of}: {answer.status}"


def sentences(answer: AppliedRate) -> tuple[str, ...]:
    """The headline, one line per component with the rate before and after, and one per measure not applied."""
    found = [headline(answer)]
    for part in answer.components:
        unverified = {True: "", False: " [unverified]", None: " [not stated whether verified]"}[part.verified]
        found.append(
            f"{part.authority} {part.measure}: {part.duty} adds {percent(part.rate)} "
            f"({percent(part.before)} to {percent(part.after)}); {part.why}{unverified}"
        )
    found += [f"not applied: {item.authority} {item.measure}: {item.why}" for item in answer.not_applied]
    found += [f"line {code}: {percent(rate)}" for code, rate in answer.lines]
    return tuple(found)


def as_html(answer: AppliedRate) -> str:
    """A table for notebooks."""
    rows = "".join(
        f"<tr><td>{escape(part.authority)}</td><td>{escape(part.measure)}</td><td>{escape(part.duty)}</td>"
        f"<td>{percent(part.rate)}</td><td>{escape(part.why)}</td></tr>"
        for part in answer.components
    )
    header = "<tr><th>authority</th><th>measure</th><th>duty</th><th>rate</th><th>why</th></tr>"
    return f"<p>{escape(headline(answer))}</p><table>{header}{rows}</table>"
