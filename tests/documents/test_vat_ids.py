"""VAT ids and codici fiscali as people write them: which are understood, and how they are written then."""

from dataclasses import replace

import pytest
from cii_papers import ABROAD
from conforming import DUE
from papers import CHIARA, german, paper
from sdi import for_sdi, rules_broken, sdi_paper, written

from partnershop.documents import cii, fatturapa, gate
from partnershop.documents.cii import codes
from partnershop.documents.cii.countries import is_vat_id
from partnershop.documents.cii.invoice import Identified
from partnershop.documents.fatturapa.names import vat_parts
from partnershop.documents.paper import Identifier
from partnershop.documents.vat_ids import codice_fiscale, normal


@pytest.mark.parametrize(
    ("vat_id", "country", "written"),
    [
        ("BE 0428.759.497", "BE", "BE0428759497"),
        ("0428.759.497", "BE", "BE0428759497"),
        ("PL 526-10-40-567", "PL", "PL5261040567"),
        ("ATU 135.85.627", "AT", "ATU13585627"),
        ("DK 13.58.56.28", "DK", "DK13585628"),
        ("CZ-25123891", "CZ", "CZ25123891"),
        ("FR-40-303-265-045", "FR", "FR40303265045"),
        ("fr 40 303 265 045", "MC", "FR40303265045"),
        ("40 303 265 045", "MC", "FR40303265045"),
        ("de136695976", "AT", "DE136695976"),
        ("DE 136/695/976", "DE", "DE136695976"),
        ("DE136695976\u200b", "DE", "DE136695976"),
        ("GR 094259216", "GR", "EL094259216"),
        ("CHE-107.787.577", "CH", "CHE107787577"),
        ("CHE107787577", "DE", "CHE107787577"),
        ("CHE-107.787.577 MWST", "CH", "CHE107787577MWST"),
        ("NO 995 525 828", "NO", "NO995525828"),
        ("995525828 mva", "NO", "NO995525828MVA"),
        ("EIN 12-3456789", "US", "USEIN123456789"),
    ],
)
def test_punctuation_and_case_do_not_matter(vat_id: str, country: str, written: str) -> None:
    assert normal(vat_id, country) == written
    assert is_vat_id(written)
    assert codes.vat_id(replace(ABROAD, vat_id=vat_id, country=country)) == written
    assert vat_parts(vat_id, country) == (written[:2], written[2:])


@pytest.mark.parametrize("vat_id", [None, "", " - ", "n/a", "nessuna", "DE"])
def test_what_has_no_digit_is_no_vat_id(vat_id: str | None) -> None:
    assert normal(vat_id, "DE") == ""
    made = paper(due_date=DUE, buyer=replace(CHIARA, vat_id=vat_id))
    assert cii.read(cii.write(made)).buyer.vat_id is None
    assert written(for_sdi(made)).find(".//CessionarioCommittente//IdFiscaleIVA") is None


@pytest.mark.parametrize("vat_id", ["CHE-107.787.578", "NO 995 525 829", "BE 0428.759.498"])
def test_the_check_digits_still_count(vat_id: str) -> None:
    assert not is_vat_id(normal(vat_id, vat_id[:2]))


@pytest.mark.parametrize(
    ("tax_code", "meant"),
    [
        ("cnt chr-85m50 f205j", "CNTCHR85M50F205J"),
        ("IT00743110157", "00743110157"),
        ("it 00743110157", "00743110157"),
        ("00743110157", "00743110157"),
        ("12345", ""),
        ("n/a", ""),
        ("IT00743110158", ""),
        (None, ""),
    ],
)
def test_a_buyers_tax_code_is_told_where_it_is_one_and_left_out_else(tax_code: str | None, meant: str) -> None:
    assert codice_fiscale(tax_code) == meant
    made = german(buyer=replace(CHIARA, tax_code=tax_code))
    assert gate.breaches(made) == []
    assert cii.read(cii.write(made)).buyer.ids == ((Identified(meant, "0210") if meant else Identified("K-17")),)
    sent = written(sdi_paper(buyer=replace(CHIARA, tax_code=tax_code)))
    assert (sent.findtext(".//CessionarioCommittente//CodiceFiscale") or "") == meant


def test_a_person_without_any_valid_code_is_refused_by_the_sdi_alone() -> None:
    nobody = replace(CHIARA, vat_id="n/a", tax_code="12345")
    assert rules_broken(fatturapa.write(sdi_paper(buyer=nobody))) == {"00417"}
    assert gate.breaches(german(buyer=nobody)) == []


def test_a_codice_fiscale_is_compact() -> None:
    own = replace(CHIARA, identifier=Identifier("cnt chr-85m50 f205j", "0210"))
    assert "P-PARTY-5" in {breach.rule for breach in gate.breaches(german(buyer=own))}


def test_a_sellers_codice_fiscale_is_written_without_its_prefix() -> None:
    made = paper(due_date=DUE)
    made = replace(made, seller=replace(made.seller, tax_code="IT 98765430214"))
    assert cii.read(cii.write(made)).seller.tax_code == "98765430214"
    assert gate.breaches(made) == []
    assert written(for_sdi(made)).findtext(".//CedentePrestatore//CodiceFiscale") == "98765430214"


@pytest.mark.parametrize("pec", ["-", "nessuna", "à@b.it", "n/a", "@"])
def test_a_pec_that_is_none_counts_as_not_given(pec: str) -> None:
    assert fatturapa.recipient("IT", None, pec) == ("0000000", None)


@pytest.mark.parametrize("postcode", ["I-20122", "IT 20122", " 20122 ", "20 122"])
def test_a_cap_is_its_five_digits(postcode: str) -> None:
    root = written(sdi_paper(buyer=replace(CHIARA, postcode=postcode)))
    assert root.findtext(".//CessionarioCommittente//CAP") == "20122"


def test_a_cap_of_other_lengths_is_refused() -> None:
    assert rules_broken(fatturapa.write(sdi_paper(buyer=replace(CHIARA, postcode="I-2012")))) == {"P-IT-CAP"}
