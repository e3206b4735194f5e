"""`brief`: the main job. A dossier is run, told, drawn and written to a folder."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection, Generator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from tradewar.brief import exports
from tradewar.brief.charts import Drawing, colours, inline
from tradewar.brief.front import Front, write_front
from tradewar.brief.numbers import amount, day, money_of_world, residual, sum_of
from tradewar.brief.renderer import Drawn, Renderer, svg_of
from tradewar.brief.section import Section
from tradewar.brief.sections import (
    answer,
    chronicle,
    deal,
    effects,
    hindsight,
    hold,
    kept,
    levers,
    method,
    monthly,
    taxed,
)
from tradewar.brief.text import environment, styles, text_of
from tradewar.brief.write import MANIFEST, manifest
from tradewar.disputes.dossier import Dossier, load_dispute
from tradewar.disputes.findings import Findings, PartPendingError, run
from tradewar.disputes.material import silent
from tradewar.disputes.ranges import Ranges
from tradewar.errors import InputError
from tradewar.io.serialize import json_text
from tradewar.io.writing import Draft

PAGE, DATA = "brief.html", "findings.json"
FORMS = {"pdf": "brief.pdf", "excel": "tables.xlsx", "latex": "tables"}
"""What can be written besides the page, its figures and its charts, and where."""
SECTIONS: tuple[Section, ...] = (
    taxed.SECTION,
    effects.SECTION,
    answer.SECTION,
    levers.SECTION,
    monthly.SECTION,
    deal.SECTION,
    hold.SECTION,
    kept.SECTION,
    hindsight.SECTION,
    chronicle.SECTION,
    method.SECTION,
)
"""In the order of the questions: taxed, effects, answer, levers, monthly, deal, hold, kept; then scenarios
from later knowledge, the record and the method. Adding a section adds its name here."""


@dataclass(frozen=True)
class Brief:
    """A brief that was written, and the findings that it tells."""

    findings: Findings
    headline: str
    folder: Path
    page: Path
    files: tuple[Path, ...]
    """Everything that was written, the page included."""
    missing: tuple[str, ...] = ()
    """A sentence for each form that was asked for and could not be made here."""

    def _repr_html_(self) -> str:
        return f"<p><strong>{escape(self.headline)}</strong></p><p>{escape(str(self.page))}</p>"


def brief(
    dispute: Dossier | str | Path = "us-china-2019",
    out: str | Path = "brief",
    as_of: dt.date | None = None,
    progress: Callable[[str], None] | None = None,
    *,
    forms: Collection[str] = (),
    against: tuple[str | Path, dt.date | None] | None = None,
    horizon: float | None = None,
    level: str | None = None,
) -> Brief:
    """Run a dossier end to end and write its brief.

    The folder then holds `brief.html` (self-contained), `findings.json`, `tables/*.csv`, `charts/*.svg` and `*.png`,
    and `manifest.json`. It takes the place of an earlier brief as a whole (`tradewar.io.writing`).

    Args:
        dispute: a dossier, the name of a built-in one, or its folder.
        out: folder to write to; made if it is not there.
        as_of: day of knowledge; by default the day for which the dossier was written.
        progress: told what is being done.
        forms: further forms, of `FORMS`: `pdf` (brief.pdf, where a browser is present), `excel` (tables.xlsx),
            `latex` (tables/*.tex).
        against: a dispute and a day to hold it against: also `compare.html` and `compare.json`.
        horizon: years after the change; by default that of the dossier, in the end the long run.
        level: whose long-run elasticities, `world` or `blp`; by default that of the dossier.

    Raises:
        InputError: if there is no such form, or the folder cannot be written or holds files of somebody else under
            names of the brief.
        DossierError: if a dossier is wrong.
        PolicyError: if there is no such horizon or level.
        NoSolutionError: if a policy could not be solved.
    """
    from tradewar.brief.compare import comparison_files

    say = progress or silent
    _check_forms(forms)
    dossier = dispute if isinstance(dispute, Dossier) else load_dispute(dispute)
    dossier = dossier.at_horizon(horizon, level)
    other = None if against is None else (load_dispute(against[0]).at_horizon(horizon, level), against[1])
    names = (PAGE, DATA, MANIFEST, *(FORMS[name] for name in forms if name != "latex"))
    with Draft(out, kind="brief", reserved=names) as draft:
        with Renderer() as renderer:
            easel = _Easel(renderer)
            findings = run(dossier, as_of, progress, ready=easel.take)
            started = time.perf_counter()
            easel.take(findings)
            say("Writing the page")
            front = write_front(findings, applying(findings))
            page = _add_files(draft, findings, easel, front)
        missing = _add_further(draft, findings, page, forms)
        timings = {**dict(findings.seconds), "write page": time.perf_counter() - started}
        if other is not None:
            for name, text in comparison_files(findings, run(*other, progress)).items():
                draft.add(name, text)
        options = {"dispute": dossier.name, "as_of": findings.as_of.isoformat(), "closure": findings.closure}
        draft.add(MANIFEST, manifest(findings.inputs, options, timings, draft.files))
        files = draft.place()
    return Brief(findings, text_of(_known(findings) + front.summary), Path(out), Path(out) / PAGE, files, missing)


def _known(findings: Findings) -> Markup:
    return Markup("As known on {}. ").format(day(findings.as_of))


class _Easel:
    """The charts of every section, each asked for as soon as what it shows is found."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._asked: dict[str, Mapping[str, tuple[Drawing, Drawn]]] = {}

    def take(self, findings: Findings) -> None:
        """Ask for the charts of the sections whose parts are found; the others wait for more findings."""
        for section in SECTIONS:
            if section.name in self._asked:
                continue
            try:
                drawings = section.drawings(findings) if section.applies(findings) else ()
            except PartPendingError:
                continue
            codes = {name: code for code, name in findings.names.items()}
            self._asked[section.name] = {
                item.name: (item, self._renderer.draw(item.specification, codes)) for item in drawings
            }

    def picture(self, name: str) -> str:
        """One chart by its name for use inside HTML, once it is drawn."""
        drawing, forms = next(charts[name] for charts in self._asked.values() if name in charts)
        return inline(drawing, forms.svg.result())

    def files(self) -> Generator[tuple[str, str | bytes]]:
        """Both forms of every chart, in the order of the sections, each as soon as it is drawn."""
        asked = {name: forms for section in SECTIONS for name, (_, forms) in self._asked[section.name].items()}
        for name, forms in asked.items():
            yield f"{name}.svg", forms.svg.result()
        for name, forms in asked.items():
            yield f"{name}.png", forms.png.result()


def applying(findings: Findings) -> tuple[Section, ...]:
    """The sections for which the findings have something."""
    return tuple(section for section in SECTIONS if section.applies(findings))


def render_page(findings: Findings, picture: Callable[[str], str], front: Front) -> str:
    """The page as one HTML document without scripts and without anything to fetch; `picture` gives a chart by name."""
    shared = _shared(findings, picture)
    sections = [_told(findings, section, shared) for section in applying(findings)]
    page = environment().get_template("page.html.j2")
    return page.render(shared, css=styles(), version=version("tradewar"), front=front, sections=sections)


def render_section(findings: Findings, section: Section) -> str:
    """One section by itself, its charts drawn: what the live page shows of a part."""
    pictures = {item.name: inline(item, svg_of(item.specification)) for item in section.drawings(findings)}
    return _told(findings, section, _shared(findings, pictures.__getitem__))


def _shared(findings: Findings, picture: Callable[[str], str]) -> dict[str, Any]:
    """What every fragment may use."""
    money = money_of_world(findings.world)

    def figure(name: str) -> Markup:
        return Markup("<figure>{}</figure>").format(Markup(picture(name)))

    return {
        "f": findings,
        "money": money,
        "amount": partial(amount, money=money),
        "money_text": partial(sum_of, money=money),
        "residual": residual,
        "chart": figure,
        "names": dict(findings.names),
        "colour": colours(findings),
        "ranges": findings.part(Ranges),
    }


def _told(findings: Findings, section: Section, shared: dict[str, Any]) -> Markup:
    fragment = environment().get_template(f"sections/{section.name}.html.j2")
    return Markup(fragment.render(shared | fragment_values(section, findings)))


def fragment_values(section: Section, findings: Findings) -> dict[str, Any]:
    """What the fragment of a section has for itself."""
    limits = environment().get_template("limits.html.j2").render(limits=section.limits(findings))
    return {
        "s": section.sentences(findings),
        "opening": section.opening(findings),
        "limits": Markup(limits),
        **section.values(findings),
    }


def _add_files(draft: Draft, findings: Findings, easel: _Easel, front: Front) -> str:
    """Figures, tables, page and charts; returns the page."""
    # what shows charts comes last: some may still be drawn
    draft.add(DATA, json_text(findings))
    for section in applying(findings):
        for table in section.tables(findings):
            draft.add(f"tables/{table.name}.csv", table.to_csv())
    page = render_page(findings, easel.picture, front)
    draft.add(PAGE, page)
    for name, data in easel.files():
        draft.add(f"charts/{name}", data)
    return page


def _check_forms(forms: Collection[str]) -> None:
    unknown = [name for name in forms if name not in FORMS]
    if unknown:
        raise InputError.at("forms", f"{', '.join(unknown)} is unknown", f"Use some of {', '.join(FORMS)}")


def _add_further(draft: Draft, findings: Findings, page: str, forms: Collection[str]) -> tuple[str, ...]:
    """Files of the further forms; returns what could not be made."""
    tables = [table for section in applying(findings) for table in section.tables(findings)]
    if "latex" in forms:
        for table in tables:
            draft.add(f"tables/{table.name}.tex", exports.latex(table))
    if "excel" in forms:
        draft.add(FORMS["excel"], exports.workbook(tables))
    if "pdf" not in forms:
        return ()
    browser = exports.find_browser()
    if browser is None:
        names = ", ".join(exports.BROWSERS[:3])
        return (f"No brief.pdf: no browser was found on the PATH ({names} ...). Print the page from one.",)
    try:
        draft.add(FORMS["pdf"], exports.pdf(page, browser))
    except OSError as error:
        return (f"No brief.pdf: {error}. Print the page from a browser.",)
    return ()
