"""An applied rate as text, JSON and HTML: the same order and the same numbers in each."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tradewar.tariffs.applied import AppliedRate


def as_json(answer: AppliedRate) -> dict[str, Any]:
    """The JSON of `tariff rate`. Numbers are rounded to twelve digits, which removes only what addition left."""
    document: dict[str, Any] = {
        "importer": answer.importer,
        "exporter": answer.exporter,
        "product": answer.product,
        "on": answer.on,
        "known": answer.known,
        "convention": answer.convention,
        "rate": number(answer.rate),
        "status": answer.status,
        "rule_set": answer.rule_set,
    }
    if answer.interval is not None:
        document["interval"] = [number(end) for end in answer.interval]
    if answer.default is not None:
        document["default"] = number(answer.default)
    if answer.needs:
        document["needs"] = list(answer.needs)
    if answer.digits is not None:
        document["digits"] = answer.digits
    if answer.reading != "owed":
        document["reading"] = answer.reading
    if answer.duty is not None:
        document["duty"] = str(answer.duty)
    document["components"] = [
        part.to_dict() | {"rate": number(part.rate), "before": number(part.before), "after": number(part.after)}
        for part in answer.components
    ]
    document["not_applied"] = [
        {"measure": item.measure, "authority": item.authority, "why": item.why, "verified": item.verified}
        for item in answer.not_applied
    ]
    if answer.parts:
        document["parts"] = [{"share": p.share, "facts": list(p.facts), "rate": p.rate} for p in answer.parts]
    if answer.lines:
        document["lines"] = [{"product": code, "rate": number(rate)} for code, rate in answer.lines]
    return document


def number(value: float | None) -> float | None:
    """A number as shown; None stays None."""
    return None if value is None else round(value, 12)


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
        digits = f", {answer.digits} digits decide" if answer.digits is not None else ""
        return f"{of}: {text} ({answer.status}{digits}){default}"
    return f"{of}: {answer.status}"


def sentences(answer: AppliedRate) -> tuple[str, ...]:
    """The headline, one line per component with the rate before and after, and one per measure not applied."""
    found = [headline(answer)]
    for part in answer.components:
        unverified = "" if part.verified else " [unverified]"
        found.append(
            f"{part.authority} {part.measure}: {part.duty} adds {percent(part.rate)} "
            f"({percent(part.before)} to {percent(part.after)}); {part.why}{unverified}"
        )
    found += [f"not applied: {item.authority} {item.measure}: {item.why}" for item in answer.not_applied]
    found += [
        f"part {', '.join(part.facts)}: {'?' if part.share is None else percent(part.share)} of value pays {percent(part.rate)}"
        for part in answer.parts
    ]
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
