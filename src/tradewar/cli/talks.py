"""`tradewar talks` and `tradewar accord`: is there a deal, will it come, and would it hold?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tradewar.cli.options import DEFAULT_DISPUTE, AsJson, AsOf, Dispute, day
from tradewar.cli.output import number, print_json, print_table, print_text, progress

if TYPE_CHECKING:
    from tradewar.disputes.deal import Deal
    from tradewar.disputes.hold import Hold
    from tradewar.disputes.material import Material, Progress
    from tradewar.world.ranges import Range


def talks(dispute: Dispute = DEFAULT_DISPUTE, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """Is there a deal that both prefer, and will it come before the deadline?"""
    from tradewar.disputes import deal

    with progress() as say:
        material = gathered(dispute, as_of, say)
        found = deal.find(material)
    if found is None:
        raise no_talks(material)
    if as_json:
        print_json(found)
    else:
        _show_deal(found)


def gathered(dispute: str, as_of: dt.datetime | None, say: Progress) -> Material:
    """The dossier on its day with what every part works on."""
    from tradewar.disputes.dossier import load_dispute
    from tradewar.disputes.findings import gather

    return gather(load_dispute(dispute), day(as_of), say)


def no_talks(material: Material) -> Exception:
    """Why there is nothing to show."""
    from tradewar.errors import DossierError

    name, day = material.dossier.name, material.dossier.as_of
    what = f"{name!r} has no talks under way on {day}"
    return DossierError.at("--as-of", what, "Use a day of the talks, or add a [talks] table to dispute.toml")


def _show_deal(found: Deal) -> None:
    from tradewar.brief.statements import chance
    from tradewar.brief.text import text_of

    one, two = found.setting.names
    print_text(f"Percent of baseline income per year, against the tariffs before the dispute, for {one} and {two}.")
    print_text(found.ladder.sentence, found.threat.sentence, found.walk_away.sentence)
    rows: list[Sequence[str]] = [
        (place.title, "", *(number(value, 4, sign=True) for value in place.payoff), "", "", _rates(place.rates))
        for place in found.places
    ]
    for item in found.bargains:
        deal = item.bargain
        rows.append(
            (
                item.title,
                deal.status.value.replace("_", " "),
                *(number(value, 4, sign=True) for value in (*deal.payoff, *deal.gain)),
                _rates(deal.instruments),
            )
        )
    columns = ("", "status", one, two, f"gain {one}", f"gain {two}", "tariffs, percent")
    print_table("What there is to choose from", columns, rows, text_columns=2)
    for item in found.bargains:
        if item.bargain.instruments is None:
            print_text(f"{item.title}: {item.bargain.sentence}")
    if found.clock is None:
        print_text("Without a deal to sign there is no clock.")
        return
    if found.spread is not None:
        signed = found.spread.ranges["p_deal"]
        print_text(f"Chance of a signature: {text_of(chance(signed.base, signed))}, over {signed.over}.")
    print_text("With every assumption at its base:", *found.clock.sentences, *found.clock.warnings)
    low, base, high = (f"{100 * row.rates[0]:g}/{100 * row.rates[1]:g}" for row in found.drifts)
    print_text(f"Without talks the ladder drifts to {base} percent ({low} with less patience, {high} with more).")
    if found.nerves is not None:
        span = found.nerves.p_before_deadline
        print_text(
            f"A war of nerves over the terms would end before the deadline with {span.base:.1%} "
            f"({span.low:.1%} to {span.high:.1%}, over {span.over})."
        )
    if found.spread is not None:
        print_table(
            f"The clock over the ranges of its assumptions ({found.spread.draws} draws)",
            ("", "base", "10 of 100 below", "half below", "90 of 100 below", "moved most by", "at low", "at high"),
            [_spread_row(found, name, drawn) for name, drawn in found.spread.ranges.items()],
        )
        print_text(
            *(
                f"{name.replace('_', ' ')}: {span.outside}."
                for name, span in found.spread.ranges.items()
                if span.outside
            )
        )


def _spread_row(found: Deal, name: str, span: Range) -> tuple[str, ...]:
    assert found.spread is not None
    widest, drawn = next(iter(found.swings(name)), None), (span.low, found.spread.medians[name], span.high)
    if widest is None:
        return (name.replace("_", " "), "n/a", *(number(value, 3) for value in drawn), "", "", "")
    moved = f"{widest.term.replace('_', ' ')} {widest.low:g} to {widest.high:g}"
    figures = (_end(widest.at_base), *drawn)
    ends = (_end(widest.at_low), _end(widest.at_high))
    return (name.replace("_", " "), *(number(value, 3) for value in figures), moved, *(number(v, 3) for v in ends))


def _end(value: float | None) -> float:
    """A figure that may not be defined, for a table."""
    return float("nan") if value is None else value


def _rates(rates: object) -> str:
    if rates is None:
        return ""
    listed = [float(rate) for rate in rates]  # type: ignore[attr-defined]
    if len(listed) > 2:
        return f"{len(listed)} rates"
    return " / ".join(number(100.0 * rate, 1) for rate in listed)


def accord(dispute: Dispute = DEFAULT_DISPUTE, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """Would the deal hold, at what penalty, and how much theft or delay would it stand?"""
    from tradewar.disputes import deal, hold

    with progress() as say:
        material = gathered(dispute, as_of, say)
        agreed = deal.find(material)
        found = hold.find(material)
    if agreed is None:
        raise no_talks(material)
    if found is None:
        # nothing to hold is an answer, not a failure
        sentence = agreed.base.sentence if material.dossier.accord else "No promise is on file on that day."
        if as_json:
            print_json(hold.NothingToHold(sentence))
        else:
            print_text(sentence)
        return
    if as_json:
        print_json(found)
    else:
        _show_hold(found)


def _show_hold(found: Hold) -> None:
    print_text(*(item.sentence for item in found.accord.commitments))
    patience = {(row.country, row.war): row.per_year for row in found.patience}
    print_table(
        f"Percent of income per period ({found.terms.periods_per_year:g} a year)",
        ("country", "war", "status", "gain", "stake", "margin", "least patience a year", "suspension", "path cost"),
        [
            (
                row.country,
                row.war,
                row.status.value.replace("_", " "),
                number(row.gain, 4),
                number(row.stake, 4),
                number(row.margin, 3, sign=True),
                _known(patience[row.country, row.war], 2),
                _known(row.suspension_periods, 0),
                _known(row.path_cost, 4),
            )
            for row in found.check.rows
        ],
        text_columns=3,
        keys=2,
    )
    print_text(found.check.sentence, *(item.sentence for item in found.retaliation), found.audit.sentence)
    for payer in found.payers:
        print_text(f"With the payment: {payer.sentence}")
    print_table(
        "What moves the margin most",
        ("country", "assumption", "low", "high", "at low", "base", "at high"),
        [
            (
                row.country,
                swing.term.replace("_", " "),
                _stated(swing.low),
                _stated(swing.high),
                *map(_known, (swing.at_low, swing.at_base, swing.at_high)),
            )
            for row in found.swings
            if row.result == "margin"
            for swing in row.terms[:3]
        ],
        text_columns=2,
        keys=2,
    )


def _known(value: float | None, decimals: int = 3) -> str:
    return "n/a" if value is None else number(value, decimals)


def _stated(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"
