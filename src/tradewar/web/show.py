"""What is sent to the page: identifiers of its places, and the HTML that stands there from now on.

Templates escape everything. A section of a brief comes as a document of its own, for a frame in which nothing runs.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from tradewar.brief.numbers import amount, day, figure, percent, plain, rate, residual, sum_of
from tradewar.brief.text import styles, templates, the
from tradewar.disputes import dossier
from tradewar.errors import TradewarError
from tradewar.web.economies import CLOSURES
from tradewar.web.jobs import Job
from tradewar.web.state import EVERY, State
from tradewar.world import catalogue

if TYPE_CHECKING:
    from jinja2 import Environment

    from tradewar.web.visit import Visit


@cache
def environment() -> Environment:
    """Jinja with the formats of the brief, for the templates of this package."""
    formats = {
        "percent": percent,
        "rate": rate,
        "figure": figure,
        "plain": plain,
        "residual": residual,
        "day": day,
        "the": the,
    }
    return templates("tradewar.web", formats)


def render(name: str, **values: Any) -> str:
    """A template of this package, filled."""
    if money := values.get("money"):
        values |= {"amount": partial(amount, money=money), "sum_of": partial(sum_of, money=money)}
    return environment().get_template(f"{name}.html.j2").render(values)


Message = dict[str, object]
TITLES = {"effects": "Effects", "war": "War", "deal": "Talks", "hold": "Accord", "kept": "Monitoring"}
"""Tabs, by the names of their parts."""


def page() -> str:
    """The page before anything is shown; Shiny adds its own scripts."""
    return render("page")


def notice(error: TradewarError | str) -> str:
    """What went wrong, in the words of the command line."""
    return render("notice", lines=str(error).splitlines())


def defect(error: Exception) -> str:
    """A fault of ours. What it was is not shown: it could hold anything."""
    return render("notice", lines=[f"This is a defect of tradewar, not of your input: {type(error).__name__}."])


def job(running: Job) -> str:
    """How a job goes, with a button to end it."""
    return render("job", title=running.title, said=running.said)


def controls(visit: Visit) -> Message:
    """Lists, sliders and uploads."""
    economy, shown, state = visit.economy, visit.shown, visit.state
    assert economy is not None
    assert shown is not None
    closures = dict.fromkeys((*CLOSURES, *(f"fixed:{code}" for code in economy.world.countries), state.closure))
    html = render(
        "controls",
        state=state,
        economy=economy,
        worlds=[(State(name=name).to_query(), name) for name in catalogue.names()],
        disputes=[(State(kind="dispute", name=name).to_query(), name) for name in dossier.names()],
        current=State(kind=state.kind, name=state.name).to_query(),
        closures=list(closures),
        countries=list(zip(economy.world.countries, economy.world.country_names, strict=True)),
        every=EVERY,
        sliders=shown.sliders,
    )
    return {"controls": html}


def effects(visit: Visit) -> Message:
    """What the tariffs on screen do, the places of the sliders, and what can be downloaded."""
    shown = visit.shown
    assert shown is not None
    html = render("effects", screen=shown.screen, money=shown.screen.money, settings=_settings(visit))
    values = [[slider.scope, slider.percent, slider.highest] for slider in shown.sliders]
    return {"effects": html, "values": values, **downloads(visit)}


def tabs(visit: Visit) -> Message:
    """The row of tabs, and what the chosen one holds."""
    chosen, economy = visit.state.tab, visit.economy
    assert economy is not None
    html = render("tabs", tabs=[(name, TITLES.get(name, name)) for name in visit.tabs()], chosen=chosen)
    panel = ""
    if chosen == "war":
        panel = render(
            "war",
            war=visit.war,
            countries=list(zip(economy.world.countries, economy.world.country_names, strict=True)),
            pair=(visit.state.importer, visit.state.exporter),
            link=visit.links.get("war", ""),
        )
    elif chosen != "effects":
        told = visit.told.get(chosen)
        html_page = None if told is None else render("told", section=told, css=styles()) if told else ""
        panel = render("part", title=TITLES.get(chosen, chosen), told=html_page, day_known=economy.day)
    return {"tabs": html, "panel": panel, "tab": chosen}


def downloads(visit: Visit) -> Message:
    """Links to files, and the command that gives the same numbers."""
    state = visit.state
    html = render(
        "downloads",
        links=visit.links,
        ready=visit.brief is not None,
        world=visit.economy.world.name if visit.economy else "",
        command=_command(visit),
        uploaded=state.kind == "upload" or state.start == "upload",
    )
    return {"downloads": html}


def _settings(visit: Visit) -> list[str]:
    """Every slider that was moved, in words."""
    economy = visit.economy
    assert economy is not None
    names = dict(zip(economy.world.countries, economy.world.country_names, strict=True)) | {EVERY: "every country"}
    scopes = economy.scope_names()
    return [
        f"{names[item.importer]} on {names[item.exporter]}, {scopes[item.scope]}: {item.percent:g} percent"
        for item in visit.state.settings
    ]


def _command(visit: Visit) -> str:
    economy = visit.economy
    assert economy is not None
    world = "WORLD" if economy.kind == "upload" else economy.world_name
    closure = "" if visit.state.closure == "share-of-world" else f" --closure {visit.state.closure}"
    return f"tradewar solve {world} --tariffs tariffs.csv{closure}"
