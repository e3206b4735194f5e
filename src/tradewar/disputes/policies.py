"""From the policies of a dossier to a `Policy` of the equilibrium.

Scaled increases: with g_s the increase of the schedule in sector s, F_s the baseline flow of the pair and a the
average that the dossier asks for, the new rate is t_s + f g_s with f = a Σ_s F_s / Σ_s F_s g_s, both sums over the
sectors that may carry a tariff; or with f given.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from tradewar.disputes.dossier import DISPUTE_FILE, Dossier
from tradewar.disputes.schema import Increase, ScaledIncreases, TariffFile
from tradewar.equilibrium.policy import Policy
from tradewar.errors import DossierError, InputError, Problem
from tradewar.world.catalogue import load_world, names, tariff_increases
from tradewar.world.identities import nearest
from tradewar.world.model import World


def dispute_world(dossier: Dossier) -> World:
    """The world of a dossier, with both parties in it.

    Raises:
        DossierError: if a party is not a country of the world.
        WorldError: if the world cannot be read.
    """
    world = load_world(dossier.world)
    problems = [
        Problem(
            f"{DISPUTE_FILE}: parties[{k}].country",
            f"{party.country} is not a country of the world {dossier.world!r}{nearest(party.country, world.countries)}",
            f"Choose a world that keeps {party.country} apart, or one of {', '.join(world.countries)} as the party",
        )
        for k, party in enumerate(dossier.parties, start=1)
        if party.country not in world.countries
    ]
    if problems:
        raise DossierError(problems)
    return world


def make_policy(dossier: Dossier, source: ScaledIncreases | TariffFile, world: World) -> Policy:
    """The tariffs of one policy of a dossier, as levels on a world.

    Raises:
        DossierError: if the schedule does not fit the world.
        PolicyError: if a tariff file is wrong.
    """
    if isinstance(source, TariffFile):
        policy = Policy.from_file(world, dossier.folder / source.file)
        return Policy(policy.tariff_rate, policy.iceberg_hat, source.name)
    where = f"{DISPUTE_FILE}: policy {source.name!r}"
    schedule = _schedule(source.schedule, world, where)
    rate = world.tariff_rate.copy()
    for row in source.increases:
        j, i = world.country_index(row.importer), world.country_index(row.exporter)
        rate[j, i] += schedule_factor(row, schedule, world, where) * schedule[j, i]
    return Policy(tariff_rate=rate, name=source.name)


def average_rate(world: World, rate: Float[Array, "importer exporter sector"], importer: str, exporter: str) -> float:
    """Average of rates over the baseline flows from exporter to importer, in sectors that may carry a tariff."""
    j, i = world.country_index(importer), world.country_index(exporter)
    flow = world.trade_value[j, i, world.tradable]
    return float((flow * rate[j, i, world.tradable]).sum() / flow.sum())


def schedule_factor(
    row: Increase, schedule: Float[Array, "importer exporter sector"], world: World, where: str
) -> float:
    """f: by how much the schedule is scaled for one pair.

    Raises:
        DossierError: if the schedule holds no increase for the pair, so that no average can be reached.
    """
    if row.share_of_schedule is not None:
        return row.share_of_schedule
    assert row.average_increase is not None
    average = average_rate(world, schedule, row.importer, row.exporter)
    if not average > 0:
        what = f"the schedule has no increase of {row.importer} on {row.exporter}"
        raise DossierError.at(where, what, "Use another schedule, or kind = 'tariff-file'")
    return row.average_increase / average


def _schedule(name: str, world: World, where: str) -> Float[Array, "importer exporter sector"]:
    """The schedule that ships with a built-in world, on the axes of the dossier's world."""
    if name not in names():
        what = f"schedule {name!r} does not ship with a built-in world{nearest(name, names())}"
        raise DossierError.at(where, what, f"Use one of {', '.join(names())}, or kind = 'tariff-file'")
    home, increases = load_world(name), tariff_increases(name)
    used = increases != 0
    lost = [home.sectors[s] for s in np.flatnonzero(used.any(axis=(0, 1))) if home.sectors[s] not in world.sectors]
    lost += [
        home.countries[k]
        for k in np.flatnonzero(used.any(axis=(1, 2)) | used.any(axis=(0, 2)))
        if home.countries[k] not in world.countries
    ]
    if lost:
        what = f"the world has no {', '.join(lost)}, for which the schedule {name!r} holds increases"
        raise DossierError.at(where, what, "Use kind = 'tariff-file' with rates for this world")
    countries = [world.countries.index(c) if c in world.countries else -1 for c in home.countries]
    sectors = [world.sectors.index(s) if s in world.sectors else -1 for s in home.sectors]
    placed = np.zeros_like(world.tariff_rate)
    for j, i, s in np.argwhere(used):
        placed[countries[j], countries[i], sectors[s]] = increases[j, i, s]
    return placed


def check_policies(dossier: Dossier, world: World) -> tuple[Policy, ...]:
    """Every policy of a dossier, with the faults of all of them together.

    Raises:
        DossierError: listing what is wrong with any of the policies.
    """
    policies: list[Policy] = []
    problems: list[Problem] = []
    for source in dossier.policies:
        try:
            policies.append(make_policy(dossier, source, world))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise DossierError(problems)
    return tuple(policies)
