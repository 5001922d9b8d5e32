"""VAT categories and places: what is exported, what is supplied within the Community, what an exemption may say."""

from dataclasses import replace

import pytest
from conforming import DUE, ZURICH, untaxed
from papers import german, paper

from partnershop.documents import gate
from partnershop.documents.paper import Identifier, Paper

_REGISTERED = replace(german().seller, vat_id=None, registration=Identifier("HRB 4711"))


def made_for(category: str, country: str, postcode: str, vat_id: str | None = None) -> Paper:
    buyer = replace(ZURICH, country=country, postcode=postcode, vat_id=vat_id)
    return untaxed(category, buyer)


def category_rules(made: Paper) -> set[str]:
    return {breach.rule for breach in gate.breaches(made) if breach.rule.startswith(("P-CAT", "BR"))}


@pytest.mark.parametrize(
    ("country", "postcode"),
    [
        ("ES", "35001"), ("ES", "E-38001"), ("ES", "51001"), ("ES", "52001"), ("DE", "78266"), ("DE", "D-27498"),
        ("IT", "23041"), ("IT", "22061"), ("GR", "630 86"), ("FI", "22100"), ("FR", "97400"), ("FR", "98800"),
        ("CH", "8001"), ("SM", "47890"), ("GB", "SW1A 1AA"), ("GP", "97100"),
    ],
)  # fmt: skip
def test_goods_there_are_exported(country: str, postcode: str) -> None:
    assert category_rules(made_for("G", country, postcode)) == set()


@pytest.mark.parametrize(
    ("country", "postcode", "vat_id"),
    [
        ("ES", "28001", None), ("DE", "55116", None), ("IT", "20122", None), ("FI", "00100", None),
        ("FR", "75001", None), ("FR", "98000", None), ("MC", "98000", None), ("GB", "BT1 5GS", None),
        ("GB", "8001", "XI432525179"),
    ],
)  # fmt: skip
def test_goods_there_are_not_exported(country: str, postcode: str, vat_id: str | None) -> None:
    assert category_rules(made_for("G", country, postcode, vat_id)) == {"P-CAT-8"}


@pytest.mark.parametrize(
    ("country", "postcode", "vat_id"),
    [("MC", "98000", "FR40303265045"), ("GB", "BT1 5GS", "XI432525179"), ("FR", "75001", "FR40303265045")],
)
def test_goods_there_are_supplied_within_the_community(country: str, postcode: str, vat_id: str) -> None:
    assert category_rules(made_for("K", country, postcode, vat_id)) == set()


@pytest.mark.parametrize(
    ("country", "postcode", "vat_id"),
    [("ES", "35001", "ESB58378431"), ("FR", "97400", "FR40303265045"), ("GB", "SW1A 1AA", "XI432525179")],
)
def test_goods_there_are_not_supplied_within_the_community(country: str, postcode: str, vat_id: str) -> None:
    assert category_rules(made_for("K", country, postcode, vat_id)) == {"P-CAT-6"}


@pytest.mark.parametrize(
    "reason",
    [
        "Steuerfreie innergemeinschaftliche Lieferung", "Reverse Charge", "Ausfuhrlieferung", "art. 41 DL 331/93",
        "Steuerschuldnerschaft nach § 13b UStG", "steuerfrei nach § 6a UStG", "non imponibile art.41 D.L. n. 331/93",
    ],
)  # fmt: skip
def test_an_exemption_in_words_of_another_category_is_refused(reason: str) -> None:
    assert category_rules(_because("E", reason)) == {"P-CAT-4"}
    assert category_rules(_because("O", reason)) == set()


@pytest.mark.parametrize("reason", ["§ 4 Nr. 21 UStG", "art. 10 DPR 633/72", "Kleinunternehmer, § 19 UStG", "Art. 132"])
def test_an_exemption_in_its_own_words_is_not(reason: str) -> None:
    assert category_rules(_because("E", reason)) == set()


def _because(category: str, reason: str) -> Paper:
    made = untaxed(category, ZURICH, **({} if category == "E" else {"seller": _REGISTERED}))
    lines = tuple(replace(each, vat_exemption=reason) for each in made.lines)
    return replace(made, lines=lines, taxes=tuple(replace(tax, exemption=reason) for tax in made.taxes))


@pytest.mark.parametrize("days", [0, 1])
def test_a_delivery_may_be_a_day_ahead_in_another_zone(days: int) -> None:
    made = paper(due_date=DUE)
    assert gate.breaches(replace(made, delivery_date=made.issue_date.replace(day=made.issue_date.day + days))) == []
