"""A line of trade is a mixture of parts, and its duty the mean over them, weighted by value.

What a code does not say of goods is a *family* of facts: the metal in them, whether they claim a preference, the firm
that made them, the day of export, the side of a quota. The facts of one family exclude each other and, with the
rest, exhaust it; a *part* takes one fact of every family. Inside a part every fact is true or false, so that each rule

With shares p of the facts of each family, spread evenly over those of the others, the duty of the line is

    d = sum over parts of (product of p over families) d(part)

so that for any one share it lies on the straight line between its ends. A share may be known only to lie between
bounds, or not at all: then the duty is an interval, the lowest and highest over all shares within their bounds, which
may differ between the parts that the known shares make. It contains every admissible mixture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray as Array

from tradewar.errors import BookError

MAX_PARTS = 4096
"""Parts of one line. Twelve open facts that do not exclude each other make as many."""
PRICE = "price"
"""The family of price ranges, each with two ends: duties fall as the price rises, so the ends bound them."""


@dataclass(frozen=True, eq=False)
class Family:
    """Facts that exclude each other, the rest first. K facts, P profiles."""

    name: str
    need: str
    """What a question must say to decide it."""
    facts: tuple[str, ...]
    """Names, the rest blank."""
    low: Float[Array, "profile fact"]
    usual: Float[Array, "profile fact"]
    """Share taken where nothing is known; NaN where nothing is usual."""
    high: Float[Array, "profile fact"]
    relevant: Bool[Array, " profile"]
    """Profiles whose duty hangs on it."""
    prices: tuple[tuple[float, float], ...] = ()
    """Lowest and highest price of each fact of `PRICE`."""

    @property
    def decided(self) -> bool:
        """Whether all shares are known where they matter."""
        return not self.prices and bool((self.low == self.high)[self.relevant].all())

    @property
    def cells(self) -> int:
        """Cells of its axis: two ends for each range of prices."""
        return len(self.facts) * (2 if self.prices else 1)


@dataclass(frozen=True, eq=False)
class Group:
    """Profiles that hang on the same families. Their parts lie in one block, profile by profile."""

    profiles: Int[Array, " profile"]
    families: tuple[Family, ...]
    """Those whose shares are known first: what is unknown may differ between the parts that they make."""
    first: int
    """Position of the block."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Profiles, then the cells of each family."""
        return len(self.profiles), *(family.cells for family in self.families)


@dataclass(frozen=True, eq=False)
class Parts:
    """All parts of P profiles. A parts."""

    groups: tuple[Group, ...]
    first: Int[Array, " profile"]
    """Position of the first part of each profile."""
    count: Int[Array, " profile"]
    fact: dict[str, Int[Array, " part"]]
    """The fact that holds, by family; 0 is the rest, also where the family does not matter."""
    price: Float[Array, " part"]
    """Unit value; NaN where it is not known and does not matter."""
    article: Int[Array, " part"]
    """Parts of one article, which differ only in the value that they are, have one number."""

    def of(self, profiles: Int[Array, " some"]) -> tuple[Int[Array, " part"], Int[Array, " part"]]:
        """The parts of some profiles, and the position among them that each belongs to."""
        if len(self.price) == len(self.first):
            return self.first[profiles], np.arange(len(profiles))
        count = self.count[profiles]
        place = np.repeat(np.arange(len(profiles)), count)
        start = np.cumsum(count) - count
        return self.first[profiles][place] + np.arange(count.sum()) - start[place], place


def divide(count: int, families: Sequence[Family], price: float, value: str) -> Parts:
    """The parts of `count` profiles.

    Args:
        price: unit value, where the question gives it; NaN otherwise.
        value: name of the family of shares of value.

    Raises:
        BookError: if a line has too many parts.
    """
    ordered = sorted(families, key=lambda family: not family.decided)
    mask = np.zeros(count, dtype=np.int64)
    for k, family in enumerate(ordered):
        mask |= family.relevant.astype(np.int64) << k
    groups: list[Group] = []
    first, counts, size = np.zeros(count, dtype=np.int64), np.ones(count, dtype=np.int64), 0
    for key in np.unique(mask).tolist():
        profiles = np.flatnonzero(mask == key)
        group = Group(profiles, tuple(f for k, f in enumerate(ordered) if key >> k & 1), size)
        cells = prod(group.shape[1:])
        if cells > MAX_PARTS:
            fix = f"Decide some of {', '.join(family.name for family in group.families)} in the question"
            raise BookError.at("shares", f"a line has {cells} parts, more than {MAX_PARTS}", fix)
        first[profiles], counts[profiles] = size + cells * np.arange(len(profiles)), cells
        groups.append(group)
        size += cells * len(profiles)
    fact = {family.name: np.zeros(size, dtype=np.int64) for family in families}
    prices, article = np.full(size, price), np.arange(size)
    for group in groups if len(groups) > 1 or (groups and groups[0].families) else ():
        block = slice(group.first, group.first + prod(group.shape))
        grid = np.indices(group.shape).reshape(len(group.shape), -1)
        for family, cell in zip(group.families, grid[1:], strict=True):
            fact[family.name][block] = cell // 2 if family.prices else cell
            if family.prices:
                prices[block] = np.array(family.prices).reshape(-1)[cell]
            if family.name == value:
                inner = prod(f.cells for f in group.families[group.families.index(family) + 1 :])
                article[block] -= cell * inner
    return Parts(tuple(groups), first, counts, fact, prices, article)


@dataclass(frozen=True, eq=False)
class Mixture:
    """A value of each profile over its parts. NaN is unknown; refused parts are left out."""

    low: Float[Array, " profile"]
    usual: Float[Array, " profile"]
    high: Float[Array, " profile"]
    refused: Bool[Array, " profile"]
    """Where every part is refused."""
    partly: Bool[Array, " profile"]
    """Where some part may be."""
    needs: dict[str, Bool[Array, " profile"]]
    """Where an open family changes the value, by what decides it."""


def mix(parts: Parts, value: Float[Array, " part"], refused: Bool[Array, " part"]) -> Mixture:
    """The mean of a value over the parts of each profile, and the ends between which it lies."""
    count = len(parts.first)
    low, usual, high = np.empty(count), np.empty(count), np.empty(count)
    found = Mixture(low, usual, high, np.zeros(count, dtype=bool), np.zeros(count, dtype=bool), {})
    for group in parts.groups:
        block = slice(group.first, group.first + prod(group.shape))
        whole, out = value[block].reshape(group.shape), refused[block].reshape(group.shape)
        low = usual = high = whole
        kept = ~out
        for k, family in reversed(list(enumerate(group.families))):
            if not family.decided:
                differs = _differs(np.where(out, np.inf, whole), k + 1)
                needed = found.needs.setdefault(family.need, np.zeros(count, dtype=bool))
                needed[group.profiles] |= differs
            low, usual, high, kept = _folded(family, group.profiles, low, usual, high, kept)
        for array, end in zip((found.low, found.usual, found.high), (low, usual, high), strict=True):
            array[group.profiles] = np.where(kept, end, np.nan)
        found.refused[group.profiles] = ~kept
        found.partly[group.profiles] = out.reshape(len(group.profiles), -1).any(axis=1)
    return found


def _differs(whole: Array, axis: int) -> Array:
    """Whether values change along an axis; unknown in one place and known in another is a change."""
    known = np.nan_to_num(whole, nan=-1.0, posinf=1e9)
    spread = (np.abs(known - np.take(known, [0], axis=axis)) > 1e-12).any(axis=axis)
    return np.asarray(np.any(spread.reshape(len(whole), -1), axis=1))


def _folded(
    family: Family, profiles: Array, low: Array, usual: Array, high: Array, kept: Array
) -> tuple[Array, Array, Array, Array]:
    """One axis taken together: the last of (profile, cells ..., cells of the family)."""
    if family.prices:
        low, usual, high, kept = _ends(low, usual, high, kept)
    shape = (len(profiles), *(1,) * (low.ndim - 2), len(family.facts))
    least, share, most = (array[profiles].reshape(shape) for array in (family.low, family.usual, family.high))
    lowest, highest = _lowest(low, least, most, kept), -_lowest(-high, least, most, kept)
    admitted = np.where(kept, np.nan_to_num(share), 0.0)
    total = admitted.sum(axis=-1)
    mean = _mean(admitted, usual) / np.where(total > 0, total, 1.0)
    # where no share is usual, or only refused parts have one, what every admitted part pays
    same = np.where(np.abs(highest - lowest) <= 1e-12, lowest, np.nan)
    usual = np.where(np.isnan(share).any(axis=-1) | ~(total > 0), same, mean)
    return lowest, usual, highest, np.asarray(np.any(kept & (most > 0), axis=-1))


def _ends(low: Array, usual: Array, high: Array, kept: Array) -> tuple[Array, Array, Array, Array]:
    """Two ends of each range of prices: the duty lies between them, and is known where they agree."""
    pairs = [array.reshape(*array.shape[:-1], -1, 2) for array in (low, usual, high, kept)]
    first, second = pairs[1][..., 0], pairs[1][..., 1]
    middle = np.where(first == second, first, np.nan)
    return pairs[0].min(axis=-1), middle, pairs[2].max(axis=-1), np.asarray(np.all(pairs[3], axis=-1))


def _mean(share: Array, value: Array) -> Array:
    """The sum of share times value, where a share of zero makes even an unknown value irrelevant."""
    return np.where(share == 0, 0.0, share * np.where(share == 0, 0.0, value)).sum(axis=-1)


def _lowest(value: Array, least: Array, most: Array, kept: Array) -> Array:
    """The lowest mean over shares within their bounds that sum to 1, refused parts left out; NaN if one is unknown."""
    possible = kept & (most > 0)
    # where refused parts leave the others to share what is not known, any mixture of those is admissible
    free = ((~kept & (most > 0)).any(axis=-1) & (least != most).any(axis=-1))[..., None]
    least, most = np.where(possible & ~free, least, 0.0), np.where(possible, np.where(free, 1.0, most), 0.0)
    order = np.argsort(np.where(possible, value, np.inf), axis=-1, kind="stable")
    sorted_value, least, room = (np.take_along_axis(a, order, -1) for a in (value, least, most - least))
    left = (1.0 - least.sum(axis=-1))[..., None] - (np.cumsum(room, axis=-1) - room)
    share = least + np.clip(left, 0.0, room)
    total = share.sum(axis=-1)
    mean = _mean(share, sorted_value) / np.where(total > 0, total, 1.0)
    return np.where((np.isnan(value) & possible).any(axis=-1) | ~(total > 0), np.nan, mean)
