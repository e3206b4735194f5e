"""Policy files: every table, wildcards, refinement, and every fault with its key path."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tradewar.equilibrium import BalanceTarget, Policy, PurchaseCommitment
from tradewar.errors import PolicyError
from worlds import CN, GOODS, RW, SERVICES, SOY, US, toy_io

WHOLE = """
name = "offers"
title = "What was offered"
money_unit = "USD billion"

[[tariffs]]
importer = "CN"
exporter = "*"
sector = "*"
change_pp = 5

[[tariffs]]
importer = "CN"
exporter = "US"
sector = ["soy", "goods"]
tariff = 0.3

[[iceberg]]
importer = ["US", "RW"]
exporter = "CN"
sector = "services"
ratio = 1.1

[[bans]]
importer = "US"
exporter = "CN"
sector = "*"
share = 0.25

[[subsidies]]
country = "CN"
sector = "*"
rate = 0.1

[[export_taxes]]
exporter = "CN"
importer = "*"
sector = "goods"
rate = 0.2

[[purchases]]
name = "soy"
importer = "CN"
exporter = "US"
sector = "soy"
target = 24

[[purchases]]
importer = "CN"
exporter = "*"
sector = "services"
additional = 3.5
cap = 2

[[balance]]
exporter = "CN"
importer = "US"
sector = "*"
reduction = 200
instrument = "export-restraint"
"""


def read(tmp_path: Path, text: str, base: Policy | None = None) -> Policy:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return Policy.from_toml(toy_io(), path, base)


def test_every_table(tmp_path: Path) -> None:
    policy, world = read(tmp_path, WHOLE), toy_io()
    assert policy.name == "offers"
    rates = world.tariff_rate.copy()
    rates[CN, US, :SERVICES] = 0.3
    rates[CN, RW, :SERVICES] += 0.05
    assert_allclose(policy.tariff_rate, rates)
    cost, ban, tax, subsidy = np.ones((3, 3, 3)), np.zeros((3, 3, 3)), np.zeros((3, 3, 3)), np.zeros((3, 3))
    cost[[US, RW], CN, SERVICES] = 1.1
    ban[US, CN, :SERVICES] = 0.25
    tax[[US, RW], CN, GOODS] = 0.2
    subsidy[CN] = 0.1
    assert policy.iceberg_hat is not None
    assert_allclose(policy.iceberg_hat, cost)
    assert_allclose(policy.banned_share, ban)
    assert_allclose(policy.export_tax, tax)
    assert_allclose(policy.output_subsidy, subsidy)
    assert list(policy.commitments) == [
        PurchaseCommitment("CN", ("US",), ("soy",), target=24.0, name="soy"),
        PurchaseCommitment("CN", ("US", "RW"), ("services",), additional=3.5, cap=2.0),
        BalanceTarget("CN", "US", ("soy", "goods"), reduction=200.0, instrument="export-restraint"),
    ]
    policy.checked(world)


def test_what_is_not_said_is_not_changed(tmp_path: Path) -> None:
    assert read(tmp_path, 'title = "nothing"').arrays() == {}
    assert read(tmp_path, "").name == "policy"


def test_the_unit_of_rates_may_be_declared(tmp_path: Path) -> None:
    tax = TARIFF.replace("tariffs", "export_taxes")
    policy = read(tmp_path, 'rate_unit = "percent"\n' + TARIFF + "tariff = 7.5\n" + tax + "rate = 20\n")
    assert policy.tariff_rate is not None
    assert policy.export_tax is not None
    assert policy.tariff_rate[CN, US, SOY] == 0.075
    assert policy.export_tax[CN, US, SOY] == 0.2
    meant = read(tmp_path, 'rate_unit = "fraction"\n' + TARIFF + "tariff = 1.45\n").tariff_rate
    assert meant is not None
    assert meant[CN, US, SOY] == 1.45


def test_a_file_refines_a_policy(tmp_path: Path) -> None:
    rates = toy_io().tariff_rate.copy()
    rates[US, CN, :SERVICES] = 0.5
    base = Policy(rates, commitments=[PurchaseCommitment("CN", ("US",), ("goods",), target=130.0)])
    text = '[[tariffs]]\nimporter = "US"\nexporter = "CN"\nsector = "soy"\ntariff = 0.1\n'
    refined = read(tmp_path, text, base)
    assert refined.tariff_rate is not None
    assert refined.tariff_rate[US, CN, SOY] == 0.1
    assert refined.tariff_rate[US, CN, GOODS] == 0.5
    assert refined.commitments == base.commitments


TARIFF = '[[tariffs]]\nimporter = "CN"\nexporter = "US"\nsector = "soy"\n'
PURCHASE = '[[purchases]]\nimporter = "CN"\nexporter = "US"\nsector = "soy"\n'
BALANCE = '[[balance]]\nexporter = "CN"\nimporter = "US"\nsector = "*"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[tarifs]]\n", r"policy.toml, line 1: tarifs: unknown key 'tarifs'; did you mean 'tariffs'\?"),
        (TARIFF + "rate = 0.1", r"tariffs\[1\].rate: unknown key 'rate'"),
        (TARIFF, r"tariffs\[1\]: has neither tariff nor change_pp"),
        (TARIFF + "tariff = 0.1\nchange_pp = 1", "has both tariff and change_pp"),
        (TARIFF + "tariff = 25", r"line 5: tariffs\[1\].tariff: tariff = 25 is 2,500 percent. Was 0.25 meant"),
        (TARIFF + "tariff = 7.5", r"line 5: tariffs\[1\].tariff: tariff = 7.5 .*0.075 meant.*rate_unit"),
        ('rate_unit = "percent"\n' + TARIFF + "tariff = 2500", r"tariffs\[1\].tariff: 25 is outside \(-1, 10\]"),
        ('rate_unit = "per cent"', "rate_unit: 'per cent'"),
        ("x = " + "[" * 5000, "policy.toml, line 1: is nested more than"),
        (TARIFF + "change_pp = -150", r"tariffs\[1\].change_pp: -1.4 is outside"),
        (TARIFF + 'tariff = "0.1"', r"tariffs\[1\].tariff: '0.1': input should be a valid number"),
        (TARIFF + "tariff = nan", "finite number"),
        (TARIFF.replace("soy", "services") + "tariff = 0.1", "services is not tradable"),
        (TARIFF.replace('"soy"', '"Soy"') + "tariff = 0.1", r"tariffs\[1\].sector: unknown sector 'Soy'; did you mean"),
        (TARIFF.replace('"US"', '"CN"') + "tariff = 0.1", "CN is importer and exporter"),
        (
            TARIFF + "tariff = 0.1\n" + TARIFF + "tariff = 0.2",
            r"line 6: tariffs\[2\]: contradicts policy.toml, line 1: tariffs\[1\]",
        ),
        ("[tariffs]\nimporter = 'CN'", r"tariffs: is one table, where a list of tables belongs. Write \[\[tariffs\]\]"),
        ("tariffs = [1]", r"tariffs\[1\]: 1 is not a table"),
        ("[[tariffs]\n", "is not valid TOML"),
        (
            '[[bans]]\nimporter = "US"\nexporter = "CN"\nsector = "*"\nshare = 50',
            r"bans\[1\].share: 50 is outside \[0, 1\]",
        ),
        ('[[subsidies]]\nsector = "goods"\nrate = 0.1', r"subsidies\[1\].country: is missing. Give country"),
        ('[[subsidies]]\ncountry = "CHN"\nsector = "goods"\nrate = 0.1', r"subsidies\[1\].country: unknown country"),
        (
            '[[subsidies]]\ncountry = "CN"\nsector = "goods"\nrate = -1',
            r"subsidies\[1\].rate: rate = -1 is at or below -1",
        ),
        ('[[iceberg]]\nimporter = "US"\nexporter = "CN"\nsector = "goods"\nratio = 0', r"iceberg\[1\].ratio: 0 is"),
        (
            '[[export_taxes]]\nexporter = "CN"\nimporter = "US"\nsector = "services"\nrate = 0.1',
            r"export_taxes\[1\].sector: sector services is not tradable",
        ),
        (PURCHASE, r"purchases\[1\]: has neither target nor additional"),
        (PURCHASE + "target = 1\ncap = 0", r"purchases\[1\].cap"),
        (PURCHASE.replace('"CN"', '"*"') + "target = 1", "a promise has one buyer"),
        (PURCHASE.replace('"US"', '"CN"') + "target = 1", "CN is importer and exporter"),
        (PURCHASE + "target = 1\n" + PURCHASE + "target = 2", r"purchases\[2\]: contradicts"),
        (BALANCE + "target = 1", r"balance\[1\].instrument: is missing"),
        (BALANCE + 'target = 1\ninstrument = "quota"', r"balance\[1\].instrument: 'quota' is unknown"),
        ('money_unit = "USD million"', "money_unit: 'USD million' is not the unit of the world, 'USD billion'"),
    ],
)
def test_faults(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        read(tmp_path, text)


def test_all_faults_at_once(tmp_path: Path) -> None:
    text = TARIFF.replace("soy", "sy") + "tariff = 0.1\n" + PURCHASE.replace('"US"', '"USA"') + "target = 1"
    with pytest.raises(PolicyError) as refused:
        read(tmp_path, text)
    assert [problem.where for problem in refused.value.problems] == [
        "policy.toml, line 4: tariffs[1].sector",
        "policy.toml, line 8: purchases[1].exporter",
    ]


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="there is no such file"):
        Policy.from_toml(toy_io(), tmp_path / "none.toml")
    (tmp_path / "policy.toml").write_bytes(b'name = "\xff"')
    with pytest.raises(PolicyError, match=r"policy.toml"):
        Policy.from_toml(toy_io(), tmp_path / "policy.toml")
