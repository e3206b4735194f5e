"""Ten thousand random shocks, from small to absurd, on every world present and on 50 random ones.

Each is solved, or refused in words. What is solved is looked at again by code that shares nothing with the solver
(`audit`): every equation, and every sign. What is refused must say why: the country that could not pay, or the worst
equation. Anything else (another exception, a wrong sign, a gap above the limit) is a defect.

    python -m benchmarks --only robustness --shocks 10000 --seed 2019
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy import ndarray as Array

from benchmarks.audit import largest_gap, wrong_signs
from benchmarks.result import Measure, Options, Result
from benchmarks.worlds import random_world, reference_data
from tradewar.equilibrium import Policy, prepare, solve_prepared
from tradewar.errors import InadmissibleError, NoSolutionError
from tradewar.world import World

TITLE = "Random shocks"
RANDOM_WORLDS = 50
LOWEST, HIGHEST = -0.6, 10.0
GAP_LIMIT = 1e-8
"""Ten times what the certificate allows: the audit takes logs and sums in another order."""
CLOSURES = ("share-of-world", "balanced", "own-gdp", "fixed:world")
SOLVED, INADMISSIBLE, NOT_FOUND = "solved", "refused: somebody could not pay", "refused: none was found"
DEFECTS = "defects"
METHOD = (
    "Shocks are shared equally among the worlds and rotate over the kinds below; closures rotate too. Random worlds "
    "have 2 to 10 countries, 1 to 8 sectors, elasticities of 2 to 12 or 2 to 30 and, every second one, deficits of up "
    "to the size of income. A shock counts as solved if its certificate holds and the audit, which shares no code with "
    "the solver, finds every equation closed to 1e-8 and every income, price, flow and use of the right sign."
)


@dataclass(frozen=True)
class Case:
    """One shock and what became of it."""

    world: str
    kind: str
    verdict: str
    """One of the verdicts above."""
    detail: str
    """How it was solved, or why it was refused."""
    gap: float = 0.0


def run(options: Options) -> Result:
    """Count what was solved, by kind and method, and what was refused."""
    cases = list(shocks(worlds(options.seed), options.shocks, options.seed))
    total = len(cases)
    verdicts = Counter(case.verdict for case in cases)
    methods = Counter(case.detail for case in cases if case.verdict == SOLVED)
    measures = [
        Measure.single("shocks", "", total),
        Measure.single("solved, percent of all", "", 100.0 * verdicts[SOLVED] / total),
        *(Measure.single(name, "", verdicts[name]) for name in (SOLVED, INADMISSIBLE, NOT_FOUND, DEFECTS)),
        *(Measure.single(f"solved by {name}", "", count) for name, count in methods.most_common()),
    ]
    for name in KINDS:
        own = [case for case in cases if case.kind == name]
        share = 100.0 * sum(case.verdict == SOLVED for case in own) / max(1, len(own))
        measures.append(Measure.single(f"solved, percent of: {name}", "", share))
    measures.append(Measure.single("largest gap found by the audit", "", max(case.gap for case in cases)))
    goal = "every shock is solved with the right signs, or refused with its reason"
    title = f"{TITLE}: {total:,} on {RANDOM_WORLDS} random worlds and all others present"
    return Result("robustness", title, METHOD, tuple(measures), goal, verdicts[DEFECTS] == 0)


def shocks(on: list[World], count: int, seed: int) -> Iterator[Case]:
    """`count` shocks shared among the worlds, each solved or refused."""
    names = list(KINDS)
    for place, world in enumerate(on):
        draw = np.random.default_rng((seed, place))
        share = count // len(on) + (place < count % len(on))
        for number in range(share):
            kind = names[number % len(names)]
            levers = KINDS[kind](draw, world)
            closure = CLOSURES[number // len(names) % len(CLOSURES)]
            if world.market == "monopolistic":
                levers = {name: array for name, array in levers.items() if name in ("tariff_rate", "iceberg_hat")}
                closure = CLOSURES[number % 2]
            yield judged(world, kind, closure, Policy(**levers))


def judged(world: World, kind: str, closure: str, policy: Policy, compiled: bool = False) -> Case:
    """One shock, solved and audited, or refused."""
    try:
        outcome = solve_prepared(prepare(world, closure, compiled=compiled), policy)
    except NoSolutionError as error:
        text = str(error)
        inadmissible = isinstance(error, InadmissibleError)
        reasoned = any(code in text for code in world.countries)
        verdict = (INADMISSIBLE if inadmissible else NOT_FOUND) if reasoned else DEFECTS
        return Case(world.name, kind, verdict, text)
    except Exception as error:
        return Case(world.name, kind, DEFECTS, f"{type(error).__name__}: {error}")
    wrong, gap = wrong_signs(outcome), largest_gap(outcome)
    if wrong or not gap <= GAP_LIMIT:
        return Case(world.name, kind, DEFECTS, f"{', '.join(wrong) or 'equations'} wrong, gap {gap:.2g}", gap)
    return Case(world.name, kind, SOLVED, outcome.certificate.method, gap)


def worlds(seed: int) -> list[World]:
    """The built-in worlds, those of the reference data, and random ones."""
    from tradewar.world import catalogue
    from tradewar.world.tidy import read_world

    found = [catalogue.load_world(name) for name in catalogue.names()]
    place = reference_data()
    for folder in sorted((place / "worlds").iterdir()) if place is not None else []:
        if (folder / "world.toml").is_file():
            world = read_world(folder)
            if world.name not in {known.name for known in found}:
                found.append(world)
    return found + [random_one(seed + number) for number in range(RANDOM_WORLDS)]


def random_one(seed: int) -> World:
    """A random world of random size; of every four two have large deficits and two high elasticities."""
    draw = np.random.default_rng(seed)
    countries, sectors = int(draw.integers(2, 11)), int(draw.integers(1, 9))
    return random_world(countries, sectors, seed, float(seed % 2), (12.0, 12.0, 30.0, 30.0)[seed % 4])


# ---------------------------------------------------------------- kinds of shocks, [importer, exporter, sector]

Levers = dict[str, Array]


def _rates(draw: np.random.Generator, world: World, hit: Array, lowest: float = 0.0, highest: float = HIGHEST) -> Array:
    """New tariffs where a cell is hit, uniform in logs of the power, so that small and large ones are as frequent."""
    drawn = np.expm1(draw.uniform(np.log1p(lowest), np.log1p(highest), size=world.tariff_rate.shape))
    return np.where(hit & _taxable(world), drawn, world.tariff_rate)


def _taxable(world: World) -> Array:
    return _foreign(world) & world.tradable[None, None, :]


def _foreign(world: World) -> Array:
    return np.broadcast_to(~np.eye(world.n_countries, dtype=bool)[:, :, None], world.tariff_rate.shape)


def _one(draw: np.random.Generator, world: World) -> Array:
    """True for one importer."""
    return (np.arange(world.n_countries) == draw.integers(world.n_countries))[:, None, None]


def everywhere(draw: np.random.Generator, world: World) -> Levers:
    """A rate of its own in every foreign cell."""
    return {"tariff_rate": _rates(draw, world, np.array(True))}


def one_importer(draw: np.random.Generator, world: World) -> Levers:
    """One importer against all others."""
    return {"tariff_rate": _rates(draw, world, _one(draw, world))}


def two_countries(draw: np.random.Generator, world: World) -> Levers:
    """Two countries against each other."""
    pair = np.isin(np.arange(world.n_countries), draw.choice(world.n_countries, size=2, replace=False))
    return {"tariff_rate": _rates(draw, world, pair[:, None, None] & pair[None, :, None])}


def import_subsidies(draw: np.random.Generator, world: World) -> Levers:
    """One importer pays up to 60 percent of the price of what it buys abroad."""
    return {"tariff_rate": _rates(draw, world, _one(draw, world), LOWEST, 0.0)}


def taxes_and_subsidies(draw: np.random.Generator, world: World) -> Levers:
    """A tenth of all tariffs between -60 and 1,000 percent, some producers subsidised."""
    hit = draw.uniform(size=world.tariff_rate.shape) < 0.1
    subsidised = draw.uniform(size=world.gross_output.shape) < 0.2
    subsidy = np.where(subsidised, draw.uniform(0.0, 0.5, size=subsidised.shape), 0.0)
    return {"tariff_rate": _rates(draw, world, hit, LOWEST), "output_subsidy": subsidy}


def export_taxes(draw: np.random.Generator, world: World) -> Levers:
    """A third of all exports taxed at up to 300 percent or subsidised at up to 30, and tariffs on some."""
    hit = draw.uniform(size=world.tariff_rate.shape) < 0.3
    tax = np.where(hit & _taxable(world), draw.uniform(-0.3, 3.0, size=hit.shape), 0.0)
    return {"tariff_rate": _rates(draw, world, draw.uniform(size=hit.shape) < 0.1), "export_tax": tax}


def near_autarky(draw: np.random.Generator, world: World) -> Levers:
    """Trade of one country nearly or wholly stopped: costs up to a millionfold, or bans of up to all varieties."""
    country = _one(draw, world)
    hit = (country | country.transpose(1, 0, 2)) & _foreign(world)
    if draw.uniform() < 0.5:
        return {"iceberg_hat": np.where(hit, 10.0 ** draw.uniform(0.5, 6.0), 1.0)}
    return {"banned_share": np.where(hit, 1.0 - 10.0 ** -draw.uniform(1.0, 12.0), 0.0)}


def cheaper_and_dearer(draw: np.random.Generator, world: World) -> Levers:
    """Trade costs of every pair between a third and three times what they were."""
    costs = np.exp(draw.uniform(-np.log(3.0), np.log(3.0), size=world.tariff_rate.shape))
    return {"iceberg_hat": np.where(_foreign(world), costs, 1.0)}


KINDS: dict[str, Callable[[np.random.Generator, World], Levers]] = {
    "every tariff 0 to 1,000 percent": everywhere,
    "one importer 0 to 1,000 percent": one_importer,
    "two countries 0 to 1,000 percent": two_countries,
    "imports subsidised to 60 percent": import_subsidies,
    "some tariffs -60 to 1,000 percent, output subsidies": taxes_and_subsidies,
    "export taxes -30 to 300 percent": export_taxes,
    "trade of one country nearly stopped": near_autarky,
    "trade costs a third to three times": cheaper_and_dearer,
}
