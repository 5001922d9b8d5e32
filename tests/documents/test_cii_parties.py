"""Seller and buyer in the e-invoice: who is named, and by which identifiers, with their schemes and prefixes."""

from dataclasses import replace
from decimal import Decimal

import papers
import pytest
from cii_papers import ABROAD, one

from partnershop.documents import cii
from partnershop.documents.cii import codes, schema
from partnershop.documents.cii.invoice import Identified, Invoice
from partnershop.documents.paper import Identifier, Paper


def conforming(paper: Paper) -> Invoice:
    xml = cii.write(paper)
    assert schema.breaches(xml) == []
    return cii.read(xml)


def test_a_company_is_the_buyer_and_its_person_the_contact() -> None:
    buyer = conforming(one()).buyer
    assert (buyer.name, buyer.contact) == ("Studio Conti & Figli S.n.c.", "Chiara Conti")
    alone = conforming(papers.paper(buyer=replace(papers.CHIARA, company=None))).buyer
    assert (alone.name, alone.contact) == ("Chiara Conti", None)


def test_parties_are_identified_with_their_schemes() -> None:
    seller = replace(
        papers.AURORA, identifier=Identifier("8032089000000", "0088"), registration=Identifier("BO-123456"),
        company="Aurora Stampa",
    )  # fmt: skip
    invoice = conforming(papers.paper(seller=seller))
    assert invoice.seller.ids == (Identified("8032089000000", "0088"),)
    assert invoice.seller.registration == Identified("BO-123456")
    assert (invoice.seller.name, invoice.seller.trading_name) == ("Tipografia Aurora S.r.l.", "Aurora Stampa")
    assert (invoice.seller.vat_id, invoice.seller.tax_code) == ("IT98765430214", "98765430214")
    assert invoice.seller.electronic == Identified("fatture@aurora.example", "EM")
    assert invoice.buyer.ids == (Identified("12345670017", "0210"),)
    assert conforming(one(category="G")).buyer.ids == (Identified("K-41"),)
    own = replace(papers.CHIARA, identifier=Identifier("4012345000009", "0088"))
    assert conforming(papers.paper(buyer=own)).buyer.ids == (Identified("4012345000009", "0088"),)


@pytest.mark.parametrize(
    ("vat_id", "country", "written"),
    [
        ("GR094259216", "GR", "EL094259216"),
        ("EL 094 259 216", "GR", "EL094259216"),
        ("094259216", "GR", "EL094259216"),
        ("12345670017", "IT", "IT12345670017"),
        ("de136695976", "DE", "DE136695976"),
        ("", "DE", None),
        (None, "DE", None),
    ],
)
def test_vat_ids_have_their_prefix(vat_id: str | None, country: str, written: str | None) -> None:
    assert codes.vat_id(replace(ABROAD, vat_id=vat_id, country=country)) == written


def test_what_is_not_subject_to_vat_has_no_rate_and_names_no_vat_id() -> None:
    invoice = conforming(one(category="O"))
    assert (invoice.seller.vat_id, invoice.buyer.vat_id) == (None, None)
    assert [invoice.lines[0].rate, invoice.taxes[0].rate, invoice.adjustments[0].rate] == [None] * 3
    assert (invoice.taxes[0].reason_code, invoice.totals.tax) == ("VATEX-EU-O", Decimal("0.00"))
