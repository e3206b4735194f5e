"""Words of the section on promises: data sets, meanings of dates, months."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

DATA_SETS: Mapping[str, str] = {
    "cfr": "CFR",
    "csis": "CSIS",
    "dcid2": "DCID 2.0",
    "eurepoc1.1": "EuRepoC 1.1",
    "cissm": "CISSM",
}
MEANINGS: Mapping[str, str] = {
    "public_disclosure": "public disclosure",
    "operation_start": "the start of the operation",
    "event_or_report": "event or report",
    "government_statement": "a government's statement",
    "first_attribution": "the first attribution",
}


def data_set(name: str) -> str:
    """`CFR against USA` for `cfr against USA`; a name that is not known stays as it is."""
    head, space, part = name.partition(" ")
    return f"{DATA_SETS.get(head, head)}{space}{part}"


def meaning(name: str) -> str:
    """What a date stands for, in words."""
    return MEANINGS.get(name, name.replace("_", " "))


def month(text: str) -> str:
    """`October 2015` for `2015-10`."""
    return f"{dt.date.fromisoformat(f'{text}-01'):%B %Y}"


def short_month(text: str) -> str:
    """`Oct 2015` for `2015-10`."""
    return f"{dt.date.fromisoformat(f'{text}-01'):%b %Y}"


def worded(text: str) -> str:
    """Reasons and conditions for a reader: data sets by their names, months in words."""
    named = re.sub(rf"\b({'|'.join(map(re.escape, DATA_SETS))})\b", lambda found: DATA_SETS[found[0]], text)
    return re.sub(r"\b\d{4}-(?:0[1-9]|1[0-2])\b(?!-)", lambda found: month(found[0]), named)


def quoted(item: str) -> str:
    """What a published figure counts: `monthly compromises peak 2013, above`."""
    words = item.replace("_", " ")
    return re.sub(r" (gt|lt)$", lambda found: ", above" if found[1] == "gt" else ", below", worded(words))
