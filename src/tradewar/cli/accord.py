"""`tradewar accord`: would the deal hold, and what would keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradewar.cli.options import DEFAULT_DISPUTE, AsJson, AsOf, Dispute
from tradewar.cli.output import number, print_json, print_table, print_text, progress
from tradewar.cli.talks import gathered, no_talks

if TYPE_CHECKING:
    from tradewar.disputes.hold import Hold


def accord(
    dispute: Dispute = DEFAULT_DISPUTE,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
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
        _show(found)


def _show(found: Hold) -> None:
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
            (row.country, swing.term.replace("_", " "), _end(swing.low), _end(swing.high), *map(_known, _values(swing)))
            for row in found.swings
            if row.result == "margin"
            for swing in row.terms[:3]
        ],
        text_columns=2,
        keys=2,
    )


def _values(swing: object) -> tuple[float | None, ...]:
    return tuple(getattr(swing, name) for name in ("at_low", "at_base", "at_high"))


def _known(value: float | None, decimals: int = 3) -> str:
    return "n/a" if value is None else number(value, decimals)


def _end(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"
