"""How figures with a range are said and shown: the rules of statements in one place, for every section.

| range | sentence | table |
|---|---|---|
| has one sign | China loses 0.10 percent (−0.12 to −0.07) | −0.098, range below |
| holds zero | for China the sign is not identified (−0.02 to +0.01) | ±, range below |
| below 0.005 percent | China loses less than 0.005 percent (...) | −0.004 |
| a chance, more than half wide | not identified (0 to 97 percent) | not identified |
| does not hold the base value | as above, with the reason | as above, with the reason |

Where the sign is not identified no middle figure is told, nobody is called a gainer or a loser, and no money is named.
An end that would be rounded to zero has one digit more. Figures keep their exact value as everywhere (`numbers`).
"""

from __future__ import annotations

from markupsafe import Markup

from tradewar.brief.numbers import Money, figure, money_of_world, percent, plain, rate, span, sum_of, unsigned
from tradewar.disputes.effects import CountryEffect, PolicyFindings
from tradewar.disputes.findings import Findings
from tradewar.disputes.ranges import PolicyRanges, Ranges
from tradewar.world.ranges import Range

UNDECIDED, DECIDED = "±", {1: "+", -1: "−"}
WIDEST_CHANCE = 0.5
"""A chance whose range is wider is not identified."""
SMALLEST = 0.005
"""Percent; below it a sentence says no figure."""
MOST_DECIMALS = 4
NOT_IDENTIFIED = "not identified"


def the(name: str) -> str:
    """`the United States`, but `China`: the article that English puts before some countries."""
    if name.startswith("Rest of "):
        rest = name.removeprefix("Rest of ").removeprefix("the ")
        return "the rest of the world" if rest.casefold() == "world" else f"the rest of {rest}"
    return f"the {name}" if name.startswith(("United ", "European Union", "Philippines", "Netherlands")) else name


def open_sign(found: Range | None) -> bool:
    """Whether a range leaves the sign open; not where there is none, or nothing changes at all."""
    return found is not None and found.decided == 0 and found.width > 0.0


def unsure(found: Range | None, scale: float = 1.0) -> bool:
    """Whether a range leaves a chance open; `scale` is 100 where it is in percent."""
    return found is not None and found.width > scale * WIDEST_CHANCE


def sign_of(value: float, found: Range | None = None) -> str:
    """`+`, `−`, or `±` where the range does not decide; nothing where nothing changes."""
    if open_sign(found):
        return UNDECIDED
    return "" if value == 0.0 else DECIDED[1 if value > 0 else -1]


def ends(found: Range, decimals: int = 2, *, sign: bool = True, scale: float = 1.0) -> Markup:
    """`−0.12 to −0.07`, and why the base value does not lie between them where it does not."""
    while decimals < MOST_DECIMALS and any(
        end != 0.0 and float(f"{abs(scale * end):.{decimals}f}") == 0.0 for end in (found.low, found.high)
    ):
        decimals += 1
    told = span(found.low, found.high, decimals, sign=sign, scale=scale)
    return told if found.outside is None else told + Markup("; ") + found.outside


def within(found: Range | None, decimals: int = 2, *, sign: bool = True, scale: float = 1.0) -> Markup:
    """A range behind its figure, in brackets; nothing where none is known."""
    return Markup("") if found is None else Markup(" ({})").format(ends(found, decimals, sign=sign, scale=scale))


def size(value: float, decimals: int = 2, unit: str = "percent") -> Markup:
    """`0.10 percent` without its sign, or `less than 0.005 percent`."""
    if abs(value) < SMALLEST:
        return Markup("less than {} {}").format(SMALLEST, unit)
    return Markup("{} {}").format(unsigned(percent(value, decimals)), unit)


def gains(
    name: str,
    value: float,
    found: Range | None = None,
    *,
    money: float | None = None,
    findings: Findings | None = None,
    unit: str = "percent",
    decimals: int = 2,
) -> Markup:
    """Who gains or loses how much: `China loses 0.10 percent (−0.12 to −0.07), USD 11.1 billion a year`."""
    if open_sign(found):
        return unidentified(name, found, decimals)
    verb = "gains" if value > 0 else "loses"
    told = Markup("{} {} {}{}").format(the(name), verb, size(value, decimals, unit), within(found, decimals))
    if money is None or findings is None or abs(value) < SMALLEST:
        return told
    return Markup("{}, {} a year").format(told, unsigned(sum_of(money, money_of_world(findings.world))))


def unidentified(name: str, found: Range | None, decimals: int = 2) -> Markup:
    """`for the United States the sign is not identified (−0.02 to +0.01)`."""
    if found is not None and max(abs(found.low), abs(found.high)) < SMALLEST:
        return Markup("for {} the change is less than {} percent either way").format(the(name), SMALLEST)
    return Markup("for {} the sign is {}{}").format(the(name), NOT_IDENTIFIED, within(found, decimals))


def gains_money(name: str, value: float, found: Range | None, money: Money, *, plural: bool = False) -> Markup:
    """The same in money a year: `all countries together lose USD 4.2 billion a year (−6.1 to −3.0)`."""
    inside = within(found, 1, scale=money.factor)
    if open_sign(found):
        return Markup("for {} the sign is {}{}, {} a year").format(name, NOT_IDENTIFIED, inside, money.unit)
    verb = ("gain" if value > 0 else "lose") + ("" if plural else "s")
    return Markup("{} {} {} a year{}").format(name, verb, unsigned(sum_of(value, money)), inside)


def changes(value: float, found: Range | None = None, decimals: int = 2, *, scale: float = 1.0) -> Markup:
    """A change without a name, unit in the sentence: `−0.10 (−0.12 to −0.07)`, or that its sign is not identified."""
    if open_sign(found):
        return Markup("of a sign that is {}{}").format(NOT_IDENTIFIED, within(found, decimals, scale=scale))
    return figure(value, decimals, sign=True, scale=scale) + within(found, decimals, scale=scale)


def chance(value: float, found: Range | None = None) -> Markup:
    """`57 percent (40 to 70)`, or `not identified (0 to 97 percent)`."""
    if found is None:
        return Markup("{} percent").format(rate(value, 0))
    inside = ends(found, 0, sign=False, scale=100.0)
    if unsure(found):
        low, high = (rate(end, 0) for end in (found.low, found.high))
        return Markup("{} ({} to {} percent)").format(NOT_IDENTIFIED, low, high)
    return Markup("{} percent ({})").format(rate(value, 0), inside)


def cell(
    value: float, found: Range | None, decimals: int = 3, *, below: Markup | str = "", scale: float = 1.0
) -> Markup:
    """A cell of a table: the figure, what stands below it, and its range in small; `±` where the sign is open."""
    if found is None:
        return figure(value, decimals, sign=True, scale=scale) + Markup("<small>{}</small>").format(below) * bool(below)
    small = Markup('<small class="range">{}</small>').format(ends(found, decimals, scale=scale))
    if open_sign(found):
        return Markup('<span title="sign not identified">{}</span>').format(UNDECIDED) + small
    more = Markup("<small>{}</small>").format(below) if below else Markup("")
    return figure(value, decimals, sign=True, scale=scale) + more + small


def written(value: float, found: Range | None, decimals: int) -> str:
    """The figure of a chart, as text."""
    return UNDECIDED if open_sign(found) else plain(value, decimals, sign=True)


# ---------------------------------------------------------------- ranges of what policies do


def ranges_of(findings: Findings, policy: PolicyFindings) -> PolicyRanges | None:
    """The ranges of a policy, None where there are none."""
    ranges = findings.part(Ranges)
    return None if ranges is None else ranges.policy(policy.name)


def income_range(findings: Findings, policy: PolicyFindings, country: str) -> Range | None:
    """Of real income of a country under a policy, percent."""
    of = ranges_of(findings, policy)
    return None if of is None else of.country(country).real_income_pct


def identified(findings: Findings, policy: PolicyFindings) -> list[CountryEffect]:
    """The countries whose sign is identified, the largest gain first."""
    rows = [row for row in policy.countries if not open_sign(income_range(findings, policy, row.country))]
    return sorted(rows, key=lambda row: -row.real_income_pct)
