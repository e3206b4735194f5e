"""The identities a World must satisfy, checked when it is built.

Index order: `[importer, exporter, sector]`; inputs `[country, supplying_sector, using_sector]`.

A fault is either *repaired and noted*, where real data carry it and the repair is known to be harmless, or *refused*
with every offending cell named. Tolerances are relative unless stated.

| identity | limit | what happens |
|---|---|---|
| shapes and axes agree, labels unique, also but for case | exact | refused |
| all values finite | exact | refused |
| F ≥ 0 | exact | refused |
| t > −1 | exact | refused |
| t ≤ 10 (1,000 percent) | exact | refused with the question whether a rate was meant |
| t ≤ 1 (100 percent) | exact | noted |
| t = 0 on own sales and where not tradable | exact | set to 0, noted |
| every country and sector with output is sold somewhere; every country has income | > 0 | refused |
| v in (0, 1] where Y > 0 | exact | refused |
| g ≥ 0 | −0.01 | clipped at 0 and noted; below the limit refused |
| Σ g = 1 over supplying sectors, or 0 where v = 1 | 1e-3 | renormalised, noted above 1e-6; beyond the limit refused |
| α ≥ 0, Σ α = 1 | 1e-3 | renormalised, noted above 1e-6; beyond the limit refused |
| θ > 0 | exact | refused |
| final use C ≥ 0 where α is derived | – | clipped at 0, rescaled and noted: the world is then not `consistent` |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy import ndarray as Array

from tradewar.errors import Problem, WorldError
from tradewar.io.nearest import nearest
from tradewar.world import accounts

SHARE_NOTE = 1e-6
"""Share sums off by more than this are noted; all are renormalised."""
SHARE_ROUNDING = 1e-13
"""Share sums off by no more than this are left as they are."""
SHARE_LIMIT = 1e-3
"""Share sums off by more than this are refused."""
NEGATIVE_SHARE_LIMIT = 1e-2
"""Negative input shares below minus this are refused; smaller ones are clipped and noted."""
RATE_LIMIT = 10.0
"""A tariff rate above this is taken for a percentage written as a rate."""
HIGH_RATE = 1.0
"""Tariff rates above this are noted."""
DERIVED_MATCH = 1e-5
"""Consumption shares read from a file that agree with the derived ones this closely are replaced by them."""
FINAL_USE_ROUNDING = 1e-13
"""Negative final use above minus this share of income is rounding: set to 0 without a note."""
MAX_LISTED = 8
"""How many offending cells of one kind a message lists before it says how many more there are."""

_TEXT_FIELDS = ("name", "money_unit", "source", "terms")


def checked(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Check and complete the fields of a World.

    Args:
        parts: the fields of `tradewar.world.World`; `consumption_share` may be None (derived), the optional fields
            may be left out.

    Returns:
        The fields, repaired where the table above says so, with the repairs appended to `notes`.

    Raises:
        WorldError: listing every violated identity.
    """
    world = dict(parts)
    problems = list(_axis_problems(world))
    if problems:
        raise WorldError(problems)
    for name in _shapes(world):
        if world.get(name) is not None:
            world[name] = _owned(world[name], bool if name == "tradable" else float)
    sets = dict(world.get("elasticity_sets") or {})
    world["elasticity_sets"] = {name: _owned(theta, float) for name, theta in sets.items()}
    problems = list(_shape_problems(world))
    if problems:
        raise WorldError(problems)
    problems = [*_finite_problems(world), *_flow_problems(world), *_production_problems(world)]
    if problems:
        raise WorldError(problems)

    notes: list[str] = list(world.get("notes", ()))
    _zero_impossible_tariffs(world, notes)
    _normalise_inputs(world, notes, problems)
    _normalise_consumption(world, notes, problems)
    if problems:
        raise WorldError(problems)
    world["notes"] = tuple(dict.fromkeys(notes))
    return world


def _owned(values: Any, kind: type) -> Array:
    """An array that nobody else can write to: a copy, unless it is read-only already (that of another World)."""
    if isinstance(values, np.ndarray) and values.dtype == kind and values.base is None:
        flags = values.flags
        if flags.c_contiguous and not flags.writeable:
            return values
    return np.array(values, dtype=kind, order="C")


# ---------------------------------------------------------------- what is refused


def _shapes(world: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    n, s = len(world["countries"]), len(world["sectors"])
    return {
        "tradable": (s,),
        "trade_value": (n, n, s),
        "tariff_rate": (n, n, s),
        "value_added_share": (n, s),
        "input_share": (n, s, s),
        "consumption_share": (n, s),
        "trade_elasticity": (s,),
        "scale_elasticity": (s,),
    }


def _axis_problems(world: Mapping[str, Any]) -> Iterable[Problem]:
    for name in _TEXT_FIELDS:
        if not isinstance(world.get(name), str):
            yield Problem(name, "is missing or not text", f"Give the world's {name}")
    for axis, names in (("countries", "country_names"), ("sectors", "sector_names")):
        labels = tuple(world.get(axis) or ())
        if not labels:
            yield Problem(axis, "is empty", "Give at least one label")
        folded = [label.casefold() for label in labels]
        repeated = sorted({label for label in labels if folded.count(label.casefold()) > 1})
        if repeated:
            yield Problem(axis, f"has {', '.join(repeated)} more than once", "Give every label once")
        if len(world.get(names) or ()) != len(labels):
            yield Problem(names, f"has {len(world.get(names) or ())} names for {len(labels)} labels", "Give one each")
    for name, texts in dict(world.get("country_details") or {}).items():
        if len(texts) != len(world.get("countries") or ()):
            what = f"has {len(texts)} texts for {len(world['countries'])} countries"
            yield Problem(f"country details {name!r}", what, "Give one each")
    yield from declaration_problems(world)


def declaration_problems(world: Mapping[str, Any]) -> Iterable[Problem]:
    """What is wrong with the codes that a world declares: aggregates, importers with a day, blocs and their members."""

    def listed(name: str) -> tuple[str, ...]:
        given: Any = world.get(name)
        return tuple(given) if given else ()

    countries = listed("countries")
    blocs = {f"blocs.{bloc}": tuple(members) for bloc, members in dict(world.get("blocs") or {}).items()}
    named = {name: listed(name) for name in ("aggregates", "tariffs_as_of")} | blocs
    for where, codes in named.items():
        for code in dict.fromkeys(codes):
            if code not in countries:
                what = f"names {code!r}, which is not a country of this world{nearest(code, countries)}"
                yield Problem(where, what, "Remove it or correct the code")
            elif codes.count(code) > 1:
                yield Problem(where, f"names {code!r} {codes.count(code)} times", "Name it once")
    for where, members in blocs.items():
        if where.removeprefix("blocs.") in countries:
            yield Problem(where, "is itself a country of this world", "Give the bloc another code, or leave it out")
        if not members:
            yield Problem(where, "has no members", "Name the countries of this world that belong to it")


def _shape_problems(world: Mapping[str, Any]) -> Iterable[Problem]:
    shapes = _shapes(world)
    for name, shape in shapes.items():
        array = world.get(name)
        if array is None:
            if name not in ("consumption_share", "scale_elasticity"):
                yield Problem(name, "is missing", f"Give an array of shape {shape}")
        elif array.shape != shape:
            yield Problem(name, f"has shape {array.shape}, must be {shape}", "Check the axes")
    for name, theta in dict(world.get("elasticity_sets") or {}).items():
        if np.shape(theta) != shapes["trade_elasticity"]:
            yield Problem(f"elasticity set {name!r}", f"has shape {np.shape(theta)}", "Give one value per sector")
        elif name == "default":
            yield Problem("elasticity set 'default'", "is the name of column trade_elasticity", "Call it otherwise")
        elif not (np.isfinite(theta).all() and (np.asarray(theta) > 0).all()):
            yield Problem(f"elasticity set {name!r}", "holds a value that is not > 0", "Give values > 0")


def _finite_problems(world: Mapping[str, Any]) -> Iterable[Problem]:
    for name in _shapes(world):
        array = world.get(name)
        if array is not None and array.dtype == float and not np.isfinite(array).all():
            yield _cells(world, name, ~np.isfinite(array), "is not a number", "Give a finite value for each")


def _flow_problems(world: Mapping[str, Any]) -> Iterable[Problem]:
    flows, rates = world["trade_value"], world["tariff_rate"]
    if (flows < 0).any():
        yield _cells(world, "trade_value", flows < 0, "is negative (must be >= 0)", "Trade values cannot be negative")
    if (rates <= -1).any():
        yield _cells(world, "tariff_rate", rates <= -1, "is at or below -1", "A subsidy cannot exceed the price")
    if (rates > RATE_LIMIT).any():
        fix = "Tariffs are rates: write 0.25, not 25, for 25 percent"
        yield _cells(world, "tariff_rate", rates > RATE_LIMIT, f"is above {RATE_LIMIT:g} (1,000 percent)", fix)
    output = accounts.gross_output(np.where(np.isfinite(flows), flows, 0.0))
    for country, sold in zip(world["countries"], output.sum(axis=1), strict=True):
        if not sold > 0:
            yield Problem(f"country {country}", "sells nothing: its gross output is 0", "Give its flows or remove it")
    for sector, sold in zip(world["sectors"], output.sum(axis=0), strict=True):
        if not sold > 0:
            yield Problem(f"sector {sector}", "is sold nowhere: its gross output is 0", "Give its flows or remove it")
    if (world["trade_elasticity"] <= 0).any():
        fix = "Trade elasticities are positive numbers (theta, not minus theta)"
        yield _cells(world, "trade_elasticity", world["trade_elasticity"] <= 0, "is not > 0", fix)


def _production_problems(world: Mapping[str, Any]) -> Iterable[Problem]:
    share = world["value_added_share"]
    sold = accounts.gross_output(world["trade_value"]) > 0
    # a sector without output has no observed value-added share; 1 keeps every formula defined and changes nothing
    world["value_added_share"] = share = np.where(sold | ((share > 0) & (share <= 1)), share, 1.0)  # type: ignore[index]
    wrong = (share <= 0) | (share > 1)
    if wrong.any():
        fix = "The share of value added in gross output lies in (0, 1]"
        yield _cells(world, "value_added_share", wrong, "is outside (0, 1]", fix)


def _cells(world: Mapping[str, Any], name: str, wrong: Array, what: str, fix: str) -> Problem:
    """A problem that names the offending cells by their labels, the first few with their values."""
    axes = _axis_labels(world, name)
    places = np.argwhere(wrong)
    listed = [
        f"{'/'.join(axis[k] for axis, k in zip(axes, place, strict=True))} = {world[name][tuple(place)]:.6g}"
        for place in places[:MAX_LISTED]
    ]
    more = f" and {len(places) - MAX_LISTED} more" if len(places) > MAX_LISTED else ""
    return Problem(name, f"{what} at {', '.join(listed)}{more}", fix)


def _axis_labels(world: Mapping[str, Any], name: str) -> tuple[tuple[str, ...], ...]:
    countries, sectors = world["countries"], world["sectors"]
    axes = {"trade_value": (countries, countries, sectors), "tariff_rate": (countries, countries, sectors)}
    axes |= {"value_added_share": (countries, sectors), "consumption_share": (countries, sectors)}
    axes |= {"input_share": (countries, sectors, sectors)}
    return axes.get(name, (sectors,))


# ---------------------------------------------------------------- what is repaired and noted


def _zero_impossible_tariffs(world: dict[str, Any], notes: list[str]) -> None:
    rates = world["tariff_rate"].copy()
    own = np.eye(len(world["countries"]), dtype=bool)[:, :, None] & (rates != 0)
    services = ~world["tradable"][None, None, :] & (rates != 0)
    cases: tuple[tuple[Array, str], ...] = (
        (own, "on own sales"),
        (services & ~own, "in sectors that are not tradable"),
    )
    for wrong, where in cases:
        if wrong.any():
            largest = np.abs(rates[wrong]).max()
            notes.append(f"{int(wrong.sum())} tariffs {where} set to 0 (largest {largest:.4g}).")
    rates[own | services] = 0.0
    world["tariff_rate"] = rates
    high = rates > HIGH_RATE
    if high.any():
        place = np.unravel_index(rates.argmax(), rates.shape)
        cell = "/".join(axis[k] for axis, k in zip(_axis_labels(world, "tariff_rate"), place, strict=True))
        notes.append(
            f"{int(high.sum())} tariffs are above {HIGH_RATE:.0%} (largest {rates.max():.4g} at {cell}, importer "
            "first): simple averages over products can be absurdly high."
        )


def _normalise_inputs(world: dict[str, Any], notes: list[str], problems: list[Problem]) -> None:
    share = world["input_share"].copy()
    negative = share < 0
    if (share < -NEGATIVE_SHARE_LIMIT).any():
        limit = f"is below {-NEGATIVE_SHARE_LIMIT:g}"
        problems.append(_cells(world, "input_share", share < -NEGATIVE_SHARE_LIMIT, limit, "Input shares are >= 0"))
    if negative.any():
        notes.append(f"{int(negative.sum())} negative input shares set to 0 (smallest {share.min():.4g}).")
    share[negative] = 0.0
    # A column of zeros is right where there are no materials (v = 1) or no output
    no_materials = (world["value_added_share"] == 1.0) | (accounts.gross_output(world["trade_value"]) == 0.0)

    def describe(place: Array) -> str:
        return f"{world['countries'][place[0]]}/{world['sectors'][place[1]]}"

    world["input_share"] = _normalised(share, 1, no_materials, "input shares", describe, notes, problems)


def _normalise_consumption(world: dict[str, Any], notes: list[str], problems: list[Problem]) -> None:
    total = accounts.expenditure(world["trade_value"], world["tariff_rate"])
    materials = accounts.material_share(world["value_added_share"], world["input_share"])
    used = accounts.final_use(total, materials, accounts.gross_output(world["trade_value"]))
    income = used.sum(axis=1)
    if (income <= 0).any():
        short = [world["countries"][k] for k in np.flatnonzero(income <= 0)]
        what = f"no income is left for final use in {', '.join(short)}"
        problems.append(Problem("final use", what, "Check value-added shares and flows; `tradewar world balance`"))
        return
    derived = used / income[:, None]
    given = world.get("consumption_share")
    if given is not None:
        if (given < 0).any():
            fix = "Consumption shares are >= 0"
            problems.append(_cells(world, "consumption_share", given < 0, "is negative", fix))
        never = np.zeros(len(given), dtype=bool)

        def describe(place: Array) -> str:
            return str(world["countries"][place[0]])

        given = _normalised(given, 1, never, "consumption shares", describe, notes, problems)
        # files carry seven to nine digits: where they agree with the flows, the flows are exact and are used
        if np.abs(given - derived).max() > DERIVED_MATCH or (derived < -FINAL_USE_ROUNDING).any():
            world["consumption_share"] = given
            return
    negative = derived < -FINAL_USE_ROUNDING
    if negative.any():
        worst = np.where(negative, derived, 0.0).sum(axis=1)
        notes.append(
            f"{int(negative.sum())} cells of final use are negative (most in {world['countries'][worst.argmin()]}: "
            f"{-100 * worst.min():.3g} percent of income) and were set to 0: the baseline is solved before any shock."
        )
    if (derived < 0).any():
        derived = derived.clip(min=0.0)
        derived /= derived.sum(axis=1, keepdims=True)
    world["consumption_share"] = derived


def _normalised(
    share: Array,
    axis: int,
    may_be_zero: Array,
    what: str,
    describe: Callable[[Array], str],
    notes: list[str],
    problems: list[Problem],
) -> Array:
    """Shares divided by their sum over `axis`; sums that may be zero stay zero."""
    total = share.sum(axis=axis)
    off = np.abs(total - 1.0)
    off[may_be_zero & (np.abs(total) <= SHARE_LIMIT)] = 0.0
    wrong = np.argwhere(off > SHARE_LIMIT)
    if len(wrong):
        listed = ", ".join(f"{describe(place)} sum to {total[tuple(place)]:.6g}" for place in wrong[:MAX_LISTED])
        more = f" and {len(wrong) - MAX_LISTED} more" if len(wrong) > MAX_LISTED else ""
        limit = f"(must be 1 within {SHARE_LIMIT:g})"
        fix = "Give the missing shares, or rescale them with `tradewar world balance`"
        problems.append(Problem(what, f"{listed}{more} {limit}", fix))
        return share
    if (off > SHARE_NOTE).any():
        count, largest = int((off > SHARE_NOTE).sum()), float(off.max())
        notes.append(f"{count} sums of {what} differed from 1 by up to {largest:.2g} and were renormalised.")
    # sums that are 1 to rounding are left alone, so that a world written and read again is the same to the last bit
    scale = np.where((total > SHARE_LIMIT) & (np.abs(total - 1.0) > SHARE_ROUNDING), total, 1.0)
    return share / np.expand_dims(scale, axis)
