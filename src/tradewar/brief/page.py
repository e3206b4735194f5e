"""`brief`: the main job. A dossier is run, told, drawn and written to a folder."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import resources
from importlib.metadata import version
from pathlib import Path

from markupsafe import Markup, escape

from tradewar.brief.charts import Chart, draw_charts, inline
from tradewar.brief.numbers import amount, money_of, residual, sum_of
from tradewar.brief.sentences import EQUATIONS, LEFT_OUT, Sentences, environment, text_of, write_sentences
from tradewar.brief.tables import make_tables
from tradewar.brief.write import check_out, manifest, write_folder
from tradewar.disputes.dossier import Dossier, load_dispute
from tradewar.disputes.findings import CountryEffect, Findings, run, silent
from tradewar.disputes.plain import json_text

PAGE = "brief.html"
CLOSURES = {
    "share-of-world": "each country's deficit stays the same share of world value added",
    "balanced": "removed from the baseline first, and zero throughout",
}


@dataclass(frozen=True)
class Brief:
    """A brief that was written, and the findings that it tells."""

    findings: Findings
    headline: str
    folder: Path
    page: Path
    files: tuple[Path, ...]
    """Everything that was written, the page included."""

    def _repr_html_(self) -> str:
        return f"<p><strong>{escape(self.headline)}</strong></p><p>{escape(str(self.page))}</p>"


def brief(
    dispute: Dossier | str | Path = "us-china-2019",
    out: str | Path = "brief",
    as_of: dt.date | None = None,
    progress: Callable[[str], None] | None = None,
) -> Brief:
    """Run a dossier end to end and write its brief.

    The folder then holds `brief.html` (self-contained), `findings.json`, `tables/*.csv`, `charts/*.svg` and `*.png`,
    and `manifest.json`. Files are put in place only when all of them are complete, the page last.

    Args:
        dispute: a dossier, the name of a built-in one, or its folder.
        out: folder to write to; made if it is not there.
        as_of: day of knowledge; by default the day for which the dossier was written.
        progress: told what is being done.

    Raises:
        DossierError: if the dossier or the output folder is wrong.
        NoSolutionError: if a policy could not be solved.
    """
    say = progress or silent
    folder = check_out(Path(out))
    dossier = dispute if isinstance(dispute, Dossier) else load_dispute(dispute)
    findings = run(dossier, as_of, progress)
    started = time.perf_counter()
    charts = draw_charts(findings, say)
    drawn = time.perf_counter()
    say("Writing the page")
    sentences = write_sentences(findings)
    content = _files(findings, charts, sentences)
    timings = {**dict(findings.seconds), "draw charts": drawn - started, "write page": time.perf_counter() - drawn}
    options = {"dispute": dossier.name, "as_of": findings.as_of.isoformat(), "closure": findings.closure}
    content["manifest.json"] = manifest(findings.inputs, options, timings, content)
    files = write_folder(folder, content, last=PAGE)
    return Brief(findings, text_of(sentences.headline), folder, folder / PAGE, files)


def render_page(findings: Findings, charts: tuple[Chart, ...], sentences: Sentences) -> str:
    """The page as one HTML document without scripts and without anything to fetch."""
    by_name = {chart.name: chart for chart in charts}
    money = money_of(findings.world.money_unit)

    def figure(name: str) -> Markup:
        return Markup("<figure>{}</figure>").format(Markup(inline(by_name[name])))

    return (
        environment()
        .get_template("page.html.j2")
        .render(
            f=findings,
            s=sentences,
            css=Markup(resources.files("tradewar.brief").joinpath("templates/page.css").read_text(encoding="utf-8")),
            version=version("tradewar"),
            money=money,
            amount=partial(amount, money=money),
            money_text=partial(sum_of, money=money),
            residual=residual,
            chart=figure,
            names=dict(findings.names),
            effects=_effect_rows(findings),
            certificate=_certificate_rows(findings),
            elasticity=_elasticity(findings),
            closure=CLOSURES.get(findings.closure, f"held as the closure {findings.closure} prescribes"),
            left_out=LEFT_OUT,
            sources=_sources(findings),
        )
    )


def _files(findings: Findings, charts: tuple[Chart, ...], sentences: Sentences) -> dict[str, bytes]:
    content = {
        PAGE: render_page(findings, charts, sentences).encode(),
        "findings.json": json_text(findings.to_dict()).encode(),
    }
    content |= {f"tables/{table.name}.csv": table.to_csv().encode() for table in make_tables(findings)}
    for chart in charts:
        content |= {f"charts/{chart.name}.svg": chart.svg.encode(), f"charts/{chart.name}.png": chart.png}
    return content


@dataclass(frozen=True)
class _EffectRow:
    name: str
    party: bool
    cells: tuple[CountryEffect, ...]


def _effect_rows(findings: Findings) -> list[_EffectRow]:
    """The parties first, then the others by the last policy, best first."""
    parties = [party.country for party in findings.parties]
    last = findings.policies[-1]
    others = sorted((row for row in last.countries if row.country not in parties), key=lambda row: -row.real_income_pct)
    ordered = [last.country(code) for code in parties] + others
    return [
        _EffectRow(row.name, row.country in parties, tuple(p.country(row.country) for p in findings.policies))
        for row in ordered
    ]


def _certificate_rows(findings: Findings) -> list[tuple[str, list[float]]]:
    names = findings.policies[0].certificate["residuals"]
    return [
        (EQUATIONS.get(name, name.replace("_", " ")), [p.certificate["residuals"][name] for p in findings.policies])
        for name in names
    ]


def _elasticity(findings: Findings) -> str:
    low, high = findings.world.trade_elasticity_lowest, findings.world.trade_elasticity_highest
    return f"{low:g} in every sector" if low == high else f"from {low:g} to {high:g}, by sector"


def _sources(findings: Findings) -> list[str]:
    """Each source of the chronicle and the deadline once, in order."""
    named = [event.source for event in findings.chronicle]
    if findings.deadline:
        named.append(findings.deadline.source)
    return list(dict.fromkeys(named))
