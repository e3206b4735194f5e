"""`tradewar template`."""

from __future__ import annotations

from typer.testing import CliRunner

from tradewar.cli.app import app, declared
from tradewar.errors import InputError


def test_every_table_is_listed_and_has_a_template() -> None:
    listed = CliRunner().invoke(app, ["template"]).stdout
    for name, spec in declared().items():
        assert name in listed
        printed = CliRunner().invoke(app, ["template", name]).stdout
        assert printed.splitlines()[-1].split(",")[0] == spec.columns[0].name


def test_a_table_that_there_is_not() -> None:
    result = CliRunner().invoke(app, ["template", "disputes/chronical"])
    assert isinstance(result.exception, InputError)
    assert "did you mean 'disputes/chronicle'" in str(result.exception)
