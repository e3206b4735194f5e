"""Published claims held against every data set: where each holds, where it fails, where nothing can be said.

| kind | holds where | fails where |
|---|---|---|
| leads | the sponsor has more events with the member than any other | another has as many or more |
| prominent | the sponsor is first or second, with at least one event | otherwise |
| highest share | the member's share of the sponsor's events is the highest of all sponsors | otherwise |
| fall, rise | P(rate moved that way) ≥ .9, uniform in the exposures | the counts moved the other way, or not at all |

A member without a single event of any sponsor is `not coded` by the data set. A fall or rise in the right direction
with less than .9 is `not shown`; with fewer than ten events in both windows together it is `too few`. No sentence
says that sources agree beyond naming those in which a claim holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tradewar.monitoring.activity import ALL, FEW, MISSING, SPONSORS, ActivityCount
from tradewar.monitoring.posterior import truce_breach_probability

Outcome = Literal["holds", "fails", "not shown", "too few", "not coded"]
Kind = Literal["leads", "prominent", "highest share", "fall", "rise"]
ENOUGH_EVENTS = 10
ENOUGH_PROBABILITY = 0.9
FORBIDDEN = (
    "confirmed by all sources",
    "all sources confirm",
    "proves",
    "because of tariffs",
    "because of the tariffs",
)
"""What no generated text may say."""


@dataclass(frozen=True)
class Claim:
    """A statement that data can be held against."""

    claim_id: str
    statement: str
    kind: Kind
    sponsor: str
    source: str
    known_from: str
    """Day on which it was published."""
    dimension: str = ""
    member: str = ""
    first_year: int = 0
    last_year: int = 0
    before: tuple[int, int] = (0, 0)
    after: tuple[int, int] = (0, 0)
    """Years (both included) of a fall or rise."""


@dataclass(frozen=True)
class ClaimCell:
    """One claim in one data set."""

    claim_id: str
    dataset: str
    date_meaning: str
    coding: str
    """Dimension on which it was counted; empty for a fall or rise."""
    outcome: Outcome
    figures: str
    """The counts on which it rests."""
    few: bool
    """Whether the sponsor's own count is below five."""


@dataclass(frozen=True)
class ClaimResult:
    """A claim with its cells and the sentence that they allow."""

    claim: Claim
    cells: tuple[ClaimCell, ...]
    allowed: str

    @property
    def support(self) -> tuple[int, int]:
        """Series in which the claim holds, and series that can be asked at all (coded, enough events)."""
        asked = [cell for cell in self.cells if cell.outcome in ("holds", "fails", "not shown")]
        return sum(cell.outcome == "holds" for cell in asked), len(asked)


GTR = "CrowdStrike 2019 Global Threat Report, from press reports; the original was not read"
_GTR_DAY = "2019-02-19"


def _sector(name: str, who: str, code: str, sector: str, kind: Kind = "leads") -> Claim:
    verb = {"leads": "leads in operations against", "prominent": "is among the first two in operations against"}[kind]
    statement = f"{who} {verb} {sector.replace('-', ' ')}"
    return Claim(name, statement, kind, code, GTR, _GTR_DAY, "sector", sector, 2017, 2019)


CLAIMS: tuple[Claim, ...] = (
    _sector("chn-technology", "China", "CHN", "technology"),
    _sector("chn-manufacturing", "China", "CHN", "manufacturing"),
    _sector("chn-telecommunications", "China", "CHN", "telecommunications"),
    _sector("chn-hospitality", "China", "CHN", "hospitality-leisure"),
    _sector("irn-telecommunications", "Iran", "IRN", "telecommunications", "prominent"),
    Claim(
        "irn-mena",
        "Iran has the highest share of operations against the Middle East and North Africa",
        "highest share",
        "IRN",
        GTR,
        _GTR_DAY,
        "region",
        "MENA",
        2014,
        2020,
    ),
    _sector("rus-government", "Russia", "RUS", "government"),
    _sector("prk-finance", "North Korea", "PRK", "financial-services"),
    Claim(
        "chn-slowdown",
        "Reported Chinese operations fell after the agreement of September 2015",
        "fall",
        "CHN",
        "FireEye iSIGHT, Redline Drawn, June 2016, from press reports",
        "2016-06-30",
        before=(2014, 2015),
        after=(2016, 2017),
    ),
    Claim(
        "chn-reversal",
        "Reported Chinese operations rose again in 2018-2019",
        "rise",
        "CHN",
        GTR,
        _GTR_DAY,
        before=(2016, 2017),
        after=(2018, 2019),
    ),
)
"""The claims of the 2019 report and of the truce."""


@dataclass(frozen=True)
class YearlyCounts:
    """Yearly events of one sponsor in one data set, or in a part of it (for example one victim)."""

    dataset: str
    date_meaning: str
    sponsor: str
    counts: Mapping[int, float]
    part: str = ""
    """What part of the data set, where not all of it."""


def claims_table(
    claims: Iterable[Claim], activity: Sequence[ActivityCount], yearly: Sequence[YearlyCounts]
) -> tuple[ClaimResult, ...]:
    """Every claim in every data set that codes it.

    Args:
        claims: what was published.
        activity: counts by member, for claims on sectors and regions.
        yearly: counts by year, for falls and rises.
    """
    results: list[ClaimResult] = []
    for claim in claims:
        if claim.kind in ("fall", "rise"):
            cells = tuple(_moved(claim, item) for item in yearly if item.sponsor == claim.sponsor)
        else:
            cells = _ranked(claim, activity)
        results.append(ClaimResult(claim, cells, allowed_statement(claim, cells)))
    return tuple(results)


def _moved(claim: Claim, series: YearlyCounts) -> ClaimCell:
    windows = [
        [series.counts[y] for y in range(a, b + 1) if y in series.counts] for a, b in (claim.before, claim.after)
    ]
    name = f"{series.dataset} {series.part}".strip()
    (before, years_before), (after, years_after) = ((sum(part), len(part)) for part in windows)
    figures = f"{before:g} in {_span(claim.before, series)}, then {after:g} in {_span(claim.after, series)}"
    if not (years_before and years_after) or before + after < ENOUGH_EVENTS:
        return ClaimCell(claim.claim_id, name, series.date_meaning, "", "too few", figures, True)
    ratio = (after / years_after) / (before / years_before) if before else float("inf")
    rose = truce_breach_probability(before, after, years_before, years_after, 1.0)
    right, probability = (ratio > 1, rose) if claim.kind == "rise" else (ratio < 1, 1 - rose)
    outcome: Outcome = "fails" if not right else "holds" if probability >= ENOUGH_PROBABILITY else "not shown"
    figures += f", ratio {ratio:.2f}"
    return ClaimCell(claim.claim_id, name, series.date_meaning, "", outcome, figures, min(before, after) < FEW)


def _span(window: tuple[int, int], series: YearlyCounts) -> str:
    """The years of a window that the series has."""
    years = [year for year in range(window[0], window[1] + 1) if year in series.counts]
    return _years(years[0], years[-1]) if years else f"no year of {_years(*window)}"


def _years(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _ranked(claim: Claim, activity: Sequence[ActivityCount]) -> tuple[ClaimCell, ...]:
    codings = {"sector": ("sector", "sector_wide")}.get(claim.dimension, (claim.dimension,))
    keys = dict.fromkeys((a.dataset, a.date_meaning, a.dimension) for a in activity if a.dimension in codings)
    return tuple(
        _rank_cell(claim, key, [a for a in activity if (a.dataset, a.date_meaning, a.dimension) == key]) for key in keys
    )


def _rank_cell(claim: Claim, key: tuple[str, str, str], activity: Sequence[ActivityCount]) -> ClaimCell:
    inside = [a for a in activity if claim.first_year <= a.first_year and a.last_year <= claim.last_year]

    def total(sponsor: str, member: str) -> int:
        return sum(a.n for a in inside if a.sponsor == sponsor and a.member == member)

    counts = {sponsor: total(sponsor, claim.member) for sponsor in SPONSORS}
    own = counts.pop(claim.sponsor)
    figures = f"{_years(claim.first_year, claim.last_year)}: "
    figures += ", ".join(f"{code} {n}" for code, n in {claim.sponsor: own, **counts}.items())
    if own + sum(counts.values()) == 0:
        return ClaimCell(claim.claim_id, *key, "not coded", "no event with this word", True)
    if claim.kind == "highest share":
        return _share_cell(claim, key, inside, own, counts)
    ahead = sum(n > own for n in counts.values())
    holds = own > max(counts.values()) if claim.kind == "leads" else ahead <= 1 and own > 0
    return ClaimCell(claim.claim_id, *key, "holds" if holds else "fails", figures, own < FEW)


def _share_cell(
    claim: Claim, key: tuple[str, str, str], inside: Sequence[ActivityCount], own: int, counts: Mapping[str, int]
) -> ClaimCell:
    events = {s: sum(a.n for a in inside if a.sponsor == s and a.member == ALL) for s in (claim.sponsor, *counts)}
    shares = {s: n / events[s] for s, n in ((claim.sponsor, own), *counts.items()) if events[s]}
    others = {a.member for a in inside} - {ALL, MISSING, claim.member}
    rival = max(
        others, key=lambda m: sum(a.n for a in inside if a.sponsor == claim.sponsor and a.member == m), default=""
    )
    more = sum(a.n for a in inside if a.sponsor == claim.sponsor and a.member == rival)
    figures = f"{_years(claim.first_year, claim.last_year)}: "
    figures += ", ".join(f"{s} {share:.2f}" for s, share in shares.items())
    figures += f" ({own} of {events[claim.sponsor]} events)"
    if more > own:
        figures += f"; {rival} has more ({more}), so not 'mainly'"
    best = max((share for s, share in shares.items() if s != claim.sponsor), default=0.0)
    holds = shares.get(claim.sponsor, 0.0) > best
    return ClaimCell(claim.claim_id, *key, "holds" if holds else "fails", figures, own < FEW)


def allowed_statement(claim: Claim, cells: Sequence[ClaimCell]) -> str:
    """The sentence that the cells allow: where the claim holds and where it does not, by name and date meaning."""
    if not cells:
        return f"{claim.statement}: no data set known by then can be asked."
    parts: list[str] = []
    words = {
        "holds": "holds in",
        "not shown": "right direction but not shown in",
        "fails": "fails in",
        "too few": "too few events in",
        "not coded": "not coded in",
    }
    for outcome, word in words.items():
        names = [_cell_name(cell) for cell in cells if cell.outcome == outcome]
        if names:
            parts.append(f"{word} {', '.join(names)}")
    if not any(cell.outcome == "holds" for cell in cells):
        parts.insert(0, "does not reproduce")
    return f"{claim.statement}: {'; '.join(parts)}."


def _cell_name(cell: ClaimCell) -> str:
    coding = ", wide coding" if cell.coding == "sector_wide" else ""
    few = ", few" if cell.few and cell.outcome == "holds" else ""
    return f"{cell.dataset} ({cell.date_meaning}{coding}{few}: {cell.figures})"


def forbidden_phrases(text: str) -> tuple[str, ...]:
    """The phrases of `FORBIDDEN` that a text holds."""
    return tuple(phrase for phrase in FORBIDDEN if phrase in text.casefold())
