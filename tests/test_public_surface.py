"""`import tradewar as tw`: cheap, lazy and complete."""

from __future__ import annotations

import subprocess
import sys

import pytest

import tradewar as tw


@pytest.mark.parametrize("name", tw.__all__)
def test_every_public_name_resolves(name: str) -> None:
    assert getattr(tw, name) is not None
    assert name in dir(tw)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'wars'"):
        _ = tw.wars


def test_brief_is_callable_whichever_way_it_was_imported() -> None:
    programs = (
        "import tradewar as tw; assert callable(tw.brief)",
        "import tradewar.brief.page; import tradewar as tw; assert callable(tw.brief); assert tw.brief.page",
        "import tradewar as tw; tw.Brief; assert callable(tw.brief)",
    )
    for program in programs:
        subprocess.run([sys.executable, "-c", program], check=True)


def test_a_bare_import_loads_no_numpy() -> None:
    program = "import sys, tradewar; sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
