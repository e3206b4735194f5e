"""What the other side will do: best answers, full war, and whether carrying out the threat is a best response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from tradewar.brief.charts import OTHER_COLOUR, Drawing, Ranking, Row, colours, ranking_drawing
from tradewar.brief.numbers import day, figure, plain, residual
from tradewar.brief.reaction import Reaction, Spot, reaction_chart
from tradewar.brief.section import Limits, Section, Words
from tradewar.brief.tables import Table, table, unit_of
from tradewar.brief.text import fill, the
from tradewar.disputes.answer import Answer, Move, Verdict
from tradewar.disputes.findings import Findings
from tradewar.world.ranges import Range

OPENING_THREAT = (
    "Carrying out the threat {{ 'is' if v.is_best_response else 'is not' }} a best response of "
    "{{ the(name(v.party)) }}: unanswered, {{ gains(name(v.party), own, ranges.own) }}; with the tariffs that serve it "
    "best, {{ gains(name(v.party), best, ranges.best) }}"
    "{% if compared %} (in brackets, ranges over {{ compared }} sets of trade elasticities){% endif %}."
)

OPENING_WAR = (
    "In full war the averages are {{ rate(averages[0]) }} and {{ rate(averages[1]) }} percent: "
    "{{ gains(name(first), pct[0], ranges[0]) }} and {{ gains(name(second), pct[1], ranges[1]) }}, and nobody was "
    "found to gain more than {{ gain }} percent by deviating."
)

WHAT_MOVES = (
    "The elasticities: the best tariff on a product is about one over its elasticity where the partner's share is "
    "large.{% if r %} Ranges reach from the lowest to the highest of {{ compared }} sets (the world's own and "
    "the published ones).{% if r.unsolved %} Without a solution, and not in the ranges: {{ r.unsolved | join(', ') }}."
    "{% endif %}{% endif %}",
    "What governments want: with weight on sectors rather than on income alone, best tariffs and threats change "
    "(<code>tradewar war --weights</code>).",
    "Deficits, which are taken out of this section so that no government gains by moving the value of a transfer.",
)

LEAVES_OUT = (
    "Answers other than tariffs (orders to state firms, bans, subsidies), what a threat does to expectations, and "
    "retaliation by third countries.",
)

THREAT = (
    "Carrying out the threat of the deadline {{ 'is' if v.is_best_response else 'is not' }} a best response of "
    "{{ the(name(v.party)) }}: unanswered, {{ gains(name(v.party), own, ranges.own, money=own_money) }}, where with "
    "the tariffs that serve it best, {{ gains(name(v.party), best, ranges.best, money=best_money) }}."
    "{% if agreeing is not none %} So it is in {{ 'all' if agreeing == compared else agreeing ~ ' of' }} "
    "{{ compared }} sets of trade elasticities compared.{% endif %}"
)

ANSWERED = (
    "If {{ the(name(v.opponent)) }} then gives its best answer, at an average of {{ rate(reply) }} instead of "
    "{{ rate(today) }} percent, {{ gains(name(v.party), answered, ranges.answered) }} and "
    "{{ gains(name(v.opponent), opponent, ranges.opponent) }}."
)

BEST = (
    "{{ the(name(party))[:1] | upper }}{{ the(name(party))[1:] }} would serve itself best with an average of "
    "{{ rate(average) }} percent on goods of {{ the(name(other)) }}, where it charges {{ rate(today) }} now: "
    "{{ gains(name(party), own, ranges[0], money=own_money) }}, and {{ gains(name(other), cost, ranges[1]) }}."
)

WAR = (
    "In full war each side sets the tariffs that serve it best against those of the other: {{ rate(averages[0]) }} and "
    "{{ rate(averages[1]) }} percent on average. Against the tariffs of the day, "
    "{{ gains(name(first), pct[0], ranges[0], money=sums[0]) }}, "
    "{{ gains(name(second), pct[1], ranges[1], money=sums[1]) }}, and "
    "{{ gains_money('all third countries together', third, third_range, plural=true) }}."
)

CURVES = (
    "Best answers hardly depend on what the other side does: from no tariff to {{ rate(end) }} percent of the other, "
    "the best average of {{ the(name(answerer)) }} goes from {{ rate(low) }} to {{ rate(high) }} percent."
)

CLOSURE = (
    "The figures of this section differ from those above for two reasons. They are changes against the tariffs of the "
    "day, not those of {{ year }}. And they are computed after all trade deficits were removed from the world"
    "{% if differs %}, while the rest of the page keeps each deficit the same share of world value added{% endif %}: "
    "a government that maximises income could otherwise gain by moving the value of the transfer that a deficit is, "
    "which would say nothing about tariffs. Governments are taken to want real income of their country and nothing "
    "else, and to set each sector's tariff on the other side freely; tariffs on and of third countries stay. "
    "Averages are weighted with the trade between the two in {{ year }}, by sector. "
    "Elasticities are those of the long run, when buyers have had time to move."
)

SEARCH = (
    "{% if c.certified %}In {{ tried }} deviations tried, nobody was found to gain by others than its best tariffs "
    "(largest gain {{ gain }} percent, largest first-order residual {{ residual }}).{% else %}The search failed its "
    "own check: somebody gains {{ gain }} percent by deviating. Do not rely on the figures of this section.{% endif %} "
    "To be quick, the page searches from one start and does not try each sector at its bounds; "
    "<code>tradewar war</code> does both."
)

OVER = "over the published sets of elasticities"
"""What a range of this section reaches over."""

MOVES: Mapping[str, str] = {
    "threat": "{party} carries out its threat",
    "threat-answered": "The threat, and the best answer of {opponent} to it",
    "war": "Full war",
}


def _answer(findings: Findings) -> Answer:
    found = findings.part(Answer)
    assert found is not None
    return found


def _sentences(findings: Findings) -> Words:
    answer = _answer(findings)
    first, second = answer.parties
    war = _move(answer, "war")
    certificate = answer.certificate
    return {
        "threat": _threat(findings, answer, THREAT),
        "answered": _threat(findings, answer, ANSWERED),
        "best": [_best(findings, answer, k) for k in (0, 1)],
        "war": fill(
            findings,
            WAR,
            first=first,
            second=second,
            averages=war.averages,
            pct=war.real_income_pct,
            sums=war.real_income_money,
            third=answer.third_countries_money,
            third_range=None if answer.ranges is None else answer.ranges.third_countries_money,
            ranges=_ranges(answer, "war"),
        ),
        "curves": _flat(findings, answer),
        "closure": fill(findings, CLOSURE, differs=findings.closure == "share-of-world"),
        "search": fill(
            findings,
            SEARCH,
            c=certificate,
            tried=certificate.deviations_tried,
            gain=f"{certificate.largest_gain_from_deviating_pct:.1g}",
            residual=residual(certificate.first_order_residual),
        ),
    }


def _opening(findings: Findings) -> Markup:
    answer = _answer(findings)
    if answer.verdict is not None:
        return _threat(findings, answer, OPENING_THREAT)
    (first, second), war = answer.parties, _move(answer, "war")
    gain = f"{answer.certificate.largest_gain_from_deviating_pct:.1g}"
    facts = {"first": first, "second": second, "averages": war.averages, "pct": war.real_income_pct, "gain": gain}
    return fill(findings, OPENING_WAR, **facts, ranges=_ranges(answer, "war"))


def _limits(findings: Findings) -> Limits:
    answer = _answer(findings)
    values = {"r": answer.ranges, "compared": _compared(answer)}
    return Limits(tuple(fill(findings, sentence, **values) for sentence in WHAT_MOVES), LEAVES_OUT)


def _ranges(answer: Answer, move: str) -> tuple[Range | None, Range | None]:
    """Of real income of both parties under a move; None where nothing is known of how sure it is."""
    return (None, None) if answer.ranges is None else answer.ranges.move(move)


def _compared(answer: Answer) -> Markup | None:
    """How many sets of elasticities a range compares."""
    return None if answer.ranges is None else figure(answer.ranges.sets_compared, 0)


def _threat(findings: Findings, answer: Answer, template: str) -> Markup:
    verdict = answer.verdict
    if verdict is None:
        return Markup("")
    k = answer.parties.index(verdict.party)
    threat, answered = _move(answer, "threat"), _move(answer, "threat-answered")
    best = _move(answer, f"best-{verdict.party}")
    known = {name: _ranges(answer, name) for name in ("threat", "threat-answered", best.name)}
    return fill(
        findings,
        template,
        v=verdict,
        own=threat.real_income_pct[k],
        own_money=threat.real_income_money[k],
        best=best.real_income_pct[k],
        best_money=best.real_income_money[k],
        today=answer.today[1 - k],
        reply=answered.averages[1 - k],
        answered=answered.real_income_pct[k],
        opponent=answered.real_income_pct[1 - k],
        ranges={
            "own": known["threat"][k],
            "best": known[best.name][k],
            "answered": known["threat-answered"][k],
            "opponent": known["threat-answered"][1 - k],
        },
        compared=_compared(answer),
        agreeing=_agreeing(answer, verdict),
    )


def _agreeing(answer: Answer, verdict: Verdict) -> Markup | None:
    """Under how many sets of elasticities the verdict on the threat is the same."""
    found = answer.ranges
    if found is None or found.best_response_in is None:
        return None
    same = found.best_response_in if verdict.is_best_response else found.sets_compared - found.best_response_in
    return figure(same, 0)


def _best(findings: Findings, answer: Answer, k: int) -> Markup:
    party, other = answer.parties[k], answer.parties[1 - k]
    move = _move(answer, f"best-{party}")
    return fill(
        findings,
        BEST,
        party=party,
        other=other,
        average=move.averages[k],
        today=answer.today[k],
        own=move.real_income_pct[k],
        own_money=move.real_income_money[k],
        cost=move.real_income_pct[1 - k],
        ranges=_in_order(_ranges(answer, move.name), k),
    )


def _in_order(pair: tuple[Range | None, Range | None], k: int) -> tuple[Range | None, Range | None]:
    return pair[k], pair[1 - k]


def _flat(findings: Findings, answer: Answer) -> Markup:
    """What the curves show; nothing where they are steep."""
    widest = max(answer.curves, key=lambda curve: max(curve.answer_average) - min(curve.answer_average))
    low, high = widest.answer_average[0], widest.answer_average[-1]
    if abs(high - low) > 0.25 * high:
        return Markup("")
    return fill(findings, CURVES, answerer=widest.answerer, end=widest.mover_average[-1], low=low, high=high)


def _move(answer: Answer, name: str) -> Move:
    found = answer.move(name)
    assert found is not None
    return found


# ---------------------------------------------------------------- charts


def _drawings(findings: Findings) -> Sequence[Drawing]:
    return (_reaction(findings), _costs(findings))


def _reaction(findings: Findings) -> Drawing:
    answer = _answer(findings)
    first, second = answer.parties
    colour, names = colours(findings), dict(findings.names)
    curves = [
        Reaction(
            label=("Best answer of", the(names[curve.answerer])),
            colour=colour[curve.answerer],
            points=tuple(
                (100 * moved, 100 * answered) if curve.mover == first else (100 * answered, 100 * moved)
                for moved, answered in zip(curve.mover_average, curve.answer_average, strict=True)
            ),
        )
        for curve in answer.curves
    ]
    spots = [Spot("today", "circle", _percents(answer.today))]
    threat = answer.move("threat")
    if threat is not None:
        spots.append(Spot("threat", "diamond", _percents(threat.averages)))
    spots.append(Spot("full war", "cross", _percents(_move(answer, "war").averages)))
    title = "Best answers to each other"
    axes = (
        f"Average tariff of {the(names[first])} on goods of {the(names[second])}, percent",
        f"Average tariff of {the(names[second])} on goods of {the(names[first])}, percent",
    )
    caption = "Each line is what serves one side best, given the average of the other; full war is where they cross."
    described = "; ".join(
        [f"{spot.text}: {plain(spot.at[0], 1)} and {plain(spot.at[1], 1)}" for spot in spots]
        + [
            f"best answer of {the(names[c.answerer])} to {', '.join(plain(100 * x, 0) for x in c.mover_average)}: "
            f"{', '.join(plain(100 * y, 1) for y in c.answer_average)}"
            for c in answer.curves
        ]
    )
    return Drawing(
        "reaction", title, caption, f"{axes[0]}; {axes[1]}. {described}.", reaction_chart(title, axes, curves, spots)
    )


def _war_ranges(answer: Answer) -> Sequence[Range | None]:
    """Of real income in full war, by country."""
    return [None] * len(answer.countries) if answer.ranges is None else answer.ranges.war


def _percents(averages: tuple[float, float]) -> tuple[float, float]:
    return 100 * averages[0], 100 * averages[1]


def _costs(findings: Findings) -> Drawing:
    answer = _answer(findings)
    names, colour = dict(findings.names), colours(findings)
    rows = [
        Row(
            names[row.country],
            colour.get(row.country, OTHER_COLOUR),
            (row.best_first_pct, row.best_second_pct, row.war_pct),
            () if spread is None else (None, None, spread),
        )
        for row, spread in zip(answer.countries, _war_ranges(answer), strict=True)
    ]
    rows.sort(key=lambda row: -row.values[-1])
    columns = (*(f"answer of {the(names[code])}" for code in answer.parties), "Full war")
    subtitle = "Change against the tariffs of the day, percent; answer: best one, given alone"
    return ranking_drawing(
        Ranking("war", "Real income in full war", subtitle, "percent", 3, tuple(rows), columns, over=OVER)
    )


# ---------------------------------------------------------------- tables


def _tables(findings: Findings) -> Sequence[Table]:
    answer, unit = _answer(findings), unit_of(findings)
    first, second = answer.parties
    columns = ("move", f"tariff_{first}_on_{second}_fraction", f"tariff_{second}_on_{first}_fraction")
    columns += tuple(f"real_income_{code}_pct" for code in answer.parties)
    columns += tuple(f"real_income_{code}_{unit}" for code in answer.parties)
    columns += tuple(f"real_income_{code}_pct_{end}" for code in answer.parties for end in ("lowest", "highest"))
    moves = [("today", *answer.today, *(0.0 for _ in columns[3:]))]
    moves += [
        (m.name, *m.averages, *m.real_income_pct, *m.real_income_money, *_ends(_ranges(answer, m.name)))
        for m in answer.moves
    ]
    curves = [
        (curve.mover, curve.answerer, moved, answered)
        for curve in answer.curves
        for moved, answered in zip(curve.mover_average, curve.answer_average, strict=True)
    ]
    names = ("mover", "answerer", "mover_average_fraction", "best_answer_average_fraction")
    countries = ("country", f"best_{first}_pct", f"best_{second}_pct", "war_pct", f"war_{unit}")
    countries += ("war_pct_lowest", "war_pct_highest")
    by_country = [
        (*vars(row).values(), *_ends([spread]))
        for row, spread in zip(answer.countries, _war_ranges(answer), strict=True)
    ]
    return (
        table("moves", "What the parties may do, against the tariffs of the day", columns, moves),
        table("reaction", "Reaction curves", names, curves),
        table("war", "Answers and full war by country", countries, by_country),
    )


def _ends(ranges: Sequence[Range | None]) -> list[float | None]:
    """Lowest and highest of each, for columns."""
    return [end for found in ranges for end in ((None, None) if found is None else (found.low, found.high))]


# ---------------------------------------------------------------- rows of the page


def _values(findings: Findings) -> Mapping[str, Any]:
    answer, names = _answer(findings), dict(findings.names)
    verdict = answer.verdict
    who = {"party": the(names[verdict.party]), "opponent": the(names[verdict.opponent])} if verdict else {}
    titles = {name: words.format_map(who) for name, words in MOVES.items() if verdict or name == "war"}
    titles |= {f"best-{code}": f"Best answer of {the(names[code])} alone" for code in answer.parties}
    rows = [(_capital(titles[move.name]), move, _ranges(answer, move.name)) for move in answer.moves]
    return {
        "answer": answer,
        "moves": rows,
        "compared": _compared(answer),
        "today": day(findings.as_of) if answer.against else str(findings.world.year),
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _applies(findings: Findings) -> bool:
    return findings.part(Answer) is not None


SECTION = Section(
    "answer",
    _sentences,
    _drawings,
    _tables,
    _values,
    _applies,
    question="What will the other side do?",
    opening=_opening,
    limits=_limits,
)
