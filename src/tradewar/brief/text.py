"""How sentences are made: templates with figures, filled as HTML with each figure marked.

A sentence holds no figure that is not in the findings. Each template is filled once, with `<data>` elements;
`text_of` gives it as plain text for the terminal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from markupsafe import Markup

from tradewar.brief.numbers import bare, day, lower_first, money_of_world, percent, rate, span, sum_of, unsigned
from tradewar.brief.statements import (
    cell,
    chance,
    changes,
    ends,
    gains,
    gains_money,
    size,
    the,
    unidentified,
    within,
)
from tradewar.disputes.effects import CountryEffect, PolicyFindings
from tradewar.disputes.findings import Findings
from tradewar.io import kept

if TYPE_CHECKING:
    from jinja2 import BytecodeCache, Environment


def text_of(sentence: Markup) -> str:
    """A sentence without markup."""
    return sentence.striptags()


def fill(findings: Findings, template: str, **values: Any) -> Markup:
    """A template filled with the findings, the formats of this package and further values."""
    named = {party.country: party.name for party in findings.parties}

    def parties(policy: PolicyFindings) -> list[CountryEffect]:
        return [policy.country(code) for code in named]

    shared: dict[str, Any] = {
        "policies": findings.compared,
        "year": findings.world.year,
        "effects": parties,
        "name": named.__getitem__,
        "money": partial(sum_of, money=money_of_world(findings.world)),
        "last": findings.compared[-1],
        "gains": partial(gains, findings=findings),
        "gains_money": partial(gains_money, money=money_of_world(findings.world)),
        "as_of": findings.as_of,
    }
    return Markup(_compiled(template).render(shared | values))


_SYNTAX: dict[str, Any] = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
"""What decides how a template is compiled."""


@cache
def environment() -> Environment:
    """Jinja with the formats of the brief."""
    formats = {
        "percent": percent, "rate": rate, "day": day, "the": the, "unsigned": unsigned, "span": span, "ends": ends,
        "within": within, "size": size, "changes": changes, "chance": chance, "unidentified": unidentified,
        "cell": cell,
    }  # fmt: skip
    made = templates("tradewar.brief", formats)
    made.filters.update(lower_first=lower_first, bare=bare)
    return made


@cache
def styles() -> Markup:
    """The style sheet of a page, to be put into it."""
    made = environment()
    assert made.loader is not None
    return Markup(made.loader.get_source(made, "page.css")[0])


def templates(package: str, formats: Mapping[str, Any]) -> Environment:
    """Jinja for the templates of a package, with formats: escapes what it is given, refuses what is not defined."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader(package)
    made = Environment(loader=loader, undefined=StrictUndefined, bytecode_cache=_compiled_before(), **_SYNTAX)
    # Jinja's own types allow only the functions that it ships with
    cast("dict[str, Any]", made.globals).update(formats)
    return made


@cache
def _compiled(template: str) -> Any:
    from jinja2 import DictLoader

    # by a name, so that what was compiled before is found; the name must be a plain word
    name = hashlib.sha256(template.encode()).hexdigest()[:16]
    return environment().overlay(loader=DictLoader({name: template})).get_template(name)


def _compiled_before() -> BytecodeCache | None:
    """What Jinja compiled in earlier runs, in its folder for temporary files: compiling takes a third of a second."""
    from jinja2 import FileSystemBytecodeCache
    from jinja2.bccache import Bucket

    # Jinja notices by itself that a template changed, not that it would be compiled in another way
    maker = repr((version("jinja2"), _SYNTAX)).encode()
    way = hashlib.sha256(maker).hexdigest()[:8]

    class Kept(FileSystemBytecodeCache):
        def load_bytecode(self, bucket: Bucket) -> None:
            if (code := kept.read([Path(self.directory)], self.pattern % bucket.key, maker)) is not None:
                bucket.bytecode_from_string(code)

        def dump_bytecode(self, bucket: Bucket) -> None:
            kept.write([Path(self.directory)], self.pattern % bucket.key, maker, bucket.bytecode_to_string())

    try:
        return Kept(pattern=f"tradewar-{way}-%s.cache")
    except (OSError, RuntimeError):  # no folder that only this user can write to
        return None
